"""Which words are about the appointment there is, and which about where it shall move. Pure."""

from __future__ import annotations

import re

from routiq.robyn.understanding.vocabulary import VISIT

_TURN = re.compile(
    rf"\b{VISIT}(?: (?!to\b|until\b|till\b)[\w:'./]+){{0,8}}? (?:to(?! (?:see|the (?:clinic|practice))\b)|until|"
    rf"till|for)(?= )|"
    r"\b(?:it|me|back|forward|out|reschedule|rescheduled) (?:to|until|till|for)(?= )|"
    r"(?<=[.,!?]) |\b(?:but|and|so)\b|\b(?:can|could) (?:i|we|you)\b(?= (?:come|do|make|move|change|have|get|please))"
)
"""After it comes the new time: "my appointment on Friday to Monday", "can't make Friday, could we do Monday"."""
_AFRESH = re.compile(r"\band (?:re ?)?book\b")
_INSTEAD = re.compile(r"\b(?:instead of|rather than)\b")
_OLD = re.compile(rf"\b(?:my|the|our|his|her|(?:today|tomorrow|\w+day)'s)(?: [\w:']+){{0,4}}? {VISIT}\b")


def split_moved(said: str) -> tuple[str, str]:
    """The words about the old time and those about the new. ``said`` is normalised."""
    if match := _INSTEAD.search(said):
        return said[match.end() :], said[: match.start()]
    if match := _AFRESH.search(said):
        return said[: match.start()], said[match.end() :]
    ends = [match.end() for match in _TURN.finditer(said) if _OLD.search(said[: match.end()]) or match.end() > 8]
    own = _OLD.search(said)
    if own is None:
        return "", said
    after = [end for end in ends if end >= own.end()]
    if after:
        return said[: after[0]], said[after[0] :]
    return said, ""
