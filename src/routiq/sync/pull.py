"""The one operation of this room: pull a page of a stream since its cursor (law 1).

First sync, look for changes, Sync Now and reconciliation all come through here. A page's rows and the checkpoint
behind it are committed together (S1), so a process may die at any instant: the next one goes on where the last
commit was, and what it repeats changes nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
from django.db import transaction

from routiq import faults
from routiq.connections.models import Connection
from routiq.mirror.changes import Change
from routiq.mirror.models import Offering
from routiq.mirror.published import publish
from routiq.mirror.tables import TABLES
from routiq.mirror.writing import write_all, write_and_compare, write_whole
from routiq.pms.errors import PmsError
from routiq.pms.gateway import Gateway, Lane, Page, Selection, Stream
from routiq.pms.records import (
    AppointmentRecord,
    AppointmentTypeRecord,
    BlockRecord,
    ClassRecord,
    LocationRecord,
    OfferingRecord,
    PractitionerRecord,
    RosterRecord,
)
from routiq.practices.live import announce
from routiq.sync.eventlog import note_changes
from routiq.sync.window import window_start

log = logging.getLogger("routiq.sync")

#: Lists that are read whole and stored whole.
WHOLE: dict[Stream, type[msgspec.Struct]] = {
    Stream.LOCATIONS: LocationRecord,
    Stream.PRACTITIONERS: PractitionerRecord,
    Stream.APPOINTMENT_TYPES: AppointmentTypeRecord,
    Stream.OFFERINGS: OfferingRecord,
    Stream.ROSTERS: RosterRecord,
}

#: So many answers are stored together, if all of them come within so many seconds.
MOST_TOGETHER, TOGETHER = 4, 0.2

#: Seconds between two announcements of a first sync's progress.
TELL_EVERY = 0.3
_told: dict[int, float] = {}

BOOKINGS = (AppointmentRecord, ClassRecord, BlockRecord)

Checkpoint = Callable[[Page, int, list[Change]], None]
"""Called inside the page's transaction with the page, how many rows were written, and what changed."""


def pull(
    gateway: Gateway,
    connection: Connection,
    stream: Stream,
    selection: Selection,
    cursor: str | None,
    checkpoint: Checkpoint,
    *,
    source: str = "",
    lane: Lane = Lane.BACKGROUND,
    fetched: Callable[[Page], None] | None = None,
    several: bool = False,
) -> Page:
    """Fetch and store the next page (of a list that is kept whole: all its pages; with ``several``, as many as are
    answered at once, as if they were one). With a ``source``, what changed is noted in the event log under it.
    Between fetching and storing ``fetched`` is called. Raises what that and the gateway raise; then nothing was
    stored."""
    if stream in WHOLE:
        answers = [_all_pages(gateway, stream, selection, lane)]
    else:
        answers = _answers(gateway, stream, selection, cursor, lane, MOST_TOGETHER if several else 1)
    page = _as_one(answers)
    faults.point("page_fetched")
    if fetched is not None:
        fetched(page)
    with transaction.atomic():
        written, changes = _store(connection, stream, selection, answers, compare=bool(source))
        if changes:
            note_changes(connection, stream, changes, source, page.asked_at)
            publish(connection, stream, changes)
        faults.point("page_written")
        checkpoint(page, written, changes)
        if written and _is_due(connection.practice_id, in_bulk=not source and page.next_cursor is not None):
            announce(connection.practice_id, "sync")
        faults.point("checkpoint_written")
    faults.point("page_committed")
    return page


def _answers(
    gateway: Gateway, stream: Stream, selection: Selection, cursor: str | None, lane: Lane, most: int
) -> list[Page]:
    """The next page, and those after it that come at once: where a vendor is asked slowly, each is stored by itself.
    What was answered before one failed is kept; that one fails again when its turn comes."""
    began = time.monotonic()
    found = [gateway.fetch(stream, selection, cursor, lane=lane)]
    with suppress(PmsError):
        while (on := found[-1].next_cursor) and len(found) < most and time.monotonic() - began < TOGETHER:
            found.append(gateway.fetch(stream, selection, on, lane=lane))
    return found


def _as_one(answers: list[Page]) -> Page:
    if len(answers) == 1:
        return answers[0]
    return Page(
        records=[record for answer in answers for record in answer.records],
        next_cursor=answers[-1].next_cursor,
        remaining=answers[-1].remaining,
        asked_at=answers[0].asked_at,
        pages=len(answers),
    )


def _is_due(practice_id: int, *, in_bulk: bool) -> bool:
    """Of a first sync's many pages, open pages are told a few times a second: each telling is a queue that all
    commits of the database pass through one by one."""
    now = time.monotonic()
    if in_bulk and now - _told.get(practice_id, 0.0) < TELL_EVERY:
        return False
    _told[practice_id] = now
    return True


def _store(
    connection: Connection, stream: Stream, selection: Selection, answers: list[Page], *, compare: bool
) -> tuple[int, list[Change]]:
    """Only who does not compare brings more than one answer."""
    if stream in WHOLE:
        (page,) = answers
        if not page.records and _holds_any(connection, WHOLE[stream]):
            # No practice loses its last location or practitioner overnight: an empty answer removes nothing (S4).
            log.warning("empty list not believed", extra={"connection": connection.pk, "stream": str(stream)})
            return 0, []
        found = write_whole(connection, WHOLE[stream], page.records, page.asked_at)
        return len(found), found if compare else []
    brought = [(_wanted(connection, selection, page.records), page.asked_at) for page in answers]
    if not compare:
        return write_all(connection, brought), []
    ((records, asked_at),) = brought
    changes = write_and_compare(connection, records, asked_at)
    return len(changes), changes


def _wanted(
    connection: Connection, selection: Selection, records: Sequence[msgspec.Struct]
) -> Sequence[msgspec.Struct]:
    return records if selection.updated_since is None else _inside_the_window(connection, list(records))


def _holds_any(connection: Connection, kind: type[msgspec.Struct]) -> bool:
    if kind is OfferingRecord:
        return Offering.objects.filter(connection=connection).exists()
    rows = TABLES[kind].model._default_manager
    return rows.filter(connection=connection, removed_at=None).exists()


def _inside_the_window(connection: Connection, records: list[msgspec.Struct]) -> list[msgspec.Struct]:
    """A change to an old booking is no reason to begin keeping it; one that we keep is followed wherever it moves."""
    since = window_start(connection)
    bookings = [record for record in records if isinstance(record, BOOKINGS)]
    old = {record.id for record in bookings if record.starts_at < since}
    if not old:
        return records
    stored = TABLES[type(bookings[0])].model._default_manager.filter(connection=connection, remote_id__in=old)
    known = set(stored.values_list("remote_id", flat=True))
    outside = old - known
    return [record for record in records if not (isinstance(record, BOOKINGS) and record.id in outside)]


def _all_pages(gateway: Gateway, stream: Stream, selection: Selection, lane: Lane) -> Page:
    pages = [gateway.fetch(stream, selection, None, lane=lane)]
    while pages[-1].next_cursor is not None:
        pages.append(gateway.fetch(stream, selection, pages[-1].next_cursor, lane=lane))
    return msgspec.structs.replace(_as_one(pages), remaining=0)
