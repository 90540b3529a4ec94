"""A question about the practice: answered in its own words where they are known, else passed on. Then the flow goes
on where it was."""

from __future__ import annotations

from routiq.robyn.flows import beyond, handover
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.understanding import asking
from routiq.robyn.understanding.commands import Affirm, Ask, NameChoice, StartBooking, WishTime
from routiq.robyn.understanding.words import normalise


def answer(turn: Turn) -> Said | None:
    """``None`` when nothing was asked."""
    if not turn.has(Ask):
        return None
    if turn.known is None:
        return beyond.pass_on(turn)
    return Said(f"{turn.known.text} {handover.asked_again(turn)}")


def beside(turn: Turn, said: Said) -> Said:
    """The answer to what was asked beside something to do comes first; what is not known is passed on."""
    if said.ended or not turn.has(Ask):
        return said
    if turn.known:
        return Said(f"{turn.known.text} {said.text}")
    of_somebody = turn.has(NameChoice) and asking.asks_about_somebody(normalise(turn.heard))
    if (turn.has(StartBooking, WishTime) or of_somebody) and not turn.has(Affirm):
        return Said(f"{beyond.note(turn)} {said.text}".strip())
    return said
