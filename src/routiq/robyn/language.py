"""Robyn's sentences in the language and the manner of a conversation, by GNU gettext.

The source is Australian English. A catalogue is ``locale/<language>/LC_MESSAGES/robyn.mo``, made with the usual tools
(``xgettext --keyword=_``, ``msgfmt``); where it lacks a sentence, or there is no catalogue, the source is said.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

CATALOGUES = Path(__file__).parent / "locale"
SOURCE = "en-AU"
_SPOKEN = {"call"}
"""Channels that are heard; on all others words are read."""


@dataclass(frozen=True)
class Manner:
    """How a conversation is held."""

    language: str = SOURCE
    spoken: bool = False


_AS_WRITTEN = Manner()
_manner: ContextVar[Manner] = ContextVar("manner", default=_AS_WRITTEN)


@contextmanager
def speaking(language: str, channel: str) -> Iterator[None]:
    """All that is said within is said in this language (a BCP 47 tag), as it suits the channel."""
    token = _manner.set(Manner(language, channel in _SPOKEN))
    try:
        yield
    finally:
        _manner.reset(token)


def is_spoken() -> bool:
    return _manner.get().spoken


def in_source(function: Callable[P, T]) -> Callable[P, T]:
    """What it makes is for staff: the source's words, as they are read."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        with speaking(SOURCE, ""):
            return function(*args, **kwargs)

    return wrapped


class Sentence(str):
    """A sentence of the source that comes out translated wherever it is put into text."""

    __slots__ = ()

    def __str__(self) -> str:
        return _catalogue(_manner.get().language, str(CATALOGUES)).gettext(self._source)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def format(self, *args: Any, **kwargs: Any) -> str:
        return str(self).format(*args, **kwargs)

    @property
    def _source(self) -> str:
        return str.__str__(self)


def _(source: str) -> Sentence:
    return Sentence(source)


@lru_cache(maxsize=32)
def _catalogue(language: str, folder: str) -> gettext.NullTranslations:
    names = [language.replace("-", "_"), language.partition("-")[0]]
    return gettext.translation("robyn", folder, names, fallback=True)
