"""The event log: every delivery that came in and every change that a pull found by itself, with what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.mirror.changes import Change
from routiq.pms.gateway import Stream
from routiq.sync.models import SyncEvent, WebhookRegistration

KEPT = timedelta(days=90)
#: What events are about. Polls that find anything else say nothing about the webhooks.
ANNOUNCED = frozenset(
    {Stream.PATIENTS, Stream.DELETED_PATIENTS, Stream.APPOINTMENTS, Stream.CLASSES, Stream.ATTENDANCES}
)


def note_changes(
    connection: Connection, stream: str, changes: Sequence[Change], source: str, asked_at: datetime
) -> None:
    """Changes that were just written, in the transaction that wrote them. A delivery that announced one is applied
    by it; the others are lines of their own. One that came in after we asked (``asked_at``, aware) may announce a
    later change: it goes on waiting."""
    named = [change for change in changes if change.record_id]
    if not named:
        return
    now = timezone.now()
    waiting = SyncEvent.objects.filter(
        connection=connection,
        outcome=SyncEvent.Outcome.WAITING,
        record_id__in=[change.record_id for change in named],
        received_at__lte=asked_at,
    )
    announced = set(waiting.values_list("record_id", flat=True))
    waiting.update(outcome=SyncEvent.Outcome.APPLIED, applied_at=now)
    found = [change for change in named if change.record_id not in announced]
    SyncEvent.objects.bulk_create(
        SyncEvent(
            practice_id=connection.practice_id,
            connection=connection,
            source=source,
            stream=stream,
            record_id=change.record_id,
            kind=change.kind,
            received_at=asked_at,
            applied_at=now,
            outcome=SyncEvent.Outcome.APPLIED,
        )
        for change in found
    )
    if source == SyncEvent.Source.POLL and found and stream in ANNOUNCED:
        _count_as_missed(connection, len(found))


def _count_as_missed(connection: Connection, number: int) -> None:
    """Webhooks should have announced these. A delivery that still comes sets the count back."""
    WebhookRegistration.objects.filter(connection=connection, state=WebhookRegistration.State.LIVE).update(
        missed=F("missed") + number
    )


def settle_waiting(connection: Connection, streams: Collection[str], looked_at: datetime) -> None:
    """A look at these streams that began at ``looked_at`` is over: deliveries from before it that changed nothing
    told what was known already."""
    SyncEvent.objects.filter(
        connection=connection,
        outcome=SyncEvent.Outcome.WAITING,
        stream__in=list(streams),
        received_at__lte=looked_at,
    ).update(outcome=SyncEvent.Outcome.NOTHING_NEW, applied_at=timezone.now())


def settle_records(connection: Connection, record_ids: Collection[str], asked_at: datetime) -> None:
    """These records were just read as they were at ``asked_at`` (aware): deliveries about them from before that have
    nothing more to tell."""
    SyncEvent.objects.filter(
        connection=connection,
        outcome=SyncEvent.Outcome.WAITING,
        record_id__in=record_ids,
        received_at__lte=asked_at,
    ).update(outcome=SyncEvent.Outcome.NOTHING_NEW, applied_at=timezone.now())


def prune(connection: Connection) -> int:
    """Forget lines that are older than they are kept."""
    return SyncEvent.objects.filter(connection=connection, received_at__lt=timezone.now() - KEPT).delete()[0]
