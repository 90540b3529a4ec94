"""From one page of a list to the next, by number: Nookal's lists have no other order to go by, and name none.

A record that joins the list while it is walked shifts others back: they come twice, which does no harm. One that
leaves it shifts others forward, over the edge between two pages, where they are missed; then the count of the whole
list falls, and the walk begins again at its first page. The same when it lay idle so long that nobody knows what
happened meanwhile. A list that never comes to rest is taken as it is after some rounds: what was missed is found by
the next night's comparison.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

PAGE_SIZE = 100
#: So often a walk begins again.
ROUNDS = 3
#: A walk that lay idle longer begins again.
IDLE = timedelta(minutes=10)


class Cursor(msgspec.Struct, omit_defaults=True, frozen=True, kw_only=True):
    """Where a walk stands. Outside this folder it is opaque text."""

    part: int = 0
    """Which of the questions that make up the stream."""
    page: int = 1
    seen: int = 0
    """How many rows the pages before had."""
    total: int | None = None
    """How many there were in all, by the page before."""
    asked_at: datetime | None = None
    """When the page before was asked for."""
    rounds: int = 0
    todo: tuple[str, ...] = ()
    """Classes of the page before whose seats are still to be read."""

    def text(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def read(cls, text: str | None) -> Cursor:
        return msgspec.json.decode(text, type=cls) if text else cls()


class Astray(Exception):
    """More is promised and nothing was sent."""


class Step(msgspec.Struct, frozen=True):
    """Where to go on (``None``: this list is over), and how many are still to come (``None``: not known)."""

    cursor: Cursor | None
    remaining: int | None


def step(at: Cursor, received: int, *, total: int | None, next_page: int | None, asked_at: datetime) -> Step:
    """Where a page of ``received`` rows leaves the walk. Raises ``Astray``."""
    if at.page > 1 and at.rounds < ROUNDS and _is_unsure(at, total, asked_at):
        return Step(Cursor(part=at.part, rounds=at.rounds + 1), None)
    seen = at.seen + received
    promised = total is not None and total > seen
    if promised and not received and not _fell(at, total):
        raise Astray("more is promised and nothing was sent")
    if received and (promised or next_page is not None):
        on = Cursor(part=at.part, page=at.page + 1, seen=seen, total=total, asked_at=asked_at, rounds=at.rounds)
        return Step(on, max(total - seen, 0) if total is not None else None)
    return Step(None, 0)


def _is_unsure(at: Cursor, total: int | None, asked_at: datetime) -> bool:
    return _fell(at, total) or (at.asked_at is not None and asked_at - at.asked_at > IDLE)


def _fell(at: Cursor, total: int | None) -> bool:
    return at.total is not None and total is not None and total < at.total
