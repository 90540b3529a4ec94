"""What is said to somebody who wants appointments for several people."""

from __future__ import annotations

from routiq.robyn.language import _

ONE_AT_A_TIME = _("I book one person at a time.")
WHOSE_FIRST = _("Whose appointment shall I book first, yours or theirs?")
WHO_FIRST = _("Who shall I book first? Please tell me their first name.")
THIS_ONE_FIRST = _("I book one person at a time, so this one first.")
_NEXT_YOURS = _("Shall I book yours now?")
_NEXT_ONE = _("Shall I book the next one now?")


def next_one(*, yours: bool) -> str:
    return str(_NEXT_YOURS if yours else _NEXT_ONE)
