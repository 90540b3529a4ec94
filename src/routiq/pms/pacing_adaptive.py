"""The request budget of a vendor that publishes no limit: begin gently, and go by how it answers.

Pure, as :mod:`routiq.pms.pacing` is: a small state, a clock reading, an answer. What holds, whatever the callers do:

- requests are spaced by the present rate; only live ones may run ahead of it, by :data:`AHEAD` at most. So in any
  stretch of s seconds no more than ``rate x s + AHEAD + 1`` are admitted;
- at most :data:`IN_FLIGHT` are under way at once, background leaves one of the places to live requests;
- a refusal for the rate (429) halves the rate, a failure (5xx, no answer) takes a third of it, and so does an answer
  that took much longer than answers usually do; each good answer brings a little back, up to the cap;
- the rate never falls below :data:`SLOWEST`, so that a bad hour ends by itself.
"""

from __future__ import annotations

from typing import Any

import msgspec

from routiq.pms.gateway import Lane

#: Requests under way at once, over all processes.
IN_FLIGHT = 3
#: Requests by which live ones may run ahead of the rate, together.
AHEAD = 4
#: The rate of the beginning, and the lowest, in requests a second.
FIRST, SLOWEST = 2.0, 0.1
#: Each good answer brings back this fraction of the cap.
STEP = 0.02
AFTER_REFUSAL, AFTER_FAILURE, AFTER_DELAY = 0.5, 0.67, 0.67
#: Delay alone brings the rate down to this fraction of the cap and no further: some questions just take long.
DELAYED = 0.25
#: An answer counts as late when it took so many times as long as usual, and at least so long.
LATE_TIMES, LATE_MS = 3.0, 1500
#: After one slowing down, so long nothing slows down again: requests that left before tell the same story.
SETTLE_MS = 1000
#: A request whose end nobody told (its process died) holds its place no longer than this.
FORGOTTEN_MS = 90_000
#: How long to wait for a place, when nobody knows when one comes free.
PLACE_MS = 100


class AdaptiveRules(msgspec.Struct, frozen=True):
    """``cap`` is the most requests a second."""

    cap: float

    @property
    def first(self) -> float:
        return min(FIRST, self.cap)

    @property
    def slowest(self) -> float:
        return min(SLOWEST, self.cap)


class AdaptiveState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Times in milliseconds of unix time, the rate in requests a second."""

    rate: float = 0.0
    """0: nothing was asked yet."""
    due: int = 0
    """When the next request is due by the rate alone."""
    under_way: tuple[int, ...] = ()
    """When each request that is under way was admitted; no two alike, so that the stamp is its name."""
    usual_ms: float = 0.0
    """How long a good answer takes of late."""
    slowed_at: int = 0
    blocked_until: int = 0

    def dump(self) -> dict[str, Any]:
        """As plain values for a JSON column."""
        return msgspec.to_builtins(self)  # type: ignore[no-any-return]

    @classmethod
    def load(cls, stored: dict[str, object]) -> AdaptiveState:
        """The state that :meth:`dump` wrote; an empty dict is a fresh one, and so is what another pace has left."""
        try:
            return msgspec.convert(stored, cls)
        except msgspec.ValidationError:
            return cls()


class Admission(msgspec.Struct, frozen=True):
    """``ticket`` names the admitted request, to be given back with its end; ``None``: ask again after
    ``wait_seconds``."""

    ticket: int | None
    wait_seconds: float
    state: AdaptiveState


def decide(rules: AdaptiveRules, state: AdaptiveState, lane: Lane, now: float) -> Admission:
    """May a request of this lane go out at ``now`` (unix seconds)?"""
    now_ms = int(now * 1000)
    if state.blocked_until > now_ms:
        return Admission(None, (state.blocked_until - now_ms) / 1000, state)
    state = _current(rules, state, now_ms)
    gap = 1000 / state.rate
    ready = state.due - (AHEAD * gap if lane is Lane.LIVE else 0)
    if ready > now_ms:
        return Admission(None, (int(ready - now_ms) + 1) / 1000, state)
    places = IN_FLIGHT if lane is Lane.LIVE else IN_FLIGHT - 1
    if len(state.under_way) >= places:
        return Admission(None, PLACE_MS / 1000, state)
    ticket = now_ms
    while ticket in state.under_way:
        ticket += 1
    return Admission(
        ticket,
        0.0,
        msgspec.structs.replace(
            state,
            due=int(max(state.due, now_ms) + gap) + 1,
            under_way=tuple(sorted((*state.under_way, ticket))),
        ),
    )


def ended(
    rules: AdaptiveRules, state: AdaptiveState, ticket: int, now: float, *, status: int, seconds: float
) -> AdaptiveState:
    """The state after the request of this ticket: HTTP ``status``, or 0 when no answer came, after ``seconds``."""
    now_ms = int(now * 1000)
    state = _current(rules, state, now_ms)
    state = msgspec.structs.replace(state, under_way=tuple(each for each in state.under_way if each != ticket))
    took = seconds * 1000
    if status == 429:
        return _slower(rules, state, AFTER_REFUSAL, now_ms)
    if status == 0 or status >= 500:
        return _slower(rules, state, AFTER_FAILURE, now_ms)
    usual = state.usual_ms or took
    state = msgspec.structs.replace(state, usual_ms=round(usual + (took - usual) / 8, 1))
    if took > LATE_MS and took > LATE_TIMES * usual:
        return _slower(rules, state, AFTER_DELAY, now_ms, least=min(DELAYED * rules.cap, state.rate))
    return msgspec.structs.replace(state, rate=min(state.rate + STEP * rules.cap, rules.cap))


def let_go(rules: AdaptiveRules, state: AdaptiveState, ticket: int, now: float) -> AdaptiveState:
    """The state when the request of this ticket was never sent."""
    state = _current(rules, state, int(now * 1000))
    return msgspec.structs.replace(state, under_way=tuple(each for each in state.under_way if each != ticket))


def block(state: AdaptiveState, until: float) -> AdaptiveState:
    """Nobody sends before ``until`` (unix seconds). A later stop already in force stays."""
    return msgspec.structs.replace(state, blocked_until=max(state.blocked_until, int(until * 1000) + 1))


def _current(rules: AdaptiveRules, state: AdaptiveState, now_ms: int) -> AdaptiveState:
    """With a rate within its bounds, without requests that nobody ended; a clock that was set back delays nothing."""
    rate = min(max(state.rate or rules.first, rules.slowest), rules.cap)
    return msgspec.structs.replace(
        state,
        rate=rate,
        due=min(state.due, now_ms + int((AHEAD + 1) * 1000 / rate) + 1),
        under_way=tuple(each for each in state.under_way if now_ms - FORGOTTEN_MS < each <= now_ms + IN_FLIGHT),
        slowed_at=min(state.slowed_at, now_ms),
        blocked_until=state.blocked_until if state.blocked_until > now_ms else 0,
    )


def _slower(
    rules: AdaptiveRules, state: AdaptiveState, factor: float, now_ms: int, least: float = 0.0
) -> AdaptiveState:
    if now_ms - state.slowed_at < SETTLE_MS:
        return state
    return msgspec.structs.replace(state, rate=max(state.rate * factor, rules.slowest, least), slowed_at=now_ms)
