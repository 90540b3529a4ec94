"""How a time of day is written for a person here: ``2:30 pm``. What Robyn says aloud has words of its own, which are
translated (:mod:`routiq.robyn.wording.moments`)."""

from __future__ import annotations

from datetime import datetime, time


def clock(at: time | datetime) -> str:
    """``2:30 pm``, ``12:05 am``; of a moment, in its own zone."""
    return f"{at.hour % 12 or 12}:{at.minute:02d} {_half(at)}"


def short_clock(at: time | datetime) -> str:
    """The same without minutes that are none: ``2 pm``, ``2:30 pm``."""
    return clock(at) if at.minute else f"{at.hour % 12 or 12} {_half(at)}"


def _half(at: time | datetime) -> str:
    return "am" if at.hour < 12 else "pm"
