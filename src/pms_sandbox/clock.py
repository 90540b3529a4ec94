"""The sandbox's own clock: the real one, or one that starts at a chosen instant and ticks with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from pms_sandbox.stamps import local, parse_stamp, seconds, stamp, wall_to_seconds

OPENING_MINUTES = 9 * 60


class Clock:
    """Unix seconds, real or shifted; ``set`` and ``advance`` move it while the server runs."""

    def __init__(self, today: date | None, zone: str) -> None:
        self.zone = zone
        self._today = today
        self._offset = 0.0
        self._held: float | None = None
        self.restart()

    def restart(self) -> None:
        """Back to 09:00 local on the starting day, or to the real time when no day was given."""
        if self._today is None:
            self._offset = 0.0
        else:
            self._offset = wall_to_seconds(self._today, OPENING_MINUTES, self.zone) - time.time()

    def now(self) -> float:
        return time.time() + self._offset if self._held is None else self._held

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stand still at the start of the first day, so that a generated world depends on nothing but that day."""
        self._held = float(wall_to_seconds(self._today or self.today(), 0, self.zone))
        try:
            yield
        finally:
            self._held = None
            self.restart()

    def stamp(self) -> str:
        return stamp(self.now())

    def today(self) -> date:
        """The local calendar day in the account's zone."""
        return local(self.now(), self.zone).date()

    def set(self, moment: str) -> None:
        """Jump to an ISO date-time; without an offset it is read as UTC."""
        parsed = parse_stamp(moment)
        if parsed is None:
            raise ValueError(f"not a date-time: {moment!r}")
        self._offset = seconds(parsed) - time.time()

    def advance(self, by: float) -> None:
        self._offset += by
