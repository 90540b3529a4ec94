"""One turn after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from routiq.practices.locks import alone

WAIT_SECONDS = 60
"""How long a turn waits for the one before it."""


class Busy(Exception):
    """The turn before is still being answered."""


@contextmanager
def one_at_a_time(conversation_id: int, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Whoever is inside is the only one in this conversation. ``Busy`` when the wait was too long."""
    with alone("conversation", conversation_id, patience=wait_seconds) as mine:
        if not mine:
            raise Busy
        yield
