"""Where things stand on a calendar's time axis, as plain functions of times. Positions are in minutes.

A day's axis is real time: a day on which clocks change has 23 or 25 hours on it, and its hours are labelled as the
clock at the place shows them. A week's days share one axis, so that is the clock's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from routiq.mirror.queries_calendar import Blocked, Entry, day_bounds

#: What a calendar shows at least, by the clock: a quiet day looks like any other.
OPENS, CLOSES = time(8), time(18)
#: The grid's step, in minutes.
STEP = 5
#: What is shorter is drawn so long, in minutes: a line of text has to fit.
SHORTEST = 15
#: More side by side than this cannot be read.
MOST_LANES = 6


@dataclass(frozen=True)
class Place:
    """A stretch on the grid, for the style sheet: hours and steps from the top, and so long."""

    minute: int
    """From the top of the axis."""
    length: int
    lane: int = 0
    lanes: int = 1

    @property
    def classes(self) -> str:
        """Such as ``h1 m6 dh0 dm9 lane0 of2``: an hour and 30 minutes down, 45 minutes long, the first of two."""
        return (
            f"h{self.minute // 60} m{self.minute % 60 // STEP} "
            f"dh{self.length // 60} dm{self.length % 60 // STEP} lane{self.lane} of{self.lanes}"
        )


@dataclass(frozen=True)
class Hour:
    label: str
    place: Place


@dataclass(frozen=True)
class Axis:
    """The part of the day that is shown, in minutes from midnight; whole hours."""

    zone: ZoneInfo
    by_clock: bool
    begins: int
    ends: int
    hours: tuple[Hour, ...]

    @property
    def hours_shown(self) -> int:
        return -(-(self.ends - self.begins) // 60)

    def place(self, entry: Entry, day: date) -> Place:
        begin = self.minute(entry.starts_at, day)
        length = max(int((entry.ends_at - entry.starts_at).total_seconds() // 60), SHORTEST)
        length = min(length, self.ends - begin)
        return Place(_stepped(begin - self.begins), max(_stepped(length), STEP))

    def cover(self, blocked: Blocked, day: date) -> Place | None:
        """The part of a stretch that falls on what is shown of this day; ``None`` when none of it does."""
        begin = max(self.minute(blocked.starts_at, day), self.begins)
        end = min(self.minute(blocked.ends_at, day), self.ends)
        if end <= begin:
            return None
        return Place(_stepped(begin - self.begins), max(_stepped(end - begin), STEP))

    def now(self, moment: datetime, day: date) -> Place | None:
        """Where the line of the present is; ``None`` when it is not on this part of this day."""
        if moment.astimezone(self.zone).date() != day:
            return None
        minute = self.minute(moment, day)
        return Place(_stepped(minute - self.begins), STEP) if self.begins <= minute < self.ends else None

    def minute(self, moment: datetime, day: date) -> int:
        return minute_of(moment, day, self.zone, by_clock=self.by_clock)


def minute_of(moment: datetime, day: date, zone: ZoneInfo, *, by_clock: bool) -> int:
    """How far into ``day`` a moment is: by the clock on the wall, or in real time since midnight."""
    local = moment.astimezone(zone)
    if by_clock:
        return (local.date() - day).days * 1440 + local.hour * 60 + local.minute
    midnight = datetime.combine(day, time.min, zone)
    return int((moment - midnight.astimezone(UTC)).total_seconds() // 60)


def axis_of(
    days: Sequence[date], zone: ZoneInfo, entries: Iterable[Entry], hours: Iterable[tuple[time, time]]
) -> Axis:
    """An axis long enough for everything on these days and for these working ``hours``. One day: in real time."""
    by_clock = len(days) > 1
    day = days[0]
    spans = [_span(entry, zone, by_clock=by_clock) for entry in entries]
    for opens, closes in ((OPENS, CLOSES), *hours):
        spans.append((_clock_minute(day, opens, zone, by_clock), _clock_minute(day, closes, zone, by_clock)))
    whole = 1440 if by_clock else _length(day, zone)
    begins = max(0, min(begin for begin, _ in spans) // 60 * 60)
    ends = min(whole, -(-max(end for _, end in spans) // 60) * 60)
    labels = tuple(
        Hour(label, Place(minute - begins, 60))
        for minute, label in _hours(day, zone, by_clock)
        if begins <= minute < ends
    )
    return Axis(zone, by_clock, begins, ends, labels)


def in_lanes(places: Sequence[Place]) -> list[Place]:
    """Those that overlap stand side by side, each as wide as its group allows. Order is kept."""
    lanes: list[int] = [0] * len(places)
    widths: list[int] = [1] * len(places)
    group: list[int] = []
    ends_of_lanes: list[int] = []
    for index in sorted(range(len(places)), key=lambda n: (places[n].minute, -places[n].length, n)):
        place = places[index]
        if group and place.minute >= max(ends_of_lanes):
            group, ends_of_lanes = [], []
        free = next((n for n, end in enumerate(ends_of_lanes) if end <= place.minute), len(ends_of_lanes))
        if free == len(ends_of_lanes):
            ends_of_lanes.append(0)
        ends_of_lanes[free] = place.minute + place.length
        lanes[index] = min(free, MOST_LANES - 1)
        group.append(index)
        for each in group:
            widths[each] = min(len(ends_of_lanes), MOST_LANES)
    return [
        Place(place.minute, place.length, lane, width)
        for place, lane, width in zip(places, lanes, widths, strict=True)
    ]


def _stepped(minutes: int) -> int:
    return minutes // STEP * STEP


def _span(entry: Entry, zone: ZoneInfo, *, by_clock: bool) -> tuple[int, int]:
    begin = minute_of(entry.starts_at, entry.starts_at.astimezone(zone).date(), zone, by_clock=by_clock)
    return begin, begin + max(int((entry.ends_at - entry.starts_at).total_seconds() // 60), SHORTEST)


def _clock_minute(day: date, clock: time, zone: ZoneInfo, by_clock: bool) -> int:
    return minute_of(datetime.combine(day, clock, zone), day, zone, by_clock=by_clock)


def _length(day: date, zone: ZoneInfo) -> int:
    """Of the day in real minutes: 1380, 1440 or 1500, and half an hour beside that on Lord Howe Island."""
    since, until = day_bounds(day, day, zone)
    return int((until.astimezone(UTC) - since.astimezone(UTC)).total_seconds() // 60)


def _hours(day: date, zone: ZoneInfo, by_clock: bool) -> list[tuple[int, str]]:
    """Each full hour that the clock shows, with its minute on the axis. An hour that is lived twice stands twice."""
    if by_clock:
        return [(hour * 60, _label(hour)) for hour in range(24)]
    midnight = datetime.combine(day, time.min, zone).astimezone(UTC)
    found = []
    for minute in range(0, _length(day, zone), 30):
        local = (midnight + timedelta(minutes=minute)).astimezone(zone)
        if local.minute == 0:
            found.append((minute, _label(local.hour)))
    return found


def _label(hour: int) -> str:
    return f"{hour % 12 or 12} {'am' if hour < 12 else 'pm'}"
