"""What somebody put into an address or a form, whatever it is, as what can be looked for."""

from __future__ import annotations

#: A number with more digits is no id of ours.
_LONGEST_ID = 18


def words(text: str, most: int) -> str:
    """One line of at most so many characters, without what no text in the database can hold."""
    return text.replace("\x00", "").strip()[:most]


def number(text: str) -> int:
    """The id, or the count, that it names; 0, which no row has, for anything else."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_ID else 0
