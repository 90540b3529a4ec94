"""The second lock on the way out: while a talk is rehearsed, nothing of it may be written, whatever asks for it.

A rehearsal has a desk of its own that answers writes itself (``routiq.robyn.rehearsing``). Should anything ever reach
the real one all the same, it stops here, before the intent is stored and before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_rehearsing: ContextVar[bool] = ContextVar("routiq_rehearsing", default=False)


class OnlyRehearsing(RuntimeError):
    """A fault of ours: something was about to be written in a rehearsal."""


@contextmanager
def nothing_is_written() -> Iterator[None]:
    token = _rehearsing.set(True)
    try:
        yield
    finally:
        _rehearsing.reset(token)


def refuse() -> None:
    """Called by whatever is about to write; :class:`OnlyRehearsing` within a rehearsal."""
    if _rehearsing.get():
        raise OnlyRehearsing("A rehearsal writes nothing.")
