"""Which flow somebody comes with. Pure.

While a choice is open, "change it" and "cancel that" are about the choice; while it is asked which appointment is
meant, they are about that appointment.
"""

from __future__ import annotations

from routiq.robyn.understanding import asking, existing, starting
from routiq.robyn.understanding.commands import (
    AskBooking,
    AskInvoice,
    Command,
    JoinWaitlist,
    OptOut,
    StartBooking,
    StartCancel,
    StartReschedule,
)
from routiq.robyn.understanding.reader import JUST_ARRANGED, Question

_EXISTING = {Question.WHICH_VISIT, Question.CANCEL}
IDLE = {Question.OPEN, Question.WANTS_BOOKING, Question.WHO, Question.BEEN_BEFORE, *JUST_ARRANGED}
"""Nothing is under way, so that "can't come tomorrow" is about an appointment there is."""


def started(said: str, question: Question) -> Command | None:
    """The flow that is asked for. ``said`` is normalised."""
    if starting.opts_out(said):
        return OptOut()
    if starting.joins_waitlist(said):
        return JoinWaitlist()
    if question in _EXISTING and (found := _of_existing(said, question)):
        return found
    idle = question in IDLE
    mine = idle or starting.is_mine(said)
    if mine and starting.moves(said):
        return StartReschedule()
    if mine and starting.cancels(said, idle=idle):
        return StartCancel(every=starting.every(said))
    if question in JUST_ARRANGED and existing.undoes(said):
        return StartCancel()
    if question in JUST_ARRANGED and existing.asks_whether_it_stands(said):
        return AskBooking(arranged=True)
    if mine and starting.asks_booking(said):
        return AskBooking()
    if starting.asks_invoice(said):
        return AskInvoice(copy=starting.asks_copy(said))
    if question is Question.CONFIRM and not starting.wants_another(said):
        return None
    shown = question in {Question.CHOICE, Question.CONFIRM}
    if starting.books(said) or (starting.seeks(said) and not shown):
        return StartBooking(another=starting.wants_another(said))
    if question is Question.OPEN and starting.hints(said) and not asking.opens_question(said):
        return StartBooking()
    return None


def _of_existing(said: str, question: Question) -> Command | None:
    """While it is asked which appointment, or whether to cancel it."""
    if starting.moves(said) or existing.moves_it(said):
        return StartReschedule()
    if question is Question.WHICH_VISIT and (starting.every(said) or existing.says_all(said)):
        return StartCancel(every=True)
    return None
