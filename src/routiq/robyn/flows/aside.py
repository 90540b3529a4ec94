"""What comes between: something is begun while something else is under way, and afterwards that goes on."""

from __future__ import annotations

from routiq.robyn import wording
from routiq.robyn.flows import handover
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Aside, Change, Flow
from routiq.robyn.understanding.reader import Question

_UNDER_WAY = {
    Question.WHO,
    Question.PICK,
    Question.THIS_TYPE,
    Question.WHICH_DAY,
    Question.CHOICE,
    Question.CONFIRM,
    Question.OTHER_DAYS,
    Question.ANYONE_ELSE,
}
"""Questions of a booking that is worth going on with."""


def begin(turn: Turn, flow: Flow) -> None:
    """From now on it is about ``flow``; a booking under way is kept."""
    memory = turn.memory
    kept = Aside(memory.flow, memory.question) if memory.flow is Flow.BOOK and _is_open(turn) else memory.aside
    memory.aside, memory.flow, memory.change = kept, flow, Change()
    memory.question, memory.proving = Question.OPEN, False
    memory.misses = memory.tries = 0


def _is_open(turn: Turn) -> bool:
    memory = turn.memory
    return memory.question in _UNDER_WAY or (memory.question is Question.WHEN and memory.wants_booking)


def end(turn: Turn, text: str, *, then: str = "", question: Question = Question.ANYTHING_ELSE) -> Said:
    """Say it, and go back to what was under way; else ask ``question`` in the words of ``then``."""
    memory = turn.memory
    back = memory.aside
    memory.aside, memory.flow, memory.change = None, Flow.BOOK, Change()
    if back is not None:
        memory.flow, memory.question = back.flow, back.question
        return Said(f"{text} {handover.asked_again(turn)}")
    return turn.ask(question, f"{text} {then or wording.ANYTHING_ELSE}")
