"""Pages of streams: the next question, its answer as records, and where to go on."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import msgspec

from routiq.pms.gateway import Lane, Page, Selection, Stream
from routiq.pms.nookal import events, mapping
from routiq.pms.nookal.calls import Answer, Calls, changed
from routiq.pms.nookal.catalogue import Catalogue, astray
from routiq.pms.nookal.mapping import Habits
from routiq.pms.nookal.streams import Query, check_selection, queries, seats
from routiq.pms.nookal.values import record_id
from routiq.pms.nookal.walking import PAGE_SIZE, Astray, Cursor, Step, step
from routiq.pms.records import InvoiceRecord, Record

_BACKGROUND = Lane.BACKGROUND
#: Seconds after which a page takes no further class.
TOGETHER = 0.5


class _Found(msgspec.Struct, frozen=True):
    """What an answer brought, and where the walk goes on (``None``: it is over)."""

    records: list[msgspec.Struct]
    on: Cursor | None
    remaining: int | None
    asked_at: datetime


class Reading:
    """The streams of one account, in the background lane."""

    def __init__(self, calls: Calls, catalogue: Catalogue, habits: Habits) -> None:
        self._calls = calls
        self._catalogue = catalogue
        self._habits = habits

    def page(self, stream: Stream, selection: Selection, cursor: str | None) -> Page:
        """See :meth:`routiq.pms.gateway.Gateway.fetch`."""
        check_selection(stream, selection)
        if stream is Stream.OFFERINGS:
            return self._offerings()
        every = queries(stream, selection, lambda: self._catalogue.distinct_zones(_BACKGROUND))
        found = self._read(every, Cursor.read(cursor))
        if stream is Stream.ATTENDANCES:
            found = self._with_more(every, found)
        if selection.updated_since is not None:
            found.records.sort(key=_stamp)
        return Page(
            records=found.records,
            next_cursor=found.on.text() if found.on is not None else None,
            remaining=found.remaining,
            asked_at=found.asked_at,
        )

    def _with_more(self, every: list[Query], found: _Found) -> _Found:
        """A class has few seats and costs a request all the same: where Nookal is asked quickly, a page has those of
        many. Where the pace is slow it has no more than can be lost without regret."""
        began = time.monotonic()
        while found.on is not None and len(found.records) < PAGE_SIZE and time.monotonic() - began < TOGETHER:
            more = self._read(every, found.on)
            found = _Found([*found.records, *more.records], more.on, more.remaining, found.asked_at)
        return found

    def _read(self, every: list[Query], at: Cursor) -> _Found:
        """One answer, from where the walk stands."""
        if at.todo:
            return self._seats(at)
        query = every[at.part]
        answer, rows = self._ask(query, at)
        on = _step(query, at, answer, [query.row_id(row) for row in rows])
        records = self._records(query, rows)
        if query.beyond is not None and records:
            records = self._void_beyond(query, answer, records)
        if query.leads_to_seats:
            todo = tuple(record.id for record in records if isinstance(record, Record))
            return _before_seats(on, at, todo, answer)
        cursor_on = on.cursor
        if cursor_on is None and at.part + 1 < len(every):
            cursor_on = Cursor(part=at.part + 1)
        return _Found(records, cursor_on, on.remaining if at.part + 1 == len(every) else None, answer.asked_at)

    def _ask(self, query: Query, at: Cursor) -> tuple[Answer, list[Any]]:
        place = [("page", str(at.page)), ("page_length", str(PAGE_SIZE))]
        answer = self._calls.ask(query.method, [*query.params, *place], lane=_BACKGROUND)
        rows = answer.rows(query.key, query.kind) if query.key else answer.only_list(query.kind)
        if not rows and query.or_else is not None:
            answer = self._calls.ask(query.method, [*query.or_else, *place], lane=_BACKGROUND)
            rows = answer.rows(query.key, query.kind)
        return answer, rows

    def _records(self, query: Query, rows: list[Any]) -> list[msgspec.Struct]:
        habits = self._habits_now(query)
        try:
            return query.records(rows, habits)
        except ValueError as error:
            reason = str(error)
        raise changed(query.method, "shape", reason)

    def _void_beyond(self, query: Query, answer: Answer, records: list[msgspec.Struct]) -> list[msgspec.Struct]:
        """Whether the list that was asked for void ones has only these, or all, is not documented: what it has beyond
        the plain list is void. A list that is shorter than the plain one has only void ones; otherwise a plain list
        of one page is compared, and where there are more, each invoice is what it says itself."""
        plain, rows = self._ask(msgspec.structs.replace(query, params=query.beyond), Cursor())
        if answer.total is not None and plain.total is not None and answer.total < plain.total:
            standing: set[str] = set()
        elif plain.next_page is None and (plain.total or 0) <= len(rows):
            standing = {record_id(row.id) for row in rows}
        else:
            return records
        return [
            record
            if not isinstance(record, InvoiceRecord) or record.id in standing
            else msgspec.structs.replace(record, void=True)
            for record in records
        ]

    def _habits_now(self, query: Query) -> Habits:
        """With the zones of the locations, where times may come without one."""
        if query.mapper not in (mapping.appointment, mapping.class_session, events.block):
            return self._habits
        return msgspec.structs.replace(self._habits, zones=self._catalogue.zones(_BACKGROUND))

    def _seats(self, at: Cursor) -> _Found:
        """The seats of the next class on the list. ``page`` 0 says that no page of classes follows."""
        answer, rows = self._ask(seats(at.todo[0]), Cursor())
        left = at.todo[1:]
        following = msgspec.structs.replace(at, todo=left) if left or at.page else None
        return _Found(list(mapping.attendances(rows, at.todo[0])), following, None, answer.asked_at)

    def _offerings(self) -> Page:
        """All at once: they are put together from three short lists, read anew."""
        lists = self._catalogue.lists(_BACKGROUND, younger_than=0.0)
        return Page(
            records=lists.offerings(),
            next_cursor=None,
            remaining=0,
            asked_at=lists.asked_at,
        )


def _before_seats(on: Step, at: Cursor, todo: tuple[str, ...], answer: Answer) -> _Found:
    """A page of classes: nothing to hand out yet, their seats come next."""
    after = on.cursor or Cursor(part=at.part, page=0)
    return _Found([], msgspec.structs.replace(after, todo=todo) if todo else on.cursor, None, answer.asked_at)


def _stamp(record: Any) -> Any:
    return record.updated_at


def _step(query: Query, at: Cursor, answer: Answer, ids: list[str]) -> Step:
    reason = ""
    try:
        return step(at, ids, total=answer.total, next_page=answer.next_page, asked_at=answer.asked_at)
    except Astray as error:
        reason = str(error)
    raise astray(query.method, reason)
