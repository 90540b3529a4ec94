"""When a text may go out, by the clock at the place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from routiq.messaging.hours import goes_at

SYDNEY = ZoneInfo("Australia/Sydney")
DAY = timedelta(days=1)


def at(day: int, hour: int, minute: int = 0, zone: str = "Australia/Sydney", month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        (at(26, 7, 59), at(26, 8)),
        (at(26, 8), at(26, 8)),
        (at(26, 20, 59), at(26, 20, 59)),
        (at(26, 21), at(27, 8)),
        (at(26, 23, 30), at(27, 8)),
        (at(27, 0, 5), at(27, 8)),
        (at(27, 0, 5, "Pacific/Chatham"), at(27, 8, 0, "Pacific/Chatham")),
    ],
)
def test_what_the_practice_does_is_told_by_day(now: datetime, goes: datetime) -> None:
    zone = ZoneInfo(str(now.tzinfo))
    assert goes_at(now, zone, asked_for_at=None, useful_until=now + DAY) == goes


@pytest.mark.parametrize(("minutes", "at_once"), [(0, True), (30, True), (31, False)])
def test_what_the_patient_did_is_answered_at_any_hour_when_it_follows_directly(minutes: int, at_once: bool) -> None:
    now = at(26, 23)
    goes = goes_at(now, SYDNEY, asked_for_at=now - timedelta(minutes=minutes), useful_until=now + DAY)
    assert (goes == now) is at_once


def test_what_would_come_too_late_in_the_morning_goes_at_once() -> None:
    assert goes_at(at(26, 23), SYDNEY, asked_for_at=None, useful_until=at(27, 7, 30)) == at(26, 23)


@pytest.mark.parametrize(
    ("now", "utc"),
    [
        (at(3, 22, month=10), datetime(2026, 10, 3, 21, tzinfo=UTC)),
        (at(4, 22, month=4), datetime(2026, 4, 4, 22, tzinfo=UTC)),
    ],
)
def test_the_morning_comes_an_hour_off_when_clocks_change_in_the_night(now: datetime, utc: datetime) -> None:
    assert goes_at(now, SYDNEY, asked_for_at=None, useful_until=now + DAY) == utc
