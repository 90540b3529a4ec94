"""When a practitioner takes no bookings, as Nookal lists it: events, day by day."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms.gateway import Selection, Stream
from routiq.pms.nookal import events, payloads
from routiq.pms.nookal.mapping import Habits
from routiq.pms.records import UNSTAMPED, BlockRecord
from tests.pms.test_nookal_reading import forms, rows_of

HABITS = Habits(zones={"1": "Australia/Sydney", "2": "Australia/Perth"})


def event(**fields: Any) -> payloads.Event:
    given = {
        "ApptDate": "2026-10-06",
        "StartTime": "09:00:00",
        "EndTime": "10:30:00",
        "ProviderID": "5",
        "EventID": "2",
        "CategoryName": "Meeting",
        "EventTitle": "Case review: R. Shah",
        "IsActive": "1",
        **fields,
    }
    return msgspec.json.decode(msgspec.json.encode(given), type=payloads.Event)


def block(habits: Habits = HABITS, **fields: Any) -> BlockRecord:
    found = events.block(event(**fields), habits)
    assert found is not None
    return found


def test_an_event_is_read_by_the_clock_of_its_place() -> None:
    here, there = block(ID="77", LocationID="1"), block(ID=77, LocationID="2")
    assert (here.id, here.practitioner_id, here.location_id) == ("20261006-77", "5", "1")
    assert here.starts_at == datetime(2026, 10, 5, 22, 0, tzinfo=UTC)
    assert here.ends_at - here.starts_at == timedelta(minutes=90)
    assert there.starts_at - here.starts_at == timedelta(hours=3)
    assert (here.updated_at, here.deleted_at) == (UNSTAMPED, None)


def test_what_is_documented_is_enough() -> None:
    """No id and no place: the practitioner and the start name it, by the clock of the practice's first location."""
    bare = block()
    assert bare.id == "20261006-5-0900"
    assert bare.starts_at == datetime(2026, 10, 5, 22, 0, tzinfo=UTC)
    assert bare.location_id == ""
    assert block(StartTime="09:30:00").id != bare.id != block(ProviderID="6").id


def test_a_day_of_leave_ends_with_the_day() -> None:
    leave = block(StartTime="00:00:00", EndTime="23:59:59")
    assert leave.ends_at - leave.starts_at == timedelta(hours=24)


def test_what_was_deleted_says_so() -> None:
    assert block(IsActive="0").deleted_at is not None
    assert block(IsActive=None).deleted_at is None


def test_its_title_is_kept_only_where_the_practice_keeps_notes() -> None:
    assert block().notes == ""
    assert block(Habits(include_notes=True, zones=HABITS.zones)).notes == "Case review: R. Shah"


@pytest.mark.parametrize("fields", [{"ProviderID": "0"}, {"ApptDate": "0000-00-00"}, {"StartTime": None}])
def test_what_is_nobodys_or_at_no_time_is_left_out(fields: dict[str, Any]) -> None:
    assert events.block(event(**fields), HABITS) is None
    assert events.block(event(), Habits()) is None


@pytest.mark.parametrize("fields", [{"ID": "77"}, {}])
def test_the_day_is_read_from_the_id(fields: dict[str, Any]) -> None:
    assert events.day_of(block(**fields).id) == date(2026, 10, 6)
    assert events.day_of("999000999") is None


def test_every_day_of_every_event_comes_and_one_is_found_by_its_id(sandbox: RunningSandbox, nookal: Any) -> None:
    found = {each.id: each for each in nookal.all(Stream.BLOCKS)}
    rows = rows_of(sandbox, "unavailable_blocks")
    leave = next(row for row in rows if row["notes"] == "Leave")
    days = [found[key] for key in sorted(found) if key.endswith(f"-{leave['id']}")]
    starts, ends = (datetime.fromisoformat(leave[name]) for name in ("starts_at", "ends_at"))
    assert len(days) > 1
    assert (days[0].starts_at, days[-1].ends_at) == (starts, ends)
    assert all(day.ends_at == following.starts_at for day, following in itertools.pairwise(days))
    gone = {row["id"] for row in rows if row.get("archived_at")}
    assert {key for key, each in found.items() if each.deleted_at} == {
        key for key in found if key.partition("-")[2] in gone
    }
    some = (days[0].id, days[-1].id, "999000999")
    exactly = nookal.all(Stream.BLOCKS, Selection(ids=some))
    assert sorted(each.id for each in exactly) == sorted(some[:2])


def test_a_window_begins_and_ends_to_the_minute(sandbox: RunningSandbox, nookal: Any) -> None:
    every = sorted(nookal.all(Stream.BLOCKS), key=lambda each: each.starts_at)
    first, last = every[3].starts_at, every[-3].starts_at
    found = nookal.all(Stream.BLOCKS, Selection(starts_from=first, starts_before=last))
    assert {each.id for each in found} == {each.id for each in every if first <= each.starts_at < last}
    asked = forms(sandbox, "getEvents")[-1]
    assert asked["date_from"] == first.astimezone(ZoneInfo("Australia/Sydney")).date().isoformat()
