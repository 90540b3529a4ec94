"""02:00 in the practice's zone, once each local day, through every kind of change of the clocks (S14)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from routiq.sync.nightly import due_day, moment_of

ZONES = [
    "Australia/Sydney",
    "Australia/Adelaide",
    "Australia/Brisbane",
    "Australia/Perth",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
]


@pytest.mark.parametrize("name", ZONES)
def test_a_clock_that_looks_every_minute_reconciles_once_each_local_day_of_a_year(name: str) -> None:
    zone = ZoneInfo(name)
    now = datetime(2026, 7, 1, tzinfo=UTC)
    last = now.astimezone(zone).date()
    done: list[tuple[date, datetime]] = []
    while now < datetime(2027, 7, 1, tzinfo=UTC):
        # A minute at a time near the night's hours, an hour at a time otherwise.
        now += timedelta(minutes=1 if 1 <= now.astimezone(zone).hour <= 3 else 60)
        day = due_day(now, zone, last)
        if day is not None:
            done.append((day, now))
            last = day
    days = [day for day, _ in done]
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))], "every day, each once"
    assert len(days) >= 364
    for day, at in done:
        local = at.astimezone(zone)
        assert local.date() == day
        assert (2, 0) <= (local.hour, local.minute) <= (3, 1), (day, local)


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("Australia/Sydney", date(2026, 10, 4), "2026-10-03T16:00:00+00:00"),  # 02:00 does not exist: 03:00
        ("Australia/Sydney", date(2027, 4, 4), "2027-04-03T15:00:00+00:00"),  # 02:00 comes twice: the first
        ("Australia/Adelaide", date(2026, 10, 4), "2026-10-03T16:30:00+00:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), "2026-10-03T15:30:00+00:00"),  # half an hour is missing: 02:30
        ("Australia/Lord_Howe", date(2027, 4, 4), "2027-04-03T15:30:00+00:00"),
        ("Pacific/Auckland", date(2026, 9, 27), "2026-09-26T14:00:00+00:00"),
        ("Pacific/Chatham", date(2026, 9, 27), "2026-09-26T13:15:00+00:00"),
        ("Australia/Brisbane", date(2026, 10, 4), "2026-10-03T16:00:00+00:00"),
        ("Australia/Perth", date(2026, 10, 4), "2026-10-03T18:00:00+00:00"),
    ],
)
def test_the_moment_on_days_of_change(name: str, day: date, expected: str) -> None:
    assert moment_of(day, ZoneInfo(name)).isoformat() == expected


def test_a_machine_that_was_off_makes_up_for_the_night_once() -> None:
    zone = ZoneInfo("Australia/Sydney")
    afternoon = datetime(2026, 5, 4, 5, 0, tzinfo=UTC)
    day = due_day(afternoon, zone, date(2026, 5, 1))
    assert day == date(2026, 5, 4)
    assert due_day(afternoon, zone, day) is None
    before_two = datetime(2026, 5, 4, 15, 30, tzinfo=UTC)
    assert due_day(before_two, zone, day) is None
