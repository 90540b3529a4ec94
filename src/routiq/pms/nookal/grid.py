"""From a grid of free and busy cells to the starts at which an appointment fits.

Nookal answers with cells (a day, a wall clock, and whether it is free), knows nothing of durations, and does not say
how long a cell is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from routiq.pms.nookal.values import Scalar, clock, day, text
from routiq.pms.nookal.zones import to_utc

#: How long a cell is when there are too few to see it.
USUAL_STEP = timedelta(minutes=15)

Grid = Mapping[str, Mapping[str, Scalar]]


def starts(grid: Grid, where: ZoneInfo, duration: timedelta, first: date, last: date) -> list[datetime]:
    """The starts (aware, UTC, in order) on these local days at which ``duration`` fits into free cells without a gap.

    Only ``available`` is free. Cells are laid out in UTC first: on the day the clocks go forward the hour that is
    skipped divides nothing, and on the day they go back nothing reaches over the hour that is shown twice.
    """
    cells = _cells(grid, where)
    step = _step(grid)
    free = {at for at, is_free in cells.items() if is_free}
    needed = max(-(-duration // step), 1)
    return [
        at
        for at in sorted(free)
        if first <= at.astimezone(where).date() <= last
        and all(at + number * step in free for number in range(1, needed))
    ]


def _cells(grid: Grid, where: ZoneInfo) -> dict[datetime, bool]:
    cells = {}
    for on, row in grid.items():
        local_day = day(on)
        for written, state in row.items():
            local = clock(written)
            at = to_utc(local_day, local, where) if local_day is not None and local is not None else None
            if at is not None:
                cells[at] = text(state).lower() == "available"
    return cells


def _step(grid: Grid) -> timedelta:
    """The shortest distance between two cells of one day."""
    found: set[int] = set()
    for row in grid.values():
        minutes = sorted(at.hour * 60 + at.minute for at in map(clock, row) if at is not None)
        found.update(later - earlier for earlier, later in pairwise(minutes))
    found.discard(0)
    return timedelta(minutes=min(found)) if found else USUAL_STEP
