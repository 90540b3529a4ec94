"""Reading the waiting list and the classes to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.mirror.models import (
    Appointment,
    AppointmentType,
    Attendance,
    ClassSession,
    Location,
    Patient,
    Practitioner,
    WaitingListEntry,
)


@dataclass(frozen=True)
class Wish:
    """One entry of the waiting list, with names for its ids."""

    entry: WaitingListEntry
    patient: Patient | None
    type_name: str
    location_name: str
    practitioner_names: tuple[str, ...]
    """The first choice first; empty: anyone."""


@dataclass(frozen=True)
class ClassToCome:
    session: ClassSession
    name: str
    practitioner_name: str
    location_name: str
    zone: str
    taken: int
    """Seats that stand."""

    @property
    def local_start(self) -> datetime:
        return self.session.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def places(self) -> int | None:
        """``None``: the vendor does not say."""
        return self.session.max_attendees or None


def waiting_list(connection: Connection, limit: int | None = None) -> list[Wish]:
    """Who waits, the longest first."""
    same = {"connection": connection}
    entries = WaitingListEntry.objects.filter(**same, active=True, removed_at=None)
    listed = list(entries.order_by("remote_created_at", "pk")[:limit])
    whom = {entry.patient_remote_id for entry in listed}
    patients = {row.remote_id: row for row in Patient.objects.filter(**same, remote_id__in=whom, removed_at=None)}
    types = dict(AppointmentType.objects.filter(**same).values_list("remote_id", "name"))
    locations = dict(Location.objects.filter(**same).values_list("remote_id", "name"))
    practitioners = dict(Practitioner.objects.filter(**same).values_list("remote_id", "name"))
    return [
        Wish(
            entry=entry,
            patient=patients.get(entry.patient_remote_id),
            type_name=types.get(entry.appointment_type_remote_id, ""),
            location_name=locations.get(entry.location_remote_id, ""),
            practitioner_names=tuple(
                practitioners[each] for each in entry.practitioner_remote_ids if each in practitioners
            ),
        )
        for entry in listed
    ]


def classes_to_come(connection: Connection, limit: int) -> list[ClassToCome]:
    """The next classes, the soonest first, with how many have a seat."""
    same = {"connection": connection}
    sessions = ClassSession.objects.filter(**same, removed_at=None, starts_at__gte=timezone.now())
    coming = list(sessions.order_by("starts_at", "pk")[:limit])
    standing = Attendance.objects.filter(**same, class_remote_id__in=[row.remote_id for row in coming])
    taken = dict(
        standing.filter(~Q(status=Appointment.Status.CANCELLED), removed_at=None)
        .values_list("class_remote_id")
        .annotate(Count("pk"))
    )
    types = dict(AppointmentType.objects.filter(**same).values_list("remote_id", "name"))
    practitioners = dict(Practitioner.objects.filter(**same).values_list("remote_id", "name"))
    locations = {row.remote_id: row for row in Location.objects.filter(**same)}
    return [
        ClassToCome(
            session=row,
            name=types.get(row.appointment_type_remote_id, ""),
            practitioner_name=practitioners.get(row.practitioner_remote_id, ""),
            location_name=locations[row.location_remote_id].name if row.location_remote_id in locations else "",
            zone=locations[row.location_remote_id].time_zone
            if row.location_remote_id in locations
            else connection.practice.time_zone,
            taken=taken.get(row.remote_id, 0),
        )
        for row in coming
    ]
