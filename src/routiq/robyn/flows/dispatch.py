"""One turn: what must come first comes first, then the flow that is under way."""

from __future__ import annotations

from routiq.knowledge.clinical import is_clinical
from routiq.robyn import wording
from routiq.robyn.flows import asking, beyond, booking, confirming, handover
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Memory
from routiq.robyn.understanding.commands import (
    Affirm,
    AnyChoice,
    Ask,
    AskBooking,
    AskInvoice,
    AskOthers,
    AskPerson,
    Choose,
    Clinical,
    Deny,
    Emergency,
    End,
    GiveDateOfBirth,
    GiveEmail,
    GiveName,
    GivePhone,
    Greet,
    JoinWaitlist,
    NameChoice,
    NotUnderstood,
    OptOut,
    Repeat,
    StartBooking,
    StartCancel,
    StartReschedule,
    Thank,
    WishTime,
)
from routiq.robyn.understanding.reader import Question

_CALL_BACK = {Question.CALLER_NAME, Question.CALLER_NUMBER}
_MOVES_ON = (StartBooking, WishTime, NameChoice, AnyChoice, Choose, Affirm, Deny, AskOthers)

_IDENTITY = {Question.WHO, Question.FULL_NAME, Question.DATE_OF_BIRTH}
_UNASKED = (GiveName, GiveDateOfBirth, GivePhone, GiveEmail)
"""Told without being asked."""


def greet(turn: Turn) -> Said:
    """The first words: who speaks, for whom, and what she is (V3)."""
    memory, practice = turn.memory, turn.practice
    if not practice.live:
        return Said(f"{wording.greeting(practice.name)} {wording.NOT_READY}")
    caller = turn.desk.recognise_caller(memory.caller)
    memory.caller = caller.number
    turn.did("recognised", patients=len(caller.patients))
    if len(caller.patients) == 1:
        patient = caller.patients[0]
        memory.patient_id = patient.remote_id
        memory.patient_called = patient.called or patient.first_name
        return Said(f"{wording.greeting(practice.name, memory.patient_called)} {wording.HOW_CAN_I_HELP}")
    if caller.patients:
        return turn.ask(Question.WHO, f"{wording.greeting(practice.name)} {wording.I_CAN_BOOK_WHO}")
    said = handover.begin_call_back(turn, "Caller is not known, wants an appointment", wording.UNKNOWN_CALLER)
    return Said(f"{wording.greeting(practice.name)} {said.text}")


def answer(turn: Turn) -> Said:
    """What Robyn says to this turn's commands. Safety first, then people, then the practice's own state."""
    memory = turn.memory
    if flag := turn.first(Emergency):
        return handover.emergency(turn, flag)
    if wish := turn.first(AskPerson):
        return handover.person(turn, wish)
    if said := beyond.pass_on(turn, OptOut):
        return said
    if not turn.practice.live:
        return _not_ready(turn)
    if memory.in_flight and (said := confirming.resume(turn)):
        return said
    if memory.waiting and (said := confirming.follow_up(turn)):
        return said
    if not turn.has(NotUnderstood):
        memory.misses = 0
    if turn.has(Clinical) or (turn.has(Ask) and is_clinical(turn.heard)):
        return _clinical(turn)
    if turn.has(Repeat) and not turn.has(*_MOVES_ON):
        return Said(memory.last_said or handover.asked_again(turn))
    if said := beyond.pass_on(turn, StartReschedule, StartCancel, AskBooking, AskInvoice, JoinWaitlist):
        return said
    if not turn.has(*_MOVES_ON) and (said := asking.answer(turn)):
        return said
    if memory.question in _CALL_BACK:
        return handover.take_call_back(turn)
    if turn.has(End, Thank) and (said := _farewell(turn)):
        return said
    if turn.has(Greet, *_UNASKED) and not turn.has(*_MOVES_ON) and memory.question not in _IDENTITY:
        return Said(handover.asked_again(turn))
    if (
        memory.question is Question.ANYTHING_ELSE
        and turn.has(Deny)
        and not turn.has(StartBooking, WishTime, NameChoice)
    ):
        return Said(wording.GOODBYE, ended=True)
    return asking.beside(turn, booking.proceed(turn))


def _not_ready(turn: Turn) -> Said:
    """A practice that is still being set up: no booking; a call back when it is asked for (CH-09)."""
    memory = turn.memory
    if memory.question in _CALL_BACK:
        return handover.take_call_back(turn)
    if turn.has(Affirm) and not turn.has(Deny) and not memory.handed_over:
        return handover.begin_call_back(turn, "Asked for a call back", wording.CALLER_NAME)
    if turn.has(End) or (turn.has(Deny) and not turn.has(WishTime, StartBooking)):
        return Said(wording.GOODBYE, ended=True)
    return Said(wording.NOT_READY)


def _clinical(turn: Turn) -> Said:
    """Never answered (V2). A wish to book in the same breath goes on."""
    if turn.has(StartBooking, WishTime) and turn.memory.question not in _CALL_BACK:
        said = booking.proceed(turn)
        return Said(f"{wording.CLINICAL_BESIDE} {said.text}", said.ended)
    turn.memory.chosen = ""
    if turn.memory.question is Question.CONFIRM:
        turn.memory.question = Question.CHOICE
    return Said(wording.CLINICAL)


def _farewell(turn: Turn) -> Said | None:
    """Thanks and goodbyes, unless they come with something to do."""
    memory = turn.memory
    if turn.has(StartBooking, WishTime, NameChoice, Choose, AskOthers, GiveName):
        return None
    if turn.has(Affirm) and memory.question is not Question.ANYTHING_ELSE:
        return None
    if turn.has(End) or (turn.has(Deny) and memory.question is Question.ANYTHING_ELSE):
        return Said(f"{_unfinished(memory)}{wording.GOODBYE}", ended=True)
    if turn.has(Deny):
        return None
    if memory.question is Question.ANYTHING_ELSE:
        return Said(wording.THANKS_BACK)
    return Said(handover.asked_again(turn))


def _unfinished(memory: Memory) -> str:
    return f"{wording.NOTHING_BOOKED} " if memory.question in {Question.CHOICE, Question.CONFIRM} else ""
