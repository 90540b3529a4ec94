"""The appointment that a change is about: as our copy has it, and whether it still stands at the vendor as it did
when it was read back to the patient."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from routiq.connections.models import Connection
from routiq.frontdesk.checks import Refusal
from routiq.frontdesk.models import Write
from routiq.mirror.models import Appointment
from routiq.pms.records import AppointmentRecord, AppointmentStatus

CHANGED = "The appointment was changed at the practice in the meantime."


def appointment_of(patient_id: str, appointment_id: str) -> Appointment | None:
    """This patient's appointment; one of somebody else is as unknown as one that never was. Where nothing is
    connected any more it is looked for in what is kept."""
    return Appointment.objects.filter(remote_id=appointment_id, patient_remote_id=patient_id, removed_at=None).first()


def cannot_be_changed(appointment: Appointment | None) -> Refusal | None:
    if appointment is None:
        return Refusal("This patient has no such appointment.", "Look at the patient's appointments again.")
    if appointment.status == Appointment.Status.CANCELLED:
        return Refusal("The appointment is cancelled.", "Book a new one.")
    if appointment.status == Appointment.Status.DNA or appointment.arrived or appointment.starts_at <= timezone.now():
        return Refusal("The appointment is over or has begun.", "Book a new one.")
    return None


def where_it_stands(appointment: Appointment) -> dict[str, str]:
    """As :attr:`routiq.frontdesk.models.Write.asked` keeps it under ``before``."""
    return {
        "practitioner_id": appointment.practitioner_remote_id,
        "location_id": appointment.location_remote_id,
        "appointment_type_id": appointment.appointment_type_remote_id,
        "starts_at": appointment.starts_at.isoformat(),
        "ends_at": appointment.ends_at.isoformat(),
    }


def is_at(record: AppointmentRecord, starts_at: datetime | None, practitioner_id: str) -> bool:
    """Does it stand, at this time with this practitioner?"""
    return (
        record.status is not AppointmentStatus.CANCELLED
        and record.deleted_at is None
        and record.starts_at == starts_at
        and record.practitioner_id == practitioner_id
    )


def another_change(connection: Connection, appointment_id: str) -> Refusal | None:
    """One change of an appointment at a time: what is not known yet has to be known first."""
    is_open = Write.objects.filter(
        connection=connection,
        appointment_remote_id=appointment_id,
        kind__in=[Write.Kind.MOVE, Write.Kind.CANCELLATION],
        state__in=Write.OPEN,
    ).exists()
    return Refusal("This appointment is being changed already.", "Wait until that is known.") if is_open else None
