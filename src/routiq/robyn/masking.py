"""Card numbers are not for us: long runs of digits are covered before words are read, stored or passed on (V9)."""

from __future__ import annotations

import re

MOST = 13
"""So many digits in a row are no number to be rung on, unless they are dialled abroad: with a plus and at most 15, or
with two noughts. No card begins with a nought."""

_WORD = r"(?:zero|nought|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_RUN = re.compile(r"(?<!\d)\+?\d(?:[ \-./,_*–]{0,3}\d){12,}")
_SPOKEN = re.compile(rf"\b{_WORD}(?:[\s,.\-]+(?:{_WORD}|\d+)){{9,}}\b", re.IGNORECASE)
_TIMES = {"double": 2, "triple": 3}
COVERED = "[number removed]"


def mask(text: str) -> str:
    """The words with every long run of digits covered, written or spoken."""
    text = _RUN.sub(lambda run: COVERED if _is_long(run[0]) else run[0], text)
    return _SPOKEN.sub(lambda run: COVERED if _spoken_digits(run[0]) >= MOST else run[0], text)


def _is_long(run: str) -> bool:
    digits = re.sub(r"\D", "", run)
    dialled = (run.startswith("+") and len(digits) <= 15) or (digits.startswith("00") and len(digits) <= 16)
    return not dialled


def _spoken_digits(run: str) -> int:
    total, times = 0, 1
    for word in re.findall(r"[a-z]+|\d", run.lower()):
        if word in _TIMES:
            times = _TIMES[word]
        else:
            total, times = total + times, 1
    return total
