"""How long a text is for a carrier: it is cut into segments, and letters outside the plain alphabet take more room.

Reference: 3GPP TS 23.038, the GSM 7-bit default alphabet: 160 letters in one segment, 153 in each of several; with
any other letter 70 and 67.
"""

from __future__ import annotations

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO_PLACES = frozenset("^{}\\[~]|€")
#: Signs that programs put in for plain ones.
_TYPED = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " "}
)


def tidy(text: str) -> str:
    """With plain quotation marks, dashes and spaces; every letter of a name stays."""
    return text.translate(_TYPED)


def is_plain(text: str) -> bool:
    return all(letter in _BASIC or letter in _TWO_PLACES for letter in text)


def made_plain(text: str) -> str:
    """Without the marks above and below letters that the plain alphabet lacks; what is left over becomes ``?``."""
    return "".join(letter if is_plain(letter) else _bare(letter) for letter in tidy(text))


def _bare(letter: str) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return bare if bare and is_plain(bare) else "?"


def count(text: str) -> int:
    """How many segments it takes."""
    if is_plain(text):
        size = sum(2 if letter in _TWO_PLACES else 1 for letter in text)
        alone, each = 160, 153
    else:
        size = len(text.encode("utf-16-be")) // 2
        alone, each = 70, 67
    return 1 if size <= alone else -(-size // each)
