"""Local working days as quarter-hour grids, and the practitioners' diaries drawn on them."""

from __future__ import annotations

from datetime import date, timedelta

from pms_sandbox.stamps import local_midnight, stamp, wall_to_seconds

QUARTER = 15
Windows = tuple[tuple[int, int], ...]  # minutes after local midnight


class LocalDays:
    """Turns (local day, minutes) into UTC quickly: one zone look-up a day.

    The offset is taken at noon, which is right for opening hours because clocks change at night.
    """

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._noon: dict[date, int] = {}

    def seconds(self, day: date, minutes: int) -> int:
        noon = self._noon.get(day)
        if noon is None:
            noon = self._noon[day] = wall_to_seconds(day, 720, self.zone)
        return noon + (minutes - 720) * 60

    def stamp(self, day: date, minutes: int) -> str:
        return stamp(self.seconds(day, minutes))

    def start(self, day: date) -> int:
        return local_midnight(day, self.zone)


class Diary:
    """Free quarters of one practitioner by day; a booking takes quarters away, so nothing overlaps."""

    def __init__(self, week: dict[int, list[tuple[str, Windows]]]) -> None:
        self.week = week  # weekday (Monday 0) -> [(business id, windows)]
        self._free: dict[date, list[tuple[str, int]]] = {}

    def works(self, day: date) -> bool:
        return day.weekday() in self.week

    def next_working_day(self, day: date) -> date:
        for step in range(14):
            candidate = day + timedelta(days=step)
            if self.works(candidate):
                return candidate
        return day

    def take(self, day: date, length: int, wanted: int, business_id: str | None = None) -> tuple[str, int] | None:
        """Book ``length`` minutes as near to minute ``wanted`` as there is room; gives (business id, start)."""
        quarters = -(-length // QUARTER)
        best: tuple[int, int, int] | None = None
        options = self._day(day)
        for index, (business, free) in enumerate(options):
            if business_id is not None and business != business_id:
                continue
            runs = free
            for shift in range(1, quarters):
                runs &= free >> shift
            if not runs:
                continue
            start = _nearest_bit(runs, wanted // QUARTER)
            distance = abs(start - wanted // QUARTER)
            if best is None or distance < best[0]:
                best = (distance, index, start)
        if best is None:
            return None
        _, index, start = best
        business, free = options[index]
        options[index] = (business, free & ~(((1 << quarters) - 1) << start))
        return business, start * QUARTER

    def close(self, day: date, start: int = 0, end: int = 1440) -> None:
        """Nothing more can be booked between these minutes of the day."""
        mask = ((1 << ((end - start) // QUARTER)) - 1) << (start // QUARTER)
        self._free[day] = [(business, free & ~mask) for business, free in self._day(day)]

    def _day(self, day: date) -> list[tuple[str, int]]:
        found = self._free.get(day)
        if found is None:
            found = self._free[day] = [
                (business, sum(_span(start, end) for start, end in windows))
                for business, windows in self.week.get(day.weekday(), ())
            ]
        return found


def _span(start: int, end: int) -> int:
    return ((1 << ((end - start) // QUARTER)) - 1) << (start // QUARTER)


def _nearest_bit(bits: int, wanted: int) -> int:
    """The set bit nearest to ``wanted``; the earlier one on a tie."""
    for distance in range(97):
        below, above = wanted - distance, wanted + distance
        if below >= 0 and bits >> below & 1:
            return below
        if bits >> above & 1:
            return above
    return bits.bit_length() - 1
