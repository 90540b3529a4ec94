"""Envelope, paging, sorting, the filter grammar, and what lists hide (spec 2.2 to 2.5)."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
EVERYTHING = ("archived_at:*", "cancelled_at:*")
LISTS = [
    "patients",
    "individual_appointments",
    "group_appointments",
    "bookings",
    "attendees",
    "appointment_types",
    "practitioners",
    "businesses",
    "daily_availabilities",
    "availability_blocks",
    "unavailable_blocks",
    "unavailable_block_types",
    "users",
    "invoices",
    "invoice_items",
    "recall_types",
    "recalls",
    "communications",
    "billable_items",
    "appointment_type_billable_items",
    "patient_cases",
    "taxes",
]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_the_envelope(api, name):
    page = api.get(name).json()
    assert set(page) == {name, "total_entries", "links"}
    assert page["links"]["self"].startswith(f"{api.base}/{name}?")
    assert len(page[name]) == min(50, page["total_entries"])
    for row in page[name]:
        assert re.fullmatch(r"\d{19}", row["id"])
        assert STAMP.match(row["created_at"])
        assert STAMP.match(row["updated_at"])
        assert row["links"]["self"] == f"{api.base}/{name}/{row['id']}"
        assert api.get(f"{name}/{row['id']}").json() == row
        break


def test_services_have_no_id_and_are_not_a_full_matrix(api, clinic):
    rows = api.get("services", ("per_page", "100")).json()["services"]
    assert all(set(row) == {"appointment_type", "business", "practitioners"} for row in rows)
    assert len({len(row["practitioners"]) for row in rows}) > 1
    own = api.get(f"businesses/{clinic.open_business}/services").json()["services"]
    assert 0 < len(own) < len(rows)


def test_paging_walks_everything_once_and_repeats_the_filters(api, sandbox):
    answer = api.get("patients", ("per_page", "7"), ("page", "2"), ("q[]", "archived_at:*"), ("sort", "id"))
    page = answer.json()
    for name in ("self", "next", "previous"):
        assert "q%5B%5D=archived_at%3A%2A" in page["links"][name]
        assert "per_page=7" in page["links"][name]
    assert "page=1" in page["links"]["previous"]
    walked = api.found("patients", "archived_at:*", sort="id", per_page=7)
    assert [row["id"] for row in walked] == sorted(row["id"] for row in sandbox.world("patients")["patients"])


def test_the_first_and_last_page_lack_a_neighbour(api):
    page = api.get("patients", ("per_page", "100")).json()
    assert set(page["links"]) == {"self"}
    assert api.get("patients", ("page", "999")).json()["patients"] == []
    assert len(api.get("individual_appointments", ("per_page", "500")).json()["individual_appointments"]) == 100


def test_sorting(api):
    names = [row["last_name"] for row in api.found("patients", sort="last_name:desc")]
    assert names == sorted(names, reverse=True)
    rows = api.found("individual_appointments", sort="practitioner_id,starts_at:desc")
    keys = [(row["practitioner"]["links"]["self"], row["starts_at"]) for row in rows]
    assert keys == sorted(sorted(keys, key=lambda key: key[1], reverse=True), key=lambda key: key[0])
    older = api.get("patients", ("sort", "id"), ("order", "desc")).json()["patients"]
    assert [row["id"] for row in older] == sorted((row["id"] for row in older), reverse=True)
    default = [row["created_at"] for row in api.found("patients")]
    assert default == sorted(default)


@pytest.mark.parametrize("sort", ["-id", "nonsense", "id:up"])
def test_a_bad_sort_is_400(api, sort):
    answer = api.get("patients", ("sort", sort))
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("recalls", "recall_at:=2026-05-04", "recall_at is not filterable"),
        ("invoices", "status:=open", "Filter value for status must be a number"),
        ("patients", "phone:=1", "phone is not filterable"),
        ("patients", "nonsense", "nonsense is not filterable"),
        ("individual_appointments", "patient_id:1408", None),
        ("individual_appointments", "starts_at:=2026-05-04T00:00:00Z", None),
        ("individual_appointments", "starts_at:>=2026-05-04", "Filter value for starts_at must be a date time"),
        ("individual_appointments", "did_not_arrive:=yes", "Filter value for did_not_arrive must be a boolean"),
        ("individual_appointments", "notes:~x", "notes is not filterable"),
        ("appointment_types", "name:=x", "name is not filterable"),
        ("patients", "id:=abc", "Filter value for id must be a number"),
        ("patients", "last_name:>x", None),
        ("patients", "first_name:like:Ada", None),
        ("patients", "date_of_birth:=1.1.1980", "Filter value for date_of_birth must be a date"),
        ("patients", "last_name:*", None),
        ("bookings", "patient_ids:=1", None),
        ("group_appointments", "cancelled_at:?", "cancelled_at is not filterable"),
    ],
)
def test_bad_filters_are_400_with_a_sentence(api, path, text, message):
    answer = api.get(path, ("q[]", text))
    assert answer.status_code == 400
    assert answer.json()["message"] == message if message else answer.json()["message"]


def test_a_bare_parameter_is_ignored_and_of_two_bare_q_the_last_counts(api, clinic):
    total = api.get("individual_appointments").json()["total_entries"]
    assert api.get("individual_appointments", ("practitioner_id", "1")).json()["total_entries"] == total
    both = api.get("patients", ("q", "id:=1"), ("q", f"id:={clinic.patient}")).json()
    assert both["total_entries"] == 1
    assert api.get("patients", ("q[][]", "id:=1")).json()["total_entries"] > 1


def test_text_filters(api):
    def names(text: str) -> set[str]:
        return {row["last_name"] for row in api.found("patients", text)}

    assert names("last_name:=o'brien-núñez") == {"O'Brien-Núñez"}
    assert "O'Brien-Núñez" in names("last_name:~BRIEN")
    assert "O'Brien-Núñez" in names("last_name:~~O'%ñez")
    assert "O'Brien-Núñez" not in names("last_name:!=O'Brien-Núñez")
    assert all(row["email"] is None for row in api.found("patients", "email:!?"))
    assert all(row["email"] for row in api.found("patients", "email:?"))


def test_date_filters_with_stars(api):
    for text in ("date_of_birth:=****-11-**", "date_of_birth:****-11-**"):
        born = [row["date_of_birth"] for row in api.found("patients", text)]
        assert born
        assert all(day[5:7] == "11" for day in born)
    assert all(row["date_of_birth"] >= "1990-01-01" for row in api.found("patients", "date_of_birth:>=1990-01-01"))


def test_number_lists_switches_and_arrays(api, sandbox, clinic):
    ids = [row["id"] for row in sandbox.world("patients")["patients"]][:3]
    assert {row["id"] for row in api.found("patients", f"id:={','.join(ids)}", "archived_at:*")} == set(ids)
    missed = api.found("individual_appointments", "did_not_arrive:=true")
    assert missed
    assert all(row["did_not_arrive"] for row in missed)
    group = next(row for row in sandbox.world("group_appointments")["group_appointments"] if row["patient_ids"])
    found = api.found("bookings", f"patient_ids:~{group['patient_ids'][0]}")
    assert group["id"] in {row["id"] for row in found}
    own = api.found("bookings", f"patient_ids:~{clinic.patient}", "archived_at:*", "cancelled_at:*")
    assert len([row for row in own if "patient" in row]) >= 8
    shown = api.found("businesses", "show_in_online_bookings:=true")
    assert clinic.hidden_business not in {row["id"] for row in shown}


def test_attendees_can_be_asked_for_by_booking_and_by_appointment(api, sandbox):
    booking = sandbox.world("individual_appointments")["individual_appointments"][0]["id"]
    for field in ("booking_id", "appointment_id"):
        found = api.found("attendees", f"{field}:={booking}", *EVERYTHING)
        assert len(found) == 1
        assert found[0]["booking"]["links"]["self"].endswith(f"/bookings/{booking}")


def test_lists_hide_archived_and_cancelled_unless_asked(api, sandbox):
    world = sandbox.world("individual_appointments")["individual_appointments"]
    plain = {row["id"] for row in world if not row["archived_at"] and not row["cancelled_at"]}
    cancelled = {row["id"] for row in world if row["cancelled_at"]}
    archived = {row["id"] for row in world if row["archived_at"]}
    assert plain
    assert cancelled
    assert archived

    def ids(*filters: str) -> set[str]:
        return {row["id"] for row in api.found("individual_appointments", *filters)}

    assert ids() == plain
    assert ids("cancelled_at:*") == plain | cancelled
    assert ids("archived_at:*") == plain | archived
    assert ids(*EVERYTHING) == plain | cancelled | archived
    assert ids("cancelled_at:?") == cancelled
    assert ids("cancelled_at:!?") == plain
    assert ids("archived_at:>=2020-01-01T00:00:00Z") == archived
    assert ids("deleted_at:?") == archived


def test_single_reads_honour_the_same_filters(api, sandbox, clinic):
    gone = clinic.characters["archived"]["patient_ids"][0]
    assert api.get(f"patients/{gone}").status_code == 404
    assert api.get(f"patients/{gone}", ("q[]", "archived_at:*")).json()["archived_at"]
    world = sandbox.world("individual_appointments")["individual_appointments"]
    cancelled = next(row["id"] for row in world if row["cancelled_at"])
    assert api.get(f"individual_appointments/{cancelled}").status_code == 404
    answer = api.get(f"individual_appointments/{cancelled}", ("q[]", "cancelled_at:*"), ("q[]", "archived_at:*"))
    assert answer.status_code == 200
    assert answer.json()["cancellation_reason_description"]


def test_legacy_lists(api, sandbox):
    world = sandbox.world("patients", "deleted_patients", "individual_appointments")
    archived = {row["id"] for row in world["patients"] if row["archived_at"]}
    assert {row["id"] for row in api.found("patients/archived")} == archived
    deleted = api.get("patients/deleted").json()
    assert len(deleted["patients"]) == len(world["deleted_patients"])
    assert all(set(row) == {"deleted_at", "links"} for row in deleted["patients"])
    appointments = world["individual_appointments"]
    assert {row["id"] for row in api.found("individual_appointments/deleted")} == {
        row["id"] for row in appointments if row["archived_at"]
    }
    assert {row["id"] for row in api.found("individual_appointments/cancelled")} == {
        row["id"] for row in appointments if row["cancelled_at"]
    }
    for path in [
        "appointment_types/archived",
        "group_appointments/deleted",
        "attendees/deleted",
        "attendees/cancelled",
        "unavailable_blocks/deleted",
        "invoices/deleted",
        "invoice_items/deleted",
        "medical_alerts/deleted",
    ]:
        assert api.get(path).status_code == 200


def test_practitioners_lists_leave_inactive_ones_to_their_own_list(api, clinic):
    assert clinic.inactive_practitioner not in {row["id"] for row in api.found("practitioners")}
    assert [row["id"] for row in api.found("practitioners/inactive")] == [clinic.inactive_practitioner]
    path = f"businesses/{clinic.open_business}/practitioners"
    assert clinic.practitioner in {row["id"] for row in api.found(path)}
    offered = api.found(f"practitioners/{clinic.practitioner}/appointment_types")
    assert clinic.standard in {row["id"] for row in offered}
    assert clinic.practitioner in {
        row["id"] for row in api.found(f"appointment_types/{clinic.standard}/practitioners")
    }


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_range_query_agrees_with_a_plain_scan(api, sandbox, data):
    """Views, candidate lists and paging must give what a loop over all records gives."""
    rows = sandbox.world("individual_appointments")["individual_appointments"]
    texts, kept = list(EVERYTHING), rows
    for _ in range(data.draw(st.integers(0, 3))):
        field = data.draw(st.sampled_from(["starts_at", "updated_at", "created_at", "id"]))
        operator = data.draw(st.sampled_from([">=", ">", "<=", "<"]))
        value = data.draw(st.sampled_from(rows))[field]
        texts.append(f"{field}:{operator}{value}")
        compare = {">=": "__ge__", ">": "__gt__", "<=": "__le__", "<": "__lt__"}[operator]
        kept = [row for row in kept if getattr(row[field], compare)(value)]
    field = data.draw(st.sampled_from(["starts_at", "updated_at", "created_at", "id"]))
    found = api.found("individual_appointments", *texts, sort=field)
    assert [(row[field], row["id"]) for row in found] == sorted((row[field], row["id"]) for row in kept)
