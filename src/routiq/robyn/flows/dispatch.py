"""One turn: what must come first comes first, then the flow that is under way."""

from __future__ import annotations

from collections.abc import Callable

from routiq.knowledge.clinical import is_clinical
from routiq.robyn import wording
from routiq.robyn.flows import (
    aside,
    asking,
    booking,
    cancelling,
    confirming,
    enrolling,
    handover,
    moving,
    naming,
    opting_out,
    registering,
    rescheduling,
    settled,
    several,
    sooner,
    telling,
    waiting,
)
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Flow, Memory
from routiq.robyn.understanding.commands import (
    Affirm,
    AnyChoice,
    Ask,
    AskBooking,
    AskInvoice,
    AskMachine,
    AskOthers,
    AskPerson,
    Choose,
    Clinical,
    Deny,
    Emergency,
    End,
    ForAnother,
    GiveDateOfBirth,
    GiveEmail,
    GiveName,
    GivePhone,
    GiveUp,
    Greet,
    JoinWaitlist,
    NameChoice,
    NotUnderstood,
    OptOut,
    Repeat,
    SayNew,
    SentPicture,
    StartBooking,
    StartCancel,
    StartReschedule,
    Thank,
    What,
    WishTime,
)
from routiq.robyn.understanding.reader import JUST_ARRANGED, Question
from routiq.robyn.wording import changes

_CALL_BACK = {Question.CALLER_NAME, Question.CALLER_NUMBER}
_IN_OWN_WORDS = {Question.CALL_REASON, Question.CALL_MESSAGE}
"""Whatever is said then is for the team."""
_MOVES_ON = frozenset({StartBooking, WishTime, NameChoice, AnyChoice, Choose, Affirm, Deny, AskOthers})
_IDLE = frozenset({Question.OPEN, Question.WANTS_PERSON, *JUST_ARRANGED})
"""Nothing is under way."""
_BEGINS = (StartReschedule, StartCancel, AskBooking, AskInvoice, JoinWaitlist)
_INSTEAD = (Ask, End, *_BEGINS, *(_MOVES_ON - {Deny}))
"""What may stand beside giving up, and is seen to."""

_IDENTITY = {Question.WHO, Question.FULL_NAME, Question.DATE_OF_BIRTH}
_UNASKED = (GiveName, GiveDateOfBirth, GivePhone, GiveEmail)
"""Told without being asked."""
_FLOWS: dict[Flow, Callable[[Turn], Said]] = {
    Flow.BOOK: booking.proceed,
    Flow.MOVE: moving.proceed,
    Flow.CANCEL: cancelling.proceed,
    Flow.REGISTER: registering.proceed,
    Flow.TELL_BOOKING: telling.booking,
    Flow.TELL_INVOICE: telling.invoice,
    Flow.WAIT: waiting.proceed,
}
_GIVEN_UP = {
    Flow.CANCEL: changes.STAYS,
    Flow.TELL_BOOKING: wording.NO_WORRIES,
    Flow.TELL_INVOICE: wording.NO_WORRIES,
    Flow.WAIT: wording.STAYS_OFF,
}
_RESUMES: dict[Flow, Callable[[Turn], Said | None]] = {
    Flow.BOOK: confirming.resume,
    Flow.MOVE: rescheduling.resume,
    Flow.CANCEL: cancelling.resume,
    Flow.REGISTER: enrolling.resume,
}


def greet(turn: Turn) -> Said:
    """The first words: who speaks, for whom, and what she is (V3)."""
    memory, practice, manner = turn.memory, turn.practice, turn.practice.manner
    own = manner.greeting_on(turn.channel)
    if not practice.live:
        return Said(wording.not_ready(practice.name, her_name=manner.her_name, own=own))
    caller = turn.desk.recognise_caller(memory.caller)
    memory.caller = caller.number
    turn.did("recognised", patients=len(caller.patients))
    if len(caller.patients) == 1:
        patient = caller.patients[0]
        memory.patient_id = patient.remote_id
        memory.patient_called = patient.called or patient.first_name
    elif caller.patients:
        asks = str(wording.WHO_IS_IT_FOR)
        return turn.ask(Question.WHO, wording.greeting(practice.name, her_name=manner.her_name, own=own, asks=asks))
    return Said(wording.greeting(practice.name, memory.patient_called, her_name=manner.her_name, own=own))


def answer(turn: Turn) -> Said:
    """What Robyn says to this turn's commands. Safety first, then people, then the practice's own state."""
    memory = turn.memory
    if flag := turn.first(Emergency):
        return handover.emergency(turn, flag)
    if turn.has(SentPicture):
        return handover.picture(turn)
    if wish := turn.first(AskPerson):
        return handover.person(turn, wish)
    if memory.question in _IN_OWN_WORDS:
        needless = memory.question is Question.CALL_REASON and turn.has(GiveUp) and not turn.has(*_INSTEAD)
        return handover.withdraw_call_back(turn) if needless else handover.take_call_back(turn)
    if turn.has(AskMachine) and not turn.has(*_MOVES_ON):
        return handover.machine(turn)
    if turn.has(OptOut):
        return opting_out.record(turn)
    if not turn.practice.live:
        return _not_ready(turn)
    if memory.in_flight and (said := _RESUMES[memory.flow](turn)):
        return said
    if memory.waiting and (said := confirming.follow_up(turn)):
        return said
    news, missed = settled.news(turn), memory.misses
    said = _go_on(turn)
    if memory.misses == missed and not turn.has(NotUnderstood):
        memory.misses = 0
    return Said(f"{news} {said.text}", said.ended) if news else said


def _go_on(turn: Turn) -> Said:
    """What is neither urgent nor left from before."""
    memory = turn.memory
    if not turn.has(NotUnderstood) and (said := handover.unsure(turn)):
        return said
    if turn.has(Clinical) or (turn.has(Ask) and is_clinical(turn.heard)):
        return _clinical(turn)
    if turn.has(Repeat) and not turn.has(*_MOVES_ON):
        return Said(memory.last_said or handover.asked_again(turn))
    if turn.has(GiveUp) and not turn.has(*_INSTEAD):
        return _give_up(turn)
    if said := _begin(turn):
        return said
    if _only_asks(turn) and (said := asking.answer(turn)):
        naming.keep_names(turn)
        return said
    if handover.in_call_back(turn):
        return handover.take_call_back(turn)
    if several.is_meant(turn) and not turn.has(End):
        return asking.beside(turn, several.proceed(turn))
    newly = turn.has(SayNew) and (not memory.patient_id or turn.has(StartBooking))
    if memory.flow is Flow.BOOK and (newly or turn.has(ForAnother)):
        _for_another(turn)
    if turn.has(End, Thank) and (said := _farewell(turn)):
        return said
    told = turn.has(Greet, *_UNASKED) and not turn.has(*_MOVES_ON, SayNew, ForAnother)
    if told and memory.question not in _IDENTITY and memory.flow is not Flow.REGISTER:
        return Said(handover.asked_again(turn))
    if (
        memory.question is Question.ANYTHING_ELSE
        and turn.has(Deny)
        and not turn.has(StartBooking, WishTime, NameChoice)
    ):
        return Said(wording.GOODBYE, ended=True)
    return asking.beside(turn, _FLOWS[memory.flow](turn))


def _give_up(turn: Turn) -> Said:
    """Nothing was written, and all stays as it is."""
    if handover.in_call_back(turn):
        return handover.withdraw_call_back(turn)
    if turn.memory.question is Question.WANTS_SOONER:
        return sooner.decline(turn)
    said = _GIVEN_UP.get(turn.memory.flow)
    if said is None:
        return booking.give_up(turn)
    turn.memory.proving = False
    return aside.end(turn, said)


def _only_asks(turn: Turn) -> bool:
    """With nothing under way, who asks what an initial consultation costs wants to know, and no times yet. So does
    who asks about another type in the middle of a move, which keeps its own."""
    if not turn.has(*_MOVES_ON):
        return True
    named = [command.what for command in turn.commands if isinstance(command, NameChoice)]
    of_types = turn.memory.flow is Flow.MOVE and set(named) == {What.APPOINTMENT_TYPE}
    idle = of_types or turn.memory.question in _IDLE
    return idle and turn.has(Ask) and not turn.has(*_MOVES_ON - {NameChoice})


def _begin(turn: Turn) -> Said | None:
    """What is asked for of appointments that there are."""
    wish = next((command for command in turn.commands if isinstance(command, _BEGINS)), None)
    match wish:
        case StartReschedule():
            return moving.begin(turn, wish)
        case StartCancel():
            return cancelling.begin(turn, wish)
        case AskBooking(arranged=True) if said := confirming.how_it_stands(turn, wish):
            return said
        case AskBooking():
            return telling.begin_booking(turn, wish)
        case AskInvoice():
            return telling.begin_invoice(turn, wish)
        case JoinWaitlist():
            return sooner.join(turn) if turn.memory.question is Question.WANTS_SOONER else waiting.begin(turn)
        case None if moving.is_of_arranged(turn):
            return moving.begin_arranged(turn)
    return None


def _for_another(turn: Turn) -> None:
    """It is for somebody else than whom the number told, or than whom it was about so far."""
    memory = turn.memory
    if memory.offers or memory.booking_id:
        want = memory.want
        memory.start_over()
        memory.want = want
    memory.patient_id = memory.patient_called = ""
    memory.shown, memory.for_another, memory.wants_booking = False, turn.has(ForAnother), True
    memory.question = Question.OPEN if memory.question is not Question.BEEN_BEFORE else memory.question


def _not_ready(turn: Turn) -> Said:
    """A practice that is still being set up: no booking; a call back when it is asked for (CH-09)."""
    memory = turn.memory
    if handover.in_call_back(turn):
        return handover.take_call_back(turn)
    if turn.has(Affirm) and not turn.has(Deny) and not memory.handed_over:
        return handover.begin_call_back(turn, "Asked for a call back", wording.CALLER_NAME)
    if turn.has(End) or (turn.has(Deny) and not turn.has(WishTime, StartBooking)):
        return Said(wording.GOODBYE, ended=True)
    return Said(wording.NOT_READY)


def _clinical(turn: Turn) -> Said:
    """Never answered (V2). A wish to book in the same breath goes on."""
    if turn.has(StartBooking, WishTime) and turn.memory.question not in _CALL_BACK:
        handover.note_clinical(turn)
        said = _FLOWS[turn.memory.flow](turn)
        return Said(f"{wording.CLINICAL_BESIDE} {said.text}", said.ended)
    return handover.clinical(turn)


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
    """What somebody who goes in the middle has to know: nothing was done."""
    if memory.flow is Flow.CANCEL and memory.change.about:
        return f"{changes.NOTHING_CANCELLED} "
    if memory.question not in {Question.CHOICE, Question.CONFIRM}:
        return ""
    return f"{changes.NOTHING_MOVED if memory.flow is Flow.MOVE else wording.NOTHING_BOOKED} "
