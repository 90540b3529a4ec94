"""What is understood and has no flow of its own yet: passed on to people at once, and the open question asked again.

Nothing is promised but that the team has it. A conversation passes the same thing on once.
"""

from __future__ import annotations

from routiq.robyn import wording
from routiq.robyn.flows import handover, wishing
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.knowing import asks_price
from routiq.robyn.memory import Window
from routiq.robyn.understanding.commands import (
    Ask,
    AskBooking,
    AskInvoice,
    Command,
    JoinWaitlist,
    OptOut,
    StartCancel,
    StartReschedule,
    WishTime,
)
from routiq.robyn.understanding.reader import Question

_PASSED_ON: dict[type[Command], tuple[str, str]] = {
    OptOut: ("Wants no more messages", wording.OPTED_OUT),
    StartReschedule: ("Wants to move an appointment", wording.MOVE_PASSED_ON),
    StartCancel: ("Wants to cancel an appointment", wording.CANCEL_PASSED_ON),
    AskBooking: ("Asked about an appointment", wording.BOOKING_PASSED_ON),
    AskInvoice: ("Asked about an invoice or a payment", wording.INVOICE_PASSED_ON),
    JoinWaitlist: ("Wants to be told when something comes free", wording.WAITLIST_PASSED_ON),
    Ask: ("Asked something", wording.QUESTION_PASSED_ON),
}
_STILL_OPEN = {
    Question.WHO,
    Question.FULL_NAME,
    Question.DATE_OF_BIRTH,
    Question.PICK,
    Question.CHOICE,
    Question.CONFIRM,
    Question.OTHER_DAYS,
    Question.ANYONE_ELSE,
}
_QUESTION_LENGTH = 200
"""So much of a question is passed on word for word."""


def pass_on(turn: Turn, *kinds: type[Command]) -> Said | None:
    """Leave a task for the first of ``kinds`` that was said; ``None`` when none was."""
    command = (
        turn.first(kinds[0]) if len(kinds) == 1 else next((c for c in turn.commands if isinstance(c, kinds)), None)
    )
    if command is None:
        return None
    memory = turn.memory
    kind, (reason, sentence) = type(command), _PASSED_ON[type(command)]
    if isinstance(command, Ask) and asks_price(turn.heard):
        sentence = wording.PRICE_PASSED_ON
    reason = f"{reason}{_detail(turn, command)}"
    if memory.question in {Question.CALLER_NAME, Question.CALLER_NUMBER}:
        memory.call_back.reason = reason
        return handover.take_call_back(turn)
    if isinstance(command, JoinWaitlist | StartReschedule) and not memory.offers:
        memory.want.windows = wishing.refined(memory.want.windows, [wish for wish in turn.wishes if not wish.past])
    if not memory.patient_id and not memory.caller:
        return handover.begin_call_back(turn, reason, wording.CALLER_NAME)
    once = kind.__name__ if kind is not Ask else reason
    if once not in memory.alerts:
        handover.leave_task(turn, handover.CALL_BACK, reason)
        memory.alerts = (*memory.alerts, once)
    memory.handed_over = True
    if isinstance(command, JoinWaitlist | StartReschedule) and not memory.offers:
        memory.want.windows = ()
    if memory.question in _STILL_OPEN or (memory.question is Question.WHEN and memory.wants_booking):
        return Said(f"{sentence} {handover.asked_again(turn)}")
    return turn.ask(Question.ANYTHING_ELSE, f"{sentence} {wording.ANYTHING_ELSE}")


def _detail(turn: Turn, command: Command) -> str:
    if isinstance(command, Ask):
        return f": {turn.heard[:_QUESTION_LENGTH]!r}"
    which = getattr(command, "which", None)
    told = ", all of them" if isinstance(command, StartCancel) and command.every else ""
    return f"{told}, the one {_said(which)}" if which and _said(which) else told


def _said(which: WishTime) -> str:
    window = Window(days=which.days, first_day=which.first_day, last_day=which.last_day, at=which.at)
    return handover.window_said(window)
