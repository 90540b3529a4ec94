"""Booking an offered time."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import IntegrityError

from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.frontdesk import checks, journal
from routiq.frontdesk.carrying import Seen, Sent, Standing, Steps, Written, carry_out
from routiq.frontdesk.models import Booking, Write
from routiq.frontdesk.waiting import At, may_take_a_moment
from routiq.frontdesk.wishes import BookingAnswer, BookingRequest, Outcome
from routiq.mirror.models import Location
from routiq.pms.gateway import Gateway
from routiq.pms.records import AppointmentDraft, AppointmentRecord, AppointmentStatus

OUTCOMES = {
    Write.State.BOOKED: Outcome.BOOKED,
    Write.State.DONE: Outcome.DONE,
    Write.State.TAKEN: Outcome.SLOT_TAKEN,
    Write.State.REFUSED: Outcome.NOT_ALLOWED,
    Write.State.UNAVAILABLE: Outcome.VENDOR_DOWN,
    Write.State.HELD: Outcome.UNCERTAIN,
    Write.State.SENT: Outcome.UNCERTAIN,
    Write.State.CHECKING: Outcome.UNCERTAIN,
    Write.State.UNCERTAIN: Outcome.UNCERTAIN,
}


@may_take_a_moment(At.WRITING)
def book(request: BookingRequest) -> BookingAnswer:
    """Book it at the vendor, for the practice in force, and say truthfully what came of it. Never raises for what
    the vendor does. Must be called outside a transaction: each step is committed before the next begins."""
    with journal.working_on(request.intent_key) as mine:
        earlier = Booking.objects.filter(intent_key=request.intent_key).first()
        if earlier is not None:
            return answer(earlier)
        if not mine:
            return BookingAnswer(Outcome.UNCERTAIN, message="This booking is being made already.")
        connection = live_connection()
        refusal = checks.not_ready(connection)
        if refusal is None and connection is not None:
            refusal = checks.not_this_time(connection, request.patient_id, request.offer)
        if refusal is not None or connection is None:
            return _refused(refusal)
        try:
            booking = begin(connection, request)
        except journal.Refused as refused:
            return _refused(refused.refusal)
        except (journal.Taken, IntegrityError):
            return answer(Booking.objects.get(intent_key=request.intent_key))
        carry_out(STEPS, booking, connection)
        return answer(booking)


def _refused(refusal: checks.Refusal | None) -> BookingAnswer:
    if refusal is None:
        return BookingAnswer(Outcome.NOT_ALLOWED)
    return BookingAnswer(Outcome.NOT_ALLOWED, message=refusal.message, advice=refusal.advice)


def begin(connection: Connection, request: BookingRequest) -> Booking:
    """Write the intent down and hold its time. ``Taken``, ``Refused``, ``IntegrityError`` as with
    ``journal.open_entry``."""
    offer = request.offer
    booking = Booking(
        practice_id=connection.practice_id,
        connection=connection,
        kind=Write.Kind.BOOKING,
        intent_key=request.intent_key,
        reference=journal.new_reference(),
        patient_remote_id=request.patient_id,
        practitioner_remote_id=offer.practitioner_id,
        location_remote_id=offer.location_id,
        appointment_type_remote_id=offer.appointment_type_id,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        channel=request.channel,
        asked_by=request.asked_by,
        accepting_words=request.accepting_words,
    )
    journal.open_entry(
        booking,
        [journal.Span(offer.practitioner_id, offer.starts_at, offer.ends_at)],
        lambda: checks.busy(connection, request.patient_id, offer),
    )
    return booking


def answer(booking: Write) -> BookingAnswer:
    """What can be said of a booking now, from its stored row alone (B7)."""
    return BookingAnswer(
        outcome=OUTCOMES[Write.State(booking.state)],
        booking_id=str(booking.pk),
        appointment_id=booking.appointment_remote_id if booking.state == Write.State.BOOKED else "",
        message=booking.error_message,
        steps=tuple(booking.steps.values_list("step", flat=True)),
    )


def is_offered(gateway: Gateway, write: Write) -> bool:
    """Do the vendor's own times still have the start that this write wants?"""
    starts_at, ends_at = wanted_time(write)
    name = Location.objects.values_list("time_zone", flat=True).get(
        connection=write.connection_id, remote_id=write.location_remote_id
    )
    day = starts_at.astimezone(ZoneInfo(name)).date()
    slots = gateway.available_times(
        location_id=write.location_remote_id,
        practitioner_id=write.practitioner_remote_id,
        appointment_type_id=write.appointment_type_remote_id,
        duration_minutes=int((ends_at - starts_at).total_seconds() // 60),
        first=day,
        last=day,
    )
    return any(slot.starts_at == starts_at for slot in slots)


def wanted_time(write: Write) -> tuple[datetime, datetime]:
    if write.starts_at is None or write.ends_at is None:
        raise ValueError("this write has no time")
    return write.starts_at, write.ends_at


def signed_by(write: Write) -> str:
    """Who the practice is told did it."""
    return "Robyn" if write.asked_by.startswith("conversation:") else "Routiq"


class _Booking(Steps):
    kind = Write.Kind.BOOKING
    done = Write.State.BOOKED
    looks_first = "times_read"
    was_taken_back = "Somebody at the practice booked this time at the same moment. Ours was taken back."
    never_arrived = "The practice management system did not take the booking."
    gone = "The appointment was removed at the practice as soon as it was made."
    tells: ClassVar = {
        Write.State.BOOKED: "confirmed only afterwards. Tell the patient that it stands.",
        Write.State.TAKEN: "lost its time to another one. Ring the patient with other times.",
        Write.State.REFUSED: "does not stand. Ring the patient and book it.",
        Write.State.UNAVAILABLE: "asked for, and not made. Ring the patient and book it.",
    }

    def is_free(self, gateway: Gateway, write: Write) -> bool:
        return is_offered(gateway, write)

    def send(self, gateway: Gateway, write: Write) -> Sent:
        starts_at, ends_at = wanted_time(write)
        entered = gateway.book(
            AppointmentDraft(
                patient_id=write.patient_remote_id,
                practitioner_id=write.practitioner_remote_id,
                location_id=write.location_remote_id,
                appointment_type_id=write.appointment_type_remote_id,
                starts_at=starts_at,
                ends_at=ends_at,
                notes=f"Booked by {signed_by(write)}. Ref {write.reference}",
            )
        )
        return Sent(entered.record, entered.conflict)

    def name(self, write: Write, record: Written) -> None:
        write.appointment_remote_id = record.id

    def look(self, gateway: Gateway, write: Write) -> Seen:
        """By its id once that is known, before that by the reference in its notes. One that is gone after somebody
        was seen to be quicker was taken back by us."""
        if write.appointment_remote_id:
            record = gateway.appointment(write.appointment_remote_id, patient_id=write.patient_remote_id)
            if stands(record):
                return Seen(Standing.AS_ASKED, record)
            was_quicker = write.steps.filter(step="conflicts_read", detail__conflict=True).exists()
            return Seen(Standing.AS_BEFORE if was_quicker else Standing.OTHERWISE, record)
        found = gateway.find_appointments(
            patient_id=write.patient_remote_id,
            practitioner_id=write.practitioner_remote_id,
            starts_at=wanted_time(write)[0],
        )
        ours = next((record for record in found if write.reference in record.notes), None)
        return Seen(Standing.AS_BEFORE) if ours is None else Seen(Standing.AS_ASKED, ours)

    def has_conflict(self, gateway: Gateway, write: Write) -> bool | None:
        return gateway.has_conflict(write.appointment_remote_id, patient_id=write.patient_remote_id)

    def take_back(self, gateway: Gateway, write: Write) -> Written | None:
        gateway.withdraw(write.appointment_remote_id, patient_id=write.patient_remote_id)
        return None


def stands(record: AppointmentRecord) -> bool:
    return record.status is not AppointmentStatus.CANCELLED and record.deleted_at is None


STEPS = _Booking()
