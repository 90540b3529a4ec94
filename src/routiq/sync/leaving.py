"""What of this room ends when a practice disconnects."""

from __future__ import annotations

from django.utils import timezone

from routiq.connections.disconnecting import at_disconnect, before_disconnect
from routiq.connections.models import Connection
from routiq.practices.live import announce
from routiq.sync.models import SyncRun
from routiq.sync.webhooks import unregister


def close_open_runs(connection: Connection) -> None:
    """What was being fetched stays fetched; the run is over."""
    SyncRun.objects.filter(connection=connection, state__in=[SyncRun.State.RUNNING, SyncRun.State.PAUSED]).update(
        state=SyncRun.State.FAILED,
        finished_at=timezone.now(),
        error_code="Disconnected",
        error_message="The practice management system was disconnected.",
        error_advice="Connect it again to go on where this stopped.",
    )
    announce(connection.practice_id, "sync")


before_disconnect.append(unregister)
at_disconnect.append(close_open_runs)
