"""Finding patients by phone, name and status, and reading one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.mirror.models import Appointment, Location, Patient
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from tests.api.conftest import Answer, Caller
from tests.api.rows import make_connection, make_patient


@pytest.fixture
def connection(caller: Caller) -> Connection:
    return make_connection(caller.practice)


@pytest.fixture
def people(connection: Connection) -> dict[str, Patient]:
    return {
        "maggie": make_patient(connection, "Margaret", "O'Brien", "0491 570 006", preferred_name="Maggie"),
        "zoe": make_patient(connection, "Zoë", "Lindström", "(02) 5550 1234"),
        "tom": make_patient(connection, "Tom", "O'Brien", "0491 570 006"),
        "archived": make_patient(connection, "Ana", "O'Brien", "0491 570 006", status="inactive"),
        "nobody": make_patient(connection, "No", "Phone", notes="Prefers mornings"),
    }


def find(caller: Caller, **query: Any) -> Answer:
    return caller.get(f"/patients?{urlencode(query)}")


def names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.json
    return [row["first_name"] for row in answer["items"]]


@pytest.mark.parametrize(
    "phone",
    ["0491 570 006", "+61491570006", "0491570006", "+61 (0)491 570 006", "0011 61 491 570 006", " 0491-570-006 "],
)
def test_a_phone_number_finds_its_people_in_any_format(
    caller: Caller, people: dict[str, Patient], phone: str
) -> None:
    assert names(find(caller, phone=phone)) == ["Margaret", "Tom"]


def test_a_number_of_nobody_finds_nobody(caller: Caller, people: dict[str, Patient]) -> None:
    assert names(find(caller, phone="0491 570 156")) == []


@pytest.mark.parametrize("phone", ["12", "hello", "0491 570", "+", "999999999999999999"])
def test_what_is_no_phone_number_is_said_so(caller: Caller, people: dict[str, Patient], phone: str) -> None:
    answer = find(caller, phone=phone)
    assert answer.status == 422
    assert set(answer.error["fields"]) == {"phone"}


@pytest.mark.parametrize(
    ("name", "found"),
    [("o'brien", ["Margaret", "Tom"]), ("TOM o'br", ["Tom"]), ("lindstrom", ["Zoë"]), ("Zoë", ["Zoë"]), ("0491", [])],
)
def test_a_name_finds_by_its_words_with_or_without_accents(
    caller: Caller, people: dict[str, Patient], name: str, found: list[str]
) -> None:
    assert names(find(caller, name=name)) == found


def test_phone_name_and_status_narrow_together(caller: Caller, people: dict[str, Patient]) -> None:
    assert names(find(caller, phone="0491570006", name="tom")) == ["Tom"]
    assert names(find(caller, phone="0491570006", status="archived")) == ["Ana"]
    assert names(find(caller, phone="0491570006", status="all")) == ["Ana", "Margaret", "Tom"]


def test_search_looks_where_the_pages_look(caller: Caller, people: dict[str, Patient]) -> None:
    assert names(find(caller, search="570 006")) == ["Margaret", "Tom"]
    assert names(find(caller, search="obrien tom")) == []
    assert names(find(caller)) == ["Zoë", "Margaret", "Tom", "No"]
    assert find(caller, search="a", name="b").error["fields"] == {"search": "Use search alone, or phone and name."}


@pytest.mark.parametrize("query", [{}, {"name": "family"}, {"search": "family"}, {"phone": "0491570006"}])
def test_pages_follow_one_another_without_gap_or_repeat(
    caller: Caller, connection: Connection, query: dict[str, str]
) -> None:
    for number in range(7):
        # Same names, so that only the id tells them apart.
        make_patient(connection, f"Twin{number % 2}", "Family", "0491 570 006")
    seen: list[int] = []
    after, pages = "", 0
    while True:
        answer = find(caller, limit=3, after=after, **query)
        seen += [row["id"] for row in answer["items"]]
        pages += 1
        after = answer["next"]
        if after is None:
            break
    assert pages == 3
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("after", ["x", "!!!", "cDE", "W10", "cDk5OTk5", "é", "%00", "cA"])
@pytest.mark.parametrize("query", ["", "&name=a"])
def test_a_mark_that_is_none_of_ours_is_said_so(caller: Caller, after: str, query: str) -> None:
    answer = caller.get(f"/patients?after={after if after == '%00' else quote(after)}{query}")
    assert answer.status == 422
    assert set(answer.error["fields"]) == {"after"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=gone", "status"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("name=%00", "name"),
        ("search=a%00b", "search"),
        ("name=" + "x" * 201, "name"),
        ("fone=0491570006", "fone"),
        ("phone=%00", "phone"),
    ],
)
def test_a_filter_that_cannot_be_used_is_named(caller: Caller, query: str, field: str) -> None:
    answer = caller.get(f"/patients?{query}")
    assert (answer.status, answer.error["code"]) == (422, "invalid")
    assert list(answer.error["fields"]) == [field]


def test_a_patient_shows_the_vendors_long_id_as_text(caller: Caller, people: dict[str, Patient]) -> None:
    zoe = people["zoe"]
    answer = caller.get(f"/patients/{zoe.pk}")
    assert answer["id"] == zoe.pk
    assert answer["remote_id"] == zoe.remote_id
    assert isinstance(answer["remote_id"], str)
    assert answer["phones"] == [{"number": "(02) 5550 1234", "e164": "+61255501234", "kind": "mobile"}]


def test_a_merged_patient_names_the_one_it_lives_on_as(caller: Caller, people: dict[str, Patient]) -> None:
    with acting_for(caller.practice.pk):
        Patient.objects.filter(pk=people["archived"].pk).update(merged_into=people["maggie"].remote_id)
    assert caller.get(f"/patients/{people['archived'].pk}")["merged_into"] == people["maggie"].pk


def test_notes_are_given_only_while_the_practice_keeps_them(caller: Caller, people: dict[str, Patient]) -> None:
    path = f"/patients/{people['nobody'].pk}"
    assert caller.get(path)["notes"] == ""
    with acting_for(caller.practice.pk):
        Practice.objects.filter(pk=caller.practice.pk).update(keep_patient_notes=True)
    assert caller.get(path)["notes"] == "Prefers mornings"


def test_appointments_come_newest_first_in_utc_and_by_the_clock_at_the_place(
    caller: Caller, connection: Connection, people: dict[str, Patient]
) -> None:
    zoe = people["zoe"]
    vendors = {"practice": caller.practice, "connection": connection, "seen_at": timezone.now(), "fingerprint": 0}
    # The clocks of Adelaide go forward on 4 October 2026: half past ten hours before, and after.
    starts = [datetime(2026, 10, 2, 0, 30, tzinfo=UTC), datetime(2026, 10, 5, 0, 30, tzinfo=UTC)]
    starts.append((timezone.now() + timedelta(days=9)).replace(microsecond=0))
    with acting_for(caller.practice.pk):
        Location.objects.create(
            **vendors,
            remote_id="11",
            remote_updated_at=timezone.now(),
            name="Adelaide",
            time_zone="Australia/Adelaide",
            online=True,
            active=True,
        )
        for number, start in enumerate(starts):
            Appointment.objects.create(
                **vendors,
                remote_id=f"1{number}",
                remote_updated_at=timezone.now(),
                patient_remote_id=zoe.remote_id,
                location_remote_id="11",
                starts_at=start,
                ends_at=start + timedelta(minutes=30),
                status="confirmed",
            )
    path = f"/patients/{zoe.pk}/appointments"
    rows = caller.get(path)["items"]
    assert [row["remote_id"] for row in rows] == ["12", "11", "10"]
    assert (rows[2]["starts_at"], rows[2]["local_start"]) == ("2026-10-02T00:30:00Z", "2026-10-02T10:00:00+09:30")
    assert (rows[1]["starts_at"], rows[1]["local_start"]) == ("2026-10-05T00:30:00Z", "2026-10-05T11:00:00+10:30")
    assert rows[1]["time_zone"] == "Australia/Adelaide"
    assert [row["remote_id"] for row in caller.get(f"{path}?when=upcoming")["items"]] == ["12"]
    assert [row["remote_id"] for row in caller.get(f"{path}?when=past")["items"]] == ["11", "10"]
    assert caller.get(f"{path}?when=soon").error["fields"] == {
        "when": "Choose one of these: 'all', 'upcoming' or 'past'."
    }
