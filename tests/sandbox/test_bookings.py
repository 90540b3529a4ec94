"""Writing: patients, appointments, attendees, blocks and the rest (spec 3.1 to 3.4, 3.12, 3.16, 3.17)."""

from __future__ import annotations

import pytest

BOTH = (("q[]", "archived_at:*"), ("q[]", "cancelled_at:*"))


def test_a_patient_needs_both_names(api):
    answer = api.send("POST", "patients", {"first_name": " "})
    assert answer.status_code == 422
    body = answer.json()
    assert body["message"] == "Validation Failed"
    assert body["errors"] == {"first_name": "can’t be blank", "last_name": "can’t be blank"}


def test_a_body_without_its_content_type_is_ignored(api):
    text = b'{"first_name": "Ada", "last_name": "Lee"}'
    answer = api.client.post(f"{api.base}/patients", content=text, headers={"content-type": "text/plain"})
    assert answer.status_code == 422


def test_creating_and_changing_a_patient(api):
    made = api.send(
        "POST",
        "patients",
        {
            "first_name": "Zoë",
            "last_name": "D'Angelo",
            "email": "zoe@example.org",
            "patient_phone_numbers": [{"number": "0491 570 737", "phone_type": "Mobile"}],
            "id": "1",
            "label": "ignored",
        },
    )
    assert made.status_code == 201
    patient = made.json()
    assert made.headers["location"] == patient["links"]["self"]
    assert patient["label"] == "Zoë D'Angelo"
    assert patient["patient_phone_numbers"] == [
        {"number": "0491 570 737", "normalized_number": "61491570737", "phone_type": "Mobile"}
    ]
    for verb, number in (("PATCH", "+61 2 5550 0100"), ("PUT", "(02) 5550 0101")):
        changed = api.send(
            verb, f"patients/{patient['id']}", {"patient_phone_numbers": [{"number": number, "phone_type": "Home"}]}
        )
        assert changed.status_code == 200
        assert [held["number"] for held in changed.json()["patient_phone_numbers"]] == [number]
        assert changed.json()["last_name"] == "D'Angelo"
    assert api.get(f"patients/{patient['id']}").json() == changed.json()


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nobody"), ("date_of_birth", "1.1.1990"), ("reminder_type", "Pigeon"), ("city", "x" * 256)],
)
def test_bad_patient_fields_are_422(api, clinic, field, value):
    answer = api.send("PATCH", f"patients/{clinic.patient}", {field: value})
    assert answer.status_code == 422
    assert isinstance(answer.json()["errors"][field], str)


def test_duplicates_are_never_refused(api, clinic):
    patient = api.get(f"patients/{clinic.patient}").json()
    twin = api.send("POST", "patients", {key: patient[key] for key in ("first_name", "last_name", "email")})
    assert twin.status_code == 201


def test_archiving_a_patient(api, clinic):
    path = f"patients/{clinic.patient}"
    gone = api.send("POST", f"{path}/archive")
    assert (gone.status_code, gone.content) == (204, b"")
    assert api.get(path).status_code == 404
    assert api.send("PATCH", path, {"city": "x"}).status_code == 404
    rows = api.found("individual_appointments", f"patient_id:={clinic.patient}")
    assert rows, "the appointments of an archived patient stay in their lists"
    back = api.send("POST", f"{path}/unarchive")
    assert back.status_code == 200
    assert back.json()["archived_at"] is None
    assert api.send("DELETE", path).status_code == 204
    assert api.get(path, ("q[]", "archived_at:*")).json()["archived_at"]


def test_booking_never_checks_availability(api, clinic):
    for start in ("2026-05-05T01:30:00Z", "2026-05-05T01:30:00Z", "2026-05-10T17:00:00Z", "2020-01-01T00:00:00Z"):
        made = api.send("POST", "individual_appointments", clinic.booking(start))
        assert made.status_code == 201
    hidden = clinic.booking(
        "2026-05-06T01:00:00Z",
        practitioner_id=clinic.hidden_practitioner,
        business_id=clinic.hidden_business,
        appointment_type_id=clinic.types["WorkCover report"],
    )
    assert api.send("POST", "individual_appointments", hidden).status_code == 201


def test_a_new_appointment_is_complete(api, clinic):
    row = api.send(
        "POST", "individual_appointments", clinic.booking("2026-05-06T11:30:00.250+10:00", notes="By phone")
    ).json()
    assert row["starts_at"] == "2026-05-06T01:30:00Z"
    assert row["ends_at"] == "2026-05-06T02:00:00Z"
    assert row["patient_name"] == "Margaret Okafor"
    assert (row["patient_arrived"], row["did_not_arrive"]) == (False, False)
    assert (row["cancelled_at"], row["archived_at"], row["repeat_rule"], row["repeats"]) == (None, None, {}, None)
    assert row["cancellation_reason_description"] == ""
    assert row["telehealth_url"]
    naive = api.send("POST", "individual_appointments", clinic.booking("2026-05-06T11:00:00")).json()
    assert naive["starts_at"] == "2026-05-06T11:00:00Z"


def test_each_individual_appointment_has_one_attendee(api, clinic):
    row = api.send("POST", "individual_appointments", clinic.booking("2026-05-06T01:30:00Z")).json()
    attendees = api.found("attendees", f"booking_id:={row['id']}")
    assert len(attendees) == 1
    assert attendees[0]["arrived"] is None
    assert api.found(f"individual_appointments/{row['id']}/attendees") == attendees


def test_bad_bookings(api, clinic):
    def errors(**changes):
        body = clinic.booking("2026-05-06T01:30:00Z") | changes
        answer = api.send("POST", "individual_appointments", {k: v for k, v in body.items() if v is not None})
        assert answer.status_code == 422
        return answer.json()["errors"]

    assert errors(patient_id=None) == {"patient_id": "can’t be blank"}
    assert errors(starts_at=None) == {"starts_at": "can’t be blank"}
    assert errors(appointment_type_id="1") == {"max_attendees": "is not a number"}
    assert set(errors(appointment_type_id=clinic.types["Clinical Pilates class"])) == {"max_attendees"}
    assert set(errors(patient_id="1")) == {"patient"}
    assert set(errors(business_id="1")) == {"business"}
    assert set(errors(ends_at="2026-05-06T01:00:00Z")) == {"ends_at"}
    assert set(errors(starts_at="tomorrow")) == {"starts_at"}


def test_rescheduling_keeps_the_end_unless_it_is_null(api, clinic):
    row = api.send("POST", "individual_appointments", clinic.booking("2026-05-06T01:30:00Z")).json()
    path = f"individual_appointments/{row['id']}"
    assert api.send("PATCH", path, {"starts_at": "2026-05-06T01:00:00Z"}).json()["ends_at"] == row["ends_at"]
    assert api.send("PATCH", path, {"starts_at": "2026-05-07T01:00:00Z"}).status_code == 422
    moved = api.send("PUT", path, {"starts_at": "2026-05-07T01:00:00Z", "ends_at": None}).json()
    assert (moved["id"], moved["ends_at"]) == (row["id"], "2026-05-07T01:30:00Z")


def test_conflicts_are_computed(api, sandbox, clinic):
    first = api.send("POST", "individual_appointments", clinic.booking("2026-05-10T17:00:00Z")).json()
    conflicts = f"individual_appointments/{first['id']}/conflicts"
    assert api.get(conflicts).json() == {"conflicts": {"exist": False}}
    second = api.send("POST", "individual_appointments", clinic.booking("2026-05-10T17:15:00Z")).json()
    assert api.get(conflicts).json() == {"conflicts": {"exist": True}}
    api.send("PATCH", f"individual_appointments/{second['id']}/cancel", {"cancellation_reason": 50})
    assert api.get(conflicts).json() == {"conflicts": {"exist": False}}
    third = api.send("POST", "individual_appointments", clinic.booking("2026-05-10T17:30:00Z")).json()
    assert api.get(conflicts).json() == {"conflicts": {"exist": False}}, "touching is not overlapping"
    block = {key: third[key] for key in ("starts_at", "ends_at")} | {
        "starts_at": "2026-05-10T16:45:00Z",
        "ends_at": "2026-05-10T17:05:00Z",
        "practitioner_id": clinic.practitioner,
        "business_id": clinic.open_business,
    }
    assert api.send("POST", "unavailable_blocks", block).status_code == 201
    assert api.get(conflicts).json() == {"conflicts": {"exist": True}}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (10, "Feeling Better"),
        (20, "Condition Worse"),
        (30, "Sick"),
        (31, "COVID-19 related"),
        (40, "Away"),
        (50, "Other"),
        (60, "Work"),
    ],
)
def test_cancelling_with_each_reason(api, clinic, code, text):
    row = api.send("POST", "individual_appointments", clinic.booking("2026-05-06T01:30:00Z")).json()
    path = f"individual_appointments/{row['id']}"
    done = api.send("PATCH", f"{path}/cancel", {"cancellation_reason": code, "cancellation_note": "Rang"})
    assert (done.status_code, done.content) == (204, b"")
    assert api.get(path).status_code == 404
    held = api.get(path, *BOTH).json()
    assert (held["cancellation_reason"], held["cancellation_reason_description"]) == (code, text)
    assert held["cancellation_note"] == "Rang"
    assert api.found("attendees", f"booking_id:={row['id']}") == []
    assert api.send("PATCH", f"{path}/cancel", {"cancellation_reason": 50}).status_code == 422


@pytest.mark.parametrize("body", [{}, {"cancellation_reason": 99}, {"cancellation_note": "x"}])
def test_cancelling_needs_a_known_reason(api, clinic, body):
    row = api.send("POST", "individual_appointments", clinic.booking("2026-05-06T01:30:00Z")).json()
    answer = api.send("PATCH", f"individual_appointments/{row['id']}/cancel", body)
    assert answer.status_code == 422
    assert "cancellation_reason" in answer.json()["errors"]


def test_archiving_an_appointment_sets_both_stamps(api, clinic):
    row = api.send("POST", "individual_appointments", clinic.booking("2026-05-06T01:30:00Z")).json()
    path = f"individual_appointments/{row['id']}"
    assert api.send("DELETE", path).status_code == 204
    assert api.get(path).status_code == 404
    held = api.get(path, *BOTH).json()
    assert held["archived_at"] == held["deleted_at"] is not None
    assert row["id"] in {gone["id"] for gone in api.found("individual_appointments/deleted")}
    assert api.send("POST", f"{path}/archive").status_code == 404


@pytest.mark.parametrize(
    ("arrived", "mirrored"), [(True, (True, False)), (False, (False, True)), (None, (None, None))]
)
def test_arrival_is_written_on_the_attendee_only(api, clinic, arrived, mirrored):
    row = api.send("POST", "individual_appointments", clinic.booking("2026-05-04T01:30:00Z")).json()
    ignored = api.send("PATCH", f"individual_appointments/{row['id']}", {"patient_arrived": True}).json()
    assert ignored["patient_arrived"] is False
    attendee = api.found("attendees", f"booking_id:={row['id']}")[0]
    assert api.send("PATCH", f"attendees/{attendee['id']}", {"arrived": arrived}).json()["arrived"] is arrived
    held = api.get(f"individual_appointments/{row['id']}").json()
    assert (held["patient_arrived"], held["did_not_arrive"]) == mirrored
    single = api.send("PATCH", f"attendees/{attendee['id']}/cancel", {"cancellation_reason": 50})
    assert single.status_code == 422


def test_a_series_is_a_head_and_its_repeats_across_a_clock_change(api, clinic):
    rule = {"repeat_type": "Weekly", "repeating_interval": 1, "number_of_repeats": 2}
    head = api.send(
        "POST", "individual_appointments", clinic.booking("2026-09-25T00:00:00Z", repeat_rule=rule)
    ).json()
    assert head["repeat_rule"] == rule
    rest = api.found("individual_appointments", f"repeated_from_id:={head['id']}", sort="starts_at")
    # clocks go forward on 4 October 2026: ten in the morning comes an hour earlier in UTC
    assert [row["starts_at"] for row in rest] == ["2026-10-02T00:00:00Z", "2026-10-08T23:00:00Z"]
    body = {"cancellation_reason": 40, "apply_to_repeats": True}
    assert api.send("PATCH", f"individual_appointments/{head['id']}/cancel", body).status_code == 204
    assert api.found("individual_appointments", f"repeated_from_id:={head['id']}") == []


def test_a_class_has_seats(api, sandbox, clinic):
    body = {
        "practitioner_id": clinic.practitioner,
        "business_id": clinic.open_business,
        "appointment_type_id": clinic.types["Clinical Pilates class"],
        "starts_at": "2026-05-06T08:00:00Z",
        "max_attendees": 2,
    }
    group = api.send("POST", "group_appointments", body).json()
    assert (group["max_attendees"], group["patient_ids"], group["ends_at"]) == (2, [], "2026-05-06T09:00:00Z")
    assert "cancelled_at" not in group
    people = [row["id"] for row in api.found("patients")][:3]
    seats = [api.send("POST", "attendees", {"booking_id": group["id"], "patient_id": who}) for who in people]
    assert [seat.status_code for seat in seats] == [201, 201, 422]
    path = f"group_appointments/{group['id']}"
    assert api.get(path).json()["patient_ids"] == people[:2]
    done = api.send("PATCH", f"attendees/{seats[0].json()['id']}/cancel", {"cancellation_reason": 30})
    assert done.status_code == 204
    assert api.get(path).json()["patient_ids"] == people[1:2]
    blank = api.send("POST", "attendees", {})
    assert set(blank.json()["errors"]) == {"booking_id", "patient_id"}
    assert api.send("PATCH", f"{path}/cancel", {"cancellation_reason": 30}).status_code == 404


def test_bookings_are_the_union(api, sandbox, clinic):
    world = sandbox.world("individual_appointments", "group_appointments", "unavailable_blocks")
    rows = api.found("bookings", "archived_at:*", "cancelled_at:*")
    assert len(rows) == sum(len(held) for held in world.values())
    kinds = {"unavailable_block_type" in row: row for row in rows}
    assert "patient" not in kinds[True]
    block = kinds[True]
    assert block["links"]["self"].endswith(f"/bookings/{block['id']}")
    assert "/unavailable_blocks/" in block["conflicts"]["links"]["self"]
    new = api.send("POST", "individual_appointments", clinic.booking("2026-05-06T01:30:00Z")).json()
    assert api.get(f"bookings/{new['id']}").json()["patient_name"] == new["patient_name"]


def test_recalls_keep_a_date(api, clinic):
    kind = api.found("recall_types")[0]
    body = {"patient_id": clinic.patient, "recall_type_id": kind["id"], "recall_at": "2026-06-08T02:00:00Z"}
    made = api.send("POST", "recalls", body)
    assert (made.status_code, made.json()["recall_at"]) == (201, "2026-06-08")
    assert made.json()["id"] in {row["id"] for row in api.found("recalls", f"patient_id:={clinic.patient}")}
    assert set(api.send("POST", "recalls", {}).json()["errors"]) == {"patient_id", "recall_type_id", "recall_at"}


def test_only_memos_can_be_written(api, clinic):
    memo = {
        "patient_id": clinic.patient,
        "content": "Asked to move Tuesday",
        "type_code": 3,
        "direction_code": 2,
        "category_code": 12,
        "from": "0491 570 006",
    }
    made = api.send("POST", "communications", memo).json()
    assert (made["type"], made["direction_description"], made["category"]) == ("Phone call", "Received", "Memo")
    assert api.send("POST", "communications", memo | {"category_code": 7}).status_code == 422
    replies = api.found("communications", "category_code:=8")
    assert replies
    assert api.send("PATCH", f"communications/{replies[0]['id']}", {"content": "x"}).status_code == 422


def test_invoices_read_as_the_vendor_shows_them(api):
    rows = api.found("invoices", "status:=20")
    assert rows
    assert {row["status_description"] for row in rows} == {"Paid"}
    assert all(isinstance(row["total_amount"], str) for row in rows)


def test_types_and_places_can_be_edited(api, clinic):
    body = {"name": "Nurse visit", "max_attendees": 1, "practitioner_ids": [clinic.practitioner]}
    made = api.send("POST", "appointment_types", body | {"business_ids": [clinic.open_business]})
    assert made.status_code == 201
    assert made.json()["id"] in api.get(f"businesses/{clinic.open_business}").json()["appointment_type_ids"]
    offered = api.found(f"practitioners/{clinic.practitioner}/appointment_types")
    assert made.json()["id"] in {kind["id"] for kind in offered}
    assert api.send("POST", "appointment_types", {}).status_code == 422
    assert api.send("POST", "appointment_types/1/archive").status_code == 404
