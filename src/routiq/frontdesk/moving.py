"""Rescheduling: one change of the same appointment. The old time is kept whole until the new one is certain (B8)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import IntegrityError

from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.frontdesk import checks, journal
from routiq.frontdesk.answering import UNDER_WAY, answer, refuse, told
from routiq.frontdesk.booking import is_offered, wanted_time
from routiq.frontdesk.carrying import NotNow, Seen, Sent, Standing, Steps, Written, carry_out
from routiq.frontdesk.changes import ChangeAnswer, MoveRequest
from routiq.frontdesk.checks import Refusal
from routiq.frontdesk.models import Write
from routiq.frontdesk.standing import (
    CHANGED,
    another_change,
    appointment_of,
    cannot_be_changed,
    is_at,
    where_it_stands,
)
from routiq.frontdesk.waiting import At, may_take_a_moment
from routiq.mirror.models import Appointment
from routiq.pms.gateway import Gateway
from routiq.pms.records import AppointmentMove, AppointmentRecord
from routiq.practices.side_by_side import side_by_side
from routiq.practices.tenancy import current_practice_id


@may_take_a_moment(At.WRITING)
def reschedule(request: MoveRequest) -> ChangeAnswer:
    """Move it at the vendor, for the practice in force, and say truthfully what came of it. Never raises for what
    the vendor does. Must be called outside a transaction."""
    with journal.working_on(request.intent_key) as mine:
        earlier = Write.objects.filter(intent_key=request.intent_key).first()
        if earlier is not None:
            return answer(earlier)
        if not mine:
            return UNDER_WAY
        connection = live_connection()
        appointment = appointment_of(request.patient_id, request.appointment_id)
        write = _entry(request, connection, appointment)
        refusal = checks.not_ready(connection) or _refusal(connection, appointment, request)
        if refusal is not None or connection is None or appointment is None:
            return refuse(write, refusal or Refusal("There is nothing to move."))
        offer = request.offer
        old = journal.Span(appointment.practitioner_remote_id, appointment.starts_at, appointment.ends_at)
        try:
            journal.open_entry(
                write,
                [old, journal.Span(offer.practitioner_id, offer.starts_at, offer.ends_at)],
                lambda: checks.busy(connection, request.patient_id, offer, request.appointment_id),
            )
        except journal.Refused as refused:
            return refuse(write, refused.refusal)
        except journal.Taken:
            return answer(write)
        except IntegrityError:
            stored = Write.objects.filter(intent_key=request.intent_key).first()
            return answer(stored) if stored else UNDER_WAY
        carry_out(STEPS, write, connection)
        return told(write)


def _refusal(connection: Connection | None, appointment: Appointment | None, request: MoveRequest) -> Refusal | None:
    if connection is None:
        return None
    refusal = cannot_be_changed(appointment) or another_change(connection, request.appointment_id)
    if refusal is not None or appointment is None:
        return refusal
    offer = request.offer
    if offer.appointment_type_id != appointment.appointment_type_remote_id:
        return Refusal(
            "This time is for another appointment type; a move keeps the type.",
            "Offer a time of the appointment's own type, or cancel it and book the other.",
        )
    here = (appointment.starts_at, appointment.practitioner_remote_id, appointment.location_remote_id)
    if here == (offer.starts_at, offer.practitioner_id, offer.location_id):
        return Refusal("The appointment stands at this time already.", "Offer another time.")
    return checks.not_this_time(connection, request.patient_id, offer, besides=request.appointment_id)


def _entry(request: MoveRequest, connection: Connection | None, appointment: Appointment | None) -> Write:
    offer = request.offer
    return Write(
        practice_id=current_practice_id(),
        connection=connection,
        kind=Write.Kind.MOVE,
        intent_key=request.intent_key,
        reference=journal.new_reference(),
        patient_remote_id=request.patient_id,
        practitioner_remote_id=offer.practitioner_id,
        location_remote_id=offer.location_id,
        appointment_type_remote_id=offer.appointment_type_id,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        appointment_remote_id=request.appointment_id,
        asked={"before": where_it_stands(appointment)} if appointment else {},
        channel=request.channel,
        asked_by=request.asked_by,
        accepting_words=request.accepting_words,
    )


class _Move(Steps):
    kind = Write.Kind.MOVE
    looks_first = "times_read"
    taken_back_as = "moved_back"
    was_taken_back = "Somebody at the practice took the new time at the same moment; the old one stands again."
    never_arrived = "The practice management system did not move the appointment; it stands at its old time."
    gone = CHANGED
    tells: ClassVar = {
        Write.State.DONE: "confirmed only afterwards. Tell the patient that it stands.",
        Write.State.TAKEN: "lost its new time to another; the old one stands. Ring the patient.",
        Write.State.REFUSED: "not made. See where it stands, and ring the patient.",
        Write.State.UNAVAILABLE: "asked for, and not made; the old time stands. Ring the patient.",
    }

    def is_free(self, gateway: Gateway, write: Write) -> bool:
        def stands_as_before() -> bool:
            if self.look(gateway, write).standing is not Standing.AS_BEFORE:
                raise NotNow(CHANGED)
            return True

        return all(side_by_side([stands_as_before, lambda: is_offered(gateway, write)]))

    def send(self, gateway: Gateway, write: Write) -> Sent:
        starts_at, ends_at = wanted_time(write)
        entered = gateway.reschedule(
            AppointmentMove(
                appointment_id=write.appointment_remote_id,
                patient_id=write.patient_remote_id,
                practitioner_id=write.practitioner_remote_id,
                location_id=write.location_remote_id,
                appointment_type_id=write.appointment_type_remote_id,
                starts_at=starts_at,
                ends_at=ends_at,
            )
        )
        return Sent(entered.record, entered.conflict)

    def look(self, gateway: Gateway, write: Write) -> Seen:
        record = gateway.appointment(write.appointment_remote_id, patient_id=write.patient_remote_id)
        if is_at(record, write.starts_at, write.practitioner_remote_id) and (
            record.location_id == write.location_remote_id
        ):
            return Seen(Standing.AS_ASKED, record)
        return Seen(Standing.AS_BEFORE if _is_where_it_was(record, write) else Standing.OTHERWISE, record)

    def has_conflict(self, gateway: Gateway, write: Write) -> bool | None:
        return gateway.has_conflict(write.appointment_remote_id, patient_id=write.patient_remote_id)

    def take_back(self, gateway: Gateway, write: Write) -> Written | None:
        before = write.asked["before"]
        back = gateway.reschedule(
            AppointmentMove(
                appointment_id=write.appointment_remote_id,
                patient_id=write.patient_remote_id,
                practitioner_id=before["practitioner_id"],
                location_id=before["location_id"],
                appointment_type_id=before["appointment_type_id"],
                starts_at=datetime.fromisoformat(before["starts_at"]),
                ends_at=datetime.fromisoformat(before["ends_at"]),
            )
        )
        return back.record

    def has_lost_its_place(self, gateway: Gateway, write: Write) -> bool:
        """Until it was moved back its old time looked free in the vendor's own pages."""
        return gateway.has_conflict(write.appointment_remote_id, patient_id=write.patient_remote_id)


def _is_where_it_was(record: AppointmentRecord, write: Write) -> bool:
    before = write.asked["before"]
    return (
        is_at(record, datetime.fromisoformat(before["starts_at"]), before["practitioner_id"])
        and record.location_id == before["location_id"]
    )


STEPS = _Move()
