"""The threads that carry a run's walks side by side, page by page.

A page is fetched with the cursor of the one before, and stored after it. So the next page of a walk can be asked for
while one is being stored; that is done when no other walk is left to go on with, for a single long one would keep the
others waiting.
"""

from __future__ import annotations

import contextvars
import math
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from django.conf import settings
from django.db import connection as database
from django.db import connections as databases

from routiq.pms.gateway import Page
from routiq.practices import statements
from routiq.sync.models import SyncPart

#: Pulls the page of a walk at a cursor. Between fetching and storing it calls what it was given.
OnePage = Callable[[SyncPart, str | None, Callable[[Page], None]], None]


class Abandoned(Exception):
    """The page before could not be stored: this one is not either."""


class Walkers:
    """Each thread has a database session of its own for as long as the run is carried: a session's first statements
    cost many times what its later ones do."""

    def __init__(self) -> None:
        self._width = settings.SYNC_SIDE_BY_SIDE
        self._own = threading.local()
        self._pool = ThreadPoolExecutor(self._width, thread_name_prefix="walk")

    def walk(self, parts: Sequence[SyncPart], one_page: OnePage, stopping: threading.Event) -> None:
        """Until all are done or ``stopping`` is set. What a page raises first is raised here, when the others have
        finished theirs; nobody begins another one then."""
        board = _Board(parts, stopping)
        threads = [
            self._pool.submit(contextvars.copy_context().run, self._carry, board, one_page)
            for _thread in range(self._width)
        ]
        wait(threads)
        if board.failure is not None:
            raise board.failure

    def _carry(self, board: _Board, one_page: OnePage) -> None:
        """One thread: page after page of whatever walk comes next."""
        try:
            if not hasattr(self._own, "session"):
                _make_ready()
                self._own.session = True
        except BaseException as error:
            board.fail(error)
        while (step := board.next()) is not None:
            try:
                one_page(step.walk.part, step.cursor, step.fetched)
                step.is_stored = True
            except Abandoned:
                pass
            except BaseException as error:
                board.fail(error)
            step.ended()

    def __enter__(self) -> Walkers:
        return self

    def __exit__(self, *_: object) -> None:
        all_of_them = threading.Barrier(self._width)
        for _thread in range(self._width):
            self._pool.submit(_close_databases, all_of_them)
        self._pool.shutdown()


class _Walk:
    """One part, and how far it was asked for; what is stored of it stands in the part."""

    def __init__(self, part: SyncPart) -> None:
        self.part = part
        self.cursor = part.cursor
        self.is_asking = False
        """Somebody waits for a page of it, and nobody knows where the next one begins."""
        self.is_over = False
        self.last: _Step | None = None
        """The page that was begun last, while it is not stored."""


class _Step:
    """One page of a walk, from asking for it to its end."""

    def __init__(self, board: _Board, walk: _Walk) -> None:
        self.walk, self.cursor = walk, walk.cursor
        self._board, self._before = board, walk.last
        self.is_stored = self._is_over = False

    def fetched(self, page: Page) -> None:
        """The next one can be asked for. Returns when this one may be stored: after the one before. ``Abandoned``
        when that one was not."""
        walk, changed, before = self.walk, self._board.changed, self._before
        with changed:
            walk.cursor, walk.is_over, walk.is_asking = page.next_cursor, page.next_cursor is None, False
            changed.notify_all()
            if before is None:
                return
            changed.wait_for(lambda: before._is_over)
        if not before.is_stored:
            raise Abandoned

    def ended(self) -> None:
        with self._board.changed:
            self._is_over, self._before = True, None
            if self.walk.last is self:
                self.walk.last = None
            self._board.changed.notify_all()


class _Board:
    """The walks of a stage, and whose turn it is."""

    def __init__(self, parts: Sequence[SyncPart], stopping: threading.Event) -> None:
        self.changed = threading.Condition()
        self.failure: BaseException | None = None
        self._walks = [_Walk(part) for part in parts]
        self._stopping = stopping
        self._place: dict[str, int] = {}
        for part in parts:
            self._place.setdefault(part.stream, len(self._place))

    def next(self) -> _Step | None:
        """Waits for one to be there; ``None``: nothing is to be begun any more."""
        with self.changed:
            while True:
                if self.failure is not None or self._stopping.is_set():
                    return None
                if all(walk.is_over for walk in self._walks):
                    return None
                free = [walk for walk in self._walks if not walk.is_asking and not walk.is_over]
                if free:
                    walk = min(free, key=self._turn)
                    step = _Step(self, walk)
                    walk.is_asking, walk.last = True, step
                    return step
                self.changed.wait()

    def fail(self, error: BaseException) -> None:
        with self.changed:
            self.failure = self.failure or error

    def _turn(self, walk: _Walk) -> tuple[bool, bool, int, float, int]:
        """One of which nothing is being stored. Everyone's first page comes first: then the progress page can tell
        how much there is. Then the streams in their order, and of one stream the walk that has most left, so that at
        the end no long one is left alone."""
        part = walk.part
        remaining = math.inf if part.remaining is None else part.remaining
        has_begun = part.state != SyncPart.State.WAITING
        return walk.last is not None, has_begun, self._place[part.stream], -remaining, part.pk


def _make_ready() -> None:
    """Make the session of this thread one for many pages. Should the database's machine lose power, the last pages
    are fetched again, rows and checkpoints together: so the commits of a walk need not wait for the disk."""
    with database.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    statements.keep_plans()


def _close_databases(all_of_them: threading.Barrier) -> None:
    """Each thread has its own database session; each must come here once."""
    databases.close_all()
    all_of_them.wait(timeout=10)
