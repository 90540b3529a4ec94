"""What is asked when something was arranged."""

from __future__ import annotations

from routiq.robyn import wording
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Whose
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import several


def ask_next(turn: Turn, said: str) -> Said:
    """Whoever else wants an appointment is next."""
    if queue := turn.memory.queue:
        return turn.ask(Question.NEXT_PERSON, f"{said} {several.next_one(yours=queue[0] is Whose.SELF)}")
    return turn.ask(Question.ANYTHING_ELSE, f"{said} {wording.ANYTHING_ELSE}")
