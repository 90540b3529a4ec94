"""One at a time: locks that live in a database session and die with its process.

A worker that is killed leaves no lock behind, so what it was doing is free at once for the next one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection as database

from routiq.pms.gateway import Stream

RUN = 727407002
"""Carrying a run of a connection."""
_LOOK = 727407100
_PATIENCE, _NAP = 10.0, 0.03


def look_at(stream: Stream) -> int:
    """Looking for changes in one stream of a connection."""
    return _LOOK + list(Stream).index(stream)


@contextmanager
def alone(kind: int, connection_id: int, *, wait: bool = False) -> Iterator[bool]:
    """Yields whether this process is the one; with ``wait``, after giving the other one some seconds to finish. Must
    be entered outside a transaction."""
    deadline = time.monotonic() + (_PATIENCE if wait else 0.0)
    while not (free := _try(kind, connection_id)) and time.monotonic() < deadline:
        time.sleep(_NAP)
    try:
        yield free
    finally:
        if free:
            with database.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, connection_id])


def _try(kind: int, connection_id: int) -> bool:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, connection_id])
        return bool(cursor.fetchone()[0])
