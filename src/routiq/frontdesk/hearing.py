"""What the front desk does about a change in the copy, in the transaction that brought it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from routiq.connections.models import Connection
from routiq.frontdesk.matching import Stands, take_off_who_was_booked
from routiq.frontdesk.models import WaitlistEntry
from routiq.mirror.changes import Change, Row
from routiq.mirror.models import Appointment
from routiq.mirror.published import listeners
from routiq.pms.gateway import Stream


def hear(connection: Connection, stream: Stream, changes: Sequence[Change]) -> None:
    """Appointments concern whoever waits for one."""
    if stream is not Stream.APPOINTMENTS or not _somebody_waits(connection):
        return
    booked = []
    for change in changes:
        before, after = _standing(change.before), _standing(change.after)
        if after is not None and after != before and after.starts_at > timezone.now():
            booked.append(after)
    if booked:
        take_off_who_was_booked(connection, booked)


def _somebody_waits(connection: Connection) -> bool:
    return WaitlistEntry.objects.filter(connection=connection, state=WaitlistEntry.State.WAITING).exists()


def _standing(row: Row | None) -> Stands | None:
    """Where the appointment of this row stands; ``None`` for one that is not there, is cancelled or is over."""
    if not row or row.get("removed_at") or row.get("status") != Appointment.Status.CONFIRMED:
        return None
    return Stands(
        appointment_id=row["remote_id"],
        patient_id=row["patient_remote_id"],
        appointment_type_id=row["appointment_type_remote_id"],
        practitioner_id=row["practitioner_remote_id"],
        location_id=row["location_remote_id"],
        starts_at=datetime.fromisoformat(row["starts_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
    )


listeners.append(hear)
