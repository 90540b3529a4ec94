"""Carrying a run through to its end: stage after stage, the walks of a stage side by side.

Whoever carries a run holds a session lock in the database; the lock dies with its process, so a run whose carrier
was killed is free at once for the next (and two carriers never work on one connection).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from functools import partial

import msgspec
from django.db import transaction
from django.utils import timezone

from routiq import faults
from routiq.connections import health
from routiq.connections.budget import CHECK_EVERY
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.mirror.changes import Change
from routiq.pms.errors import PmsError
from routiq.pms.gateway import Page, Selection, Stream
from routiq.practices import statements
from routiq.practices.live import announce
from routiq.practices.locks import alone
from routiq.sync import eventlog, plan, reconciling
from routiq.sync.models import NO_ERROR, StreamState, SyncEvent, SyncPart, SyncRun
from routiq.sync.pull import pull
from routiq.sync.walkers import Walkers

log = logging.getLogger("routiq.sync")

#: Set when the process is asked to stop: the page in work is finished and the run is left to the next carrier.
stopping = threading.Event()


class Interrupted(Exception):
    """The connection was paused or disconnected while the run was under way."""


_SOURCES = {
    SyncRun.Kind.CHANGES: SyncEvent.Source.MANUAL,
    SyncRun.Kind.RECONCILIATION: SyncEvent.Source.RECONCILIATION,
}
"""Under which name a run's finds stand in the event log; a first sync finds everything and notes nothing."""


class Ended(StrEnum):
    """How an attempt to carry a run ended."""

    DONE = "done"
    BUSY = "busy"
    """Somebody else carries it, or it is over already."""
    STOPPED = "stopped"
    """The process is stopping, or the vendor is not there for now: the next attempt goes on."""
    PAUSED = "paused"
    """The owner has to do something first."""
    FAILED = "failed"


def carry(run_id: int) -> Ended:
    """Carry the run as far as it goes. For the practice in force; must be called outside a transaction."""
    run = SyncRun.objects.select_related("connection__practice").filter(pk=run_id).first()
    if run is None:
        return Ended.BUSY
    with alone("run", run.connection_id) as free:
        if not free:
            return Ended.BUSY
        run.refresh_from_db()
        if run.state != SyncRun.State.RUNNING or not run.connection.is_active:
            return Ended.BUSY
        return _carry(run)


def _carry(run: SyncRun) -> Ended:
    try:
        gateway = gateway_of(run.connection)
        if run.began_at is None:
            run.began_at = timezone.now()
            run.save(update_fields=["began_at"])
        elif run.kind == SyncRun.Kind.RECONCILIATION:
            reconciling.start_over(run)
        with Walkers() as walkers:
            for number, stage in enumerate(plan.stages(run.kind, gateway.capabilities)):
                _lay_out(run, number, stage)
                if not _walk_all(run, number, walkers):
                    return Ended.STOPPED
                faults.point("stage_done")
        if run.kind == SyncRun.Kind.RECONCILIATION:
            reconciling.remove_what_is_gone(run)
        _finish(run)
    except Interrupted:
        return Ended.STOPPED
    except PmsError as error:
        return _failed(run, error)
    return Ended.DONE


def _lay_out(run: SyncRun, number: int, stage: plan.Stage) -> None:
    """Write the stage's walks down once, so that a later carrier finds the same ones."""
    if run.parts.filter(stage=number).exists():
        return
    SyncPart.objects.bulk_create(
        SyncPart(
            practice_id=run.practice_id,
            run=run,
            stage=number,
            stream=walk.stream,
            label=plan.LABELS[walk.stream],
            selection=msgspec.to_builtins(walk.selection),
        )
        for walk in stage(run)
    )


def _walk_all(run: SyncRun, stage: int, walkers: Walkers) -> bool:
    """Returns whether all walks of the stage are done."""
    left = run.parts.filter(stage=stage).exclude(state=SyncPart.State.DONE)
    stored = _AsStored(run.connection_id)
    walkers.walk(list(left.all()), partial(_one_page, run, stored), stopping)
    return not left.exists()


#: The connection is looked at for each page, but no more often than this, seconds: where nothing is paced, pages
#: follow each other in milliseconds. (What is paced looks at it with every request, under the budget's lock.)
LOOK_EVERY = CHECK_EVERY


class _AsStored:
    """The connection as it stands in the database. It is read anew only when it was written since. Threads may share
    one."""

    _VERSION = (
        "SELECT connection.xmin::text || ' ' || practice.xmin::text FROM connections_connection connection "
        "JOIN practices_practice practice ON practice.id = connection.practice_id WHERE connection.id = %(id)s"
    )

    def __init__(self, connection_id: int) -> None:
        self._id = connection_id
        self._last: tuple[str, Connection] | None = None
        self._looked_at = -LOOK_EVERY

    def read(self) -> Connection:
        """``Connection.DoesNotExist`` when it is gone."""
        now, last = time.monotonic(), self._last
        if last is not None and now - self._looked_at < LOOK_EVERY:
            return last[1]
        rows = statements.execute(self._VERSION, {"id": self._id}, keep_plan=True)
        version = str(rows[0][0]) if rows else ""
        if last is None or last[0] != version:
            last = (version, Connection.objects.select_related("practice").get(pk=self._id))
            self._last = last
        self._looked_at = now
        return last[1]


def _one_page(
    run: SyncRun, stored: _AsStored, part: SyncPart, cursor: str | None, fetched: Callable[[Page], None]
) -> None:
    """Pull the page of a walk at ``cursor``. The connection is looked at, so that a new key is used and a
    disconnected practice is asked no more."""
    connection = stored.read()
    if not connection.is_active:
        raise Interrupted
    selection = msgspec.convert(part.selection, Selection)

    def checkpoint(page: Page, written: int, changes: list[Change]) -> None:
        if run.kind == SyncRun.Kind.RECONCILIATION:
            reconciling.note_page(run, Stream(part.stream), page, changes)
        _advance(part, page, written)

    source = _SOURCES.get(SyncRun.Kind(run.kind), "")
    gateway = gateway_of(connection, just_read=True)
    page = pull(
        gateway,
        connection,
        Stream(part.stream),
        selection,
        cursor,
        checkpoint,
        source=source,
        fetched=fetched,
        several=run.kind == SyncRun.Kind.FIRST,
    )
    if not page.records:
        announce(run.practice_id, "sync")


_ADVANCE = """
UPDATE sync_syncpart SET cursor = %(cursor)s, state = %(state)s::text, pages = pages + %(pages)s,
  fetched = fetched + %(fetched)s, written = written + %(written)s, remaining = %(remaining)s,
  began_at = coalesce(began_at, now()),
  finished_at = CASE WHEN %(state)s::text = 'done' THEN clock_timestamp() END
WHERE id = %(id)s RETURNING id
"""


def _advance(part: SyncPart, page: Page, written: int) -> None:
    """The checkpoint, in the transaction of its page."""
    done = page.next_cursor is None
    part.cursor = page.next_cursor
    part.remaining = 0 if done else page.remaining
    part.state = SyncPart.State.DONE if done else SyncPart.State.RUNNING
    statements.execute(
        _ADVANCE,
        {
            "id": part.pk,
            "cursor": part.cursor,
            "state": str(part.state),
            "pages": page.pages,
            "fetched": len(page.records),
            "written": written,
            "remaining": part.remaining,
        },
        keep_plan=True,
    )


@transaction.atomic
def _finish(run: SyncRun) -> None:
    now = timezone.now()
    assert run.began_at is not None, "a run that is done has begun"
    parts = list(run.parts.all())
    streams = {part.stream for part in parts}
    said = {"complete_to": run.began_at, "last_success_at": now, **NO_ERROR}
    StreamState.objects.bulk_create(
        [
            StreamState(practice_id=run.practice_id, connection=run.connection, stream=stream, **said)
            for stream in sorted(streams)
        ],
        update_conflicts=True,
        unique_fields=["connection", "stream"],
        update_fields=list(said),
    )
    eventlog.settle_waiting(run.connection, streams, run.began_at)
    written = sum(part.written for part in parts)
    run.state = SyncRun.State.DONE
    run.finished_at = now
    run.error_code = run.error_message = run.error_advice = ""
    run.save()
    health.worked(run.connection)
    announce(run.practice_id, "sync")
    log.info("run done", extra={"run": run.pk, "kind": run.kind, "written": written})


def _failed(run: SyncRun, error: PmsError) -> Ended:
    """Say what is wrong where the owner looks; what was stored stays, and so does every checkpoint."""
    log.warning("run interrupted", extra={"run": run.pk, "code": error.code})
    run.error_code, run.error_message, run.error_advice = error.code, error.message, error.advice
    if isinstance(error, health.NEEDS_THE_OWNER):
        health.pause(run.connection, error)
        run.connection.refresh_from_db()
        # When the key was replaced while the old one failed, the run just goes on with the new one.
        ended = Ended.STOPPED if run.connection.is_active else Ended.PAUSED
        if ended is Ended.PAUSED:
            run.state = SyncRun.State.PAUSED
    elif error.temporary:
        ended = Ended.STOPPED
    else:
        ended = Ended.FAILED
        run.state = SyncRun.State.FAILED
        run.finished_at = timezone.now()
    run.save(update_fields=["state", "error_code", "error_message", "error_advice", "finished_at"])
    announce(run.practice_id, "sync")
    return ended
