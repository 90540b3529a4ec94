"""The reader that asks a model as well. The rules read first and stand whenever the model is late, fails, or says
what it may not; what is urgent, private or plain never reaches it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from routiq.robyn.understanding import allowed
from routiq.robyn.understanding.allowed import NotAllowed
from routiq.robyn.understanding.commands import (
    Affirm,
    AskPerson,
    Choose,
    Clinical,
    Command,
    Deny,
    Emergency,
    End,
    GiveDateOfBirth,
    GiveDetail,
    GiveEmail,
    GiveName,
    GivePhone,
    Greet,
    OptOut,
    Repeat,
    Thank,
)
from routiq.robyn.understanding.reader import NO_MENU, Context, Understanding
from routiq.robyn.understanding.rules import Rules
from routiq.robyn.understanding.telling_model import Told, told

logger = logging.getLogger(__name__)

_SETTLED = (Emergency, Clinical, OptOut, AskPerson)
"""Safety, and words for people: what the rules read there is never put to anything else (V1, V2)."""
_PRIVATE = (GiveName, GiveDateOfBirth, GivePhone, GiveEmail, GiveDetail)
"""Words that tell who somebody is stay here."""
_PLAIN = (Affirm, Deny, Choose, Thank, End, Greet, Repeat)
"""An answer of these alone says all that there is to say: nobody has to wait for a model."""


class NoAnswer(Exception):
    """The model gave none that can be read. The text is a code: ``late``, ``unreachable``, ``refused`` and so on."""


class Model(Protocol):
    def propose(self, what: Told) -> Any:
        """The list of commands in plain data, within the time that the model has; or :class:`NoAnswer`."""
        ...


class Breather:
    """After so many failures on end the model is left alone for a while: nobody shall wait in vain at each turn."""

    FAILURES = 3
    SECONDS = 30.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0

    @property
    def rests(self) -> bool:
        return self._clock() < self._until

    def note(self, *, answered: bool) -> None:
        with self._lock:
            self._failures = 0 if answered else self._failures + 1
            if self._failures >= self.FAILURES:
                self._failures, self._until = 0, self._clock() + self.SECONDS


class WithModel:
    """Implements :class:`~routiq.robyn.understanding.reader.Understanding`."""

    def __init__(self, model: Model, *, rules: Understanding | None = None, breather: Breather | None = None) -> None:
        self._model = model
        self._rules = rules or Rules()
        self._breather = breather or Breather()

    def read(self, text: str, context: Context) -> tuple[Command, ...]:
        heard = self._rules.read(text, context)
        if not _may_ask(heard, context) or self._breather.rests:
            return heard
        began = time.monotonic()
        try:
            commands = self._ask(text, context, heard)
            why = ""
        except (NoAnswer, NotAllowed) as error:
            commands, why = heard, str(error)
        # What was allowed or not says nothing of whether the server is well.
        self._breather.note(answered=why not in {"late", "unreachable"})
        took = int((time.monotonic() - began) * 1000)
        if why:
            logger.warning("the rules answered instead of the model", extra={"why": why, "took_ms": took})
        else:
            logger.info("the model answered", extra={"took_ms": took, "as_rules": commands == heard})
        return commands

    def _ask(self, text: str, context: Context, heard: tuple[Command, ...]) -> tuple[Command, ...]:
        kinds = allowed.kinds(context, heard)
        return allowed.checked(self._model.propose(told(text, context, kinds)), kinds, context)


def _may_ask(heard: tuple[Command, ...], context: Context) -> bool:
    if context.question not in allowed.ASKED_AT or context.menu == NO_MENU:
        return False
    if any(isinstance(command, _SETTLED + _PRIVATE) for command in heard):
        return False
    return not all(isinstance(command, _PLAIN) for command in heard)
