"""Asking for a sync: on connecting, on demand, on schedule."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from routiq.connections.connecting import connect
from routiq.connections.models import Connection
from routiq.practices import audit
from routiq.practices.live import announce
from routiq.practices.tenancy import acting_for
from routiq.sync.history import has_been_synced, open_run
from routiq.sync.jobs import ask_to_look_now, ask_to_register, wake
from routiq.sync.models import SyncRun


def connect_and_sync(*, practice_id: int, vendor: str, region: str, key: str, actor: audit.Actor) -> Connection:
    """What the button "Connect and Sync" does (C37-C39). Idempotent. Raises what
    :func:`routiq.connections.connecting.connect` raises. A run that waited for a working key goes on where it was."""
    connection = connect(practice_id=practice_id, vendor=vendor, region=region, key=key, actor=actor)
    with acting_for(practice_id), transaction.atomic():
        request_run(connection)
        ask_to_register(connection)
    return connection


def sync_now(connection: Connection, actor: audit.Actor) -> SyncRun:
    """What the button "Sync Now" does: at once; pressed twice it is one run (C84). While everything is being compared
    that run goes on, and what changed lately is fetched beside it, at once: the newest wish does not wait."""
    with transaction.atomic():
        run = request_run(connection)
        if run.kind == SyncRun.Kind.RECONCILIATION and connection.is_active:
            ask_to_look_now(connection)
    audit.record(actor, "sync.requested", f"run:{run.pk}")
    return run


def pressed_in_words(run: SyncRun, before: SyncRun | None) -> str:
    """What pressing Sync Now led to; ``before`` is the run that was open."""
    if before is None or before.pk != run.pk:
        return "Sync started. You may leave this page; it continues in the background."
    if run.kind == SyncRun.Kind.RECONCILIATION:
        return (
            "Everything is being compared just now, which includes this; it is shown here. What changed lately is "
            "fetched at once beside it."
        )
    return "A sync is under way already, and it is this one: it is shown here."


@transaction.atomic
def request_run(connection: Connection, kind: SyncRun.Kind | None = None) -> SyncRun:
    """The run that is open on this connection, woken up; or a new one of this kind: when none is named, the first
    sync until one has come through, then the changes since. The job is deferred in the same transaction."""
    connection = Connection.objects.select_for_update().get(pk=connection.pk)
    run = open_run(connection) or _stopped_first_sync(connection)
    if run is None:
        first = not has_been_synced(connection)
        run = SyncRun(practice_id=connection.practice_id, connection=connection)
        run.kind = SyncRun.Kind.FIRST if first else kind or SyncRun.Kind.CHANGES
        if first:
            # What a first sync brings needs no reconciling before the next night.
            today = timezone.now().astimezone(connection.practice.zone).date()
            Connection.objects.filter(pk=connection.pk).update(reconciled_on=today)
    if connection.is_active:
        run.state = SyncRun.State.RUNNING
        run.finished_at = None
    run.save()
    wake(run)
    announce(run.practice_id, "sync")
    return run


def _stopped_first_sync(connection: Connection) -> SyncRun | None:
    """A first sync that failed keeps its checkpoints: the next attempt goes on with it."""
    return SyncRun.objects.filter(connection=connection, kind=SyncRun.Kind.FIRST, state=SyncRun.State.FAILED).first()
