"""Tables of phrases made into one pattern. The tables hold regular expressions over normalised words."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(*phrases: str) -> re.Pattern[str]:
    """Any of the phrases, as whole words."""
    return re.compile(rf"(?<![\w'])(?:{'|'.join(phrases)})(?![\w'])")


def one_of(words: str | Iterable[str]) -> str:
    """An alternation of words, to be put into a phrase."""
    listed = words.split() if isinstance(words, str) else list(words)
    return f"(?:{'|'.join(sorted(listed, key=len, reverse=True))})"
