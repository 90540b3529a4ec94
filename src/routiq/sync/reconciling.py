"""The nightly reconciliation: everything inside the window is read once, and what differs is told and mended.

What a walk never met is not simply believed to be gone (S4): the vendor is asked for exactly these records once
more, together with some that it must have. When it knows not even those, or when there are many, nothing is removed
until a person has looked.
"""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.mirror.changes import Change, ChangeKind
from routiq.mirror.models import (
    Appointment,
    Attendance,
    ClassSession,
    Invoice,
    Patient,
    UnavailableBlock,
    WaitingListEntry,
)
from routiq.mirror.published import publish
from routiq.mirror.writing import write_and_compare
from routiq.pms import registry
from routiq.pms.errors import VendorChanged
from routiq.pms.gateway import Page, Selection, Stream
from routiq.pms.records import Record
from routiq.practices import audit
from routiq.practices.live import announce
from routiq.sync import eventlog
from routiq.sync.models import SeenRecord, SyncEvent, SyncPart, SyncRun
from routiq.sync.window import window_start

log = logging.getLogger("routiq.sync")

COMPARED: dict[Stream, Any] = {
    Stream.PATIENTS: Patient,
    Stream.APPOINTMENTS: Appointment,
    Stream.CLASSES: ClassSession,
    Stream.ATTENDANCES: Attendance,
    Stream.BLOCKS: UnavailableBlock,
    Stream.WAITING_LIST: WaitingListEntry,
    Stream.INVOICES: Invoice,
}
#: More than this many rows of a stream, and more than this share of it, are not removed without a person.
BRAKE_ROWS = 20
BRAKE_SHARE = 0.02
#: So many records that were not missed are asked for beside those that were: a system that denies them too is not
#: believed.
WITNESSES = 3


def note_page(run: SyncRun, stream: Stream, page: Page, changes: list[Change]) -> None:
    """Remember what was met and what differed; in the transaction of the page."""
    if stream not in COMPARED:
        return
    SeenRecord.objects.bulk_create(
        (
            SeenRecord(practice_id=run.practice_id, run=run, stream=stream, remote_id=record.id)
            for record in page.records
            if isinstance(record, Record)
        ),
        ignore_conflicts=True,
    )
    back = _there_after_all(run, stream, page)
    found = Counter(_word(change) for change in (*changes, *back) if change.record_id)
    if found:
        _count(run, stream, **found)


def _word(change: Change) -> str:
    """Under which word of the report a difference is counted. A row that was lost is missing whatever became of it in
    the meantime: cancelled, or deleted."""
    if change.kind is ChangeKind.RETURNED:
        return "returned"
    return "missing" if change.before is None else "stale"


def _there_after_all(run: SyncRun, stream: Stream, page: Page) -> list[Change]:
    """A patient that is met on a walk through all is not deleted, whatever was noted before. (The other kinds say of
    themselves whether they are deleted.)"""
    if stream is not Stream.PATIENTS:
        return []
    met = [record.id for record in page.records if isinstance(record, Record)]
    gone = Patient.objects.filter(connection=run.connection, remote_id__in=met, removed_at__lt=page.asked_at)
    back = [Change(record_id, ChangeKind.RETURNED) for record_id in gone.values_list("remote_id", flat=True)]
    if back:
        gone.update(removed_at=None)
        eventlog.note_changes(run.connection, stream, back, SyncEvent.Source.RECONCILIATION, page.asked_at)
        publish(run.connection, stream, back)
        announce(run.practice_id, "sync")
    return back


def start_over(run: SyncRun) -> None:
    """A walk that was cut off begins again at its first page: what is gone is told only by a walk in one piece."""
    unfinished = run.parts.exclude(state=SyncPart.State.DONE).exclude(cursor=None)
    for part in unfinished:
        part.cursor, part.remaining = None, None
        part.save(update_fields=["cursor", "remaining"])


def remove_what_is_gone(run: SyncRun) -> None:
    """Mark what no walk met and the vendor does not know any more, unless that is more than is plausible."""
    for stream in _count_checked(run):
        unmet = list(_unmet(run, stream).values_list("remote_id", flat=True))
        if not unmet:
            continue
        witnesses = _witnesses(run, stream, unmet)
        there = _still_there(run, stream, [*unmet, *witnesses])
        gone = sorted(set(unmet) - there)
        _count(run, stream, extra=len(gone))
        if gone and (not there.intersection(witnesses) or len(gone) > _most(run.connection, stream)):
            _hold_back(run, stream, gone)
            log.warning("removal held back", extra={"run": run.pk, "stream": str(stream), "rows": len(gone)})
            continue
        _remove(run, stream, gone)
    SeenRecord.objects.filter(run=run, stream__in=[str(stream) for stream in COMPARED]).delete()


def _most(connection: Connection, stream: Stream) -> int:
    """How many rows of a stream may be removed at once without a person."""
    return max(BRAKE_ROWS, int(BRAKE_SHARE * _rows(connection, stream).count()))


def _witnesses(run: SyncRun, stream: Stream, ids: list[str]) -> list[str]:
    """Some records that are not in question. None where everything is: then nothing proves the vendor's answer."""
    others = _rows(run.connection, stream).exclude(remote_id__in=ids).order_by("-seen_at")
    return list(others.values_list("remote_id", flat=True)[:WITNESSES])


@transaction.atomic
def _hold_back(run: SyncRun, stream: Stream, ids: list[str]) -> None:
    SeenRecord.objects.bulk_create(
        SeenRecord(practice_id=run.practice_id, run=run, stream=_held_name(stream), remote_id=record_id)
        for record_id in ids
    )
    _count(run, stream, held_back=len(ids))


def remove_held_back(run: SyncRun, actor: audit.Actor) -> int:
    """A person has looked: remove what was held back, as far as the vendor still does not know it. ``VendorChanged``,
    and nothing of that stream is removed, when it does not know the others either."""
    removed = 0
    for name, counts in dict(run.report or {}).items():
        stream = Stream(name)
        if not counts.get("held_back"):
            continue
        candidates = list(_held(run, stream).values_list("remote_id", flat=True))
        witnesses = _witnesses(run, stream, candidates)
        there = _still_there(run, stream, [*candidates, *witnesses])
        if witnesses and not there.intersection(witnesses):
            raise _denies_everything(run.connection)
        gone = sorted(set(candidates) - there)
        _remove(run, stream, gone)
        _held(run, stream).delete()
        _count(run, stream, held_back=-counts["held_back"])
        removed += len(gone)
    audit.record(actor, "reconciliation.removed_held_back", f"run:{run.pk}", rows=removed)
    return removed


def _denies_everything(connection: Connection) -> VendorChanged:
    label = registry.vendor(connection.vendor).label
    return VendorChanged(
        f"{label} answers as if it held no such records at all.",
        vendor=connection.vendor,
        cause="empty",
        advice="Nothing was removed. Try again later; if it stays so, contact support.",
    )


def _held(run: SyncRun, stream: Stream) -> QuerySet[SeenRecord]:
    return SeenRecord.objects.filter(run=run, stream=_held_name(stream))


def _held_name(stream: Stream) -> str:
    return f"gone:{stream}"


def _rows(connection: Connection, stream: Stream) -> QuerySet[Any]:
    rows = COMPARED[stream].objects.filter(connection=connection, removed_at=None)
    since = window_start(connection)
    if stream in (Stream.APPOINTMENTS, Stream.CLASSES, Stream.BLOCKS):
        return rows.filter(starts_at__gte=since)  # type: ignore[no-any-return]
    if stream is Stream.ATTENDANCES:
        # Of a class that was deleted too: its seats went with it.
        kept = ClassSession.objects.filter(connection=connection, starts_at__gte=since)
        return rows.filter(class_remote_id__in=kept.values("remote_id"))  # type: ignore[no-any-return]
    return rows  # type: ignore[no-any-return]


def _unmet(run: SyncRun, stream: Stream) -> QuerySet[Any]:
    met = SeenRecord.objects.filter(run=run, stream=stream).values("remote_id")
    return _rows(run.connection, stream).filter(seen_at__lt=run.began_at).exclude(remote_id__in=met)


def _still_there(run: SyncRun, stream: Stream, ids: list[str]) -> set[str]:
    """Ask for exactly these; what comes back is stored, since it moved while we walked."""
    gateway = gateway_of(run.connection)
    selection = _exactly(run.connection, stream, ids)
    there: set[str] = set()
    cursor: str | None = None
    while True:
        page = gateway.fetch(stream, selection, cursor)
        with transaction.atomic():
            changes = write_and_compare(run.connection, page.records, page.asked_at)
            eventlog.note_changes(run.connection, stream, changes, SyncEvent.Source.RECONCILIATION, page.asked_at)
            publish(run.connection, stream, changes)
        there |= {record.id for record in page.records if isinstance(record, Record)}
        cursor = page.next_cursor
        if cursor is None:
            return there


def _exactly(connection: Connection, stream: Stream, ids: list[str]) -> Selection:
    """These records; of appointments with whose they are, since some vendors find one only so."""
    if stream is not Stream.APPOINTMENTS:
        return Selection(ids=tuple(ids))
    rows = Appointment.objects.filter(connection=connection, remote_id__in=ids)
    owners = dict(rows.values_list("remote_id", "patient_remote_id"))
    return Selection(ids=tuple(ids), patient_ids=tuple(owners[one] for one in ids))


@transaction.atomic
def _remove(run: SyncRun, stream: Stream, ids: list[str]) -> None:
    now = timezone.now()
    rows = COMPARED[stream].objects.filter(connection=run.connection, remote_id__in=ids, removed_at=None)
    before = {row["remote_id"]: msgspec.to_builtins(row) for row in rows.values()}
    rows.update(removed_at=now)
    changes = [
        Change(record_id, ChangeKind.DELETED, before.get(record_id), {"removed_at": now.isoformat()})
        for record_id in ids
    ]
    eventlog.note_changes(run.connection, stream, changes, SyncEvent.Source.RECONCILIATION, now)
    publish(run.connection, stream, changes)
    _count(run, stream, removed=len(ids))
    announce(run.practice_id, "sync")


@transaction.atomic
def _count_checked(run: SyncRun) -> list[Stream]:
    """Put into the report how many records the walks met, each counted once however often it came; returns the
    streams that were walked."""
    walked = set(run.parts.values_list("stream", flat=True))
    met = dict(SeenRecord.objects.filter(run=run).values_list("stream").annotate(Count("pk")))
    report = _report_of(run)
    for name in walked.intersection(map(str, COMPARED)):
        counts = report.setdefault(name, {})
        # Where a crash has us come here again, what was met is forgotten already.
        counts["checked"] = max(counts.get("checked", 0), met.get(name, 0))
    _keep(run, report)
    return [stream for stream in COMPARED if str(stream) in walked]


@transaction.atomic
def _count(run: SyncRun, stream: Stream, **found: int) -> None:
    """Add to the report: ``missing``, ``stale``, ``returned``, ``extra``, ``removed``, ``held_back`` by stream."""
    report = _report_of(run)
    counts = report.setdefault(str(stream), {})
    for name, number in found.items():
        counts[name] = counts.get(name, 0) + number
    _keep(run, report)


def _report_of(run: SyncRun) -> dict[str, Any]:
    """As it is stored, and nobody else's to write until the transaction ends."""
    return SyncRun.objects.select_for_update().values_list("report", flat=True).get(pk=run.pk) or {}


def _keep(run: SyncRun, report: dict[str, Any]) -> None:
    SyncRun.objects.filter(pk=run.pk).update(report=report)
    run.report = report
