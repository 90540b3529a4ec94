"""What the front desk does about a change in the copy, in the transaction that brought it; and about its texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from routiq.connections.models import Connection
from routiq.frontdesk import confirmations
from routiq.frontdesk.ending import take_off_who_was_booked, tell_what_is_taken
from routiq.frontdesk.freed import came_free, somebody_waits
from routiq.frontdesk.matching import Stands
from routiq.messaging import concerns
from routiq.messaging.models import Text
from routiq.mirror.changes import Change, Row
from routiq.mirror.models import Appointment
from routiq.mirror.published import listeners
from routiq.pms.gateway import Stream


def hear(connection: Connection, stream: Stream, changes: Sequence[Change]) -> None:
    """Appointments concern whoever waits for one: what somebody got, and what somebody gave up."""
    if stream is not Stream.APPOINTMENTS or not somebody_waits(connection):
        return
    got, given_up = [], []
    for change in changes:
        before, after = _standing(change.before), _standing(change.after)
        if after is not None and after != before and after.starts_at > timezone.now():
            got.append(after)
        if before is not None and (after is None or _place(before) != _place(after)):
            given_up.append(before)
    if got:
        take_off_who_was_booked(connection, got)
        tell_what_is_taken(connection, got)
    if given_up:
        came_free(connection, given_up)


def _place(stands: Stands) -> tuple[object, ...]:
    return (stands.practitioner_id, stands.location_id, stands.starts_at, stands.ends_at)


def _standing(row: Row | None) -> Stands | None:
    """Where the appointment of this row stands; ``None`` for one that is not there, is cancelled or was missed."""
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
concerns.of_purpose[Text.Purpose.CONFIRMATION] = concerns.Concern(
    still_holds=confirmations.still_holds, not_sent=confirmations.ring_instead
)
