"""Taking a call back down: what it is about, when to ring, a message, and who on which number (ESC-06).

The team has it as soon as it is clear whom to ring, so that who hangs up in between is rung all the same; each answer
completes it. What was said already is not asked, and a wish for something else ends the questions.
"""

from __future__ import annotations

from routiq.robyn import wording
from routiq.robyn.desk import HandedOver
from routiq.robyn.escalation.message import Message
from routiq.robyn.escalation.triggers import ALWAYS, Trigger
from routiq.robyn.flows.forstaff import wanted
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import CallBack, Memory
from routiq.robyn.understanding import assent, hours, people
from routiq.robyn.understanding.commands import (
    Affirm,
    AskBooking,
    Deny,
    End,
    GiveName,
    GivePhone,
    NotUnderstood,
    StartBooking,
    StartCancel,
    StartReschedule,
    Thank,
)
from routiq.robyn.understanding.reader import Question
from routiq.robyn.understanding.words import normalise
from routiq.robyn.wording import handing

CALL_BACK = "call_back"
QUESTIONS = {
    Question.CALLER_NAME,
    Question.CALLER_NUMBER,
    Question.CALL_REASON,
    Question.CALL_WHEN,
    Question.CALL_MESSAGE,
    Question.CALL_CONFIRM,
    Question.WANTS_PERSON,
}
_WHO = {Question.CALLER_NAME, Question.CALLER_NUMBER}
_ELSE = (StartBooking, StartCancel, StartReschedule, AskBooking)
"""Wishes that Robyn can see to herself."""
_TELLING = 9
"""From so many words on somebody has said what it is about, and is not asked for a message."""
_LONGEST = 500


def is_under_way(turn: Turn) -> bool:
    """Whether this turn answers a question of a call back. Who wants something else instead is let go; but not back
    to the booking that nobody could be found for."""
    question = turn.memory.question
    if question in {Question.CALL_REASON, Question.CALL_MESSAGE}:
        return True
    if question in _WHO and (turn.has(GiveName, GivePhone) or not turn.memory.call_back.trigger):
        return True
    return question in QUESTIONS and not turn.has(*_ELSE)


def begin(turn: Turn, call: CallBack, sentence: str) -> Said:
    """Somebody is to be rung: tell the team now and ask what is missing; or only offer it, where that is set."""
    memory = turn.memory
    trigger = Trigger(call.trigger)
    if trigger not in ALWAYS and not turn.desk.rule_of(trigger).on:
        return offer(turn, call, handing.SORRY if trigger is Trigger.COMPLAINT else "")
    before = memory.call_back
    same = (before.trigger, before.practitioners) == (call.trigger, call.practitioners)
    if before.done and same:
        return turn.ask(Question.ANYTHING_ELSE, f"{wording.TEAM_HAS_IT} {wording.ANYTHING_ELSE}")
    if before.handed and not before.done:
        if memory.question in QUESTIONS and (same or trigger is Trigger.PERSON):
            return take(turn)
        call.handed = before.handed
    call.name, call.window = before.name, before.window
    _take_down(turn, call, trigger)
    memory.call_back, memory.misses, memory.tries = call, 0, 0
    memory.leave()
    if not memory.patient_id and not memory.caller:
        memory.question = Question.CALLER_NAME
        return _take_who(turn) if turn.has(GiveName) else Said(wording.CALLER_NAME)
    _hand(turn)
    return _next(turn, promise(turn, sentence))


def _take_down(turn: Turn, call: CallBack, trigger: Trigger) -> None:
    """What is told already, in the words that a person is asked for with."""
    telling = len(turn.heard.split()) >= _TELLING
    if trigger is Trigger.PERSON and turn.wishes and people.asks_to_be_rung(normalise(turn.heard)):
        call.window = turn.heard[:200]
    elif telling:
        call.message = turn.heard[:_LONGEST]
    elif trigger is not Trigger.PERSON:
        call.reason = f"{call.reason}: {turn.heard!r}"
    if telling:
        call.asked = (Question.CALL_REASON, Question.CALL_MESSAGE)
    elif trigger is not Trigger.PERSON:
        call.asked = (Question.CALL_REASON,)


def offer(turn: Turn, call: CallBack, lead: str) -> Said:
    """Switched off, a reason to hand over is only offered."""
    turn.memory.call_back = call
    return turn.ask(Question.WANTS_PERSON, f"{lead} {handing.SHALL_THEY_RING}".strip())


def take(turn: Turn) -> Said:
    """The answer to one of the questions."""
    memory, call = turn.memory, turn.memory.call_back
    question = memory.question
    if question in _WHO:
        return _take_who(turn)
    if question is Question.WANTS_PERSON:
        if turn.has(Affirm) and not turn.has(Deny):
            return _wanted_after_all(turn)
        return turn.ask(Question.ANYTHING_ELSE, f"{wording.NO_WORRIES} {wording.ANYTHING_ELSE}")
    call.asked = (*call.asked, question)
    if turn.has(End) and question is not Question.CALL_CONFIRM:
        return _finish(turn)
    if question is Question.CALL_CONFIRM:
        return _take_confirm(turn)
    words = normalise(turn.heard)
    said_nothing = assent.says_nothing(words) or (turn.has(Deny, Thank) and len(turn.heard.split()) < _TELLING)
    tells_when = turn.wishes or hours.tells_when(words)
    if not said_nothing:
        if question is Question.CALL_WHEN and tells_when:
            call.window = turn.heard[:200]
        elif question is Question.CALL_REASON:
            call.reason = f"{call.reason}: {turn.heard[:_LONGEST]!r}"
        else:
            call.message = f"{call.message} {turn.heard}".strip()[:_LONGEST]
        _hand(turn)
        if question is Question.CALL_WHEN and not (tells_when or _asked_enough(turn)):
            call.asked = call.asked[:-1]
    return _next(turn, handing.NOTED if not said_nothing else "")


def withdraw(turn: Turn) -> Said:
    """They want no call after all. What the team has already says so; whether to ring is for people to decide."""
    memory, call = turn.memory, turn.memory.call_back
    if not call.handed:
        memory.call_back = CallBack()
        return turn.ask(Question.ANYTHING_ELSE, f"{wording.NO_WORRIES} {wording.ANYTHING_ELSE}")
    call.reason, call.done = f"{call.reason}; said afterwards: {turn.heard[:_LONGEST]!r}", True
    _hand(turn)
    return turn.ask(Question.ANYTHING_ELSE, f"{handing.NO_CALL} {wording.ANYTHING_ELSE}")


def _take_who(turn: Turn) -> Said:
    """The caller's name, then the number if it is withheld."""
    memory = turn.memory
    if turn.has(Deny) and not turn.has(GiveName, GivePhone):
        return turn.ask(Question.ANYTHING_ELSE, f"{wording.NO_WORRIES} {wording.ANYTHING_ELSE}")
    if turn.has(End) and not memory.caller and not turn.has(GivePhone):
        return Said(wording.GOODBYE, ended=True)
    call = memory.call_back
    if memory.question is Question.CALLER_NAME:
        if name := turn.first(GiveName):
            call.name = name.name.title()
        elif not turn.has(End) and not _asked_enough(turn):
            return Said(wording.CALLER_NAME)
        call.asked = (*call.asked, Question.CALLER_NAME)
        memory.tries = 0
        if not memory.caller:
            return turn.ask(Question.CALLER_NUMBER, wording.CALLER_NUMBER)
    elif number := turn.first(GivePhone):
        memory.caller = number.number
        call.asked = (*call.asked, Question.CALL_CONFIRM)
    elif not _asked_enough(turn):
        return Said(wording.CALLER_NUMBER_AGAIN)
    else:
        return turn.ask(Question.ANYTHING_ELSE, wording.NO_NUMBER)
    call.reason = call.reason or "Asked for a call back"
    if turn.has(End):
        return _finish(turn)
    again = bool(call.handed)
    _hand(turn)
    return _next(turn, handing.NOTED if again else promise(turn, handing.call_back_noted(call.name)))


def _wanted_after_all(turn: Turn) -> Said:
    memory = turn.memory
    if not memory.patient_id and not memory.caller:
        return turn.ask(Question.CALLER_NAME, wording.CALLER_NAME)
    memory.call_back.asked = (Question.CALL_REASON,)
    _hand(turn)
    return _next(turn, promise(turn, wording.PERSON_COMING))


def _take_confirm(turn: Turn) -> Said:
    """Right, or another name or number."""
    memory, call = turn.memory, turn.memory.call_back
    if name := turn.first(GiveName):
        call.name = name.name.title()
    if number := turn.first(GivePhone):
        memory.caller = number.number
    elif turn.has(Deny) and not turn.has(Affirm, GiveName):
        return turn.ask(Question.CALLER_NUMBER, wording.CALLER_NUMBER)
    elif turn.has(NotUnderstood) and not _asked_enough(turn):
        call.asked = tuple(each for each in call.asked if each is not Question.CALL_CONFIRM)
        return Said(asked_again(turn))
    return _finish(turn)


def _next(turn: Turn, lead: str) -> Said:
    """The first question that is still open, or the end."""
    memory, call = turn.memory, turn.memory.call_back
    if not memory.patient_id and not call.name and Question.CALLER_NAME not in call.asked:
        return turn.ask(Question.CALLER_NAME, f"{lead} {handing.YOUR_NAME}".strip())
    for question in (Question.CALL_REASON, Question.CALL_WHEN, Question.CALL_MESSAGE, Question.CALL_CONFIRM):
        told = {Question.CALL_WHEN: call.window, Question.CALL_MESSAGE: call.message}.get(question, "")
        skipped = question is Question.CALL_REASON and call.trigger != Trigger.PERSON.value
        if not told and not skipped and question not in call.asked:
            memory.question = question
            return Said(f"{lead} {asked_again(turn)}".strip())
    return _finish(turn)


def _finish(turn: Turn) -> Said:
    """Nothing more is asked: the team has all of it."""
    memory = turn.memory
    memory.call_back.done = True
    _hand(turn)
    if turn.has(End):
        return Said(f"{wording.TEAM_HAS_IT} {wording.GOODBYE}", ended=True)
    return turn.ask(Question.ANYTHING_ELSE, f"{wording.TEAM_HAS_IT} {wording.ANYTHING_ELSE}")


def asked_again(turn: Turn) -> str:
    memory = turn.memory
    if memory.question is Question.CALL_CONFIRM:
        return handing.is_it_you(memory.call_back.name or memory.patient_called, memory.caller)
    return {
        Question.CALLER_NAME: wording.CALLER_NAME,
        Question.CALLER_NUMBER: wording.CALLER_NUMBER,
        Question.CALL_REASON: handing.CALL_REASON,
        Question.CALL_WHEN: handing.CALL_WHEN,
        Question.CALL_MESSAGE: handing.CALL_MESSAGE,
    }.get(memory.question, handing.SHALL_THEY_RING)


def _hand(turn: Turn) -> None:
    """Tell the team what is known by now: new, or to what they have."""
    memory, call = turn.memory, turn.memory.call_back
    kept = turn.desk.hand_over(
        Message(
            conversation_id=turn.conversation_id,
            kind=CALL_BACK,
            trigger=call.trigger,
            reason=call.reason,
            who=_who(memory),
            patient_id=memory.patient_id,
            number=memory.caller,
            window=call.window,
            message=call.message,
            wanted=wanted(turn),
            practitioners=call.practitioners,
            complete=call.done,
            in_hours=in_hours(turn),
            id=call.handed,
        )
    )
    if not call.handed:
        note(turn, CALL_BACK, kept)
    call.handed = kept.id
    memory.handed_over = True


def _who(memory: Memory) -> str:
    called, told = memory.patient_called, memory.call_back.name
    return f"{called}, to ask for {told}" if called and told and told.lower() != called.lower() else called or told


def note(turn: Turn, kind: str, kept: HandedOver) -> None:
    """What became of it, for whoever reads the conversation."""
    if kept.task_id is not None:
        turn.did("task_left", kind=kind, task=kept.task_id)
    if kept.by_email:
        turn.did("email_to_team", hand_over=kept.id)


def in_hours(turn: Turn) -> bool:
    return turn.practice.manner.business_hours.are_on(turn.now)


def promise(turn: Turn, sentence: str) -> str:
    """The sentence, and when the team is in again where nobody is now."""
    opens = None if in_hours(turn) else turn.practice.manner.business_hours.next_opening(turn.now)
    return f"{sentence} {handing.in_again(opens, turn.today)}" if opens else sentence


def _asked_enough(turn: Turn) -> bool:
    turn.memory.tries += 1
    return turn.memory.tries >= 2
