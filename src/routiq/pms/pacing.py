"""The request budget of one connection: who may send now, and who waits.

The algorithm is pure: a small state, a clock reading, an answer. Whoever keeps the state (a row in the
database for all processes, :class:`LocalPace` for one) does the locking and the sleeping.

What holds, whatever the callers do:

- in any stretch of ``window_seconds`` at most ``limit`` requests are admitted in all, so a vendor that counts
  in fixed windows is never exceeded either, wherever its windows begin. The stretch we guard is one percent
  longer than the vendor's, because requests that leave evenly may arrive unevenly;
- a live request waits only when that whole limit is used up (or the vendor said stop);
- background requests go out evenly, at most :data:`BURST` on each other's heels, and leave the reserve
  untouched; when live requests eat into the budget, background steps back further;
- of these, polls never make up more than ``poll_share`` of the limit in any ``window_seconds``.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from itertools import pairwise

import msgspec

from routiq.pms.errors import RateLimited
from routiq.pms.gateway import Lane, Tell

#: How many background requests may follow each other at once after a pause.
BURST = 4
#: The guarded stretch is longer than the vendor's window by this fraction.
MARGIN = 0.01


class BudgetRules(msgspec.Struct, frozen=True):
    """What a vendor allows. ``limit`` is requests per ``window_seconds``; ``None`` means there is no
    limit."""

    limit: int | None
    window_seconds: float
    live_reserve: float = 0.2
    """The fraction of the limit that background requests never touch."""
    poll_share: float = 0.19
    """The fraction of the limit that polls have, and no more."""

    @property
    def reserve(self) -> int:
        """Requests per window kept for live work; at least one is left for background."""
        limit = self.limit or 0
        return min(round(limit * self.live_reserve), max(limit - 1, 0))

    @property
    def polls(self) -> int:
        """Requests per window for polls; at least one, or nothing would ever be found."""
        return max(int((self.limit or 0) * self.poll_share), 1)

    @property
    def headroom(self) -> int:
        """How much stays free beyond what live requests have used lately."""
        return self.reserve // 4


class BudgetState(msgspec.Struct, frozen=True):
    """What was admitted lately, oldest first, in milliseconds of unix time."""

    live: tuple[int, ...] = ()
    background: tuple[int, ...] = ()
    polls: tuple[int, ...] = ()
    """Those of the background that were polls."""
    due: int = 0
    """When the next background request is due if they are to go out evenly."""
    blocked_until: int = 0
    """The vendor said stop until then; 0 when it did not."""

    def dump(self) -> dict[str, object]:
        """As plain values for a JSON column: each stamp as the distance from the one before."""
        return {
            "live": _distances(self.live),
            "background": _distances(self.background),
            "polls": _distances(self.polls),
            "due": self.due,
            "blocked_until": self.blocked_until,
        }

    @classmethod
    def load(cls, stored: dict[str, object]) -> BudgetState:
        """The state that :meth:`dump` wrote; an empty dict is a fresh state. ``msgspec.ValidationError``
        otherwise."""
        kept = msgspec.convert(stored, _Stored)
        return cls(
            live=_stamps(kept.live),
            background=_stamps(kept.background),
            polls=_stamps(kept.polls),
            due=kept.due,
            blocked_until=kept.blocked_until,
        )


class _Stored(msgspec.Struct):
    live: list[int] = []
    background: list[int] = []
    polls: list[int] = []
    due: int = 0
    blocked_until: int = 0


class Decision(msgspec.Struct, frozen=True):
    """``admitted``: send now, the request is counted in ``state``. Otherwise ask again after
    ``wait_seconds``."""

    admitted: bool
    wait_seconds: float
    """0 when admitted: nothing is ever reserved ahead, so that a stop by the vendor catches everybody."""
    state: BudgetState


class Usage(msgspec.Struct, frozen=True):
    """How full the window is now, for a status page. ``blocked_until`` is unix seconds."""

    live: int
    background: int
    limit: int | None
    blocked_until: float | None


def decide(rules: BudgetRules, state: BudgetState, lane: Lane, now: float) -> Decision:
    """May a request of this lane go out at ``now`` (unix seconds)?"""
    now_ms = int(now * 1000)
    if state.blocked_until > now_ms:
        return Decision(False, (state.blocked_until - now_ms) / 1000, state)
    if rules.limit is None:
        return Decision(True, 0.0, state)
    state = _current(rules, state, now_ms)
    ready = _live_ready(rules, state) if lane is Lane.LIVE else _background_ready(rules, state)
    if lane is Lane.POLL:
        ready = max(ready, _when_below(state.polls, rules.polls, int(rules.window_seconds * 1000)))
    if ready > now_ms:
        return Decision(False, (ready - now_ms) / 1000, state)
    if lane is Lane.LIVE:
        return Decision(True, 0.0, msgspec.structs.replace(state, live=(*state.live, now_ms)))
    # Being late is made up for, but only as far as a small burst goes.
    spacing = _spacing(rules)
    due = int(max(state.due, now_ms - (BURST - 1) * spacing) + spacing)
    polls = (*state.polls, now_ms) if lane is Lane.POLL else state.polls
    background = (*state.background, now_ms)
    return Decision(True, 0.0, msgspec.structs.replace(state, background=background, polls=polls, due=due))


def block(state: BudgetState, until: float) -> BudgetState:
    """Nobody sends before ``until`` (unix seconds). A later stop already in force stays."""
    return msgspec.structs.replace(state, blocked_until=max(state.blocked_until, int(until * 1000) + 1))


def usage(rules: BudgetRules, state: BudgetState, now: float) -> Usage:
    """What was sent in the window that ends at ``now`` (unix seconds). All zero where there is no limit."""
    now_ms = int(now * 1000)
    start = now_ms - int(rules.window_seconds * 1000)
    return Usage(
        live=_since(state.live, start),
        background=_since(state.background, start),
        limit=rules.limit,
        blocked_until=state.blocked_until / 1000 if state.blocked_until > now_ms else None,
    )


def _current(rules: BudgetRules, state: BudgetState, now_ms: int) -> BudgetState:
    """Forget what has left the guarded stretch; a clock that was set back makes old stamps count as now."""
    start = now_ms - _guarded(rules)
    return BudgetState(
        live=_kept(state.live, start, now_ms),
        background=_kept(state.background, start, now_ms),
        polls=_kept(state.polls, start, now_ms),
        due=min(state.due, now_ms + int(_spacing(rules))),
        blocked_until=0,
    )


def _live_ready(rules: BudgetRules, state: BudgetState) -> int:
    limit = rules.limit or 0
    return _when_below(sorted(state.live + state.background), limit, _guarded(rules))


def _background_ready(rules: BudgetRules, state: BudgetState) -> int:
    """The moment at which even spacing, the reserve and the live requests all let one more through."""
    limit = rules.limit or 0
    window = int(rules.window_seconds * 1000)
    everything = sorted(state.live + state.background)
    return max(
        state.due,
        _when_below(state.background, limit - rules.reserve, window),
        _when_below(everything, max(limit - rules.headroom, 1), _guarded(rules)),
    )


def _when_below(stamps: tuple[int, ...] | list[int], allowed: int, window: int) -> int:
    """When fewer than ``allowed`` of these lie within the last ``window`` milliseconds (0: already so)."""
    surplus = len(stamps) - allowed
    return stamps[surplus] + window if surplus >= 0 else 0


def _spacing(rules: BudgetRules) -> float:
    return rules.window_seconds * 1000 / max((rules.limit or 0) - rules.reserve, 1)


def _guarded(rules: BudgetRules) -> int:
    return int(rules.window_seconds * 1000 * (1 + MARGIN)) + 1


def _since(stamps: tuple[int, ...], start: int) -> int:
    return len(stamps) - bisect_right(stamps, start)


def _kept(stamps: tuple[int, ...], start: int, now_ms: int) -> tuple[int, ...]:
    kept = stamps[bisect_right(stamps, start) :]
    if kept and kept[-1] > now_ms:
        return tuple(min(stamp, now_ms) for stamp in kept)
    return kept


def _distances(stamps: tuple[int, ...]) -> list[int]:
    return [*stamps[:1], *(later - earlier for earlier, later in pairwise(stamps))]


def _stamps(distances: list[int]) -> tuple[int, ...]:
    stamps, last = [], 0
    for distance in distances:
        last += distance
        stamps.append(last)
    return tuple(stamps)


def not_counted(status: int, seconds: float) -> None:
    """A budget that does not go by the answers takes no notice of them."""


class LocalPace:
    """The budget of a single process: for the command line, for tests, and where there is no limit.

    ``live_patience`` and ``background_patience`` (seconds) are how long ``admit`` waits before
    ``RateLimited``.
    """

    def __init__(
        self,
        rules: BudgetRules | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        live_patience: float = 2.0,
        background_patience: float = 600.0,
    ) -> None:
        self._rules = rules or BudgetRules(None, 60.0)
        self._state = BudgetState()
        self._lock = threading.Lock()
        self._clock = clock
        self._sleep = sleep
        self._patience = {
            Lane.LIVE: live_patience,
            Lane.BACKGROUND: background_patience,
            Lane.POLL: background_patience,
        }

    def admit(self, lane: Lane) -> AbstractContextManager[Tell]:
        """Return when a request may be sent. ``RateLimited`` at once when that would take longer than the
        patience."""
        patience = self._patience[lane]
        while True:
            with self._lock:
                now = self._clock()
                decision = decide(self._rules, self._state, lane, now)
                self._state = decision.state
            if decision.admitted:
                return nullcontext(not_counted)
            patience -= decision.wait_seconds
            if patience < 0:
                until = datetime.fromtimestamp(now + decision.wait_seconds, UTC)
                raise RateLimited("The request budget is used up for the moment.", until=until, cause="budget")
            self._sleep(decision.wait_seconds)

    def hold_until(self, until: datetime) -> None:
        """Nobody sends before ``until`` (aware)."""
        with self._lock:
            self._state = block(self._state, until.timestamp())

    def usage(self) -> Usage:
        with self._lock:
            return usage(self._rules, self._state, self._clock())
