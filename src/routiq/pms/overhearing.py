"""Hearing what is asked of a vendor: for a page that shows what one turn of a conversation took.

As in the log, what was asked is a template (``GET /patients/{id}``): never an id, a query value or a body.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import msgspec


class Asked(msgspec.Struct, frozen=True):
    request: str
    status: int
    """Of the answer; 0 when none came."""
    took_ms: int


_heard: ContextVar[list[Asked] | None] = ContextVar("routiq_overheard", default=None)


@contextmanager
def overheard() -> Iterator[list[Asked]]:
    """All that is asked within, in this thread and in those that carry its context; the list grows meanwhile."""
    heard: list[Asked] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def tell(request: str, status: int, seconds: float) -> None:
    heard = _heard.get()
    if heard is not None:
        heard.append(Asked(request, status, round(seconds * 1000)))
