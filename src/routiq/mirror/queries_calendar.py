"""Reading the diary of the mirror: what stands at a location in a stretch of time, for the calendar and the API."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count

from routiq.connections.models import Connection
from routiq.mirror.models import (
    Appointment,
    AppointmentType,
    Attendance,
    ClassSession,
    Location,
    Patient,
    Practitioner,
    RosterDay,
    UnavailableBlock,
)
from routiq.mirror.queries import AtItsPlace
from routiq.pms import registry
from routiq.pms.gateway import word_for
from routiq.pms.records import AppointmentStatus, VisitWord


@dataclass(frozen=True)
class Entry(AtItsPlace):
    """One appointment, or one session of a class. Times are aware, UTC; ``zone`` is the location's."""

    remote_id: str
    is_class: bool
    starts_at: datetime
    ends_at: datetime
    zone: str
    practitioner_id: str
    practitioner_name: str
    location_id: str
    location_name: str
    type_name: str
    status: str
    word: VisitWord
    """How it stands, in the vendor's own word."""
    pk: int
    patient: Patient | None = None
    """``None`` for a class, and for a patient whom the copy does not hold."""
    arrived: bool = False
    completed: bool = False
    reason: str = ""
    taken: int = 0
    """Seats that stand, of a class."""
    places: int | None = None
    """Seats that there are, of a class; ``None``: the vendor does not say."""

    @property
    def is_cancelled(self) -> bool:
        return self.status == Appointment.Status.CANCELLED

    @property
    def is_full(self) -> bool:
        return self.places is not None and self.taken >= self.places


def day_bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first midnight to the one after the last day, by the clock at the place: 23, 24 or 25 hours a day."""
    return datetime.combine(first, time.min, zone), datetime.combine(last + timedelta(days=1), time.min, zone)


def diary(
    connection: Connection, since: datetime, until: datetime, *, location_id: str = "", practitioner_id: str = ""
) -> list[Entry]:
    """What begins from ``since`` on and before ``until`` (both aware), by time, then practitioner. Cancelled ones are
    listed as such; what the vendor deleted is left out. Empty ids mean any. Costs at most seven queries, however
    much stands there."""
    wanted: dict[str, Any] = {"connection": connection, "removed_at": None}
    wanted |= {"starts_at__gte": since, "starts_at__lt": until}
    if location_id:
        wanted["location_remote_id"] = location_id
    if practitioner_id:
        wanted["practitioner_remote_id"] = practitioner_id
    appointments = list(Appointment.objects.filter(**wanted))
    sessions = list(ClassSession.objects.filter(**wanted))
    if not appointments and not sessions:
        return []
    names = _Names(connection)
    patients = _patients(connection, {row.patient_remote_id for row in appointments})
    taken = seats_taken(connection, [row.remote_id for row in sessions])
    entries = [names.appointment(row, patients.get(row.patient_remote_id)) for row in appointments]
    entries += [names.session(row, taken.get(row.remote_id, 0)) for row in sessions]
    return sorted(entries, key=lambda entry: (entry.starts_at, entry.practitioner_name, entry.remote_id))


def seats_taken(connection: Connection, class_ids: list[str]) -> dict[str, int]:
    """How many seats stand in each of these classes; those with none are left out."""
    if not class_ids:
        return {}
    seats = Attendance.objects.filter(connection=connection, class_remote_id__in=class_ids, removed_at=None)
    standing = seats.exclude(status=Appointment.Status.CANCELLED)
    return dict(standing.values_list("class_remote_id").annotate(Count("pk")))


@dataclass(frozen=True)
class Seat:
    attendance: Attendance
    patient: Patient | None

    @property
    def status_label(self) -> str:
        return self.attendance.get_status_display()


def class_session(pk: int) -> tuple[Entry, list[Seat]]:
    """One session with its seats, by the patients' names; ``ClassSession.DoesNotExist`` when there is none."""
    row = ClassSession.objects.select_related("connection").get(pk=pk, removed_at=None)
    connection = row.connection
    attendances = list(
        Attendance.objects.filter(connection=connection, class_remote_id=row.remote_id, removed_at=None)
    )
    patients = _patients(connection, {seat.patient_remote_id for seat in attendances})
    seats = [Seat(each, patients.get(each.patient_remote_id)) for each in attendances]
    seats.sort(key=lambda seat: (seat.patient.sort_name if seat.patient else "", seat.attendance.pk))
    standing = sum(seat.attendance.status != Appointment.Status.CANCELLED for seat in seats)
    return _Names(connection).session(row, standing), seats


def rosters(connection: Connection, location_id: str, weekdays: set[int]) -> list[RosterDay]:
    """Who usually works at this location on these ISO weekdays."""
    return list(
        RosterDay.objects.filter(
            connection=connection, location_remote_id=location_id, weekday__in=weekdays, removed_at=None
        )
    )


@dataclass(frozen=True)
class Blocked:
    """A stretch in which a practitioner takes no bookings. Times are aware, UTC."""

    remote_id: str
    starts_at: datetime
    ends_at: datetime
    practitioner_id: str
    practitioner_name: str
    notes: str


def blocked(
    connection: Connection, since: datetime, until: datetime, *, practitioner_ids: Collection[str] | None = None
) -> list[Blocked]:
    """When these practitioners (``None``: any) take no bookings between ``since`` and ``until`` (both aware), at
    whichever location: whole stretches by their beginning, also those that began long before."""
    rows = UnavailableBlock.objects.filter(
        connection=connection,
        removed_at=None,
        starts_at__lt=until,
        ends_at__gt=since,
    )
    who = Practitioner.objects.filter(connection=connection)
    if practitioner_ids is not None:
        rows = rows.filter(practitioner_remote_id__in=practitioner_ids)
        who = who.filter(remote_id__in=practitioner_ids)
    names = dict(who.values_list("remote_id", "name"))
    return [
        Blocked(
            remote_id=row.remote_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            practitioner_id=row.practitioner_remote_id,
            practitioner_name=names.get(row.practitioner_remote_id, ""),
            notes=row.notes,
        )
        for row in rows.order_by("starts_at", "ends_at", "remote_id")
    ]


def _patients(connection: Connection, remote_ids: set[str]) -> dict[str, Patient]:
    if not remote_ids:
        return {}
    rows = Patient.objects.filter(connection=connection, remote_id__in=remote_ids)
    return {row.remote_id: row for row in rows}


class _Names:
    """What the ids in diary rows are called, read once."""

    def __init__(self, connection: Connection) -> None:
        same = {"connection": connection}
        self.words = registry.vendor(connection.vendor).capabilities.visit_words
        self.practice_zone = connection.practice.time_zone
        self.practitioners = dict(Practitioner.objects.filter(**same).values_list("remote_id", "name"))
        self.types = dict(AppointmentType.objects.filter(**same).values_list("remote_id", "name"))
        self.locations = {row.remote_id: row for row in Location.objects.filter(**same)}

    def appointment(self, row: Appointment, patient: Patient | None) -> Entry:
        word = word_for(self.words, AppointmentStatus(row.status), completed=row.completed, invoiced=row.invoiced)
        return Entry(
            **self._shared(row),
            is_class=False,
            status=row.status,
            word=word,
            patient=patient,
            arrived=row.arrived,
            completed=row.completed,
            reason=row.cancellation_reason,
        )

    def session(self, row: ClassSession, taken: int) -> Entry:
        return Entry(
            **self._shared(row),
            is_class=True,
            status=Appointment.Status.CONFIRMED,
            word=VisitWord.CONFIRMED,
            taken=taken,
            places=row.max_attendees or None,
        )

    def _shared(self, row: Appointment | ClassSession) -> dict[str, Any]:
        location = self.locations.get(row.location_remote_id)
        return {
            "pk": row.pk,
            "remote_id": row.remote_id,
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "zone": location.time_zone if location else self.practice_zone,
            "practitioner_id": row.practitioner_remote_id,
            "practitioner_name": self.practitioners.get(row.practitioner_remote_id, ""),
            "location_id": row.location_remote_id,
            "location_name": location.name if location else "",
            "type_name": self.types.get(row.appointment_type_remote_id, ""),
        }
