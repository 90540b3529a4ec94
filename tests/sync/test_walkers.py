"""Who goes on with which walk: pages of one are stored in their order, and a failure stops what comes after it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from routiq.pms.gateway import Page
from routiq.sync import walkers
from routiq.sync.models import SyncPart
from routiq.sync.walkers import Walkers

ASKED = datetime(2026, 5, 4, tzinfo=UTC)


class Played:
    """Walks of so many pages each, by name; what happened, in order."""

    def __init__(self, stream: str = "", **pages: int) -> None:
        self.pages = pages
        self.parts = [
            SyncPart(pk=number, label=name, stream=stream or name) for number, name in enumerate(pages, start=1)
        ]
        self.asked: list[str] = []
        self.stored: list[str] = []
        self.fails_at = ""
        self.both = threading.Barrier(2)
        self.meets_at: tuple[str, ...] = ()

    def one_page(self, part: SyncPart, cursor: str | None, fetched: Callable[[Page], None]) -> None:
        number = int(cursor or 1)
        name = f"{part.label} {number}"
        self.asked.append(name)
        if f"asking {name}" in self.meets_at:
            self.both.wait(5)
        last = self.pages[part.label]
        fetched(Page(records=[], next_cursor=str(number + 1) if number < last else None, remaining=0, asked_at=ASKED))
        if f"storing {name}" in self.meets_at:
            self.both.wait(5)
        if name == self.fails_at:
            raise ValueError(name)
        part.state, part.remaining = SyncPart.State.RUNNING, last - number
        self.stored.append(name)

    def run(self, stopping: threading.Event | None = None) -> None:
        with Walkers() as threads:
            threads.walk(self.parts, self.one_page, stopping or threading.Event())


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walkers, "_make_ready", lambda: None)


@pytest.fixture
def side_by_side(settings: object) -> Callable[[int], None]:
    return lambda width: setattr(settings, "SYNC_SIDE_BY_SIDE", width)


def test_every_page_of_every_walk_is_stored_once_and_in_order(side_by_side: Callable[[int], None]) -> None:
    side_by_side(4)
    played = Played(patients=30, invoices=50, classes=1)
    played.run()
    for name, pages in played.pages.items():
        assert [each for each in played.stored if each.startswith(name)] == [f"{name} {n + 1}" for n in range(pages)]


def test_the_next_page_of_a_lonely_walk_is_asked_for_while_one_is_stored(
    side_by_side: Callable[[int], None],
) -> None:
    side_by_side(2)
    played = Played(patients=2)
    played.meets_at = ("storing patients 1", "asking patients 2")
    played.run()
    assert played.stored == ["patients 1", "patients 2"]


def test_by_one_thread_each_first_page_comes_first_then_the_streams_in_order(
    side_by_side: Callable[[int], None],
) -> None:
    side_by_side(1)
    played = Played(patients=2, invoices=2)
    played.run()
    assert played.asked == ["patients 1", "invoices 1", "patients 2", "invoices 2"]


def test_of_one_stream_the_walk_that_has_most_left_goes_on(side_by_side: Callable[[int], None]) -> None:
    side_by_side(1)
    played = Played("appointments", short=2, long=4)
    played.run()
    assert played.asked == ["short 1", "long 1", "long 2", "long 3", "short 2", "long 4"]


def test_after_a_page_that_was_not_stored_none_of_its_walk_is(side_by_side: Callable[[int], None]) -> None:
    side_by_side(2)
    played = Played(patients=9)
    played.fails_at = "patients 3"
    played.meets_at = ("storing patients 3", "asking patients 4")
    with pytest.raises(ValueError, match="patients 3"):
        played.run()
    assert played.stored == ["patients 1", "patients 2"]


def test_asked_to_stop_nothing_is_begun_any_more(side_by_side: Callable[[int], None]) -> None:
    side_by_side(1)
    played = Played(patients=9)
    stopping = threading.Event()
    played.stored = Stopping(stopping)
    played.run(stopping)
    assert played.stored == played.asked == ["patients 1"]


class Stopping(list[str]):
    """Asks to stop when the first page is stored."""

    def __init__(self, stopping: threading.Event) -> None:
        super().__init__()
        self._stopping = stopping

    def append(self, page: str) -> None:
        super().append(page)
        self._stopping.set()
