"""Pages of streams: the next question, its answer as records, and where to go on."""

from __future__ import annotations

from typing import Any

import msgspec

from routiq.pms.gateway import Lane, Page, Selection, Stream
from routiq.pms.nookal import mapping
from routiq.pms.nookal.calls import Answer, Calls, changed
from routiq.pms.nookal.catalogue import Catalogue, astray
from routiq.pms.nookal.mapping import Habits
from routiq.pms.nookal.streams import Query, check_selection, queries, seats
from routiq.pms.nookal.values import record_id
from routiq.pms.nookal.walking import PAGE_SIZE, Astray, Cursor, Step, step
from routiq.pms.records import InvoiceRecord, Record

_BACKGROUND = Lane.BACKGROUND


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
        at = Cursor.read(cursor)
        every = queries(stream, selection, lambda: self._catalogue.distinct_zones(_BACKGROUND))
        query = every[at.part]
        if at.todo:
            return self._seats(at)
        answer, rows = self._ask(query, at)
        on = _step(query, at, answer, [record_id(getattr(row, "id", None)) for row in rows])
        records = self._records(query, rows)
        if query.beyond is not None and records:
            records = self._void_beyond(query, answer, records)
        if query.leads_to_seats:
            todo = tuple(record.id for record in records if isinstance(record, Record))
            return self._before_seats(on, at, todo, answer)
        cursor_on = on.cursor
        if cursor_on is None and at.part + 1 < len(every):
            cursor_on = Cursor(part=at.part + 1)
        if selection.updated_since is not None:
            records.sort(key=_stamp)
        return Page(
            records=records,
            next_cursor=cursor_on.text() if cursor_on is not None else None,
            remaining=on.remaining if at.part + 1 == len(every) else None,
            asked_at=answer.asked_at,
        )

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
        if query.mapper not in (mapping.appointment, mapping.class_session):
            return self._habits
        return msgspec.structs.replace(self._habits, zones=self._catalogue.zones(_BACKGROUND))

    def _before_seats(self, on: Step, at: Cursor, todo: tuple[str, ...], answer: Answer) -> Page:
        """A page of classes: nothing to hand out yet, their seats come next."""
        after = on.cursor or Cursor(part=at.part, page=0)
        following = msgspec.structs.replace(after, todo=todo) if todo else on.cursor
        return Page(
            records=(),
            next_cursor=following.text() if following is not None else None,
            remaining=None,
            asked_at=answer.asked_at,
        )

    def _seats(self, at: Cursor) -> Page:
        """The seats of the next class on the list. ``page`` 0 says that no page of classes follows."""
        answer, rows = self._ask(seats(at.todo[0]), Cursor())
        left = at.todo[1:]
        following = msgspec.structs.replace(at, todo=left) if left or at.page else None
        return Page(
            records=mapping.attendances(rows, at.todo[0]),
            next_cursor=following.text() if following is not None else None,
            remaining=None,
            asked_at=answer.asked_at,
        )

    def _offerings(self) -> Page:
        """All at once: they are put together from three short lists, read anew."""
        lists = self._catalogue.lists(_BACKGROUND, younger_than=0.0)
        return Page(
            records=lists.offerings(),
            next_cursor=None,
            remaining=0,
            asked_at=lists.asked_at,
        )


def _stamp(record: Any) -> Any:
    return record.updated_at


def _step(query: Query, at: Cursor, answer: Answer, ids: list[str]) -> Step:
    reason = ""
    try:
        return step(at, ids, total=answer.total, next_page=answer.next_page, asked_at=answer.asked_at)
    except Astray as error:
        reason = str(error)
    raise astray(query.method, reason)
