"""What patients say, kept without what could be misused: long numbers and addresses masked (V9). Pure."""

from __future__ import annotations

import re

LONGEST = 300
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_DIGITS = re.compile(r"(?<!\$)\b\+?\d(?:[\s().-]?\d){4,}\b|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b")
_NAME = re.compile(
    r"\b((?i:my name is|my name's|this is|i am called|i'm|i am|it's))\s+[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+){0,2}"
)


def masked(question: str) -> str:
    """At most :data:`LONGEST` characters, on one line."""
    text = " ".join(question.replace("\x00", " ").split())
    text = _EMAIL.sub("(e-mail)", text)
    text = _DIGITS.sub("(number)", text)
    text = _NAME.sub(r"\1 (name)", text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
