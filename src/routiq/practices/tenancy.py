"""Whose data the running code may see.

Row-level security in PostgreSQL does the guarding (law 5). This module only says, per task or request, which
practice the database shall show; :mod:`routiq.practices.postgres` carries that to every connection. With nothing
said, the database shows no practice's rows at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Scope:
    """What the database is told about the one who asks."""

    practice: int | None = None
    """Id of the practice whose rows may be seen and written."""
    person: int | None = None
    """Id of the person who is logged in: sees the list of the own practices."""
    token: str = ""
    """Hash of the API token presented: makes exactly that token's row visible."""
    directory: bool = False
    """May list and create practices (names and settings, no patient data): scheduling and set-up only."""


NOBODY = Scope()
_scope: ContextVar[Scope] = ContextVar("routiq_scope", default=NOBODY)


def current_scope() -> Scope:
    return _scope.get()


def current_practice_id() -> int:
    """The practice that the running code acts for. ``LookupError`` when it acts for none."""
    practice = _scope.get().practice
    if practice is None:
        raise LookupError("No practice is set: enter acting_for(practice_id) first.")
    return practice


@contextmanager
def _scoped(scope: Scope) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def acting_for(practice_id: int) -> Iterator[None]:
    """Everything inside sees and writes this practice's rows and no other's."""
    with _scoped(replace(_scope.get(), practice=practice_id, directory=False)):
        yield


@contextmanager
def acting_as_person(person_id: int) -> Iterator[None]:
    """Everything inside sees which practices this person belongs to."""
    with _scoped(Scope(person=person_id)):
        yield


@contextmanager
def presenting_token(token_hash: str) -> Iterator[None]:
    """Everything inside sees the one API token with this hash."""
    with _scoped(Scope(token=token_hash)):
        yield


@contextmanager
def reading_directory() -> Iterator[None]:
    """Everything inside sees the list of practices, and none of what belongs to them."""
    with _scoped(Scope(directory=True)):
        yield
