"""From one page of a list to the next, by number: Nookal's lists have no other order to go by, and name none.

A record that leaves the list while it is walked shifts others forward, over the edge between two pages, where they
are missed; then the count of the whole list falls. One that moves from a page that was read to a later one does the
same without changing the count; then it is met twice. In both cases the walk begins again at its first page, and so
does one that lay idle so long that nobody knows what happened meanwhile. A list that never comes to rest is taken as
it is after some rounds: what was missed is found by the next night's comparison.
"""

from __future__ import annotations

import base64
from array import array
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from zlib import crc32

import msgspec

PAGE_SIZE = 100
#: So often a walk begins again.
ROUNDS = 3
#: The last ids that a walk remembers, by four bytes of each.
MEMORY = 1000
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
    met: str = ""
    """Marks of the ids that were met last, the newest at the end."""
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


def step(at: Cursor, ids: Collection[str], *, total: int | None, next_page: int | None, asked_at: datetime) -> Step:
    """Where a page with the rows of these ids leaves the walk. Raises ``Astray``."""
    seen = at.seen + len(ids)
    promised = total is not None and total > seen
    marks = array("I", map(_mark, ids))
    known = array("I", base64.b64decode(at.met))
    if (
        at.page > 1
        and at.rounds < ROUNDS
        and (_is_unsure(at, marks, known, total, asked_at) or (promised and not ids))
    ):
        return Step(Cursor(part=at.part, rounds=at.rounds + 1), None)
    if promised and not ids and not _fell(at, total):
        raise Astray("more is promised and nothing was sent")
    if ids and (promised or next_page is not None):
        on = Cursor(
            part=at.part,
            page=at.page + 1,
            seen=seen,
            total=total,
            asked_at=asked_at,
            rounds=at.rounds,
            met=base64.b64encode((known + marks)[-MEMORY:].tobytes()).decode(),
        )
        return Step(on, max(total - seen, 0) if total is not None else None)
    return Step(None, 0)


def _is_unsure(at: Cursor, marks: Iterable[int], known: Iterable[int], total: int | None, asked_at: datetime) -> bool:
    """The walk lay idle, the list became shorter, or one of these was met before."""
    idle = at.asked_at is not None and asked_at - at.asked_at > IDLE
    return idle or _fell(at, total) or not frozenset(marks).isdisjoint(known)


def _mark(record_id: str) -> int:
    return crc32(record_id.encode())


def _fell(at: Cursor, total: int | None) -> bool:
    return at.total is not None and total is not None and total < at.total
