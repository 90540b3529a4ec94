"""When somebody who waits could come: days, weekdays, parts of the day, times of day. Pure.

Everything is by the clock at the location, since that is where the patient would come to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from itertools import groupby
from typing import Any

import msgspec

from routiq.frontdesk.wishes import Wish
from routiq.practices.clocks import short_clock


class PartOfDay(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


#: From and until when a part of the day lasts; the end is not in it.
_PARTS = {
    PartOfDay.MORNING: (time(0), time(12)),
    PartOfDay.AFTERNOON: (time(12), time(17)),
    PartOfDay.EVENING: (time(17), time.max),
}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Days:
    """From a day to a day, both included; ``None``: open on that side."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class When:
    """What is left out does not matter. With nothing said, any time is right."""

    days: tuple[Days, ...] = ()
    weekdays: tuple[int, ...] = ()
    """ISO weekdays, 1 is Monday."""
    parts: tuple[PartOfDay, ...] = ()
    not_before: time | None = None
    """Earliest start in a day, inclusive."""
    not_after: time | None = None
    """Latest start in a day, inclusive."""

    def fits(self, local_start: datetime) -> bool:
        """``local_start`` by the clock at the location."""
        day, clock = local_start.date(), local_start.time()
        return (
            (not self.days or any(day in days for days in self.days))
            and (not self.weekdays or local_start.isoweekday() in self.weekdays)
            and (not self.parts or any(_PARTS[part][0] <= clock < _PARTS[part][1] for part in self.parts))
            and (self.not_before is None or clock >= self.not_before)
            and (self.not_after is None or clock <= self.not_after)
        )

    @property
    def last_day(self) -> date | None:
        """After which nothing fits any more; ``None``: never."""
        if not self.days or any(days.last is None for days in self.days):
            return None
        return max(days.last for days in self.days if days.last is not None)

    def problems(self, today: date) -> dict[str, str]:
        """What is wrong with it, by field, as sentences. ``today`` is the practice's own day."""
        found: dict[str, str] = {}
        if any(days.first and days.last and days.last < days.first for days in self.days):
            found["days"] = "The last day comes before the first."
        elif self.last_day is not None and self.last_day < today:
            found["days"] = "These days are over."
        if any(number not in range(1, 8) for number in self.weekdays):
            found["weekdays"] = "A weekday is a number from 1, Monday, to 7."
        if self.not_before is not None and self.not_after is not None and self.not_after < self.not_before:
            found["not_after"] = "The latest time comes before the earliest."
        return found

    def in_words(self) -> str:
        """``Mondays or Thursdays, mornings, from 9:30 am, until 30 Nov 2026``; ``any time`` with nothing said."""
        said = [
            " or ".join(f"{_WEEKDAYS[number - 1]}s" for number in sorted(self.weekdays)),
            " or ".join(f"{part}s" for part in PartOfDay if part in self.parts),
            f"from {short_clock(self.not_before)}" if self.not_before else "",
            f"no later than {short_clock(self.not_after)}" if self.not_after else "",
            " or ".join(_days(days) for days in self.days),
        ]
        return ", ".join(filter(None, said)) or "any time"


def of_wish(wish: Wish) -> When:
    """When a wish for times could be met, for somebody whom no time that is free suits."""
    single = [Days(day, day) for day in sorted(set(wish.days))]
    span = Days(wish.first_day, wish.last_day)
    return When(
        days=tuple(_joined(single)) if single else (span,) if span != Days() else (),
        weekdays=wish.weekdays,
        not_before=wish.not_before,
        not_after=wish.not_after,
    )


def stored(when: When) -> dict[str, Any]:
    """As plain values for the database."""
    found: dict[str, Any] = msgspec.to_builtins(when)
    return found


def read(value: Mapping[str, Any]) -> When:
    """What :func:`stored` gave."""
    return msgspec.convert(value, When)


def _joined(single: Iterable[Days]) -> Iterable[Days]:
    """Days that follow each other are one stretch."""
    numbered = [(day.first.toordinal() - place, day) for place, day in enumerate(single) if day.first]
    for _, together in groupby(numbered, key=lambda pair: pair[0]):
        run = [day for _, day in together]
        yield Days(run[0].first, run[-1].last)


def _days(days: Days) -> str:
    if days.first is not None and days.first == days.last:
        return f"on {_day(days.first)}"
    since = f"from {_day(days.first)}" if days.first else ""
    until = f"until {_day(days.last)}" if days.last else ""
    return f"{since} {until}".strip() or "any day"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
