"""How much of a passage is said: whole sentences, as the practice wrote them, short enough for the channel. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from routiq.knowledge.questions import Kind
from routiq.knowledge.shapes import fits, may_be_said, names_money

MOST = {"call": 260, "sms": 300, "whatsapp": 400, "email": 700}
"""Characters of a quotation by channel."""
MOST_ELSEWHERE = 400


def quote(units: Sequence[str], at: int, kind: Kind, channel: str, also: Sequence[int] = ()) -> str:
    """The unit ``at`` and what follows it, while it fits; of a price list only the rows in ``also`` (those that were
    found to answer as well)."""
    most = MOST.get(channel, MOST_ELSEWHERE)
    taken = _cut(units[at].strip(), most)
    if kind is Kind.PRICE and names_money(units[at]):
        rest = [place for place in also if place != at]
    elif kind in (Kind.PRICE, Kind.LENGTH):
        rest = []
    else:
        rest = list(range(at + 1, len(units)))
    for place in rest:
        unit = units[place].strip()
        if not may_be_said(unit) or (kind is Kind.HOURS and not fits(kind, unit)):
            break
        if len(taken) + len(unit) + 2 > most:
            break
        taken = joined(taken, unit)
    return ended(taken)


def joined(before: str, after: str) -> str:
    """Two sentences, or two rows of a list with what keeps them apart when spoken."""
    return f"{before} {after}" if before.endswith((".", "!", "?")) else f"{before}; {after}"


def ended(text: str) -> str:
    text = text.strip().rstrip(";,:")
    return text if text.endswith((".", "!", "?", "…", "”", '"')) else f"{text}."


def _cut(unit: str, most: int) -> str:
    if len(unit) <= most:
        return unit
    at = max(unit.rfind(mark, 0, most) for mark in ("; ", ", ", " "))
    return re.sub(r"[,;:\s]+$", "", unit[: at if at > 0 else most - 1]) + "…"
