"""Who carries texts: a port, and what can come of handing one over.

Without a carrier nothing is sent, so that no text is made and nobody is promised one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from django.conf import settings

from routiq.environment import TextCarrier
from routiq.messaging.models import Text


class NotCarried(Exception):
    """``code`` says what went wrong, for the log and the page; it never holds what was to be sent or to whom."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(NotCarried):
    """It will not be carried, however often it is tried: ``reason`` says why."""

    def __init__(self, reason: Text.Reason, code: str) -> None:
        super().__init__(code)
        self.reason = reason


class NothingSent(NotCarried):
    """Certainly nothing went out, and later it may. ``until``: no sooner than then (aware)."""

    def __init__(self, code: str, until: datetime | None = None) -> None:
        super().__init__(code)
        self.until = until


class Uncertain(NotCarried):
    """It may have gone out: look for it before anything else."""


class Unreachable(NotCarried):
    """The carrier does not say what it has."""


@dataclass(frozen=True)
class Carried:
    """A text as the carrier has it."""

    id: str
    created_at: datetime
    refused: Refused | None = None
    """It was taken and did not arrive."""
    arrived: bool = False
    """It reached the phone."""


class Carrier(Protocol):
    """Numbers are E.164. May be used from several threads at once."""

    def send(self, number: str, body: str) -> str:
        """Hand it over, once; the carrier's id of it. ``Refused``, ``NothingSent``, ``Uncertain``."""
        ...

    def find(self, number: str, body: str, since: datetime) -> Sequence[Carried]:
        """What of exactly these words went to this number since then (aware). ``Unreachable``."""
        ...

    def follow(self, id: str) -> Carried:
        """How one stands that was handed over. ``Unreachable``."""
        ...

    def check(self) -> str:
        """The name of the account, when texts can be handed over. ``Unreachable``."""
        ...


def carrier() -> Carrier | None:
    """The installation's own; ``None`` where it sends no texts."""
    chosen: TextCarrier = settings.TEXT_CARRIER
    return _twilio(chosen) if chosen.account else None


@lru_cache(maxsize=4)
def _twilio(chosen: TextCarrier) -> Carrier:
    from routiq.messaging.twilio import Twilio

    return Twilio(chosen.url, chosen.account, chosen.token, chosen.sender)
