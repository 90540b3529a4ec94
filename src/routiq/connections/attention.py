"""Somebody is waiting for this practice's data: look for changes more often for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection as database
from django.utils import timezone

from routiq.connections.models import Connection

#: How long one sign of attention counts.
LASTS = timedelta(minutes=1)


WATCH = """
UPDATE connections_connection SET watched_until = %(watch_until)s
WHERE state = %(watch_active)s AND (watched_until IS NULL OR watched_until < %(watch_soon)s)
"""
"""As a part of a statement that does more; with :func:`values_of_watch`."""


def watch() -> None:
    """A patient speaks, or a page that shows the day is open, at the practice in force. Cheap when repeated."""
    with database.cursor() as cursor:
        cursor.execute(WATCH, values_of_watch())


def values_of_watch() -> dict[str, Any]:
    now = timezone.now()
    return {
        "watch_until": now + LASTS,
        "watch_soon": now + LASTS / 2,
        "watch_active": str(Connection.State.ACTIVE),
    }
