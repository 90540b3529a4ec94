"""Questions asked at once never wait for those who wait for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, current_thread

import pytest
from django.db import connection

from routiq.practices.models import Practice
from routiq.practices.sessions import give_back
from routiq.practices.side_by_side import side_by_side
from routiq.practices.tenancy import acting_for, current_practice_id
from tests.pools import SESSIONS


def ask() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return int(cursor.fetchone()[0])


def test_callers_who_hold_all_sessions_still_get_their_answers(two_sessions: None) -> None:
    all_hold, all_ask = Barrier(SESSIONS), Barrier(SESSIONS * 2)

    def question() -> int:
        found = ask()
        give_back()
        # The vendor takes its time: all of them are there at once, twice as many as there are sessions.
        all_ask.wait(5)
        return found + ask()

    def caller(_: int) -> list[int]:
        try:
            ask()
            all_hold.wait(5)
            return side_by_side([question, question])
        finally:
            connection.close()

    with ThreadPoolExecutor(SESSIONS) as pool:
        assert list(pool.map(caller, range(SESSIONS))) == [[2, 2], [2, 2]]


def test_they_are_asked_for_the_same_practice_and_what_failed_first_is_raised(practice: Practice) -> None:
    threads = set()

    def whose() -> int:
        threads.add(current_thread().name)
        return current_practice_id()

    def fails(name: str) -> int:
        raise ValueError(name)

    with acting_for(practice.pk):
        assert side_by_side([whose, whose]) == [practice.pk] * 2
        with pytest.raises(ValueError, match="one"):
            side_by_side([whose, lambda: fails("one"), lambda: fails("two")])
    assert current_thread().name not in threads
    assert side_by_side([lambda: len(side_by_side([current_thread, current_thread, current_thread]))] * 2) == [3, 3]
