"""Somebody is waiting for this practice's data: look for changes more often for a while."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection as database
from django.utils import timezone

from routiq.connections.models import Connection

#: How long one sign of attention counts.
LASTS = timedelta(minutes=1)


def watch() -> None:
    """A patient speaks, or a page that shows the day is open, at the practice in force. Cheap when repeated."""
    now = timezone.now()
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE connections_connection SET watched_until = %(until)s "
            "WHERE state = %(active)s AND (watched_until IS NULL OR watched_until < %(soon)s)",
            {"until": now + LASTS, "soon": now + LASTS / 2, "active": str(Connection.State.ACTIVE)},
        )
