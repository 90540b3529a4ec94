"""Telling open pages that something changed, through the database, once the change is committed."""

from __future__ import annotations

import json

from django.db import connection

CHANNEL = "routiq_live"


def announce(practice_id: int, topic: str) -> None:
    """Pages of this practice that show ``topic`` (``sync``, ``connection``, ``booking``, ``patients``) look again.

    Sent with the transaction: a rollback sends nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", (CHANNEL, json.dumps({"practice": practice_id, "topic": topic})))
