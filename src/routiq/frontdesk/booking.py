"""Booking an appointment: the one way out to the practice management system (law 2).

The order is what makes it safe. Our own database lets one booking hold a practitioner's time (B1). The vendor's times
are read again just before. The journal says "sent" before anything is sent, so a crash leaves a trace that a worker
follows up. The vendor's diary is read for conflicts afterwards, because the vendor accepts what overlaps (B2). And a
lost answer is looked up, never repeated (B5).
"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
from django.db import IntegrityError
from django.utils import timezone

from routiq import faults
from routiq.connections import health
from routiq.connections.connecting import live_connection
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.frontdesk import journal
from routiq.frontdesk.models import Booking
from routiq.frontdesk.wishes import BookingAnswer, BookingRequest, Outcome
from routiq.mirror.models import Location, Patient
from routiq.mirror.writing import write
from routiq.pms.errors import (
    NotBookableOnline,
    NotFound,
    PmsError,
    VendorChanged,
    WriteRefused,
    WriteUncertain,
)
from routiq.pms.gateway import Gateway
from routiq.pms.records import AppointmentDraft, AppointmentRecord
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id

#: A request that was sent may still arrive: only after this long does "not there" mean "not booked".
LATEST_ARRIVAL = timedelta(minutes=2)
#: So often is it looked for before that is believed.
LOOKUPS = 3

_OUTCOMES = {
    Booking.State.BOOKED: Outcome.BOOKED,
    Booking.State.TAKEN: Outcome.SLOT_TAKEN,
    Booking.State.REFUSED: Outcome.NOT_ALLOWED,
    Booking.State.UNAVAILABLE: Outcome.VENDOR_DOWN,
    Booking.State.HELD: Outcome.UNCERTAIN,
    Booking.State.SENT: Outcome.UNCERTAIN,
    Booking.State.CHECKING: Outcome.UNCERTAIN,
    Booking.State.UNCERTAIN: Outcome.UNCERTAIN,
}


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
        refusal = _not_now(connection, request)
        if refusal is not None or connection is None:
            return refusal or BookingAnswer(Outcome.NOT_ALLOWED)
        try:
            booking = journal.open_entry(connection, request)
        except (journal.Taken, IntegrityError):
            return answer(Booking.objects.get(intent_key=request.intent_key))
        _carry_out(booking, connection)
        return answer(booking)


def answer(booking: Booking) -> BookingAnswer:
    """What can be said of a booking now, from its stored row alone (B7)."""
    return BookingAnswer(
        outcome=_OUTCOMES[Booking.State(booking.state)],
        booking_id=str(booking.pk),
        appointment_id=booking.appointment_remote_id if booking.state == Booking.State.BOOKED else "",
        message=booking.error_message,
        steps=tuple(booking.steps.values_list("step", flat=True)),
    )


def _not_now(connection: Connection | None, request: BookingRequest) -> BookingAnswer | None:
    """Why nothing may be written at all (B15), before anything is."""
    practice = Practice.objects.get(pk=current_practice_id())
    if not practice.is_live:
        return BookingAnswer(
            Outcome.NOT_ALLOWED,
            message="The practice is still being set up.",
            advice="Press Go live on the dashboard.",
        )
    if connection is None:
        return BookingAnswer(
            Outcome.NOT_ALLOWED,
            message="No practice management system is connected.",
            advice="Connect one under Setup.",
        )
    if not connection.is_active:
        return BookingAnswer(Outcome.NOT_ALLOWED, message=connection.paused_message, advice=connection.paused_advice)
    if request.offer.starts_at <= timezone.now():
        return BookingAnswer(Outcome.NOT_ALLOWED, message="This time has passed.", advice="Offer another time.")
    active = Patient.objects.filter(
        connection=connection,
        remote_id=request.patient_id,
        status=Patient.Status.ACTIVE,
        merged_into="",
        removed_at=None,
    )
    if not active.exists():
        return BookingAnswer(
            Outcome.NOT_ALLOWED, message="This is no active patient of the practice.", advice="Check the patient."
        )
    return None


def _carry_out(booking: Booking, connection: Connection) -> None:
    gateway = gateway_of(connection)
    try:
        if not _is_still_free(gateway, booking, connection):
            journal.close(booking, Booking.State.TAKEN, "times_read", message="The time is not free any more.")
            return
        journal.note(booking, "times_read")
    except NotBookableOnline as error:
        _close_with(booking, Booking.State.REFUSED, error)
        return
    except PmsError as error:
        _blame(connection, error)
        _close_with(booking, Booking.State.UNAVAILABLE, error)
        return
    _send(gateway, booking, connection)


def _is_still_free(gateway: Gateway, booking: Booking, connection: Connection) -> bool:
    zone = _zone(booking, connection)
    day = booking.starts_at.astimezone(zone).date()
    slots = gateway.available_times(
        location_id=booking.location_remote_id,
        practitioner_id=booking.practitioner_remote_id,
        appointment_type_id=booking.appointment_type_remote_id,
        duration_minutes=int((booking.ends_at - booking.starts_at).total_seconds() // 60),
        first=day,
        last=day,
    )
    return any(slot.starts_at == booking.starts_at for slot in slots)


def _zone(booking: Booking, connection: Connection) -> ZoneInfo:
    name = Location.objects.values_list("time_zone", flat=True).get(
        connection=connection, remote_id=booking.location_remote_id
    )
    return ZoneInfo(name)


def _send(gateway: Gateway, booking: Booking, connection: Connection) -> None:
    booking.sent_at = timezone.now()
    journal.advance(booking, Booking.State.SENT, "sent")
    faults.point("booking_sent")
    try:
        record = gateway.book(_draft(booking))
    except (WriteUncertain, VendorChanged) as error:
        # Something went out and nothing sensible came back: the diary knows, we do not.
        journal.advance(booking, Booking.State.UNCERTAIN, "no_answer", code=error.code)
        look_up(gateway, booking, connection)
        return
    except (WriteRefused, NotFound) as error:
        _close_with(booking, Booking.State.REFUSED, error)
        return
    except PmsError as error:
        _blame(connection, error)
        _close_with(booking, Booking.State.UNAVAILABLE, error)
        return
    faults.point("booking_answered")
    booking.appointment_remote_id = record.id
    journal.advance(booking, Booking.State.CHECKING, "answered", appointment=record.id)
    faults.point("booking_answer_stored")
    check_for_conflict(gateway, booking, connection, record)


def _draft(booking: Booking) -> AppointmentDraft:
    who = "Robyn" if booking.asked_by.startswith("conversation:") else "Routiq"
    return AppointmentDraft(
        patient_id=booking.patient_remote_id,
        practitioner_id=booking.practitioner_remote_id,
        location_id=booking.location_remote_id,
        appointment_type_id=booking.appointment_type_remote_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        notes=f"Booked by {who}. Ref {booking.reference}",
    )


def check_for_conflict(gateway: Gateway, booking: Booking, connection: Connection, record: AppointmentRecord) -> None:
    """Somebody may have booked the same time in the vendor's own pages meanwhile: then ours is taken back (B2)."""
    try:
        if gateway.has_conflict(booking.appointment_remote_id, patient_id=booking.patient_remote_id):
            journal.note(booking, "conflicts_read", conflict=True)
            faults.point("booking_conflict_seen")
            gateway.withdraw(booking.appointment_remote_id, patient_id=booking.patient_remote_id)
            journal.close(
                booking,
                Booking.State.TAKEN,
                "withdrawn",
                message="Somebody at the practice booked this time at the same moment. Ours was taken back.",
            )
            return
        journal.note(booking, "conflicts_read", conflict=False)
    except NotFound:
        _gone_again(booking)
        return
    except PmsError as error:
        _blame(connection, error)
        journal.note(booking, "conflicts_unread", code=error.code)
        return  # It stays open; a worker reads them as soon as the vendor answers.
    faults.point("booking_checked")
    if not connection.practice.keep_patient_notes:
        record = msgspec.structs.replace(record, notes="")
    write(connection, [record], timezone.now())
    journal.close(booking, Booking.State.BOOKED, "closed")


def look_up(gateway: Gateway, booking: Booking, connection: Connection) -> None:
    """A lost answer: is the appointment in the diary? Found, it is carried on; not found, it is believed only when
    the request cannot arrive any more."""
    try:
        found = gateway.find_appointments(
            patient_id=booking.patient_remote_id,
            practitioner_id=booking.practitioner_remote_id,
            starts_at=booking.starts_at,
        )
    except PmsError as error:
        _blame(connection, error)
        journal.note(booking, "not_looked_up", code=error.code)
        return
    booking.lookups += 1
    ours = next((record for record in found if booking.reference in record.notes), None)
    if ours is not None:
        booking.appointment_remote_id = ours.id
        journal.advance(booking, Booking.State.CHECKING, "found", appointment=ours.id)
        check_for_conflict(gateway, booking, connection, ours)
        return
    journal.advance(booking, Booking.State.UNCERTAIN, "not_found", lookups=booking.lookups)
    sent_at = booking.sent_at or booking.created_at
    if booking.lookups >= LOOKUPS and timezone.now() - sent_at > LATEST_ARRIVAL:
        journal.close(
            booking,
            Booking.State.UNAVAILABLE,
            "never_arrived",
            message="The practice management system did not take the booking.",
        )


def _gone_again(booking: Booking) -> None:
    journal.close(
        booking,
        Booking.State.REFUSED,
        "gone",
        message="The appointment was removed at the practice as soon as it was made.",
    )


def _close_with(booking: Booking, state: Booking.State, error: PmsError) -> None:
    journal.close(booking, state, "failed", code=error.code, message=error.message)


def _blame(connection: Connection, error: PmsError) -> None:
    if isinstance(error, health.NEEDS_THE_OWNER):
        health.pause(connection, error)
