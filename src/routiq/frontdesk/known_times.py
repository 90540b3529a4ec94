"""What the vendor offered a moment ago, kept in the database for all processes.

An answer counts for :data:`KEPT_SECONDS` at most, and not after anything changed in our copy that it depends on: the
database notes that in the transaction of the change (``TimesChanged``). Of many who want the same days at once, one
asks. Only the offer goes by what is kept; a booking reads the vendor's times again.

All moments are by the database's clock, so that processes on several machines agree.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection as database

from routiq.connections.models import Connection
from routiq.practices.sessions import give_back

#: Changes that no system tells of (an extra hour) are seen after this.
KEPT_SECONDS = 60.0
#: Whoever asks and does not come back in this time is taken to be gone, seconds.
ASKING_LASTS = 12.0
#: How often one looks whether somebody else's answer is there, seconds.
LOOK_EVERY = 0.02
#: Kept this long for nobody's use, then deleted, seconds.
_OLD = 300.0

_STALE = f"""(
  (k.starts IS NULL AND k.asked_at < clock_timestamp() - interval '{ASKING_LASTS} seconds')
  OR k.asked_at < clock_timestamp() - interval '{KEPT_SECONDS} seconds'
  OR EXISTS (
    SELECT 1 FROM frontdesk_timeschanged c
    WHERE c.connection_id = k.connection_id AND c.at >= k.asked_at
      AND c.practitioner_remote_id IN ('', k.practitioner_remote_id) AND c.since < k.until AND c.until > k.since
  )
)"""
_KEPT = f"""
SELECT k.practitioner_remote_id, k.location_remote_id, k.appointment_type_remote_id, k.day, k.starts
FROM frontdesk_knowntimes k
WHERE k.connection_id = %s AND k.day = ANY(%s) AND k.practitioner_remote_id = ANY(%s)
  AND k.appointment_type_remote_id = ANY(%s) AND k.starts IS NOT NULL AND NOT {_STALE}
"""
_CLAIM = f"""
INSERT INTO frontdesk_knowntimes AS k (practice_id, connection_id, practitioner_remote_id, location_remote_id,
  appointment_type_remote_id, day, since, until, asked_at, ticket)
SELECT %s, %s, %s, %s, %s, wanted.day, wanted.since, wanted.until, clock_timestamp(), %s
FROM unnest(%s::date[], %s::timestamptz[], %s::timestamptz[]) AS wanted(day, since, until) ORDER BY wanted.day
ON CONFLICT (connection_id, practitioner_remote_id, location_remote_id, appointment_type_remote_id, day)
DO UPDATE SET asked_at = EXCLUDED.asked_at, ticket = EXCLUDED.ticket, starts = NULL WHERE {_STALE}
RETURNING k.day
"""
#: Rows are locked in the order in which they are claimed, so that nobody waits for one who waits for them.
_MINE = """
WITH mine AS MATERIALIZED (
  SELECT id FROM frontdesk_knowntimes WHERE connection_id = %s AND practitioner_remote_id = %s AND ticket = %s
  ORDER BY day FOR UPDATE)
"""
_KEEP = f"""
{_MINE} UPDATE frontdesk_knowntimes k SET starts = coalesce(
  (SELECT array_agg(start ORDER BY start) FROM unnest(%s::timestamptz[]) AS start
   WHERE start >= k.since AND start < k.until), '{{}}')
FROM mine WHERE k.id = mine.id
"""
_LET_GO = f"{_MINE} DELETE FROM frontdesk_knowntimes k USING mine WHERE k.id = mine.id"
_FORGET = """
INSERT INTO frontdesk_timeschanged (practice_id, connection_id, practitioner_remote_id, since, until, at)
VALUES (%s, %s, %s, %s, %s, clock_timestamp())
"""
# Rows that somebody is at just now are left for the next time.
_TIDY = """
DELETE FROM frontdesk_knowntimes WHERE id IN (
  SELECT id FROM frontdesk_knowntimes WHERE connection_id = %s AND asked_at < clock_timestamp() - %s * interval '1 s'
  FOR UPDATE SKIP LOCKED)
"""
_TIDY_CHANGES = """
DELETE FROM frontdesk_timeschanged WHERE id IN (
  SELECT id FROM frontdesk_timeschanged WHERE connection_id = %s AND at < clock_timestamp() - %s * interval '1 s'
  FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True)
class Whose:
    """Of whom, where and for what, by the vendor's ids."""

    practitioner_id: str
    location_id: str
    appointment_type_id: str


Starts = tuple[datetime, ...]
Days = dict[date, Starts]


def known(connection: Connection, wanted: Collection[Whose], days: Sequence[date]) -> dict[Whose, Days]:
    """The free starts (aware, in order) that are known of these days; a day that is missing has to be asked for."""
    found: dict[Whose, Days] = {whose: {} for whose in wanted}
    values: list[Any] = [
        connection.pk,
        list(days),
        list({whose.practitioner_id for whose in wanted}),
        list({whose.appointment_type_id for whose in wanted}),
    ]
    with database.cursor() as cursor:
        cursor.execute(_KEPT, values)
        for *ids, day, starts in cursor.fetchall():
            held = found.get(Whose(*ids))
            if held is not None:
                held[day] = tuple(starts)
    return found


def ask_once(
    connection: Connection,
    whose: Whose,
    zone: ZoneInfo,
    days: Sequence[date],
    ask: Callable[[date, date], Sequence[datetime]],
    *,
    nap: Callable[[float], None] = time.sleep,
) -> tuple[Days, bool]:
    """The starts of these days (of one location in ``zone``), from ``ask(first, last)`` or from somebody who is
    asking the same just now; and whether ``ask`` was called. What it raises is raised, and nothing is kept."""
    ticket = uuid.uuid4()
    waited = 0.0
    while not _claim(connection, whose, zone, days, ticket):
        if waited >= ASKING_LASTS:
            break  # Whoever it is takes too long for somebody who waits.
        nap(LOOK_EVERY)
        waited += LOOK_EVERY
        found = known(connection, [whose], days)[whose]
        give_back()
        if len(found) == len(days):
            return found, False
    try:
        starts = ask(days[0], days[-1])
    except BaseException:
        with database.cursor() as cursor:
            cursor.execute(_LET_GO, [connection.pk, whose.practitioner_id, ticket])
        raise
    with database.cursor() as cursor:
        cursor.execute(_KEEP, [connection.pk, whose.practitioner_id, ticket, list(starts)])
    return _by_day(starts, zone, days), True


def _claim(connection: Connection, whose: Whose, zone: ZoneInfo, days: Sequence[date], ticket: uuid.UUID) -> bool:
    """Say that we are asking, unless somebody else is for all of these days."""
    spans = [_span(day, zone) for day in days]
    values: list[Any] = [
        connection.practice_id,
        connection.pk,
        whose.practitioner_id,
        whose.location_id,
        whose.appointment_type_id,
        ticket,
        list(days),
        [since for since, _ in spans],
        [until for _, until in spans],
    ]
    with database.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        claimed = bool(cursor.fetchall())
    give_back()
    return claimed


def _span(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The local day as two moments. The zone is part of the arithmetic: some days have 23 or 25 hours."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return midnight, midnight + timedelta(days=1)


def _by_day(starts: Sequence[datetime], zone: ZoneInfo, days: Sequence[date]) -> Days:
    found: dict[date, list[datetime]] = {day: [] for day in days}
    for start in sorted(starts):
        held = found.get(start.astimezone(zone).date())
        if held is not None:
            held.append(start)
    return {day: tuple(held) for day, held in found.items()}


def forget(connection: Connection, practitioner_id: str, starts_at: datetime, ends_at: datetime) -> None:
    """What is known of this practitioner about then has turned out not to be true."""
    values: list[Any] = [connection.practice_id, connection.pk, practitioner_id, starts_at, ends_at]
    with database.cursor() as cursor:
        cursor.execute(_FORGET, values)


def tidy(connection: Connection) -> None:
    """Delete what nobody goes by any more."""
    with database.cursor() as cursor:
        cursor.execute(_TIDY, [connection.pk, _OLD])
        cursor.execute(_TIDY_CHANGES, [connection.pk, _OLD])


def missing(days: Sequence[date], held: Mapping[date, Starts]) -> list[date]:
    """The shortest stretch, without gaps, with all the days that are not known."""
    unknown = [day for day in days if day not in held]
    if not unknown:
        return []
    return [day for day in days if unknown[0] <= day <= unknown[-1]]
