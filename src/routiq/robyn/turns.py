"""One turn after the other: the lock of a conversation, which belongs to the database session."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

WAIT_SECONDS = 60
"""How long a turn waits for the one before it."""


class Busy(Exception):
    """The turn before is still being answered."""


@contextmanager
def one_at_a_time(conversation_id: int, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Whoever is inside is the only one in this conversation. ``Busy`` when the wait was too long."""
    key = f"routiq.conversation:{conversation_id}"
    if not _locked(key, wait_seconds):
        raise Busy
    try:
        yield
    finally:
        _unlock(key)


def _locked(key: str, wait_seconds: float) -> bool:
    """Wait for the lock, in short steps, so that no statement blocks for long."""
    deadline = time.monotonic() + wait_seconds
    pause = 0.005
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
            row = cursor.fetchone()
        if row and row[0]:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 2, 0.1)


def _unlock(key: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
    except DatabaseError:
        # A session that cannot unlock must not go back to a pool with the lock in its hand.
        if connection.connection is not None:
            connection.connection.close()
