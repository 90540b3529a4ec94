"""Nookal's single values in every form in which they come, and the practice's own lists as records."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routiq.pms.nookal import mapping, payloads, values
from routiq.pms.records import UNSTAMPED
from tests.pms.nookal_objects import HABITS, read


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", True), (1, True), (True, True), ("0", False), (0, False), (False, False), (None, None), ("", None)],
)
def test_a_flag_comes_in_many_forms(value: Any, expected: bool | None) -> None:
    assert values.flag(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("713", "713"),
        (713, "713"),
        (None, ""),
        ("", ""),
        ("0", ""),
        (0, ""),
        (" 7 ", "7"),
        ("file_a1.2", "file_a1.2"),
    ],
)
def test_no_related_record_is_said_in_three_ways(value: Any, expected: str) -> None:
    assert values.record_id(value) == expected


@pytest.mark.parametrize("nothing", [None, "", "0000-00-00", "0000-00-00 00:00:00", "soon", 0, "2026-13-45"])
def test_what_is_no_day_is_none(nothing: Any) -> None:
    assert values.day(nothing) is None
    assert values.moment(nothing) is None


def test_a_stamp_is_read_as_utc() -> None:
    assert values.moment("2026-09-20 01:02:03") == datetime(2026, 9, 20, 1, 2, 3, tzinfo=UTC)
    assert values.moment("2026-09-20T11:02:03+10:00") == datetime(2026, 9, 20, 1, 2, 3, tzinfo=UTC)
    assert values.moment("2026-09-20") == datetime(2026, 9, 20, tzinfo=UTC)
    assert values.stamp(datetime.fromisoformat("2026-09-20T11:02:03+10:00")) == "2026-09-20 01:02:03"


@pytest.mark.parametrize(
    ("value", "expected"), [("110.00", "110.00"), (75, "75"), ("1,250.50", "1250.50"), (None, "0"), ("", "0")]
)
def test_money_is_exact(value: Any, expected: str) -> None:
    assert values.money(value) == Decimal(expected)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "ten", "1 2"])
def test_what_is_no_money_is_not_taken_for_nothing(value: str) -> None:
    with pytest.raises(ValueError, match="money"):
        values.money(value)


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()))
def test_no_value_breaks_the_reading(value: Any) -> None:
    values.text(value), values.record_id(value), values.flag(value), values.number(value)
    assert values.day(value) is None or isinstance(values.day(value), date)
    stamp = values.moment(value)
    assert stamp is None or stamp.tzinfo is UTC
    values.clock(value)


def location(**fields: Any) -> Any:
    given = {"ID": 1, "Name": "Harbour Physio", "Timezone": "Australia/Sydney", "Country": "Australia", **fields}
    return read(payloads.Location, given)


@pytest.mark.parametrize(
    ("fields", "zone"),
    [
        ({}, "Australia/Sydney"),
        ({"Timezone": "Nowhere/Land", "State": "WA"}, "Australia/Perth"),
        ({"Timezone": None, "State": "qld"}, "Australia/Brisbane"),
        ({"Timezone": "", "State": None, "Country": "New Zealand"}, "Pacific/Auckland"),
        ({"Timezone": None, "State": None}, ""),
    ],
)
def test_a_location_without_a_zone_has_that_of_its_state(fields: dict[str, Any], zone: str) -> None:
    assert mapping.location(location(**fields), HABITS).time_zone == zone


def test_a_location_has_no_stamp_and_an_address_in_one_line() -> None:
    record = mapping.location(location(AddressLine1="1 Quay St", AddressLine2=None, City="Sydney"), HABITS)
    assert (record.updated_at, record.address) == (UNSTAMPED, "1 Quay St, Sydney")


def practitioner(number: int, *places: Any, **fields: Any) -> Any:
    given = {"ID": number, "FirstName": "Maya", "LastName": "Lund", "locations": list(places), **fields}
    return read(payloads.Practitioner, given)


def service(number: Any, locations: Any, **fields: Any) -> Any:
    return read(
        payloads.Service, {"ID": number, "Name": "Consult", "Duration": "45", "Locations": locations, **fields}
    )


def test_who_does_what_where() -> None:
    places = [location(), location(ID="2")]
    people = [
        practitioner(5, 1, "2"),
        practitioner(6, "2", status="1", ShowInDiary="1"),
        practitioner(7, 1, ShowInDiary="0"),
        practitioner(8, 1, status="0"),
    ]
    services = [
        service(3, [0, "1", "2"]),
        service(4, {"0": 0, "1": "2"}),
        service(9, ["1"], active="0"),
        service(10, []),
    ]
    found = {
        (offer.location_id, offer.appointment_type_id): offer.practitioner_ids
        for offer in mapping.offerings(places, people, services)
    }
    assert found == {("1", "3"): ("5",), ("2", "3"): ("5", "6"), ("2", "4"): ("5", "6")}


def test_services_and_classes_never_share_an_id() -> None:
    plain, group = mapping.service(service(3, []), HABITS), mapping.class_type(service(3, []), HABITS)
    assert (plain.id, group.id) == ("3", "class-3")
    assert (plain.max_attendees, group.max_attendees) == (1, 0)


@pytest.mark.parametrize(("said", "minutes"), [("45", 45), (30, 30), ("00:45:00", 45), ("45.0", 45), (None, 0)])
def test_durations_are_minutes(said: Any, minutes: int) -> None:
    assert mapping.service(service(3, [], Duration=said), HABITS).duration_minutes == minutes
