"""The request budget of a connection as one row in the database, shared by all processes on all machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta

import msgspec
from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.db.backends.utils import CursorWrapper

from routiq.connections.models import Connection, RequestBudget
from routiq.pms import pacing_adaptive, registry
from routiq.pms.errors import Disconnected, KeyReplaced, RateLimited
from routiq.pms.gateway import Lane, Pace, PaceKind, Tell
from routiq.pms.pacing import BudgetRules, BudgetState, LocalPace, block, decide, not_counted
from routiq.pms.pacing_adaptive import AdaptiveRules, AdaptiveState
from routiq.practices.sessions import give_back
from routiq.practices.tenancy import acting_for

#: How long a person may be kept waiting for the budget before being told so, seconds.
LIVE_PATIENCE = 2.0
#: A background request looks again at least this often: the live lane may have given room back.
LONGEST_NAP = 1.0
#: Without a budget row to read anyway, background requests ask this often whether the connection was ended, seconds.
CHECK_EVERY = 0.1

_READ = (
    "SELECT budget.state, extract(epoch FROM clock_timestamp())::float8, connection.state, connection.key_set_at "
    "FROM connections_requestbudget budget JOIN connections_connection connection ON connection.id = connection_id "
    "WHERE connection_id = %s FOR UPDATE OF budget"
)
_WRITE = "UPDATE connections_requestbudget SET state = %s::jsonb WHERE connection_id = %s"
#: With the count of the minute, for whoever looks at how the budget was used; what is older than an hour is dropped.
_WRITE_AND_COUNT = """
UPDATE connections_requestbudget SET state = %(state)s::jsonb, minutes = (
  SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(minutes) WHERE key::bigint > %(minute)s - 60
) || jsonb_build_object(%(minute)s::text, jsonb_build_array(
  coalesce((minutes->%(minute)s::text->>0)::int, 0) + %(live)s,
  coalesce((minutes->%(minute)s::text->>1)::int, 0) + %(background)s
)) WHERE connection_id = %(connection)s
"""


def rules() -> BudgetRules:
    """The budget that the settings name for vendors that publish a limit. Requests 0: no limit of our own."""
    return BudgetRules(
        limit=settings.PMS_REQUESTS or None,
        window_seconds=settings.PMS_WINDOW_SECONDS,
        live_reserve=settings.PMS_LIVE_RESERVE,
        poll_share=settings.PMS_POLL_SHARE,
    )


def adaptive_rules() -> AdaptiveRules | None:
    """The same for vendors that publish none. ``None``: no limit of our own."""
    cap = settings.PMS_REQUESTS_PER_SECOND
    return AdaptiveRules(cap) if cap else None


class _SharedRow:
    """The row, read and written under its lock; each time a short transaction of its own. Callers must not hold a
    transaction open around a request. ``Disconnected`` once the practice has ended the connection, and before
    something is sent ``KeyReplaced`` once it has another key: no process goes on with a key that it still holds in
    memory."""

    def __init__(self, connection: Connection) -> None:
        self.connection_id = connection.pk
        self._practice_id = connection.practice_id
        self._key_set_at = connection.key_set_at

    @contextmanager
    def locked(self, *, sending: bool = False) -> Iterator[tuple[CursorWrapper, dict[str, object], float]]:
        """The cursor, the stored state and the database's clock (unix seconds)."""
        with acting_for(self._practice_id), transaction.atomic(), database.cursor() as cursor:
            cursor.execute(_READ, [self.connection_id])
            row = cursor.fetchone()
            refuse_when_ended(row and row[2])
            raw, now, _, key_set_at = row
            if sending:
                refuse_when_replaced(key_set_at, self._key_set_at)
            yield cursor, msgspec.json.decode(raw) if isinstance(raw, str) else raw, now
        give_back()

    def write(self, cursor: CursorWrapper, state: dict[str, object]) -> None:
        cursor.execute(_WRITE, [msgspec.json.encode(state).decode(), self.connection_id])

    def write_and_count(self, cursor: CursorWrapper, state: dict[str, object], lane: Lane, now: float) -> None:
        values: dict[str, str | int] = {
            "state": msgspec.json.encode(state).decode(),
            "minute": int(now // 60),
            "live": int(lane is Lane.LIVE),
            "background": int(lane is not Lane.LIVE),
            "connection": self.connection_id,
        }
        cursor.execute(_WRITE_AND_COUNT, values)


def _wait_for_turn(ask: Callable[[], tuple[float, float]], lane: Lane, sleep: Callable[[float], None]) -> None:
    """Ask until (seconds to wait, the clock) says not to wait. ``RateLimited`` when a person would wait too long."""
    waited = 0.0
    while True:
        wait, now = ask()
        if lane is Lane.LIVE and waited + wait > LIVE_PATIENCE:
            raise RateLimited(
                "The practice management system's request limit is used up for the moment.",
                until=datetime.fromtimestamp(now, UTC) + timedelta(seconds=wait),
                cause="budget",
            )
        if wait <= 0:
            return
        nap = min(wait, LONGEST_NAP)
        sleep(nap)
        waited += nap


class SharedPace:
    """Keeps the :class:`routiq.pms.gateway.Pace` protocol over the shared row, for a published limit."""

    def __init__(
        self, connection: Connection, budget: BudgetRules, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._row = _SharedRow(connection)
        self._budget = budget
        self._sleep = sleep

    @contextmanager
    def admit(self, lane: Lane) -> Iterator[Tell]:
        _wait_for_turn(lambda: self._ask(lane), lane, self._sleep)
        yield not_counted

    def hold_until(self, until: datetime) -> None:
        with self._row.locked() as (cursor, stored, _):
            self._row.write(cursor, block(BudgetState.load(stored), until.timestamp()).dump())

    def _ask(self, lane: Lane) -> tuple[float, float]:
        with self._row.locked(sending=True) as (cursor, stored, now):
            decision = decide(self._budget, BudgetState.load(stored), lane, now)
            if decision.admitted:
                self._row.write_and_count(cursor, decision.state.dump(), lane, now)
            return decision.wait_seconds, now


class SharedAdaptivePace:
    """The same for a vendor that publishes no limit: what came of each request is told to the row, and the next one,
    of whatever process, goes by it."""

    def __init__(
        self, connection: Connection, budget: AdaptiveRules, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._row = _SharedRow(connection)
        self._budget = budget
        self._sleep = sleep

    @contextmanager
    def admit(self, lane: Lane) -> Iterator[Tell]:
        admitted: list[int] = []
        _wait_for_turn(lambda: self._ask(lane, admitted), lane, self._sleep)
        outcome: list[tuple[int, float]] = []
        try:
            yield lambda status, seconds: outcome.append((status, seconds))
        finally:
            self._end(admitted[0], outcome)

    def hold_until(self, until: datetime) -> None:
        with self._row.locked() as (cursor, stored, _):
            state = pacing_adaptive.block(AdaptiveState.load(stored), until.timestamp())
            self._row.write(cursor, state.dump())

    def _ask(self, lane: Lane, admitted: list[int]) -> tuple[float, float]:
        with self._row.locked(sending=True) as (cursor, stored, now):
            decision = pacing_adaptive.decide(self._budget, AdaptiveState.load(stored), lane, now)
            if decision.ticket is not None:
                admitted.append(decision.ticket)
                self._row.write_and_count(cursor, decision.state.dump(), lane, now)
            return decision.wait_seconds, now

    def _end(self, ticket: int, outcome: list[tuple[int, float]]) -> None:
        """Give the place back. When the connection was ended meanwhile, nobody needs it."""
        with suppress(Disconnected), self._row.locked() as (cursor, stored, now):
            state = AdaptiveState.load(stored)
            if outcome:
                status, seconds = outcome[-1]
                state = pacing_adaptive.ended(self._budget, state, ticket, now, status=status, seconds=seconds)
            else:
                state = pacing_adaptive.let_go(self._budget, state, ticket, now)
            self._row.write(cursor, state.dump())


class UnlimitedPace:
    """No limit of our own; still nothing is sent once the practice has ended the connection or replaced its key."""

    def __init__(self, connection: Connection) -> None:
        self._connection_id = connection.pk
        self._practice_id = connection.practice_id
        self._key_set_at = connection.key_set_at
        self._pace = LocalPace()
        self._asked_at = -CHECK_EVERY

    def admit(self, lane: Lane) -> AbstractContextManager[Tell]:
        now = time.monotonic()
        # What a person waits for, and so every write to a diary, is asked about each time.
        if lane is Lane.LIVE or now - self._asked_at >= CHECK_EVERY:
            self._look()
            self._asked_at = now
        return self._pace.admit(lane)

    def _look(self) -> None:
        with acting_for(self._practice_id), database.cursor() as cursor:
            cursor.execute(
                "SELECT state, key_set_at FROM connections_connection WHERE id = %s", [self._connection_id]
            )
            state, key_set_at = cursor.fetchone() or (None, None)
        give_back()
        refuse_when_ended(state)
        refuse_when_replaced(key_set_at, self._key_set_at)

    def hold_until(self, until: datetime) -> None:
        self._pace.hold_until(until)


def refuse_when_ended(state: str | None) -> None:
    """``Disconnected`` when this is the state of a connection that was ended (``None``: its data is gone as well)."""
    if state in (None, Connection.State.DISCONNECTED):
        raise Disconnected("The practice management system was disconnected.")


def refuse_when_replaced(stored: datetime | None, held: datetime) -> None:
    """``KeyReplaced`` when the key that is held in memory is not the stored one any more; told by when they were
    set."""
    if stored != held:
        raise KeyReplaced("The key was replaced while this was under way.")


def pace_of(connection: Connection) -> Pace:
    """The pace that the connection's vendor wants, with its settings."""
    if registry.vendor(connection.vendor).capabilities.pace is PaceKind.ADAPTIVE:
        adaptive = adaptive_rules()
        return SharedAdaptivePace(connection, adaptive) if adaptive is not None else UnlimitedPace(connection)
    budget = rules()
    return SharedPace(connection, budget) if budget.limit is not None else UnlimitedPace(connection)


def minutes_of_last_hour(connection: Connection, now: datetime) -> tuple[tuple[datetime, int, int], ...]:
    """Minute (UTC), live requests, background requests; the last 60 minutes, oldest first."""
    counts = RequestBudget.objects.filter(connection=connection).values_list("minutes", flat=True).first() or {}
    this = int(now.timestamp() // 60)
    return tuple(
        (datetime.fromtimestamp(minute * 60, UTC), *counts.get(str(minute), (0, 0)))
        for minute in range(this - 59, this + 1)
    )
