"""What only people can answer or do: passed on to them at once, and the open question asked again.

Nothing is promised but that the team has it. A conversation passes the same thing on once.
"""

from __future__ import annotations

from routiq.robyn import wording
from routiq.robyn.escalation.triggers import Trigger
from routiq.robyn.flows import callback, handover
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.knowing import asks_price
from routiq.robyn.memory import CallBack, Flow
from routiq.robyn.understanding import asking
from routiq.robyn.understanding.commands import Ask, GiveName, GivePhone
from routiq.robyn.understanding.reader import Question
from routiq.robyn.understanding.words import normalise
from routiq.robyn.wording import handing

_STILL_OPEN = {
    Question.WHO,
    Question.FULL_NAME,
    Question.DATE_OF_BIRTH,
    Question.PICK,
    Question.THIS_TYPE,
    Question.CHOICE,
    Question.CONFIRM,
    Question.OTHER_DAYS,
    Question.ANYONE_ELSE,
    Question.WHICH_VISIT,
    Question.CANCEL,
    Question.WANTS_BOOKING,
    Question.WANTS_SOONER,
    Question.BEEN_BEFORE,
    Question.WHOSE_FIRST,
    Question.NEXT_PERSON,
    Question.CALL_WHEN,
    Question.CALL_CONFIRM,
}
_NOT_TOLD_YET = {Question.CALLER_NAME, Question.CALLER_NUMBER, Question.WANTS_PERSON}
"""What a call back is about is not with the team yet."""
_QUESTION_LENGTH = 200
"""So much of a question is passed on word for word."""


def pass_on(turn: Turn) -> Said | None:
    """Leave a task for the question that was asked; ``None`` when none was. Whom the team could not ring is first
    asked whether they want to be."""
    if not turn.has(Ask):
        return None
    memory = turn.memory
    reason = _reason(turn)
    if memory.question in _NOT_TOLD_YET and reason not in memory.call_back.reason:
        reason = "; ".join(filter(None, (memory.call_back.reason, reason)))
    if memory.question in {Question.CALLER_NAME, Question.CALLER_NUMBER}:
        memory.call_back.reason = reason
        if turn.has(GiveName, GivePhone):
            return handover.take_call_back(turn)
        return Said(handover.asked_again(turn))
    is_open = is_under_way(turn)
    nobody_to_ring = not is_open and not memory.patient_id and not memory.caller
    if nobody_to_ring or not turn.desk.rule_of(_trigger(turn)).on:
        if is_open:
            return Said(f"{handing.CANT_ANSWER} {handover.asked_again(turn)}")
        call = CallBack(reason=reason, trigger=_trigger(turn).value)
        return callback.offer(turn, call, str(handing.CANT_ANSWER))
    sentence = _passed_on(turn, reason)
    if is_open:
        return Said(f"{sentence} {handover.asked_again(turn)}")
    return turn.ask(Question.ANYTHING_ELSE, f"{sentence} {wording.ANYTHING_ELSE}")


def note(turn: Turn) -> str:
    """Leave a task for a question that came beside something to do, and what to say of it; nothing where nobody could
    be rung, or where questions are not handed over by themselves."""
    memory = turn.memory
    if not turn.desk.rule_of(_trigger(turn)).on or not (memory.patient_id or memory.caller):
        return str(handing.CANT_ANSWER)
    return _passed_on(turn, _reason(turn))


def _reason(turn: Turn) -> str:
    return f"Asked something: {turn.heard[:_QUESTION_LENGTH]!r}"


def _trigger(turn: Turn) -> Trigger:
    """What a fund or an insurer pays is a matter of money, and not only of what is known."""
    return Trigger.BILLING if asking.asks_cover(normalise(turn.heard)) else Trigger.UNKNOWN


def _passed_on(turn: Turn, reason: str) -> str:
    """Leave the task, and what to say of it."""
    leave_once(turn, reason, reason, _trigger(turn))
    if _trigger(turn) is Trigger.BILLING:
        return str(wording.INVOICE_PASSED_ON)
    return str(wording.PRICE_PASSED_ON if asks_price(turn.heard) else wording.QUESTION_PASSED_ON)


def is_under_way(turn: Turn) -> bool:
    """A question is open that is worth asking again."""
    memory = turn.memory
    waits = memory.question is Question.WHEN and memory.wants_booking
    return memory.question in _STILL_OPEN or memory.flow is Flow.REGISTER or waits


def leave_once(turn: Turn, mark: str, reason: str, trigger: Trigger | None = None) -> None:
    """A task for the team, the first time that ``mark`` comes up."""
    memory = turn.memory
    if mark not in memory.alerts:
        handover.leave_task(turn, handover.CALL_BACK, reason, trigger)
        memory.alerts = (*memory.alerts, mark)
    memory.handed_over = True
