"""Walks over lists that change while they are walked: no record that is there all along may be missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from operator import attrgetter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routiq.pms.cliniko.streams import SOURCES, Cursor, check_selection, parameters
from routiq.pms.cliniko.walking import Astray, step
from routiq.pms.gateway import Selection, Stream

DAY = datetime(2026, 5, 4, tzinfo=UTC)
PATIENTS = SOURCES[Stream.PATIENTS]


class Row(msgspec.Struct, frozen=True):
    id: str
    updated_at: datetime
    #: Cliniko shows whole seconds but may order by finer ones.
    fraction: int = 0


def answer(rows: list[Row], query: list[tuple[str, str]]) -> tuple[list[Row], int]:
    """What a vendor that keeps its documentation answers."""
    found = rows
    for name, text in query:
        if name != "q[]":
            continue
        field, _, rest = text.partition(":")
        operator = next(sign for sign in (">=", "<=", ">", "<", "*") if rest.startswith(sign))
        value = rest.removeprefix(operator)
        if field == "id":
            found = [row for row in found if int(row.id) > int(value)]
        elif field == "updated_at" and operator == ">=":
            found = [row for row in found if row.updated_at >= datetime.fromisoformat(value)]
        elif field == "updated_at" and operator == "<":
            found = [row for row in found if row.updated_at < datetime.fromisoformat(value)]
    by_change = dict(query)["sort"].startswith("updated_at")
    found = sorted(found, key=lambda row: (row.updated_at, row.fraction, int(row.id)) if by_change else int(row.id))
    return found[:100], len(found)


def walk(rows: list[Row], selection: Selection, edits: list[list[int]] | None = None) -> tuple[list[Row], int]:
    """All rows handed out, and how many requests that took. ``edits`` are row numbers edited after each page."""
    cursor: Cursor | None = Cursor()
    seen: list[Row] = []
    requests, now = 0, DAY + timedelta(hours=1)
    while cursor is not None:
        cursor = Cursor.read(cursor.text())
        page, total = answer(rows, parameters(PATIENTS, selection, cursor))
        requests += 1
        assert requests < 200
        done = step(PATIENTS, selection, cursor, page, total)
        seen += done.rows
        cursor = done.cursor
        now += timedelta(seconds=1)
        for number in edits.pop(0) if edits and cursor is not None else []:
            rows[number % len(rows)] = msgspec.structs.replace(rows[number % len(rows)], updated_at=now)
    return seen, requests


def rows_of_one_second(count: int, stamp: datetime = DAY, first: int = 1) -> list[Row]:
    return [Row(str(number), stamp) for number in range(first, first + count)]


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (1, 1), (100, 1), (101, 2), (200, 2), (250, 3), (1000, 10)])
def test_a_whole_stream_costs_no_request_too_many(count: int, requests: int) -> None:
    seen, asked = walk(rows_of_one_second(count), Selection())
    assert [row.id for row in seen] == [str(number) for number in range(1, count + 1)]
    assert asked == requests


def test_changes_of_different_seconds_cost_no_request_too_many() -> None:
    rows = [Row(str(number), DAY + timedelta(seconds=number)) for number in range(199)]
    seen, asked = walk(rows, Selection(updated_since=DAY))
    assert (len(seen), asked) == (199, 2)


def test_hundreds_of_records_changed_in_one_second_all_come() -> None:
    rows = rows_of_one_second(250)
    seen, asked = walk(rows, Selection(updated_since=DAY))
    assert sorted(row.id for row in seen) == sorted(row.id for row in rows)
    assert asked <= 5


def test_a_crowded_second_amid_others_loses_nothing() -> None:
    rows = [
        *[Row(str(number), DAY - timedelta(seconds=number)) for number in range(1, 61)],
        *rows_of_one_second(250, first=100),
        *[Row(str(number), DAY + timedelta(seconds=number)) for number in range(1000, 1120)],
    ]
    seen, _ = walk(rows, Selection(updated_since=DAY - timedelta(minutes=5)))
    assert sorted(row.id for row in seen) == sorted(row.id for row in rows)


def test_a_vendor_that_orders_by_hidden_fractions_loses_nothing() -> None:
    rows = [Row(str(number), DAY, fraction=-number) for number in range(1, 251)]
    seen, _ = walk(rows, Selection(updated_since=DAY))
    assert {row.id for row in seen} == {row.id for row in rows}


def test_stamps_finer_than_a_second_would_not_stop_the_walk() -> None:
    rows = [Row(str(number), DAY + timedelta(milliseconds=number)) for number in range(1, 251)]
    seen, asked = walk(rows, Selection(updated_since=DAY))
    assert {row.id for row in seen} == {row.id for row in rows}
    assert asked <= 5


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 8), min_size=1, max_size=600),
    st.lists(st.lists(st.integers(0, 599), max_size=30), max_size=8),
    st.booleans(),
)
def test_edits_between_pages_never_hide_a_record(seconds: list[int], edits: list[list[int]], by_change: bool) -> None:
    rows = [Row(str(number + 1), DAY + timedelta(seconds=second)) for number, second in enumerate(seconds)]
    selection = Selection(updated_since=DAY) if by_change else Selection()
    seen, _ = walk(rows, selection, edits)
    assert {row.id for row in seen} == {row.id for row in rows}
    if by_change:
        newest = {row.id: row.updated_at for row in sorted(seen, key=attrgetter("updated_at"))}
        assert newest == {row.id: row.updated_at for row in rows}


def test_every_edit_made_during_the_walk_is_seen_in_it_or_by_the_next_one() -> None:
    rows = [Row(str(number), DAY + timedelta(seconds=number)) for number in range(300)]
    seen, _ = walk(rows, Selection(updated_since=DAY), [[0, 250], [5, 299]])
    latest = {row.id: row for row in sorted(seen, key=attrgetter("updated_at"))}
    assert latest == {row.id: row for row in rows}


def test_a_promise_of_more_without_any_record_is_no_end() -> None:
    with pytest.raises(Astray):
        step(PATIENTS, Selection(), Cursor(), [], 7)


def test_a_list_that_ignores_the_order_asked_for_is_not_believed() -> None:
    backwards = list(reversed(rows_of_one_second(100)))
    with pytest.raises(Astray):
        step(PATIENTS, Selection(), Cursor(), backwards, 250)
    newest_first = [Row(str(number), DAY - timedelta(seconds=number)) for number in range(100)]
    with pytest.raises(Astray):
        step(PATIENTS, Selection(updated_since=DAY - timedelta(days=1)), Cursor(), newest_first, 250)


def test_hidden_records_are_always_asked_for() -> None:
    for stream, stamps in {
        Stream.PATIENTS: {"archived_at"},
        Stream.APPOINTMENTS: {"archived_at", "cancelled_at", "deleted_at"},
        Stream.CLASSES: {"archived_at", "deleted_at"},
        Stream.ATTENDANCES: {"archived_at", "cancelled_at", "deleted_at"},
        Stream.BLOCKS: {"archived_at", "deleted_at"},
    }.items():
        asked = parameters(SOURCES[stream], Selection(), Cursor())
        assert {f"{name}:*" for name in stamps} <= {text for name, text in asked if name == "q[]"}


def test_given_ids_are_asked_for_a_hundred_at_a_time() -> None:
    ids = tuple(str(number) for number in range(1, 251))
    first = parameters(PATIENTS, Selection(ids=ids), Cursor())
    last = parameters(PATIENTS, Selection(ids=ids), Cursor(batch=2))
    assert ("q[]", "id:=" + ",".join(ids[:100])) in first
    assert ("q[]", "id:=" + ",".join(ids[200:])) in last


@pytest.mark.parametrize(
    ("stream", "selection"),
    [
        (Stream.PATIENTS, Selection(starts_from=DAY)),
        (Stream.ATTENDANCES, Selection(starts_before=DAY)),
        (Stream.APPOINTMENTS, Selection(class_ids=("1",))),
        (Stream.OFFERINGS, Selection(ids=("1",))),
        (Stream.PATIENTS, Selection(ids=("1",), updated_since=DAY)),
        (Stream.PATIENTS, Selection(ids=("1:*",))),
    ],
)
def test_what_a_stream_cannot_be_narrowed_by_is_refused_and_not_ignored(stream: Stream, selection: Selection) -> None:
    with pytest.raises(ValueError):
        check_selection(stream, selection)


def test_a_time_without_a_zone_is_never_sent() -> None:
    with pytest.raises(ValueError):
        parameters(PATIENTS, Selection(updated_since=datetime(2026, 5, 4)), Cursor())
