"""The events one open page receives: its fragments, drawn anew when their topics are announced."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Protocol

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string

from routiq.connections import attention
from routiq.dashboard import fragments, seats
from routiq.dashboard.live.hub import EVERYTHING, Hub

log = logging.getLogger("routiq.live")

QUIET_SECONDS = 0.35
"""Between two rounds of events: at most about three a second."""
HEARTBEAT_SECONDS = 15.0
ACTIVE_SECONDS = 5.0
"""While a sync runs its time left is drawn this often even when no page of records arrives."""
WATCH_SECONDS = 30.0
"""So often an open page says again that somebody is looking, and draws anew what time alone changes."""
RETRY_MILLISECONDS = 2000
GONE = "gone"
"""The last event of what is not there any more: each page closes its source on it."""


class EventStream(StreamingHttpResponse):
    """Server-sent events, whose source is closed as soon as the client goes: the page's subscription ends with it."""

    def __init__(self, source: AsyncGenerator[bytes, None]) -> None:
        super().__init__(source, content_type="text/event-stream")
        self.source: Source = source
        self["X-Accel-Buffering"] = "no"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async with aclosing(self.source):
            async for piece in self.source:
                yield piece


class Source(Protocol):
    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


async def events(hub: Hub, request: HttpRequest, page: str) -> AsyncGenerator[bytes, None]:
    """Server-sent events for one page until the client goes, or until its session no longer holds."""
    with hub.subscribed(request.practice.pk) as subscription:  # type: ignore[attr-defined]
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        sent: dict[str, str] = {}
        waiting: set[str] = {EVERYTHING}
        last_beat = time.monotonic()
        every = fragments.TICKS.get(page, WATCH_SECONDS)
        last_watch = -every
        while True:
            watch = time.monotonic() - last_watch >= every
            if watch:
                last_watch = time.monotonic()
                waiting.add(fragments.TIME)
            names = list(fragments.PAGES[page]) if EVERYTHING in waiting else fragments.touched(page, waiting)
            try:
                drawn, syncing = await sync_to_async(_draw)(names, request, watch and page in fragments.WATCHED)
                waiting = set()
            except Http404:
                # It was removed, or is not for this reader any more: that is said, and the page hangs up (sse-close)
                # before we do, which a browser would take for a fault.
                yield event("late", render_to_string("dashboard/live/gone.html"))
                yield event(GONE, "")
                return
            except DatabaseError:
                log.warning("live: a page could not be drawn; trying again")
                drawn, syncing = {}, True
            for name, html in drawn.items():
                if sent.get(name) != html:
                    sent[name] = html
                    yield event(name, html)
            await asyncio.sleep(QUIET_SECONDS)
            beat_due = last_beat + HEARTBEAT_SECONDS - time.monotonic()
            tick_due = last_watch + every - time.monotonic()
            patience = min(beat_due, tick_due, ACTIVE_SECONDS if syncing else beat_due)
            waiting |= await subscription.changed(max(0.0, patience))
            if syncing:
                waiting.add("sync")
            if time.monotonic() - last_beat >= HEARTBEAT_SECONDS:
                last_beat = time.monotonic()
                if not await _still_taken(request):
                    return
                yield b": still here\n\n"


def event(name: str, html: str) -> bytes:
    """One event: the fragment's name, and its HTML line by line."""
    lines = "".join(f"data: {line}\n" for line in html.strip().splitlines() if line.strip()) or "data:\n"
    return f"event: {name}\n{lines}\n".encode()


def _draw(names: list[str], request: HttpRequest, watched: bool) -> tuple[dict[str, str], bool]:
    """The fragments as HTML, and whether a sync is running."""
    try:
        if watched:
            attention.watch()
        drawn = {name: fragments.render(name, request) for name in names}
        return drawn, fragments.is_syncing()
    finally:
        close_old_connections()  # An open page must not keep a database connection to itself.


async def _still_taken(request: HttpRequest) -> bool:
    def ask() -> bool:
        try:
            return seats.still_taken(request)
        finally:
            close_old_connections()

    try:
        return await sync_to_async(ask)()
    except DatabaseError:
        return True
