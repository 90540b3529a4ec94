"""Telling whoever speaks with a person that an answer takes longer than one waits in silence.

    with told_of_waits(tell):
        ...  # any number of calls of the front desk

``tell`` is called once, as soon as :data:`FILLER_AFTER` seconds have gone by since the ``with`` and a call that goes
out to the vendor is still under way; never when all of it was quick, and never after the answer. It runs in a thread
of its own, within the caller's practice, and must be quick: the answer waits for it.
"""

from __future__ import annotations

import contextvars
import functools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ParamSpec, TypeVar

from django.db import connections as databases

log = logging.getLogger("routiq.frontdesk")

#: So long a silence is no wait yet, seconds.
FILLER_AFTER = 0.8

P = ParamSpec("P")
R = TypeVar("R")


class At(StrEnum):
    """What takes the time."""

    LOOKING = "looking"
    """For times."""
    WRITING = "writing"
    """Booking, moving, cancelling, registering."""


Tell = Callable[[At], None]
Alarm = Callable[[float, Callable[[], None]], Callable[[], None]]
"""(seconds, what to do then) -> how to call it off."""


def timer(seconds: float, ring: Callable[[], None]) -> Callable[[], None]:
    clock = threading.Timer(seconds, ring)
    clock.daemon = True
    clock.start()
    return clock.cancel


@dataclass
class _Listener:
    tell: Tell
    due: float
    alarm: Alarm
    clock: Callable[[], float]
    told: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


_listener: ContextVar[_Listener | None] = ContextVar("routiq_waiting", default=None)


@contextmanager
def told_of_waits(tell: Tell, *, alarm: Alarm = timer, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Somebody begins to wait now."""
    token = _listener.set(_Listener(tell, clock() + FILLER_AFTER, alarm, clock))
    try:
        yield
    finally:
        _listener.reset(token)


def may_take_a_moment(what: At) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Of a function that asks the vendor while somebody waits."""

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def watched(*args: P.args, **kwargs: P.kwargs) -> R:
            listener = _listener.get()
            if listener is None or listener.told:
                return function(*args, **kwargs)
            with _watching(listener, what):
                return function(*args, **kwargs)

        return watched

    return wrap


@contextmanager
def _watching(listener: _Listener, what: At) -> Iterator[None]:
    context = contextvars.copy_context()
    over = False

    def ring() -> None:
        with listener.lock:
            if not over and not listener.told:
                listener.told = True
                context.run(_tell, listener, what)

    call_off = listener.alarm(max(listener.due - listener.clock(), 0.0), ring)
    try:
        yield
    finally:
        call_off()
        with listener.lock:
            over = True


def _tell(listener: _Listener, what: At) -> None:
    try:
        listener.tell(what)
    except Exception as error:  # What is said meanwhile is a courtesy; the answer must come all the same.
        log.warning("not told of a wait", extra={"why": type(error).__name__})
    finally:
        if threading.current_thread() is not threading.main_thread():
            databases.close_all()
