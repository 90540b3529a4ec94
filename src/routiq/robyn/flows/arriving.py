"""Somebody whom no number tells: have they been here before? Then they show who they are, else they are registered.

What was wished so far is kept for afterwards.
"""

from __future__ import annotations

from routiq.robyn.flows import handover, proving, registering
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.understanding.commands import Affirm, Deny, GiveDateOfBirth, NameChoice, SayNew, StartBooking
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import registering as wording


def proceed(turn: Turn) -> Said | None:
    """The next question, or ``None`` as soon as it is known who it is."""
    memory = turn.memory
    if turn.has(SayNew) and not turn.has(Affirm):
        return registering.begin(turn)
    if memory.proving:
        return proving.proceed(turn)
    if memory.question is not Question.BEEN_BEFORE:
        return turn.ask(Question.BEEN_BEFORE, asked(turn))
    if turn.has(Deny) and not turn.has(Affirm):
        return registering.begin(turn)
    if turn.has(Affirm, GiveDateOfBirth):
        return proving.proceed(turn)
    if turn.wishes or turn.has(StartBooking, NameChoice):
        return turn.ask(Question.BEEN_BEFORE, asked(turn))
    return handover.not_understood(turn)


def asked(turn: Turn) -> str:
    return str(wording.HAVE_THEY_BEEN if turn.memory.for_another else wording.BEEN_BEFORE)
