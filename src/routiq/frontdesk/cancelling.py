"""Cancelling, by the practice's rule for those who cancel late (BOOK-05)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import IntegrityError
from django.utils import timezone

from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.frontdesk import checks, journal
from routiq.frontdesk.answering import UNDER_WAY, answer, refuse, told
from routiq.frontdesk.booking import signed_by
from routiq.frontdesk.carrying import Already, NotNow, Seen, Sent, Standing, Steps, carry_out
from routiq.frontdesk.changes import CancelRequest, ChangeAnswer, Late
from routiq.frontdesk.checks import Refusal
from routiq.frontdesk.describing import in_words
from routiq.frontdesk.models import DeskRules, StaffTask, Write
from routiq.frontdesk.rules import desk_rules
from routiq.frontdesk.standing import CHANGED, another_change, appointment_of, cannot_be_changed, is_at
from routiq.frontdesk.tasks import leave_task
from routiq.frontdesk.waiting import At, may_take_a_moment
from routiq.frontdesk.wishes import Outcome
from routiq.mirror.models import Appointment
from routiq.pms.gateway import Gateway
from routiq.pms.records import AppointmentStatus, Cancellation, CancellationReason
from routiq.practices import audit
from routiq.practices.tenancy import current_practice_id

_LATE_NOTE = "Late cancellation: counts as did not arrive."


@may_take_a_moment(At.WRITING)
def cancel(request: CancelRequest) -> ChangeAnswer:
    """Cancel it at the vendor, for the practice in force, and say truthfully what came of it. Never raises for what
    the vendor does. Must be called outside a transaction.

    ``ASK_FIRST`` when it is late and the patient was not warned; ``NOT_ALLOWED`` with ``late`` when the practice
    leaves late ones to its team, of whom one may do it all the same and say why (``overruled``).
    """
    with journal.working_on(request.intent_key) as mine:
        earlier = Write.objects.filter(intent_key=request.intent_key).first()
        if earlier is not None:
            return answer(earlier)
        if not mine:
            return UNDER_WAY
        connection = live_connection()
        appointment = appointment_of(request.patient_id, request.appointment_id)
        late, rule = lateness(appointment)
        blocked = late is not None and rule == DeskRules.LateCancellation.BLOCK
        overruled = request.overruled if blocked and request.asked_by.startswith("person:") else ""
        write = _entry(request, connection, appointment, late, overruled)
        refusal = checks.not_ready(connection) or _refusal(connection, appointment, request)
        if refusal is not None or connection is None:
            return refuse(write, refusal or Refusal("There is nothing to cancel."))
        if late is not None and blocked and not overruled:
            message = f"The practice takes cancellations in the last {late.window_hours} hours by person only."
            return refuse(write, Refusal(message, "Have the team speak with the patient."), late)
        if late is not None and not (request.warned or overruled):
            return ChangeAnswer(
                outcome=Outcome.ASK_FIRST,
                message=f"It is less than {late.window_hours} hours before the appointment.",
                advice="Say what that means, and cancel if the patient still wants to.",
                late=late,
            )
        try:
            journal.open_entry(write)
        except IntegrityError:
            stored = Write.objects.filter(intent_key=request.intent_key).first()
            return answer(stored) if stored else UNDER_WAY
        carry_out(STEPS, write, connection)
        return told(write)


def lateness(appointment: Appointment | None, now: datetime | None = None) -> tuple[Late | None, str]:
    """Is it late to cancel now, and what is the practice's rule for that? ``None`` where late ones are no matter.
    ``now``, aware, is another moment to ask about."""
    rules = desk_rules()
    rule = rules.late_cancellation
    window = timedelta(hours=rules.cancellation_window_hours)
    if (
        appointment is None
        or rule == DeskRules.LateCancellation.ALLOW
        or appointment.starts_at - (now or timezone.now()) >= window
    ):
        return None, rule
    late = Late(
        window_hours=rules.cancellation_window_hours,
        fee=rules.cancellation_fee,
        counts_as_dna=rule == DeskRules.LateCancellation.AUTO_DNA,
    )
    return late, rule


def rule_for(patient_id: str, appointment_id: str, now: datetime | None = None) -> tuple[Late | None, bool]:
    """What a cancellation now would mean, to be said before the yes, and whether it is left to the team."""
    late, rule = lateness(appointment_of(patient_id, appointment_id), now)
    return late, late is not None and rule == DeskRules.LateCancellation.BLOCK


def _refusal(
    connection: Connection | None, appointment: Appointment | None, request: CancelRequest
) -> Refusal | None:
    if connection is None:
        return None
    refusal = cannot_be_changed(appointment) or another_change(connection, request.appointment_id)
    if refusal is None and appointment is not None and appointment.starts_at != request.starts_at:
        refusal = Refusal(CHANGED, "Read the appointment back as it stands now.")
    return refusal


def _entry(
    request: CancelRequest,
    connection: Connection | None,
    appointment: Appointment | None,
    late: Late | None,
    overruled: str,
) -> Write:
    return Write(
        practice_id=current_practice_id(),
        connection=connection,
        kind=Write.Kind.CANCELLATION,
        intent_key=request.intent_key,
        reference=journal.new_reference(),
        patient_remote_id=request.patient_id,
        practitioner_remote_id=appointment.practitioner_remote_id if appointment else "",
        location_remote_id=appointment.location_remote_id if appointment else "",
        appointment_type_remote_id=appointment.appointment_type_remote_id if appointment else "",
        starts_at=request.starts_at,
        ends_at=appointment.ends_at if appointment else None,
        appointment_remote_id=request.appointment_id,
        asked={
            "reason": request.reason.value,
            "note": request.note,
            "counts_as_dna": late is not None and late.counts_as_dna,
            **({"overruled": overruled} if overruled else {}),
        },
        channel=request.channel,
        asked_by=request.asked_by,
        accepting_words=request.accepting_words,
    )


class _Cancellation(Steps):
    kind = Write.Kind.CANCELLATION
    looks_first = "appointment_read"
    never_arrived = "The practice management system did not cancel the appointment; it stands."
    gone = CHANGED
    tells: ClassVar = {
        Write.State.DONE: "confirmed only afterwards. Tell the patient that it is done.",
        Write.State.REFUSED: "not made. Look at the appointment, and ring the patient.",
        Write.State.UNAVAILABLE: "asked for, and not made. Cancel it, then ring.",
    }

    def is_free(self, gateway: Gateway, write: Write) -> bool:
        seen = self.look(gateway, write)
        if seen.standing is Standing.AS_ASKED and seen.record is not None:
            raise Already(seen.record)
        if seen.standing is Standing.OTHERWISE:
            raise NotNow(CHANGED)
        return True

    def send(self, gateway: Gateway, write: Write) -> Sent:
        note = [f"Cancelled by {signed_by(write)}. Ref {write.reference}."]
        if write.asked.get("counts_as_dna"):
            note.append(_LATE_NOTE)
        note.append(write.asked.get("note", ""))
        cancelled = gateway.cancel(
            Cancellation(
                appointment_id=write.appointment_remote_id,
                patient_id=write.patient_remote_id,
                reason=CancellationReason(write.asked["reason"]),
                note=" ".join(filter(None, note)),
            )
        )
        return Sent(cancelled)

    def look(self, gateway: Gateway, write: Write) -> Seen:
        """What the practice has taken out of its diary does not stand either: that is what was asked for."""
        record = gateway.appointment(write.appointment_remote_id, patient_id=write.patient_remote_id)
        if record.status is AppointmentStatus.CANCELLED or record.deleted_at is not None:
            return Seen(Standing.AS_ASKED, record)
        at_its_time = is_at(record, write.starts_at, write.practitioner_remote_id)
        return Seen(Standing.AS_BEFORE if at_its_time else Standing.OTHERWISE, record)

    def settled(self, write: Write) -> None:
        was_ours = write.sent_at is not None
        if write.asked.get("overruled") and was_ours:
            # Why stands in the journal: the audit trail holds nothing that was said about a patient.
            who = audit.Actor(*write.asked_by.split(":", 1))
            audit.record(who, "cancellation.rule_overruled", f"{write.kind}:{write.pk}", channel=write.channel)
        if write.asked.get("counts_as_dna") and was_ours:
            leave_task(
                StaffTask.Kind.MARK_DNA,
                f"{in_words(write)}: cancelled late. By your rule it counts as did not arrive.",
                write=write,
            )


STEPS = _Cancellation()
