"""Appointments for several people: one after the other, since each is of one person and has its own yes (B4)."""

from __future__ import annotations

from routiq.robyn import wording as words
from routiq.robyn.flows import booking, handover
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Claim, Flow, Whose, Window
from routiq.robyn.understanding.commands import Affirm, Deny, ForAnother, ForSelf, ForSeveral, StartBooking
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import several as wording

QUESTIONS = {Question.WHOSE_FIRST, Question.NEXT_PERSON}


def is_meant(turn: Turn) -> bool:
    memory = turn.memory
    begins = turn.has(StartBooking) or memory.wants_booking or memory.question is Question.WHO
    return memory.flow is Flow.BOOK and (memory.question in QUESTIONS or (turn.has(ForSeveral) and begins))


def proceed(turn: Turn) -> Said:
    if several := turn.first(ForSeveral):
        return _begin(turn, several)
    return _at_first(turn) if turn.memory.question is Question.WHOSE_FIRST else _at_next(turn)


def _begin(turn: Turn, several: ForSeveral) -> Said:
    memory = turn.memory
    if several.also:
        memory.queue = (*memory.queue, Whose.OTHER)
        return Said(f"{wording.THIS_ONE_FIRST} {handover.asked_again(turn)}")
    memory.queue = (Whose.SELF,) * several.own + (Whose.OTHER,) * several.others
    booking.take_wish(turn)
    if len(turn.desk.recognise_caller(memory.caller).patients) > 1:
        memory.queue = (Whose.OF_FAMILY,) * len(memory.queue[1:])
        _nobody_yet(turn, Whose.OF_FAMILY)
        return turn.ask(Question.WHO, f"{wording.ONE_AT_A_TIME} {wording.WHO_FIRST}")
    if several.own:
        return turn.ask(Question.WHOSE_FIRST, f"{wording.ONE_AT_A_TIME} {wording.WHOSE_FIRST}")
    return _go_on_with(turn, Whose.OTHER, str(wording.ONE_AT_A_TIME))


def _at_first(turn: Turn) -> Said:
    booking.take_wish(turn)
    if turn.has(ForSelf):
        return _go_on_with(turn, Whose.SELF)
    return _go_on_with(turn, Whose.OTHER) if turn.has(ForAnother) else handover.not_understood(turn)


def _at_next(turn: Turn) -> Said:
    memory = turn.memory
    if turn.has(Deny) and not turn.has(Affirm):
        memory.queue = ()
        return turn.ask(Question.ANYTHING_ELSE, f"{words.NO_WORRIES} {words.ANYTHING_ELSE}")
    if not (turn.has(Affirm, StartBooking, ForSelf, ForAnother) or turn.wishes):
        return handover.not_understood(turn)
    if memory.arranged:
        # A family comes together, where that can be.
        start = memory.arranged.astimezone(turn.now.tzinfo)
        memory.want.windows = (Window(days=(start.date(),), not_before=start.time()),)
    booking.take_wish(turn)
    if memory.queue[0] is Whose.OF_FAMILY:
        return _go_on_with(turn, Whose.OF_FAMILY)
    told = Whose.SELF if turn.has(ForSelf) else Whose.OTHER if turn.has(ForAnother) else memory.queue[0]
    return _go_on_with(turn, told)


def _go_on_with(turn: Turn, whose: Whose, lead: str = "") -> Said:
    queue = list(turn.memory.queue)
    queue.remove(whose if whose in queue else queue[0])
    turn.memory.queue = tuple(queue)
    _nobody_yet(turn, whose)
    said = booking.begin(turn)
    return Said(f"{lead} {said.text}".strip(), said.ended)


def _nobody_yet(turn: Turn, whose: Whose) -> None:
    """Whose it is now has to be found out, as at the beginning."""
    memory = turn.memory
    memory.patient_id = memory.patient_called = memory.name_heard = ""
    memory.shown, memory.proving, memory.claim = False, False, Claim()
    memory.for_another = memory.anybody = whose is Whose.OTHER
    memory.wants_booking = True
    memory.tries, memory.question = 0, Question.OPEN
