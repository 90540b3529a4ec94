"""When a practice's team is in, by its own clock. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class BusinessHours:
    """For each day of the week, Monday first, from when until when by the practice's clock; ``None`` is closed."""

    days: tuple[tuple[time, time] | None, ...]

    def are_on(self, local: datetime) -> bool:
        hours = self.days[local.weekday()]
        return hours is not None and hours[0] <= local.time() < hours[1]

    def next_opening(self, local: datetime) -> datetime | None:
        """When the team is in again; ``None`` when it never is."""
        for ahead in range(8):
            day = local.date() + timedelta(days=ahead)
            hours = self.days[day.weekday()]
            if hours is not None:
                opens = datetime.combine(day, hours[0], local.tzinfo)
                if opens > local:
                    return opens
        return None

    def to_plain(self) -> list[list[str]]:
        """``[["08:00", "18:00"], ..., []]``."""
        return [[f"{at:%H:%M}" for at in hours] if hours else [] for hours in self.days]


def from_plain(plain: Iterable[list[str]]) -> BusinessHours:
    days = [(time.fromisoformat(each[0]), time.fromisoformat(each[1])) if each else None for each in plain]
    return BusinessHours(tuple(days)) if len(days) == len(WEEKDAYS) else USUAL


USUAL = BusinessHours((*[(time(8), time(18))] * 5, None, None))
"""Monday to Friday, 8 am to 6 pm."""
