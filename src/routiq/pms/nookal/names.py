"""Comparing names that Nookal may have stored with wrong letters.

Nookal is known to encode text twice on its way in: ``Zoë`` comes back as ``ZoÃ«``. Such a name is recognised as the
one that was meant, and the letters that survive any such treatment are the plain ones.
"""

from __future__ import annotations

import contextlib
import unicodedata

#: Letters that no accent can be taken off.
_PLAIN = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "Æ": "Ae",
        "ø": "o",
        "Ø": "O",
        "œ": "oe",
        "Œ": "Oe",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
    }
    | {"ð": "d", "þ": "th", "’": "'", "‘": "'", "–": "-"}
)


def plain(name: str) -> str:
    """``Zoe`` for ``Zoë``: what can be written without any mark."""
    apart = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    return "".join(letter for letter in apart if ord(letter) < 128)


def ungarbled(name: str) -> str:
    """The name that was encoded once too often, or the name itself."""
    for table in ("latin-1", "cp1252"):
        with contextlib.suppress(UnicodeError):
            return name.encode(table).decode("utf-8")
    return name


def same(left: str, right: str) -> bool:
    """The same name, upper and lower case, accents and wrong encoding aside?"""
    return bool({_folded(left), _folded(ungarbled(left))} & {_folded(right), _folded(ungarbled(right))})


def beginning(name: str) -> str:
    """The part of a name to search by, up to its first letter that may have been garbled."""
    for at, letter in enumerate(name):
        if ord(letter) > 127:
            return name[:at]
    return name


def _folded(name: str) -> str:
    return plain(" ".join(name.split())).casefold() or " ".join(name.split()).casefold()
