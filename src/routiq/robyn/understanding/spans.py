"""A line of words from which readers take what they understood, so that no word is read twice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

GONE = "\u0000"
PART_OF_DAY = "\u0001"
"""The blot where a part of the day stood: "evening 5" is told by it."""


@dataclass
class Line:
    """``text`` keeps its length: what was taken is blotted out, and positions stay comparable."""

    text: str
    taken: list[tuple[int, int]] = field(default_factory=list)

    def take(self, start: int, end: int, blot: str = GONE) -> None:
        self.text = self.text[:start] + blot * (end - start) + self.text[end:]
        self.taken.append((start, end))

    def before(self, start: int, length: int = 28) -> str:
        """The words just before a position, blots as one mark."""
        return re.sub(f"[{GONE}{PART_OF_DAY}]+", GONE, self.text[max(0, start - length) : start])

    @property
    def rest(self) -> str:
        return " ".join(self.text.replace(GONE, " ").replace(PART_OF_DAY, " ").split())
