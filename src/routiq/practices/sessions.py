"""Database sessions are for work in the database: whoever waits for somebody outside lets others have theirs."""

from __future__ import annotations

from django.db import connection as database


def give_back() -> None:
    """This thread begins to wait: for a vendor, for a model, for whoever has a lock. Its session goes back to the
    pool, and the next query takes one again; so a web process serves many more callers than it has sessions.

    Nothing happens within a transaction, and where there is no pool: there each thread has a session to itself."""
    if not database.in_atomic_block and database.pool is not None:  # type: ignore[attr-defined]
        database.close()
