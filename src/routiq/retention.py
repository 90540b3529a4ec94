"""Deleting all data of a practice that left, and proving it by counting (C81-C83).

What is deleted is not listed: it is everything that belongs to the practice but the few tables below. The connection
itself goes last, so that a purge that was killed finds what it has to go on with.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from routiq import faults
from routiq.backups import ledger, shelf
from routiq.connections.disconnecting import disconnect
from routiq.connections.models import Connection
from routiq.practices import audit
from routiq.practices.jobs_queue import count_jobs, delete_jobs
from routiq.practices.live import announce
from routiq.practices.models import AuditEntry, Practice
from routiq.practices.owned import count, delete_some, owned_models
from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for

log = logging.getLogger("routiq.retention")

#: Who may log in and what was done stays; nothing in these tables is about a patient.
KEPT = frozenset({"practices.Membership", "practices.ApiToken", "practices.AuditEntry", "practices.Letter"})
BATCH = 2000
#: So often is it gone over again when something is still being written.
PASSES = 5
_PAUSE = 1.0
#: Jobs about what is kept.
_KEPT_TASKS = ["practices.send_letter"]


class NotToBeDeleted(Exception):
    """The data is not due: still connected, or within the days it is kept."""


class Unfinished(Exception):
    """Something is still at work on this practice; going on later finishes it."""


class NameDoesNotMatch(Exception):
    """What was typed is not the practice's name. The text is shown on screen."""


@dataclass(frozen=True)
class PurgeReport:
    """What was there and what is left, by kind of row (``mirror.Patient``); ``jobs`` are their arguments' rows."""

    practice_id: int
    connection_id: int
    begun_at: str
    finished_at: str
    before: dict[str, int]
    after: dict[str, int]
    jobs_before: int
    jobs_after: int

    @property
    def left(self) -> int:
        """How much is left that should not be: 0."""
        return sum(number for kind, number in self.after.items() if kind not in KEPT) + self.jobs_after

    @property
    def deleted(self) -> int:
        return sum(number - self.after.get(kind, 0) for kind, number in self.before.items() if kind not in KEPT)


def purge_due() -> bool:
    """Delete what is due, of every practice. Returns whether something is left to go on with."""
    unfinished = False
    for practice_id in practice_ids():
        with acting_for(practice_id):
            left = Connection.objects.filter(state=Connection.State.DISCONNECTED)
            ids = list(left.filter(purge_after__lte=timezone.now()).values_list("pk", flat=True))
        for connection_id in ids:
            try:
                purge(practice_id, connection_id)
            except Unfinished:
                unfinished = True
                log.warning("purge unfinished", extra={"practice": practice_id, "connection": connection_id})
    return unfinished


def purge(practice_id: int, connection_id: int) -> PurgeReport:
    """Delete everything that came from or is about this connection's patients. Killed at any instant, calling it
    again goes on; called once more after that, it gives the same report. Must be called outside a transaction.
    Raises ``NotToBeDeleted`` and ``Unfinished``."""
    with acting_for(practice_id):
        earlier = report_of(connection_id)
        if earlier is not None:
            return earlier
        begun = _begin(connection_id)
        for number in range(PASSES):
            if number:
                time.sleep(_PAUSE)
            _delete_rows()
            report = _finish(connection_id, begun)
            if report is not None:
                shelf.note_here(ledger.PURGED, practice_id, connection_id)
                log.info("purged", extra={"report": json.dumps(asdict(report)), "left": report.left})
                return report
        raise Unfinished


def delete_at_once(practice: Practice, connection: Connection, typed_name: str, actor: audit.Actor) -> None:
    """What the owner's button does: disconnect if need be, and have a worker delete everything now.

    ``NameDoesNotMatch`` unless the practice's name was typed exactly. From here on nothing can be brought back.
    """
    if typed_name.strip() != practice.name.strip():
        raise NameDoesNotMatch(f"Type the practice's name exactly as it stands here: {practice.name.strip()}")
    from routiq.connections.jobs import delete_what_is_due

    with acting_for(practice.pk):
        disconnect(connection, actor)
        with transaction.atomic():
            Practice.objects.select_for_update().get(pk=practice.pk)
            left = Connection.objects.filter(pk=connection.pk, state=Connection.State.DISCONNECTED)
            if not left.update(purge_after=timezone.now()):
                raise NotToBeDeleted("The practice was connected again meanwhile.")
            audit.record(actor, "connection.delete_requested", f"connection:{connection.pk}")
            announce(practice.pk, "connection")
            delete_what_is_due()


def report_of(connection_id: int) -> PurgeReport | None:
    """The proof that this connection's data is gone, for the practice in force."""
    entry = AuditEntry.objects.filter(action="connection.purged", target=f"connection:{connection_id}").first()
    return PurgeReport(**entry.detail) if entry else None


def last_report() -> PurgeReport | None:
    """The proof of the latest deletion at the practice in force."""
    entry = AuditEntry.objects.filter(action="connection.purged").order_by("-at", "-pk").first()
    return PurgeReport(**entry.detail) if entry else None


@transaction.atomic
def _begin(connection_id: int) -> AuditEntry:
    """Under the lock that connecting takes, so that nothing is brought back from here on."""
    practice = Practice.objects.select_for_update().first()
    connection = Connection.objects.filter(pk=connection_id).first()
    if practice is None or connection is None or Connection.objects.exclude(pk=connection_id).exists():
        raise NotToBeDeleted("There is no such connection, or the practice has another one.")
    due = connection.purge_after
    if connection.state != Connection.State.DISCONNECTED or due is None or due > timezone.now():
        raise NotToBeDeleted("The connection is in use, or its data is still kept.")
    target = f"connection:{connection_id}"
    begun = AuditEntry.objects.filter(action="connection.purge_begun", target=target).first()
    if begun is not None:
        return begun
    counts = {model._meta.label: count(model) for model in owned_models()}
    jobs = count_jobs(practice.pk, connection_id, except_tasks=_KEPT_TASKS)
    return audit.record(audit.SYSTEM, "connection.purge_begun", target, before=counts, jobs_before=jobs)


def _delete_rows() -> None:
    for model in owned_models():
        if model._meta.label in KEPT or model is Connection:
            continue
        try:
            while delete_some(model, BATCH):
                faults.point("purge_batch")
        except IntegrityError:
            # Something that refers to these rows was written just now: the next pass takes both.
            log.info("purge goes over it again", extra={"kind": model._meta.label})


@transaction.atomic
def _finish(connection_id: int, begun: AuditEntry) -> PurgeReport | None:
    """The connection itself, and the count of what is left; ``None`` when it is too early. Whoever writes a row of
    this practice waits for the lock, so the count is of the instant of the commit."""
    practice = Practice.objects.select_for_update().get()
    if (other := report_of(connection_id)) is not None:
        return other  # Another worker was quicker.
    delete_jobs(practice.pk, connection_id, except_tasks=_KEPT_TASKS)
    jobs = count_jobs(practice.pk, connection_id, except_tasks=_KEPT_TASKS)
    others = [model for model in owned_models() if model._meta.label not in KEPT and model is not Connection]
    if jobs or any(count(model) for model in others):
        return None
    delete_some(Connection, BATCH)
    report = PurgeReport(
        practice_id=practice.pk,
        connection_id=connection_id,
        begun_at=begun.at.isoformat(),
        finished_at=timezone.now().isoformat(),
        before=begun.detail["before"],
        after={model._meta.label: count(model) for model in owned_models()},
        jobs_before=begun.detail["jobs_before"],
        jobs_after=jobs,
    )
    audit.record(audit.SYSTEM, "connection.purged", f"connection:{connection_id}", **asdict(report))
    announce(practice.pk, "connection")
    return report
