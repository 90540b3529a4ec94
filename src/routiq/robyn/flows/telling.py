"""What there is, told to whoever has shown who they are: what is coming up, and what is still to be paid (V5)."""

from __future__ import annotations

from routiq.robyn import wording
from routiq.robyn.escalation.triggers import Trigger
from routiq.robyn.flows import aside, choosing, handover, proving, table
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Change, Flow, Visit
from routiq.robyn.understanding.commands import AskBooking, AskInvoice
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import changes, telling

MOST_TOLD = 3
_WANTS_COPY = "Wants a copy of an invoice or a receipt"


def begin_booking(turn: Turn, asked: AskBooking) -> Said:
    aside.begin(turn, Flow.TELL_BOOKING)
    turn.memory.change = Change(which=asked.which)
    return booking(turn)


def begin_invoice(turn: Turn, asked: AskInvoice) -> Said:
    """Where nothing can be known of invoices nobody is asked who they are for nothing."""
    aside.begin(turn, Flow.TELL_INVOICE)
    turn.memory.change = Change(every=asked.copy)
    return invoice(turn) if turn.desk.tells_invoices() else _by_team(turn)


def booking(turn: Turn) -> Said:
    """When, where and with whom: the next ones, or the one whose time was said."""
    if asked := proving.proceed(turn):
        return asked
    coming = turn.desk.coming_up(turn.memory.patient_id)
    visits = [Visit(visit.id, visit.time) for visit in coming]
    which = turn.memory.change.which
    meant = [visit for visit in visits if which is None or table.fits(visit, which)]
    turn.did("told_bookings", appointments=[visit.id for visit in meant or visits][:MOST_TOLD])
    if not visits:
        return aside.end(turn, changes.NO_VISIT, then=wording.OFFER_BOOKING, question=Question.WANTS_BOOKING)
    lead = "" if meant else f"{changes.NONE_THEN} "
    told = meant or visits
    times = [visit.time for visit in told[:MOST_TOLD]]
    if len(told) == 1:
        turn.memory.arranged = times[0].starts_at
    return aside.end(turn, f"{lead}{changes.coming_up(times, len(told), turn.today)}")


def invoice(turn: Turn) -> Said:
    """The amount that is open and since when; a copy is sent by people."""
    if asked := proving.proceed(turn):
        return asked
    memory = turn.memory
    owed = turn.desk.owed(memory.patient_id)
    if owed is None:
        return _by_team(turn)
    turn.did("told_owed", invoices=owed.invoices)
    said = telling.owed(owed)
    if memory.change.every:
        handover.leave_task(turn, handover.CALL_BACK, _WANTS_COPY, _trigger(turn))
        memory.handed_over = True
        said = f"{said} {telling.COPY_BY_TEAM}"
    return aside.end(turn, said)


def _by_team(turn: Turn) -> Said:
    reason = _WANTS_COPY if turn.memory.change.every else "Asked about an invoice or a payment"
    return choosing.team_only(turn, wording.INVOICE_PASSED_ON, reason, _trigger(turn))


def _trigger(turn: Turn) -> Trigger | None:
    """What is about money goes the way that the practice set for that; where it wants none, it is a plain task."""
    return Trigger.BILLING if turn.desk.rule_of(Trigger.BILLING).on else None
