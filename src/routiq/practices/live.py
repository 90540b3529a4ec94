"""Telling open pages that something changed, through the database, once the change is committed."""

from __future__ import annotations

import json

from django.db import connection

CHANNEL = "routiq_live"


TELL = "pg_notify(%(tell_channel)s, %(tell_what)s)"
"""As a part of a statement that does more; with :func:`values_of_tell`."""


def announce(practice_id: int, topic: str) -> None:
    """Pages of this practice that show ``topic`` (``sync``, ``connection``, ``booking``, ``patients``) look again.

    Sent with the transaction: a rollback sends nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {TELL}", values_of_tell(practice_id, topic))


def values_of_tell(practice_id: int, topic: str) -> dict[str, str]:
    return {"tell_channel": CHANNEL, "tell_what": json.dumps({"practice": practice_id, "topic": topic})}
