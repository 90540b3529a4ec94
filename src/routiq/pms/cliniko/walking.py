"""From one page of a list to the next, so that no record that is there all along is missed.

By id: the next page asks for greater ids. By change: the next page asks from the last second seen, inclusive,
since Cliniko's stamps have whole seconds and a page may end amid records of one second; what was handed out
of that second is left out. When one second fills a whole page, it is emptied by id first. Records edited
meanwhile move to the end of the list, ahead of the walk.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec

from routiq.pms.cliniko.streams import Cursor, StreamSource, Walk, batches
from routiq.pms.gateway import Selection


class Step(msgspec.Struct, frozen=True):
    """What to hand out of a page, where to go on (``None``: the walk is over), and how many are still to
    come."""

    rows: list[Any]
    cursor: Cursor | None
    remaining: int | None


class Astray(Exception):
    """The list cannot be walked: more is promised and nothing sent, or the order asked for is not kept."""


def step(source: StreamSource, selection: Selection, cursor: Cursor, rows: list[Any], total: int) -> Step:
    """Where a page of ``rows`` leaves the walk; ``total`` is what the vendor counted for this page's
    question, so that the last page is known as such and no empty one is asked for. Raises ``Astray``."""
    remaining = max(total - len(rows), 0)
    if source.walk is Walk.BY_NUMBER:
        remaining = max(total - (cursor.page - 1) * 100 - len(rows), 0)
    if remaining and not rows:
        raise Astray("more is promised and nothing was sent")
    if source.walk is Walk.BY_NUMBER:
        on = msgspec.structs.replace(cursor, page=cursor.page + 1)
        return Step(rows, on if remaining else _next_list(source, selection, cursor), remaining)
    if cursor.draining or (cursor.since or selection.updated_since) is not None:
        return _by_change(source, selection, cursor, rows, remaining)
    if remaining:
        on = msgspec.structs.replace(cursor, after=_greatest_id(cursor, rows))
    else:
        return _end_of_list(source, selection, cursor, rows)
    return Step(rows, on, remaining if len(batches(selection)) <= 1 and len(source.parts) == 1 else None)


def _by_change(source: StreamSource, selection: Selection, cursor: Cursor, rows: list[Any], remaining: int) -> Step:
    since = cursor.since or selection.updated_since
    fresh = [row for row in rows if row.id not in cursor.seen] if cursor.seen else rows
    if cursor.draining and since is not None:
        if remaining:
            # More of this second: its records are in order of id now.
            return Step(fresh, msgspec.structs.replace(cursor, after=_greatest_id(cursor, rows)), None)
        return Step(fresh, Cursor(part=cursor.part, since=since + timedelta(seconds=1)), None)
    if not remaining:
        return _end_of_list(source, selection, cursor, fresh)
    stamps = [_second(row.updated_at) for row in rows]
    if any(later < earlier for earlier, later in pairwise(stamps)) or (since and stamps[0] < _second(since)):
        raise Astray("the order of change is not kept")
    last = stamps[-1]
    of_last_second = tuple(row.id for row in rows if _second(row.updated_at) == last)
    whole_page = len(of_last_second) == len(rows)
    on = Cursor(part=cursor.part, since=last, seen=of_last_second, draining=whole_page)
    return Step(fresh, on, remaining)


def _greatest_id(cursor: Cursor, rows: list[Any]) -> str:
    ids = [int(row.id) for row in rows]
    if ids[-1] != max(ids) or ids[-1] <= int(cursor.after or -1):
        raise Astray("the order of ids is not kept")
    return str(rows[-1].id)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _end_of_list(source: StreamSource, selection: Selection, cursor: Cursor, rows: list[Any]) -> Step:
    on = _next_list(source, selection, cursor)
    return Step(rows, on, None if on is not None else 0)


def _next_list(source: StreamSource, selection: Selection, cursor: Cursor) -> Cursor | None:
    """The next batch of the given ids, or the next of the stream's addresses."""
    if cursor.batch + 1 < len(batches(selection)):
        return Cursor(part=cursor.part, batch=cursor.batch + 1)
    if cursor.part + 1 < len(source.parts):
        return Cursor(part=cursor.part + 1)
    return None
