"""What may be answered to a question about the practice: the port that flows ask through.

An answer is in the practice's own words. Clinical questions never come this far (V2, KB-05).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Answer:
    text: str
    """Said to the patient as it is: whole sentences, short enough to be spoken."""
    source: str = ""
    """Where it stands, for staff: the title of a note, the address of a page."""


class Knowledge(Protocol):
    """For the practice in force."""

    def answer(self, question: str, location_id: str = "") -> Answer | None:
        """``question`` is what the patient said, word for word; ``None`` when nothing is known about it.
        ``location_id`` is of the location that the talk is about, when it is about one. Never raises for any
        text."""
        ...


class NothingKnown:
    """Every question is passed on to the team."""

    def answer(self, question: str, location_id: str = "") -> Answer | None:
        return None
