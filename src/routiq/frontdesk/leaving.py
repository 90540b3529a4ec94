"""What disconnecting means for the front desk and the copy of the practice it works from."""

from __future__ import annotations

from datetime import datetime

from routiq.connections.disconnecting import Consequence, day_of, foretold
from routiq.connections.models import Connection
from routiq.frontdesk.models import Booking, StaffTask
from routiq.mirror.models import Appointment, Attendance, Patient
from routiq.pms import registry


def tell(connection: Connection, kept_until: datetime) -> list[Consequence]:
    patients = Patient.objects.filter(connection=connection, removed_at=None).count()
    appointments = sum(
        kind.objects.filter(connection=connection, removed_at=None).count() for kind in (Appointment, Attendance)
    )
    bookings = Booking.objects.filter(connection=connection, state__in=Booking.OPEN).count()
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
            f"{_many(bookings, 'booking')} under way: no longer followed up. Check the diary in {label}." if bookings
            else "No booking is under way.",
            bookings,
        ),
    ]  # fmt: skip
    return said


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


foretold.append(tell)
