"""Appointments for more than one person, and which of them is talked about. Pure, over normalised words."""

from __future__ import annotations

import re

from routiq.robyn.understanding.commands import ForSeveral
from routiq.robyn.understanding.phrases import any_of
from routiq.robyn.understanding.vocabulary import KIN, KINS

_AND = r"(?:, )?(?:and also|and|&|plus|as well as|together with)(?: for)?"
_ME = r"(?:me|myself|us|i)"
_THEM = (
    rf"(?:(?:my|our|the|his|her|both|all|2|3|4) )*(?:\w+ )?"
    rf"(?:{KINS}|{KIN} {_AND} (?:(?:my|our|the|his|her) )?(?:\w+ )?{KIN})"
)
_OWN = any_of(
    rf"{_ME} {_AND} (?:(?:my|our|the) )?(?:\w+ ){{0,2}}?(?:{KIN}|{KINS})",
    rf"(?:{KIN}|{KINS})(?: \w+)? {_AND} {_ME}",
    r"(?:both|all|all 3|all 4|the 2|the 3|the 4|2|3|4) of us",
    r"(?:the|my|our) (?:whole )?family",
)
_OTHERS = any_of(
    rf"(?:for|book|booking|get|bring|bringing|squeeze|fit)(?: in)? {_THEM}",
    rf"{_THEM} (?:both )?(?:need|want|would like|should|are due)",
    r"(?:both|all|all 3|the 2|the 3|2|3) of them",
    r"for (?:2|3|4) (?:people|persons|patients)",
)
_HOW_MANY = re.compile(rf"\b(?P<n>[2-6])(?: \w+)? (?:(?P<us>of us)|of them|people|persons|patients|{KINS})\b")
_SEVERAL_KIN = re.compile(rf"\b{KINS}\b|\bfamily\b")
_ALSO = any_of(r"also|as well|too|at the same time|while (?:i'?m|we'?re) at it|and (?:1|one) for")
_STRAIGHT_AFTER = re.compile(
    r"\b(?:do|fit|book|squeeze|get|see) (?!it\b|that\b|this\b|me\b|something\b|anything\b)[a-z']+(?: in)? "
    r"(?:as well|too|straight after|right after|at the same time|while (?:i'?m|we'?re) there)\b"
)
_SOMEBODY = any_of(rf"(?:my|our) (?:\w+ )?(?:{KIN}|{KINS})|(?:him|her|them)|(?:someone|somebody) else")
_LEAD = (
    r"^(?:(?:um+|oh|ok|okay|yes|yeah|let'?s|lets|do|please|start with|begin with|just|only|for|it'?s|that'?s|well|,) "
    r")*"
)
_SELF = re.compile(rf"{_LEAD}(?:me|mine|myself|my own|my appointment|i(?:'ll| will)? (?:go )?first)\b")
_EITHER = any_of(
    r"either(?: one| way| of us)?|does ?n'?t matter|(?:don'?t|do not) (?:mind|care)|whichever|you (?:choose|pick|"
    r"decide)|up to you|any order|no preference"
)
_THEIRS = any_of(
    rf"his|hers?|theirs?|him|them|he|she|they|(?:my|the|our) (?:\w+ )?(?:{KIN}|{KINS})(?:'s)?|the other(?: one| 1)?|"
    r"(?:younger|older|little|young|oldest|youngest|eldest)(?: one| 1)?"
)


def for_several(said: str) -> ForSeveral | None:
    """Whom an appointment is wanted for, where it is more than one person."""
    own = _OWN.search(said)
    if not own and not _OTHERS.search(said):
        return None
    counted = _HOW_MANY.search(said)
    number = int(counted["n"]) - bool(counted["us"]) if counted else 0
    if own:
        return ForSeveral(own=True, others=max(number, 2 if _SEVERAL_KIN.search(said) else 1))
    return ForSeveral(others=max(number, 2))


def adds_somebody(said: str) -> bool:
    """Somebody else besides whom it is about already."""
    return bool((_ALSO.search(said) and _SOMEBODY.search(said)) or _STRAIGHT_AFTER.search(said))


def means_self(said: str) -> bool:
    """In answer to "whose first": who speaks; also when it does not matter."""
    return bool(_SELF.search(said) or _EITHER.search(said))


def means_other(said: str) -> bool:
    """In answer to "whose first": somebody else than who speaks."""
    return bool(_THEIRS.search(said))
