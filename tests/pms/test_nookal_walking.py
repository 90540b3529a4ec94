"""Walking lists by page number while somebody edits them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routiq.pms.nookal.walking import IDLE, ROUNDS, Astray, Cursor, step

NOW = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)


def take(
    at: Cursor, rows: list[int], total: int | None, next_page: int | None = None, after: int = 0
) -> Cursor | None:
    when = NOW + timedelta(seconds=after)
    return step(at, len(rows), total=total, next_page=next_page, asked_at=when).cursor


def test_the_last_page_is_known_by_the_count() -> None:
    on = take(Cursor(), [1] * 100, 150)
    assert on is not None
    assert (on.page, on.seen) == (2, 100)
    assert take(on, [1] * 50, 150) is None


def test_without_a_count_the_next_page_is_believed() -> None:
    on = take(Cursor(), [1] * 100, None, 2)
    assert on is not None
    assert take(on, [1] * 100, None, None) is None


def test_pages_that_are_shorter_than_asked_for_lose_nothing() -> None:
    at: Cursor | None = Cursor()
    pages = 0
    while at is not None:
        at = take(at, [1] * 50, 200, None)
        pages += 1
    assert pages == 4


def test_more_promised_and_nothing_sent_is_no_end() -> None:
    on = take(Cursor(), [1] * 100, 150)
    assert on is not None
    with pytest.raises(Astray):
        take(on, [], 150)
    with pytest.raises(Astray):
        take(Cursor(), [], 3)


def test_an_empty_list_is_an_end() -> None:
    assert take(Cursor(), [], 0) is None
    assert take(Cursor(), [], None) is None


def test_a_list_that_shrank_is_walked_again_from_its_first_page() -> None:
    on = take(Cursor(part=1), [1] * 100, 250)
    assert on is not None
    again = take(on, [1] * 100, 249)
    assert again == Cursor(part=1, rounds=1)


def test_a_walk_that_lay_idle_begins_again() -> None:
    on = take(Cursor(), [1] * 100, 250)
    assert on is not None
    assert take(on, [1] * 100, 250, after=int(IDLE.total_seconds()) + 1) == Cursor(rounds=1)


def test_a_list_that_never_rests_comes_to_an_end_all_the_same() -> None:
    at: Cursor | None = Cursor()
    total, pages = 1000, 0
    while at is not None:
        pages += 1
        total -= 1
        at = take(at, [1] * 100, total) if at.seen < total else take(at, [], total)
    assert ROUNDS < pages < 100


def test_the_cursor_is_text_that_a_later_process_goes_on_from() -> None:
    for cursor in (Cursor(), Cursor(part=2, page=7, seen=600, total=701, asked_at=NOW, todo=("3", "4"))):
        assert Cursor.read(cursor.text()) == cursor
    assert Cursor.read(None) == Cursor()


edits = st.lists(st.tuples(st.sampled_from(["add", "drop", "none"]), st.integers(0, 400)), max_size=12)


@settings(max_examples=300)
@given(st.integers(0, 380), edits, st.sampled_from(["by id", "newest first", "shuffled"]))
def test_whatever_was_there_all_along_is_found_however_the_list_is_ordered(
    size: int, edited: list[tuple[str, int]], order: str
) -> None:
    """One edit between two pages, as people make them: in an interval something is added or removed, not both."""
    rows = list(range(size))
    if order == "newest first":
        rows.reverse()
    elif order == "shuffled":
        rows.sort(key=lambda number: number * 7919 % 997)
    stayed, met, newest = set(rows), set[int](), size
    at: Cursor | None = Cursor()
    while at is not None:
        page = rows[(at.page - 1) * 100 : at.page * 100]
        met.update(page)
        next_page = at.page + 1 if len(rows) > at.page * 100 else None
        at = take(at, page, len(rows), next_page)
        kind, place = edited.pop() if edited else ("none", 0)
        if kind == "add":
            rows.insert(place % (len(rows) + 1), newest)
            newest += 1
        elif kind == "drop" and rows and at is not None and at.rounds < ROUNDS:
            stayed.discard(rows.pop(place % len(rows)))
    assert stayed <= met
