"""What a patient has coming up, from our copy. For nobody's ears who has not shown who they are (V5)."""

from __future__ import annotations

from django.utils import timezone

from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.frontdesk.wishes import ComingVisit, OfferedTime
from routiq.mirror.models import Appointment, AppointmentType, Attendance, ClassSession, Location, Practitioner


def coming_up(patient_id: str) -> tuple[ComingVisit, ...]:
    """The patient's visits from now on, the next one first; cancelled and removed ones are left out."""
    connection = live_connection()
    if connection is None:
        return ()
    own = {"connection": connection, "patient_remote_id": patient_id, "removed_at": None}
    stands = {"status": Appointment.Status.CONFIRMED, "arrived": False}
    ahead = {"starts_at__gt": timezone.now(), "removed_at": None}
    appointments = Appointment.objects.filter(**own, **stands, starts_at__gt=ahead["starts_at__gt"])
    seats = dict(Attendance.objects.filter(**own, **stands).values_list("class_remote_id", "remote_id"))
    sessions = ClassSession.objects.filter(connection=connection, remote_id__in=seats, **ahead)
    names = _Names(connection)
    found = [ComingVisit(row.remote_id, names.time_of(row)) for row in appointments]
    found += [ComingVisit(seats[row.remote_id], names.time_of(row), is_class=True) for row in sessions]
    return tuple(sorted(found, key=lambda visit: (visit.time.starts_at, visit.id)))


class _Names:
    """What the ids of visits are called, read once."""

    def __init__(self, connection: Connection) -> None:
        same = {"connection": connection}
        self.practitioners = dict(Practitioner.objects.filter(**same).values_list("remote_id", "name"))
        self.types = dict(AppointmentType.objects.filter(**same).values_list("remote_id", "name"))
        self.places = {row.remote_id: row for row in Location.objects.filter(**same)}
        self.zone = connection.practice.time_zone

    def time_of(self, row: Appointment | ClassSession) -> OfferedTime:
        place = self.places.get(row.location_remote_id)
        return OfferedTime(
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            zone=place.time_zone if place else self.zone,
            practitioner_id=row.practitioner_remote_id,
            practitioner_name=self.practitioners.get(row.practitioner_remote_id, ""),
            location_id=row.location_remote_id,
            location_name=place.name if place else "",
            appointment_type_id=row.appointment_type_remote_id,
            appointment_type_name=self.types.get(row.appointment_type_remote_id, ""),
        )
