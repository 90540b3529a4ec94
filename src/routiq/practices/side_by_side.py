"""Questions that are asked at once, each in a thread of its own with a database session of its own.

Whoever asks gives its session back first (:mod:`routiq.practices.sessions`): however many wait for such threads,
these never wait for them.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections as databases

from routiq.practices.sessions import give_back

#: So many of one caller's questions at once: those of many callers still find their way.
SIDE_BY_SIDE = 4

T = TypeVar("T")
_beside: contextvars.ContextVar[bool] = contextvars.ContextVar("routiq_beside", default=False)


def side_by_side(questions: Sequence[Callable[[], T]]) -> list[T]:
    """The answers, in order, for the same practice as the caller. When all are through, what the first one that
    failed raised is raised. The caller must be in no transaction: the threads would not see what it wrote.

    In a thread beside they are asked one after the other: it would wait for more like itself."""
    if len(questions) < 2 or _beside.get():
        return [question() for question in questions]
    give_back()
    with ThreadPoolExecutor(min(SIDE_BY_SIDE, len(questions)), thread_name_prefix="beside") as pool:
        running = [pool.submit(contextvars.copy_context().run, _alone, question) for question in questions]
    return [each.result() for each in running]


def _alone(question: Callable[[], T]) -> T:
    _beside.set(True)
    try:
        return question()
    finally:
        databases.close_all()
