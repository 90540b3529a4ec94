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
    return step(at, [str(row) for row in rows], total=total, next_page=next_page, asked_at=when).cursor


def rows(first: int, count: int = 100) -> list[int]:
    return list(range(first, first + count))


def test_the_last_page_is_known_by_the_count() -> None:
    on = take(Cursor(), rows(0), 150)
    assert on is not None
    assert (on.page, on.seen) == (2, 100)
    assert take(on, rows(100, 50), 150) is None


def test_without_a_count_the_next_page_is_believed() -> None:
    on = take(Cursor(), rows(0), None, 2)
    assert on is not None
    assert take(on, rows(100), None, None) is None


def test_pages_that_are_shorter_than_asked_for_lose_nothing() -> None:
    at: Cursor | None = Cursor()
    pages = 0
    while at is not None:
        at = take(at, rows(pages * 50, 50), 200, None)
        pages += 1
    assert pages == 4


def test_an_empty_list_is_an_end() -> None:
    assert take(Cursor(), [], 0) is None
    assert take(Cursor(), [], None) is None


def test_more_promised_and_nothing_sent_is_no_end() -> None:
    with pytest.raises(Astray):
        take(Cursor(), [], 3)
    on = take(Cursor(rounds=ROUNDS), rows(0), 150)
    assert on is not None
    with pytest.raises(Astray):
        take(on, [], 150)


def test_a_page_that_came_out_empty_on_the_way_is_a_reason_to_begin_again() -> None:
    on = take(Cursor(), rows(0), 150)
    assert on is not None
    assert take(on, [], 150) == Cursor(rounds=1)


def test_a_list_that_shrank_is_walked_again_from_its_first_page() -> None:
    on = take(Cursor(part=1), rows(0), 250)
    assert on is not None
    assert take(on, rows(101), 249) == Cursor(part=1, rounds=1)


def test_a_list_in_which_somebody_is_met_twice_is_walked_again() -> None:
    on = take(Cursor(), rows(0), 950)
    assert on is not None
    further = take(on, rows(100), 950)
    assert further is not None
    assert take(further, [*rows(200, 99), 7], 950) == Cursor(rounds=1)


def test_a_walk_that_lay_idle_begins_again() -> None:
    on = take(Cursor(), rows(0), 250)
    assert on is not None
    assert take(on, rows(100), 250, after=int(IDLE.total_seconds()) + 1) == Cursor(rounds=1)


def test_a_list_that_never_rests_comes_to_an_end_all_the_same() -> None:
    at: Cursor | None = Cursor()
    total, pages = 1000, 0
    while at is not None:
        pages += 1
        total -= 1
        at = take(at, rows(0), total) if at.seen < total else take(at, [], total)
    assert ROUNDS < pages < 100


def test_the_cursor_is_text_that_a_later_process_goes_on_from() -> None:
    for cursor in (Cursor(), Cursor(part=2, page=7, seen=600, total=701, asked_at=NOW, todo=("3", "4"))):
        assert Cursor.read(cursor.text()) == cursor
    assert Cursor.read(None) == Cursor()


def test_the_cursor_stays_small_on_the_longest_walk() -> None:
    at: Cursor | None = Cursor()
    for page in range(60):
        assert at is not None
        at = take(at, rows(page * 100), 10_000)
        assert at is not None
        assert len(at.text()) < 6000


edits = st.lists(
    st.tuples(st.sampled_from(["add", "drop", "move", "none"]), st.integers(0, 400), st.integers(0, 400)), max_size=12
)


@settings(max_examples=400)
@given(st.integers(0, 380), edits, st.sampled_from(["by id", "newest first", "shuffled"]))
def test_whatever_was_there_all_along_is_found_however_the_list_is_ordered(
    size: int, edited: list[tuple[str, int, int]], order: str
) -> None:
    """One edit between two pages, as people make them: something is added, removed, or moves to another place. A list
    that is still restless in its last round only grows."""
    listed = list(range(size))
    if order == "newest first":
        listed.reverse()
    elif order == "shuffled":
        listed.sort(key=lambda number: number * 7919 % 997)
    stayed, met, newest = set(listed), set[int](), size
    at: Cursor | None = Cursor()
    while at is not None:
        page = listed[(at.page - 1) * 100 : at.page * 100]
        met.update(page)
        next_page = at.page + 1 if len(listed) > at.page * 100 else None
        at = take(at, page, len(listed), next_page)
        kind, place, other = edited.pop() if edited else ("none", 0, 0)
        restless = at is not None and at.rounds < ROUNDS
        if kind == "add":
            listed.insert(place % (len(listed) + 1), newest)
            newest += 1
        elif kind == "drop" and listed and restless:
            stayed.discard(listed.pop(place % len(listed)))
        elif kind == "move" and listed and restless:
            moved = listed.pop(place % len(listed))
            # Whoever is edited is among the changes that are asked for afterwards.
            stayed.discard(moved)
            listed.insert(other % (len(listed) + 1), moved)
    assert stayed <= met
