"""One at a time: locks that die with the process that holds them (docs/adr/003).

All that a process holds lives in one database session of its own, whichever thread took it. A worker that is killed
leaves no lock behind; and whoever holds one needs no session while a vendor thinks.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection as database

from routiq.practices.sessions import give_back

log = logging.getLogger("routiq.locks")

_FIRST_NAP, _LONGEST_NAP = 0.005, 0.1
_TAKE = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
_LET_GO = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"


@contextmanager
def alone(*what: object, patience: float = 0.0) -> Iterator[bool]:
    """``alone("conversation", 7)``: yields whether we have this to ourselves, of all threads of all processes, after
    waiting for it up to ``patience`` seconds. Whoever has it already does not get it a second time.

    Must be entered outside a transaction: others would have it before they see what was written."""
    name = ":".join(map(str, what))
    mine = _wait_for(name, patience)
    try:
        yield mine
    finally:
        if mine:
            _keeper.let_go(name)


def _wait_for(name: str, patience: float) -> bool:
    """In short steps, so that no statement blocks for long."""
    deadline = time.monotonic() + patience
    nap = _FIRST_NAP
    while not (mine := _keeper.take(name)) and time.monotonic() < deadline:
        give_back()
        time.sleep(nap)
        nap = min(nap * 2, _LONGEST_NAP)
    return mine


class _Keeper:
    """The session, and what is held in it: to the database, all threads of the process are one."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._session: psycopg.Connection[Any] | None = None
        self._held: set[str] = set()

    def take(self, name: str) -> bool:
        """Django's database errors where the database does not answer."""
        with self._one_at_a_time:
            if name in self._held or not self._take(name):
                return False
            self._held.add(name)
            return True

    def let_go(self, name: str) -> None:
        with self._one_at_a_time:
            self._held.discard(name)
            if self._session is not None:
                try:
                    self._session.execute(_LET_GO, [name])
                except psycopg.Error:
                    self._lose()

    def close(self) -> None:
        with self._one_at_a_time:
            self._lose()

    def _take(self, name: str) -> bool:
        with database.wrap_database_errors:
            if self._session is not None:
                try:
                    return self._got(self._session, name)
                except psycopg.Error:
                    self._lose()
            self._session = self._opened()
            return self._got(self._session, name)

    def _opened(self) -> psycopg.Connection[Any]:
        """With all that is held: a server that was away has forgotten it."""
        session = psycopg.connect(**{**database.get_connection_params(), "autocommit": True})
        try:
            lost = [name for name in self._held if not self._got(session, name)]
        except psycopg.Error:
            session.close()
            raise
        if lost:
            log.warning("locks went to others while the database was away", extra={"count": len(lost)})
        return session

    def _lose(self) -> None:
        """With its session ends all that it held. It is held again from the next session on."""
        if self._session is not None:
            self._session.close()
            self._session = None

    @staticmethod
    def _got(session: psycopg.Connection[Any], name: str) -> bool:
        row = session.execute(_TAKE, [name]).fetchone()
        return bool(row and row[0])


_keeper = _Keeper()
atexit.register(_keeper.close)
