"""One listening database connection for each process, telling every open page of a practice that something changed.

The database's NOTIFY says only which practice and which topic; each page draws anew what it shows, within its own
scope. A lost connection is taken up again, and every page then looks at everything, for what it may have missed.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connections
from psycopg.conninfo import make_conninfo

from routiq.practices.live import CHANNEL

log = logging.getLogger("routiq.live")

EVERYTHING = "*"
"""The topic after a gap: anything may have changed."""
LONGEST_PAUSE = 5.0
"""Seconds between attempts to reach a database that is down."""
KEEPALIVE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


class Subscription:
    """What one open page has not looked at yet."""

    def __init__(self, practice_id: int) -> None:
        self.practice_id = practice_id
        self._topics: set[str] = set()
        self._changed = asyncio.Event()

    def add(self, topic: str) -> None:
        self._topics.add(topic)
        self._changed.set()

    async def changed(self, within: float) -> set[str]:
        """The topics announced since the last call; waits for one, at most this many seconds, else empty."""
        try:
            await asyncio.wait_for(self._changed.wait(), within)
        except TimeoutError:
            return set()
        self._changed.clear()
        topics, self._topics = self._topics, set()
        return topics


class Hub:
    """Listens while at least one page is open."""

    def __init__(self) -> None:
        self._open: set[Subscription] = set()
        self._listener: asyncio.Task[None] | None = None

    @contextmanager
    def subscribed(self, practice_id: int) -> Iterator[Subscription]:
        subscription = Subscription(practice_id)
        self._open.add(subscription)
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen(), name="routiq-live")
        try:
            yield subscription
        finally:
            self._open.discard(subscription)
            if not self._open and self._listener is not None:
                self._listener.cancel()
                self._listener = None

    def tell(self, practice_id: int, topic: str) -> None:
        for subscription in self._open:
            if subscription.practice_id == practice_id:
                subscription.add(topic)

    async def _listen(self) -> None:
        pause = 0.2
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(_conninfo(), autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    pause = 0.2
                    for subscription in self._open:
                        subscription.add(EVERYTHING)
                    async for notice in connection.notifies():
                        self._hear(notice.payload)
            except (psycopg.Error, OSError) as error:
                log.warning("live: the database connection was lost (%s); trying again", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _hear(self, payload: str) -> None:
        try:
            notice = json.loads(payload)
            self.tell(int(notice["practice"]), str(notice["topic"]))
        except (ValueError, TypeError, KeyError):
            log.warning("live: a notice could not be read")


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop: in a server, of the process."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


def _conninfo() -> str:
    settings: dict[str, Any] = connections["default"].settings_dict
    parts = {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "host": settings["HOST"],
        "port": settings["PORT"],
        **{name: value for name, value in settings["OPTIONS"].items() if isinstance(value, str)},
        "application_name": "routiq-live",
    }
    return make_conninfo(**{name: value for name, value in parts.items() if value}, **KEEPALIVE)
