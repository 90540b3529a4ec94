"""What a crash or a silent vendor left open is followed up until it is known (B5, B14)."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from routiq.connections.gateways import gateway_of
from routiq.frontdesk import booking as desk
from routiq.frontdesk import journal
from routiq.frontdesk.models import Booking, StaffTask
from routiq.frontdesk.tasks import leave_task
from routiq.pms.errors import NotFound, PmsError

#: A booking that is being made right now is left alone for so long.
IN_WORK = timedelta(seconds=20)


def settle_open_bookings() -> int:
    """Follow up every open booking of the practice in force; returns how many were closed."""
    closed = 0
    quiet_since = timezone.now() - IN_WORK
    for booking in Booking.objects.filter(state__in=Booking.OPEN, created_at__lt=quiet_since).select_related(
        "connection__practice"
    ):
        with journal.working_on(booking.intent_key) as mine:
            if not mine:
                continue
            booking.refresh_from_db()
            if booking.state in Booking.OPEN and booking.connection.is_active:
                _settle(booking)
                closed += booking.state not in Booking.OPEN
    return closed


#: What staff tell the patient, who was told that it is not certain, or nothing at all.
_TELL = {
    Booking.State.BOOKED: "Booking {reference} was confirmed only afterwards. Tell the patient that it stands.",
    Booking.State.TAKEN: "Booking {reference} lost its time to another one. Ring the patient with other times.",
    Booking.State.REFUSED: "Booking {reference} does not stand. Ring the patient and book it.",
    Booking.State.UNAVAILABLE: "Booking {reference} was asked for and was not made. Ring the patient and book it.",
}


def _settle(booking: Booking) -> None:
    if booking.state == Booking.State.HELD:
        journal.close(
            booking, Booking.State.UNAVAILABLE, "interrupted", message="Interrupted before anything was booked."
        )
    else:
        _ask_the_diary(booking)
    tell = _TELL.get(Booking.State(booking.state))
    if tell is not None:
        leave_task(StaffTask.Kind.CALL_BACK, tell.format(reference=booking.reference), booking=booking)


def _ask_the_diary(booking: Booking) -> None:
    try:
        gateway = gateway_of(booking.connection)
        if booking.state == Booking.State.CHECKING:
            record = gateway.appointment(booking.appointment_remote_id, patient_id=booking.patient_remote_id)
            if record.deleted_at is not None or record.cancelled_at is not None:
                raise NotFound("The appointment does not stand any more.")
            desk.check_for_conflict(gateway, booking, booking.connection, record)
        else:
            desk.look_up(gateway, booking, booking.connection)
    except NotFound:
        journal.close(booking, Booking.State.REFUSED, "gone", message="The appointment was removed at the practice.")
    except PmsError as error:
        journal.note(booking, "not_settled", code=error.code)
