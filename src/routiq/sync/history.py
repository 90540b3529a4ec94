"""What has run on a connection so far."""

from __future__ import annotations

from routiq.connections.models import Connection
from routiq.sync.models import SyncRun

_OPEN = (SyncRun.State.RUNNING, SyncRun.State.PAUSED)


def open_run(connection: Connection) -> SyncRun | None:
    """The one that is under way, or waits for a working key."""
    return SyncRun.objects.filter(connection=connection, state__in=_OPEN).first()


def has_been_synced(connection: Connection) -> bool:
    """Whether a first sync has come through."""
    return SyncRun.objects.filter(connection=connection, kind=SyncRun.Kind.FIRST, state=SyncRun.State.DONE).exists()
