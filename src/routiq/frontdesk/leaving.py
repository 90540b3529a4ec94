"""What disconnecting means for the front desk and the copy of the practice it works from."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from routiq.connections.disconnecting import Consequence, at_disconnect, day_of, foretold
from routiq.connections.models import Connection
from routiq.frontdesk import journal
from routiq.frontdesk.describing import in_words
from routiq.frontdesk.ending import stop_offering
from routiq.frontdesk.models import StaffTask, WaitlistEntry, Write
from routiq.frontdesk.tasks import leave_task
from routiq.mirror.models import Appointment, Attendance, Invoice, Patient, WaitingListEntry
from routiq.pms import registry


def tell(connection: Connection, kept_until: datetime) -> list[Consequence]:
    patients = Patient.objects.filter(connection=connection, removed_at=None).count()
    appointments = sum(
        kind.objects.filter(connection=connection, removed_at=None).count() for kind in (Appointment, Attendance)
    )
    bookings = _open_writes(connection).count()
    tasks = StaffTask.objects.filter(done_at=None).count()
    label, until = registry.vendor(connection.vendor).label, day_of(kept_until, connection)
    kept = f"kept until {until}, then deleted. Nothing is deleted in {label}."
    said = [
        Consequence("patients", f"{_many(patients, 'patient')} here: {kept}", patients),
        Consequence("appointments", f"{_many(appointments, 'appointment')} here: {kept}", appointments),
        *_other_papers(connection, kept),
        Consequence(
            "journal",
            f"{_many(Write.objects.count(), 'change')} in the journal of what was booked, moved, cancelled and "
            f"registered through Routiq: kept until {until}, then deleted.",
            Write.objects.count(),
        ),
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


def _other_papers(connection: Connection, kept: str) -> list[Consequence]:
    """What only some systems have: named where there is any."""
    invoices = Invoice.objects.filter(connection=connection, removed_at=None).count()
    waiting = WaitingListEntry.objects.filter(connection=connection, removed_at=None).count()
    entries = "1 waiting-list entry" if waiting == 1 else f"{waiting:,} waiting-list entries"
    own = WaitlistEntry.objects.filter(connection=connection, state=WaitlistEntry.State.WAITING).count()
    names = "1 person" if own == 1 else f"{own:,} people"
    papers = [
        Consequence("invoices", f"{_many(invoices, 'invoice')} here: {kept}", invoices),
        Consequence("waiting_list", f"{entries} here: {kept}", waiting),
        Consequence("waitlist", f"{names} on your waiting list here, who are offered nothing any more: {kept}", own),
    ]
    return [paper for paper in papers if paper.count]


def _open_writes(connection: Connection) -> QuerySet[Write]:
    return Write.objects.filter(connection=connection, state__in=Write.OPEN)


def hand_over_open_bookings(connection: Connection) -> None:
    """Nobody can ask the vendor any more how a write ended, so a person does: one task for each that is open.

    What was never sent is closed here, unless a process is at it just now: that one is refused by the vendor's gate
    and closes its own. The others stay open, and are followed up again when the same account comes back.
    """
    label = registry.vendor(connection.vendor).label
    stop_offering(connection)
    for write in _open_writes(connection).order_by("created_at"):
        which = in_words(write)
        by_hand, look = _BY_HAND[Write.Kind(write.kind)], _LOOK[Write.Kind(write.kind)]
        if journal.close_unsent(write, "disconnected", code="Disconnected", message=_DISCONNECTED):
            leave_task(
                StaffTask.Kind.CALL_BACK,
                f"{which} was not made: {label} was disconnected first. Ring the patient and {by_hand} there.",
                write=write,
            )
        else:
            leave_task(
                StaffTask.Kind.CHECK_BOOKING,
                f"{which} was under way when {label} was disconnected. {look} there whether it stands, then ring the "
                "patient.",
                write=write,
            )


_DISCONNECTED = "The practice management system was disconnected before anything was sent."
_BY_HAND = {
    Write.Kind.BOOKING: "book it",
    Write.Kind.MOVE: "move it",
    Write.Kind.CANCELLATION: "cancel it",
    Write.Kind.REGISTRATION: "register them",
}
_LOOK = dict.fromkeys(_BY_HAND, "Look in the diary") | {Write.Kind.REGISTRATION: "Look among the patients"}


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


foretold.append(tell)
at_disconnect.append(hand_over_open_bookings)
