"""Telephone numbers that ring nowhere, typed the many ways people type them.

The characters use numbers that the regulator reserves for fiction. A few dozen of those exist, so for thousands of
patients the rest of the block around them, 0491 570 000 to 0491 579 999, stands in; landlines come from the reserved
5550 and 7010 blocks of each area code.
"""

from __future__ import annotations

from random import Random
from typing import Any

CHARACTER_MOBILES = frozenset(
    {
        "0491570006",
        "0491570156",
        "0491570157",
        "0491570158",
        "0491570159",
        "0491570110",
        "0491570313",
        "0491570737",
    }
)
CHARACTER_LANDLINE = "0255500199"
_AREAS = ("02", "02", "02", "03", "07", "08")
_BLOCKS = ("5550", "7010")


def normalized(number: str, country: str = "61") -> str:
    """Country code and digits without a plus, as the vendor computes it (spec 3.1)."""
    digits = "".join(ch for ch in number if ch.isdigit())
    if number.strip().startswith("+"):
        return digits
    if digits.startswith("00"):
        return digits[2:]
    if digits.startswith("0"):
        return country + digits[1:]
    return digits if digits.startswith(country) and len(digits) >= 11 else country + digits


def phone(number: str, kind: str = "Mobile") -> dict[str, Any]:
    """One entry of ``patient_phone_numbers``."""
    return {"number": number, "normalized_number": normalized(number), "phone_type": kind}


class PhoneBook:
    """Deals out distinct synthetic numbers; past ten thousand mobiles it starts over."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        pool = [f"049157{tail:04d}" for tail in range(10_000)]
        self._mobiles = [number for number in pool if number not in CHARACTER_MOBILES]
        rng.shuffle(self._mobiles)
        self._next = 0

    def mobile(self) -> str:
        """Ten digits starting 049157."""
        number = self._mobiles[self._next % len(self._mobiles)]
        self._next += 1
        return number

    def landline(self) -> str:
        number = CHARACTER_LANDLINE
        while number == CHARACTER_LANDLINE:
            tail = self._rng.randrange(10_000)
            number = f"{self._rng.choice(_AREAS)}{self._rng.choice(_BLOCKS)}{tail:04d}"
        return number

    def typed_mobile(self, digits: str) -> str:
        """The same number as one of five people would write it."""
        style = self._rng.randrange(10)
        spaced = f"{digits[:4]} {digits[4:7]} {digits[7:]}"
        if style < 5:
            return spaced
        if style < 7:
            return digits
        if style == 7:
            return f"+61 {spaced[1:]}"
        return f"+61{digits[1:]}" if style == 8 else spaced.replace(" ", "-")

    def typed_landline(self, digits: str) -> str:
        style = self._rng.randrange(4)
        if style == 0:
            return digits
        if style == 1:
            return f"+61 {digits[1]} {digits[2:6]} {digits[6:]}"
        return f"({digits[:2]}) {digits[2:6]} {digits[6:]}"
