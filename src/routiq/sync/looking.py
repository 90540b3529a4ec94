"""Looking for changes: a short pull of the streams that change, since what was seen last.

A quick look begins at the newest stamp seen. A vendor may commit an older stamp after a newer one, so beside the
quick looks a thorough one goes over the last minutes again. Both are the same pull.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Coalesce
from django.utils import timezone

from routiq.connections import health
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.mirror.changes import Change, ChangeKind
from routiq.mirror.models import Appointment, ClassSession
from routiq.pms import registry
from routiq.pms.errors import PmsError
from routiq.pms.gateway import Capabilities, Gateway, Lane, Page, Selection, Stream
from routiq.pms.records import UNSTAMPED, AttendanceRecord, Record
from routiq.practices.locks import alone
from routiq.sync import eventlog, plan
from routiq.sync.models import NO_ERROR, StreamState, SyncEvent
from routiq.sync.pull import Checkpoint, pull

log = logging.getLogger("routiq.sync")

#: What a look goes over, in this order: seats after the classes they are in.
CHANGING = (
    Stream.PATIENTS,
    Stream.APPOINTMENTS,
    Stream.CLASSES,
    Stream.ATTENDANCES,
    Stream.WAITING_LIST,
    Stream.INVOICES,
)

#: What is looked at only thoroughly: nobody waits for these within seconds, and each costs a request.
ONLY_THOROUGH = (Stream.BLOCKS, Stream.DELETED_PATIENTS)

#: So long is somebody else's look at the same stream waited for, seconds.
PATIENCE = 10.0
#: So long after its stamp a second is over at the vendor, though its clock may differ from ours.
OVER = timedelta(seconds=5)


def quick_streams(capabilities: Capabilities) -> tuple[Stream, ...]:
    """What can be looked at often: the vendor tells what has changed, at the price of the change."""
    return tuple(
        stream for stream in CHANGING if stream in capabilities.streams and _tells_changes(capabilities, stream)
    )


def slow_streams(capabilities: Capabilities) -> tuple[Stream, ...]:
    """What is read again in each round instead: the practice's own lists, of which no look is told, and what the
    vendor does not tell changes of."""
    rest = tuple(stream for stream in (*CHANGING, *ONLY_THOROUGH) if not _tells_changes(capabilities, stream))
    return tuple(stream for stream in (*plan.REFERENCE, *rest) if stream in capabilities.streams)


def _tells_changes(capabilities: Capabilities, stream: Stream) -> bool:
    return capabilities.streams_by_change is None or stream in capabilities.streams_by_change


@dataclass
class Looked:
    changes: int = 0
    requests: int = 0


@dataclass(frozen=True)
class _Asking:
    """Whom we ask, for which connection, under which name finds stand in the event log, and in which lane."""

    gateway: Gateway
    connection: Connection
    source: str
    lane: Lane

    def page(self, stream: Stream, selection: Selection, cursor: str | None, checkpoint: Checkpoint) -> Page:
        return pull(
            self.gateway,
            self.connection,
            stream,
            selection,
            cursor,
            checkpoint,
            source=self.source,
            lane=self.lane,
        )

    def all_pages(self, stream: Stream, selection: Selection, checkpoint: Checkpoint) -> int:
        """All pages of a selection; returns the requests it took."""
        cursor, requests = None, 0
        while True:
            page = self.page(stream, selection, cursor, checkpoint)
            requests += 1
            cursor = page.next_cursor
            if cursor is None:
                return requests


def look(
    connection: Connection,
    streams: Collection[Stream] = CHANGING,
    *,
    source: str = SyncEvent.Source.POLL,
    lane: Lane = Lane.BACKGROUND,
    thorough: bool = False,
    wait: bool = False,
) -> Looked:
    """Pull what changed in these streams, as far as the vendor has them. ``thorough``: with the last minutes once
    more, and what is looked at only so. A stream at which somebody else is just looking is left to them, or with
    ``wait`` looked at after them.

    Errors of the vendor are raised after the connection was paused where the owner has to act. Outside a transaction,
    for the practice in force."""
    looked = Looked()
    at_work: Stream | None = None
    wanted = [stream for stream in (*plan.REFERENCE, *CHANGING) if stream in streams]
    can = registry.vendor(connection.vendor).capabilities
    wanted += [stream for stream in ONLY_THOROUGH if stream in streams or (thorough and _tells_changes(can, stream))]
    try:
        for stream in wanted:
            at_work = stream
            gateway = gateway_of(connection)
            if stream not in gateway.capabilities.streams:
                continue
            with alone("look", stream, connection.pk, patience=PATIENCE if wait else 0.0) as free:
                if free:
                    began_at = timezone.now()
                    _look_at(_Asking(gateway, connection, source, lane), stream, looked, thorough=thorough)
                    _done(connection, stream, began_at if thorough else None)
                    eventlog.settle_waiting(connection, [stream], began_at)
    except PmsError as error:
        if isinstance(error, health.NEEDS_THE_OWNER):
            health.pause(connection, error)
        elif at_work is not None:
            _failed(connection, at_work, error)
        raise
    health.worked(connection)
    return looked


def _ids(page: Page) -> list[str]:
    return [record.id for record in page.records if isinstance(record, Record)]


def _look_at(by: _Asking, stream: Stream, looked: Looked, *, thorough: bool) -> None:
    connection = by.connection
    since = _since(connection, stream, thorough=thorough)
    whole = stream is Stream.DELETED_PATIENTS or stream in plan.REFERENCE
    selection = Selection() if whole else Selection(updated_since=since)
    cursor: str | None = None
    first_met: list[str] = []
    newest: datetime | None = None
    while True:

        def checkpoint(page: Page, written: int, changes: list[Change]) -> None:
            nonlocal newest
            looked.changes += len(changes)
            first_met.extend(change.record_id for change in changes if change.kind is ChangeKind.CREATED)
            newest = _saw(connection, stream, page, newest)
            eventlog.settle_records(connection, _ids(page), page.asked_at)

        page = by.page(stream, selection, cursor, checkpoint)
        looked.requests += 1
        if stream is Stream.ATTENDANCES:
            looked.requests += _follow_arrivals(by, page, looked)
        cursor = page.next_cursor
        if cursor is None:
            break
    if stream is Stream.CLASSES and first_met and Stream.ATTENDANCES in by.gateway.capabilities.streams:
        _bring_seats(by, first_met, looked)


def _bring_seats(by: _Asking, classes: list[str], looked: Looked) -> None:
    """The seats of a class that we meet for the first time may be older than what brought it: nobody stamps them when
    the class moves into the window."""

    def checkpoint(page: Page, written: int, changes: list[Change]) -> None:
        looked.changes += len(changes)

    seats = Selection(class_ids=tuple(classes))
    looked.requests += by.all_pages(Stream.ATTENDANCES, seats, checkpoint)


def _since(connection: Connection, stream: Stream, *, thorough: bool) -> datetime:
    state = StreamState.objects.filter(connection=connection, stream=stream).first()
    if state is None:
        return plan.never_seen(connection)
    if thorough or state.seen_to is None:
        return state.complete_to - plan.OVERLAP
    return state.seen_to


def _saw(connection: Connection, stream: Stream, page: Page, newest: datetime | None) -> datetime | None:
    """Move the quick cursor on, in the transaction of the page; returns the newest stamp of the look so far.

    What carries no stamp was changed, for all we know, until we asked. When the newest stamp's second is safely over
    at the end of a look, no look goes over it again: what was stamped all at once would be read anew by each."""
    records = [record for record in page.records if isinstance(record, Record)]
    stamps = [record.updated_at for record in records if record.updated_at != UNSTAMPED]
    if records and not stamps:
        _move_on(connection, stream, page.asked_at - plan.OVERLAP)
        return None
    newest = max((*stamps, *([newest] if newest else [])), default=None)
    if newest is None:
        return None
    is_over = page.next_cursor is None and page.asked_at - newest > OVER
    _move_on(connection, stream, newest.replace(microsecond=0) + timedelta(seconds=1) if is_over else newest)
    return newest


def _move_on(connection: Connection, stream: Stream, seen_to: datetime) -> None:
    states = StreamState.objects.filter(connection=connection, stream=stream)
    states.exclude(seen_to__gte=seen_to).update(seen_to=seen_to)


def _done(connection: Connection, stream: Stream, complete_to: datetime | None) -> None:
    states = StreamState.objects.filter(connection=connection, stream=stream)
    now = timezone.now()
    if complete_to is None:
        states.update(last_success_at=now, **NO_ERROR)
    else:
        states.update(last_success_at=now, complete_to=complete_to, **NO_ERROR)


def _failed(connection: Connection, stream: Stream, error: PmsError) -> None:
    """Note what is wrong, for the health page, until a look at this stream succeeds."""
    states = StreamState.objects.filter(connection=connection, stream=stream)
    states.update(
        error_at=Coalesce("error_at", timezone.now()),
        error_code=error.code,
        error_message=error.message,
        error_advice=error.advice,
    )


def _follow_arrivals(by: _Asking, page: Page, looked: Looked) -> int:
    """Whether somebody arrived is kept with the attendee, and the appointment itself need not be stamped anew by it:
    where the attendee is newer than our copy of the appointment, read that again. Returns the requests it took."""
    connection = by.connection
    stamps = {record.class_id: record.updated_at for record in page.records if isinstance(record, AttendanceRecord)}
    sessions = ClassSession.objects.filter(connection=connection, remote_id__in=stamps)
    for class_id in sessions.values_list("remote_id", flat=True):
        del stamps[class_id]  # A seat in a class; an appointment may bear the same number.
    rows = Appointment.objects.filter(connection=connection, remote_id__in=stamps, removed_at=None)
    behind = [
        row.remote_id for row in rows if row.remote_updated_at < stamps[row.remote_id] and row.seen_at < page.asked_at
    ]
    if not behind:
        return 0

    def checkpoint(page: Page, written: int, changes: list[Change]) -> None:
        looked.changes += len(changes)

    selection = Selection(ids=tuple(behind))
    requests = by.all_pages(Stream.APPOINTMENTS, selection, checkpoint)
    # Even where nothing differed, these were read as of now: not again for the same arrival.
    Appointment.objects.filter(connection=connection, remote_id__in=behind).update(seen_at=page.asked_at)
    return requests
