"""What the rooms above have to say about a text of theirs: they know what it tells of.

A room that stores texts puts itself here, in a module that is loaded at the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from routiq.messaging.models import Text


@dataclass(frozen=True)
class Concern:
    still_holds: Callable[[Text], bool]
    """Whether what it tells is so at this moment; asked just before it is handed over."""
    not_sent: Callable[[Text], None]
    """It is not sent any more, and ``text.reason`` says why; called in the transaction that ends it, once."""


of_purpose: dict[str, Concern] = {}
