"""A connection after a restore: its copy is as old as the backup (docs/adr/026)."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from routiq.connections.models import Connection
from routiq.sync import nightly
from routiq.sync.jobs import ask_to_register
from routiq.sync.models import SyncRun
from routiq.sync.start import request_run


def compare_everything(connection: Connection, made_at: datetime) -> None:
    """Ask for a comparison of everything, and for the vendor's events anew; in a transaction. A first sync that was
    under way goes on instead, and the night compares. Owners are told once, when the copy is true again.
    ``made_at`` (aware): how old it is. One that is paused is compared as soon as it has a working key."""
    SyncRun.objects.filter(connection=connection, state__in=[SyncRun.State.RUNNING, SyncRun.State.PAUSED]).exclude(
        kind=SyncRun.Kind.FIRST
    ).update(
        state=SyncRun.State.FAILED,
        finished_at=timezone.now(),
        error_code="Restored",
        error_message="It was under way when the backup was made that is restored now.",
        error_advice="Everything is compared anew.",
    )
    if not connection.is_active:
        Connection.objects.filter(pk=connection.pk).update(reconciled_on=None)
        return
    run = request_run(connection, SyncRun.Kind.RECONCILIATION)
    changed: dict[str, object] = {"stale_since": connection.stale_since or made_at}
    if run.kind == SyncRun.Kind.RECONCILIATION:
        # Tonight's, where its hour has come: it is this one.
        zone = connection.practice.zone
        changed["reconciled_on"] = (
            nightly.due_day(timezone.now(), zone, connection.reconciled_on) or connection.reconciled_on
        )
    Connection.objects.filter(pk=connection.pk).update(**changed)
    ask_to_register(connection)
