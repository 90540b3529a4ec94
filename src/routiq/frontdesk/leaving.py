"""What disconnecting means for the front desk and the copy of the practice it works from."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from routiq.connections.disconnecting import Consequence, at_disconnect, day_of, foretold
from routiq.connections.models import Connection
from routiq.frontdesk import journal
from routiq.frontdesk.models import Booking, StaffTask
from routiq.frontdesk.tasks import leave_task
from routiq.mirror.models import Appointment, Attendance, Location, Patient, Practitioner
from routiq.pms import registry


def tell(connection: Connection, kept_until: datetime) -> list[Consequence]:
    patients = Patient.objects.filter(connection=connection, removed_at=None).count()
    appointments = sum(
        kind.objects.filter(connection=connection, removed_at=None).count() for kind in (Appointment, Attendance)
    )
    bookings = _open_bookings(connection).count()
    tasks = StaffTask.objects.filter(done_at=None).count()
    label, until = registry.vendor(connection.vendor).label, day_of(kept_until, connection)
    kept = f"kept until {until}, then deleted. Nothing is deleted in {label}."
    said = [
        Consequence("patients", f"{_many(patients, 'patient')} here: {kept}", patients),
        Consequence("appointments", f"{_many(appointments, 'appointment')} here: {kept}", appointments),
        Consequence(
            "tasks",
            f"{_many(tasks, 'open task')} for your team: on the list until {until}, then deleted." if tasks
            else "There is no open task for your team.",
            tasks,
        ),
        Consequence(
            "bookings",
            f"{_many(bookings, 'booking')} under way: no longer followed up. Your team gets a task for each, to look "
            f"in the diary in {label}." if bookings
            else "No booking is under way.",
            bookings,
        ),
    ]  # fmt: skip
    return said


def _open_bookings(connection: Connection) -> QuerySet[Booking]:
    return Booking.objects.filter(connection=connection, state__in=Booking.OPEN)


def hand_over_open_bookings(connection: Connection) -> None:
    """Nobody can ask the vendor any more how a booking ended, so a person does: one task for each that is open.

    What was never sent is closed here, unless a process is at it just now: that one is refused by the vendor's gate
    and closes its own. The others stay open, and are followed up again when the same account comes back.
    """
    label = registry.vendor(connection.vendor).label
    for booking in _open_bookings(connection).order_by("created_at"):
        which = _in_words(booking, connection)
        if booking.state == Booking.State.HELD and _close_unsent(booking):
            leave_task(
                StaffTask.Kind.CALL_BACK,
                f"{which} was not made: {label} was disconnected first. Ring the patient and book it there.",
                booking=booking,
            )
        else:
            leave_task(
                StaffTask.Kind.CHECK_BOOKING,
                f"{which} was under way when {label} was disconnected. Look in the diary there whether it stands, "
                "then ring the patient.",
                booking=booking,
            )


def _close_unsent(booking: Booking) -> bool:
    with journal.working_on(booking.intent_key) as mine:
        if mine:
            journal.close(
                booking,
                Booking.State.UNAVAILABLE,
                "disconnected",
                code="Disconnected",
                message="The practice management system was disconnected before anything was booked.",
            )
    return mine


def _in_words(booking: Booking, connection: Connection) -> str:
    """``Booking RTQ-7KQ2MX for Amelia Nguyen, Friday 20 November 2026, 2:30 pm with Jonas Weber``."""
    patient = Patient.objects.filter(connection=connection, remote_id=booking.patient_remote_id).first()
    who = Practitioner.objects.filter(connection=connection, remote_id=booking.practitioner_remote_id).first()
    place = Location.objects.filter(connection=connection, remote_id=booking.location_remote_id).first()
    local = booking.starts_at.astimezone(ZoneInfo(place.time_zone) if place else connection.practice.zone)
    clock = f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
    return (
        f"Booking {booking.reference}{f' for {patient.full_name}' if patient else ''}, "
        f"{local:%A} {local.day} {local:%B %Y}, {clock}{f' with {who.name}' if who else ''}"
    )


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


foretold.append(tell)
at_disconnect.append(hand_over_open_bookings)
