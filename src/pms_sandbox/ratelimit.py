"""A fixed window per user that opens with the user's first request (spec 2.6).

Real time is used, not the sandbox's clock: a client waits in real time for the instant it is told.
"""

from __future__ import annotations

import math
import time


class RateLimiter:
    """``limit`` requests in ``window`` seconds; a limit of 0 switches it off."""

    def __init__(self, limit: int, window: float) -> None:
        self.limit, self.window = limit, window
        self._open: dict[str, tuple[float, int]] = {}

    def take(self, user: str) -> int | None:
        """Count one request; None when it may pass, else the Unix second at which the window ends."""
        if self.limit <= 0:
            return None
        now = time.time()
        start, used = self._open.get(user, (now, 0))
        if now >= start + self.window:
            start, used = now, 0
        if used >= self.limit:
            return math.ceil(start + self.window)
        self._open[user] = (start, used + 1)
        return None

    def reset(self) -> None:
        self._open.clear()
