"""When a practitioner takes no bookings: what Nookal calls events, one row for each day.

Nookal stamps no event, and one that was deleted stays in the list. Whether one has an id and a location of its own is
not documented: both are used where they are there.

Reference: Nookal API v2, getEvents.
"""

from __future__ import annotations

from datetime import date, time, timedelta

import msgspec

from routiq.pms.nookal import payloads
from routiq.pms.nookal.mapping import Habits, local_span
from routiq.pms.nookal.values import clock, flag, record_id, text
from routiq.pms.records import UNSTAMPED, BlockRecord

#: How the day of an event that goes on over midnight ends.
_END_OF_DAY, _LAST_SECOND = time(23, 59, 59), timedelta(seconds=1)


def block(found: payloads.Event, habits: Habits) -> BlockRecord | None:
    """One day of an event: a week of leave is seven. ``None`` without a practitioner or a time. Where no location is
    named the clock of the practice's first one counts."""
    practitioner_id = record_id(found.practitioner_id)
    first = next(iter(habits.zones.values()), "")
    places = msgspec.structs.replace(habits, zones={"": first, **habits.zones})
    span = local_span(found, found.date, found.starts, found.ends, places)
    if span is None or not practitioner_id:
        return None
    starts_at, ends_at = span
    return BlockRecord(
        id=block_id(found),
        updated_at=UNSTAMPED,
        starts_at=starts_at,
        ends_at=ends_at + _LAST_SECOND if clock(found.ends) == _END_OF_DAY else ends_at,
        practitioner_id=practitioner_id,
        location_id=record_id(found.location_id),
        notes=text(found.title) if habits.include_notes else "",
        # When it was deleted is not said.
        deleted_at=UNSTAMPED if flag(found.active) is False else None,
    )


def block_id(found: payloads.Event) -> str:
    """``20261006-77``: the days of one event bear the same id. One without an id is told from others by its
    practitioner and its start."""
    starts = text(found.starts)[:5].replace(":", "")
    own = record_id(found.id) or f"{record_id(found.practitioner_id)}-{starts}"
    return f"{text(found.date)[:10].replace('-', '')}-{own}"


def day_of(block_id: str) -> date | None:
    """The day of an id that :func:`block_id` made; ``None`` for any other."""
    day = block_id.partition("-")[0]
    try:
        return date.fromisoformat(day) if len(day) == 8 else None
    except ValueError:
        return None
