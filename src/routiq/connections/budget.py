"""The request budget of a connection as one row in the database, shared by all processes on all machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta

import msgspec
from django.conf import settings
from django.db import connection as database
from django.db import transaction

from routiq.connections.models import Connection, RequestBudget
from routiq.pms.errors import Disconnected, KeyReplaced, RateLimited
from routiq.pms.gateway import Lane, Pace, Tell
from routiq.pms.pacing import BudgetRules, BudgetState, LocalPace, block, decide, not_counted
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
    """The budget that the settings name. Requests 0: no limit of our own."""
    return BudgetRules(
        limit=settings.PMS_REQUESTS or None,
        window_seconds=settings.PMS_WINDOW_SECONDS,
        live_reserve=settings.PMS_LIVE_RESERVE,
    )


class SharedPace:
    """Keeps the :class:`routiq.pms.gateway.Pace` protocol over the shared row.

    Each admission is one short transaction of its own; callers must not hold a transaction open around a request.
    ``Disconnected`` once the practice has ended the connection, ``KeyReplaced`` once it has another key: no process
    goes on with a key that it still holds in memory.
    """

    def __init__(
        self, connection: Connection, budget: BudgetRules, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._connection_id = connection.pk
        self._practice_id = connection.practice_id
        self._key_set_at = connection.key_set_at
        self._budget = budget
        self._sleep = sleep

    @contextmanager
    def admit(self, lane: Lane) -> Iterator[Tell]:
        waited = 0.0
        while True:
            admitted, wait, now = self._ask(lane)
            if lane is Lane.LIVE and waited + wait > LIVE_PATIENCE:
                raise RateLimited(
                    "The practice management system's request limit is used up for the moment.",
                    until=datetime.fromtimestamp(now, UTC) + timedelta(seconds=wait),
                    cause="budget",
                )
            if admitted:
                if wait > 0:
                    self._sleep(wait)
                break
            nap = min(wait, LONGEST_NAP)
            self._sleep(nap)
            waited += nap
        yield not_counted

    def hold_until(self, until: datetime) -> None:
        with acting_for(self._practice_id), transaction.atomic(), database.cursor() as cursor:
            state, _, _ = self._read(cursor)
            self._write(cursor, block(state, until.timestamp()))

    def _ask(self, lane: Lane) -> tuple[bool, float, float]:
        with acting_for(self._practice_id), transaction.atomic(), database.cursor() as cursor:
            state, now, key_set_at = self._read(cursor)
            refuse_when_replaced(key_set_at, self._key_set_at)
            decision = decide(self._budget, state, lane, now)
            if decision.admitted:
                cursor.execute(
                    _WRITE_AND_COUNT,
                    {
                        "state": msgspec.json.encode(decision.state.dump()).decode(),
                        "minute": int(now // 60),
                        "live": int(lane is Lane.LIVE),
                        "background": int(lane is Lane.BACKGROUND),
                        "connection": self._connection_id,
                    },
                )
            return decision.admitted, decision.wait_seconds, now

    def _read(self, cursor: object) -> tuple[BudgetState, float, datetime]:
        cursor.execute(_READ, [self._connection_id])  # type: ignore[attr-defined]
        row = cursor.fetchone()  # type: ignore[attr-defined]
        refuse_when_ended(row and row[2])
        raw, now, _, key_set_at = row
        return BudgetState.load(msgspec.json.decode(raw) if isinstance(raw, str) else raw), now, key_set_at

    def _write(self, cursor: object, state: BudgetState) -> None:
        cursor.execute(_WRITE, [msgspec.json.encode(state.dump()).decode(), self._connection_id])  # type: ignore[attr-defined]


class UnlimitedPace:
    """No limit of our own; still nothing is sent once the practice has ended the connection or replaced its key."""

    def __init__(self, connection: Connection) -> None:
        self._connection_id = connection.pk
        self._practice_id = connection.practice_id
        self._key_set_at = connection.key_set_at
        self._pace = LocalPace(rules())
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
    budget = rules()
    if budget.limit is None:
        return UnlimitedPace(connection)
    return SharedPace(connection, budget)


def minutes_of_last_hour(connection: Connection, now: datetime) -> tuple[tuple[datetime, int, int], ...]:
    """Minute (UTC), live requests, background requests; the last 60 minutes, oldest first."""
    counts = RequestBudget.objects.filter(connection=connection).values_list("minutes", flat=True).first() or {}
    this = int(now.timestamp() // 60)
    return tuple(
        (datetime.fromtimestamp(minute * 60, UTC), *counts.get(str(minute), (0, 0)))
        for minute in range(this - 59, this + 1)
    )
