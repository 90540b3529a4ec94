"""Telling the rooms above what was just written to the copy, in the transaction that wrote it (law 1).

A room that wants to hear adds itself to the list in a module ``hearing`` of its own. What it does there is committed
together with the change or not at all; it must be quick, and leave what takes time to a job.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from routiq.connections.models import Connection
from routiq.mirror.changes import Change
from routiq.pms.gateway import Stream

Listener = Callable[[Connection, Stream, Sequence[Change]], None]

listeners: list[Listener] = []


def publish(connection: Connection, stream: Stream, changes: Sequence[Change]) -> None:
    """Tell everybody who listens; inside the transaction that wrote these changes."""
    named = [change for change in changes if change.record_id]
    if named:
        for listener in listeners:
            listener(connection, stream, named)
