"""Whether two questions ask the same thing in other words. Pure.

By the words that matter, brought to their stems and to one name for what has several, and by the letters of what is
left, so that a spelling mistake does not make a new question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from routiq.knowledge.questions import read

SAME = 0.62
"""From here on two questions are counted as one."""
_ENDINGS = re.compile(r"(?<=\w{3})(?:ation|ing|ied|ie|ed|e)$")


@dataclass(frozen=True)
class Gist:
    kind: str
    words: frozenset[str]
    trigrams: frozenset[str]


@lru_cache(maxsize=8192)
def gist(question: str) -> Gist:
    query = read(question)
    hard = {_stem(concept.name) for concept in query.hard}
    words = hard or {_stem(concept.name) for concept in query.concepts}
    return Gist(query.kind, frozenset(words), _trigrams(" ".join(sorted(words))))


def closeness(one: Gist, other: Gist) -> float:
    """0 to 1. Questions of another kind ("how much", "how long") are never the same."""
    if one.kind != other.kind:
        return 0.0
    if one.words == other.words:
        return 1.0
    if not one.words or not other.words:
        return 0.0
    shared = len(one.words & other.words) / len(one.words | other.words)
    letters = 2 * len(one.trigrams & other.trigrams) / (len(one.trigrams) + len(other.trigrams))
    return max(shared, letters if abs(len(one.words) - len(other.words)) <= 1 and letters >= 0.75 else 0.0)


def _stem(word: str) -> str:
    word = word.removesuffix("s") if len(word) > 3 else word
    return _ENDINGS.sub("", word) if len(word) > 4 else word


def _trigrams(text: str) -> frozenset[str]:
    padded = f"  {text} "
    return frozenset(padded[place : place + 3] for place in range(len(padded) - 2))
