"""Locks that die with their process, and need no session of whoever holds them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from routiq.practices import locks
from routiq.practices.locks import alone

_NAMED = "hashtextextended('desk:7', 0)"


@pytest.fixture
def other(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    """A session of another process."""
    settings = connection.get_connection_params()
    with psycopg.connect(**{**settings, "autocommit": True}) as session:
        yield session


def takes(session: psycopg.Connection[Any]) -> bool:
    row = session.execute(f"SELECT pg_try_advisory_lock({_NAMED})").fetchone()
    return bool(row and row[0])


def lets_go(session: psycopg.Connection[Any]) -> None:
    session.execute(f"SELECT pg_advisory_unlock({_NAMED})")


def test_one_thread_of_one_process_has_it(other: psycopg.Connection[Any]) -> None:
    with alone("desk", 7) as mine, alone("desk", 7) as mine_again, alone("desk", 8) as another:
        assert (mine, mine_again, another) == (True, False, True)
        assert not takes(other)
    assert takes(other)
    with alone("desk", 7) as mine:
        assert not mine
    lets_go(other)


def test_whoever_waits_has_it_next(other: psycopg.Connection[Any]) -> None:
    has_it, go = threading.Event(), threading.Event()

    def first() -> None:
        with alone("desk", 7):
            has_it.set()
            go.wait(5)

    thread = threading.Thread(target=first)
    thread.start()
    assert has_it.wait(5)
    threading.Timer(0.1, go.set).start()
    with alone("desk", 7, patience=5) as mine:
        assert mine
    thread.join()


def test_it_is_held_while_a_session_is_given_back_and_after_an_error(other: psycopg.Connection[Any]) -> None:
    def fail() -> None:
        with alone("desk", 7):
            connection.close()
            assert not takes(other)
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    assert takes(other)


def test_a_database_that_was_away_is_told_again_what_is_held(other: psycopg.Connection[Any]) -> None:
    def cut() -> None:
        """As a restart of the server does."""
        held = locks._keeper._session
        assert held is not None
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"].replace("routiq_owner@", "postgres@")) as superuser:
            superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [held.info.backend_pid])

    with alone("desk", 7):
        cut()
        with alone("desk", 8) as another:
            assert another
        assert not takes(other)
        cut()
    assert takes(other), "let go in a session that was gone"
