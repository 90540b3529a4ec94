"""Reading the mirror, for pages and the API. Everything is of the practice in force."""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection as database
from django.db.models import Q
from django.utils import timezone

from routiq.connections.connecting import kept_connection, live_connection
from routiq.connections.models import Connection
from routiq.mirror.models import (
    Appointment,
    AppointmentType,
    Attendance,
    BookingRules,
    ClassSession,
    Location,
    Patient,
    PatientPhone,
    Practitioner,
)
from routiq.pms import registry
from routiq.pms.gateway import Stream, Switch, word_for
from routiq.pms.records import AppointmentStatus, VisitWord


def fold(text: str) -> str:
    """Plain lower case without accents, as ``search_text`` and ``sort_name`` are stored."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not 0x300 <= ord(c) <= 0x36F).lower()


@dataclass(frozen=True)
class PatientRow:
    patient: Patient
    main_phone: str


@dataclass(frozen=True)
class PatientList:
    rows: tuple[PatientRow, ...]
    next: str | None
    """Hand back as ``after``."""
    previous: str | None
    """Hand back as ``before``."""


STATUS_FILTERS = {
    "active": Q(status=Patient.Status.ACTIVE),
    "archived": ~Q(status=Patient.Status.ACTIVE),
    "deceased": Q(status=Patient.Status.DECEASED),
    "all": Q(),
}


class BadCursor(ValueError):
    """The paging mark was cut or made up: start again from the first page."""


def _mark(patient: Patient) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((patient.sort_name, patient.pk))).decode().rstrip("=")


def _place(mark: str) -> tuple[str, int]:
    try:
        raw = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4))
        name, pk = msgspec.json.decode(raw, type=tuple[str, int])
    except (ValueError, msgspec.DecodeError):
        raise BadCursor("This page link is not valid any more.") from None
    if "\x00" in name:  # No name that is stored.
        raise BadCursor("This page link is not valid any more.")
    return name, pk


def patients(
    search: str = "",
    status: str = "active",
    after: str = "",
    before: str = "",
    size: int = 50,
    among: Q | None = None,
) -> PatientList:
    """A page of the patients list, by family name. ``search`` looks through names, e-mail and phone digits: every
    word must occur. ``status`` is ``active`` (the default view), ``archived`` (deceased and merged too), ``deceased``
    or ``all``. ``among`` narrows it to patients of whom that is true.
    ``BadCursor`` for a mark that is none of ours, ``KeyError`` for an unknown status."""
    found = Patient.objects.filter(STATUS_FILTERS[status], among or Q(), removed_at=None)
    for word in _search_words(search):
        found = found.filter(search_text__contains=word)
    if before:
        name, pk = _place(before)
        found = found.extra(where=["(sort_name, mirror_patient.id) < (%s, %s)"], params=[name, pk])
        page = list(found.order_by("-sort_name", "-pk")[: size + 1])
        more_before, more_after = len(page) > size, True
        page = page[:size][::-1]
    else:
        if after:
            name, pk = _place(after)
            found = found.extra(where=["(sort_name, mirror_patient.id) > (%s, %s)"], params=[name, pk])
        page = list(found.order_by("sort_name", "pk")[: size + 1])
        more_before, more_after = bool(after), len(page) > size
        page = page[:size]
    phones = main_phones(page)
    return PatientList(
        rows=tuple(PatientRow(patient, phones.get(patient.pk, "")) for patient in page),
        next=_mark(page[-1]) if page and more_after else None,
        previous=_mark(page[0]) if page and more_before else None,
    )


def _search_words(search: str) -> list[str]:
    """The words to look for; digits typed in groups are one phone number, with or without the trunk zero."""
    folded = fold(search).strip()
    digits = "".join(c for c in folded if c.isdigit())
    if digits and all(c.isdigit() or c in " +()-." for c in folded):
        return [digits.removeprefix("0") if len(digits) > 5 else digits]
    return folded.split()[:6]


def main_phones(patients: Iterable[Patient]) -> dict[int, str]:
    """The number to show for each patient (by primary key): the first mobile, else the first of all."""
    best: dict[int, tuple[int, str]] = {}
    for phone in PatientPhone.objects.filter(patient__in=[patient.pk for patient in patients]):
        rank = (0 if phone.kind == "mobile" else 100) + phone.position
        if phone.patient_id not in best or rank < best[phone.patient_id][0]:
            best[phone.patient_id] = (rank, phone.number)
    return {pk: number for pk, (_, number) in best.items()}


def patient(pk: int) -> Patient:
    """``Patient.DoesNotExist`` when the practice in force has no such patient."""
    return Patient.objects.prefetch_related("phones").get(pk=pk)


def survivor(patient: Patient) -> Patient | None:
    """The patient that a merged one lives on as."""
    if not patient.merged_into:
        return None
    return Patient.objects.filter(connection=patient.connection_id, remote_id=patient.merged_into).first()


WORDS = {
    VisitWord.CONFIRMED: "Confirmed",
    VisitWord.CANCELLED: "Cancelled",
    VisitWord.DNA: "Did not arrive",
    VisitWord.COMPLETED: "Completed",
    VisitWord.UNINVOICED: "Uninvoiced",
}


class AtItsPlace:
    """What is shown of a time by the clock at its location, and of how it stands in words."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    word: VisitWord

    @property
    def local_start(self) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def local_end(self) -> datetime:
        return self.ends_at.astimezone(ZoneInfo(self.zone))

    @property
    def word_label(self) -> str:
        return WORDS[self.word]


@dataclass(frozen=True)
class Visit(AtItsPlace):
    """A booking of one patient: an individual appointment, or a seat in a class. Times are aware, UTC."""

    remote_id: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    status: str
    arrived: bool
    practitioner_name: str
    type_name: str
    location_name: str
    is_class: bool
    reason: str
    notes: str
    is_upcoming: bool
    completed: bool
    invoiced: bool | None
    word: VisitWord
    """How it stands, in the vendor's own word."""

    @property
    def duration_minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def history(patient: Patient) -> list[Visit]:
    """Every booking of this patient inside the window, newest first; what the vendor deleted is left out."""
    same = {"connection": patient.connection_id}
    appointments = list(Appointment.objects.filter(**same, patient_remote_id=patient.remote_id, removed_at=None))
    seats = list(Attendance.objects.filter(**same, patient_remote_id=patient.remote_id, removed_at=None))
    sessions = {
        session.remote_id: session
        for session in ClassSession.objects.filter(
            **same, remote_id__in=[seat.class_remote_id for seat in seats], removed_at=None
        )
    }
    names = _Names(patient.connection)
    now = timezone.now()
    visits = [
        names.visit(booking, booking.remote_id, booking.status, booking.arrived, now, booking)
        for booking in appointments
    ] + [
        names.visit(sessions[seat.class_remote_id], seat.remote_id, seat.status, seat.arrived, now)
        for seat in seats
        if seat.class_remote_id in sessions
    ]
    return sorted(visits, key=lambda visit: visit.starts_at, reverse=True)


class _Names:
    """Names of what bookings refer to, read once."""

    def __init__(self, connection: Connection) -> None:
        same = {"connection": connection}
        self.words = registry.vendor(connection.vendor).capabilities.visit_words
        self.practitioners = dict(Practitioner.objects.filter(**same).values_list("remote_id", "name"))
        self.types = dict(AppointmentType.objects.filter(**same).values_list("remote_id", "name"))
        self.locations = {row.remote_id: row for row in Location.objects.filter(**same)}

    def visit(
        self,
        booking: Appointment | ClassSession,
        remote_id: str,
        status: str,
        arrived: bool,
        now: datetime,
        detail: Appointment | None = None,
    ) -> Visit:
        location = self.locations.get(booking.location_remote_id)
        completed = detail.completed if detail else False
        invoiced = detail.invoiced if detail else None
        return Visit(
            remote_id=remote_id,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            zone=location.time_zone if location else "UTC",
            status=status,
            arrived=arrived,
            practitioner_name=self.practitioners.get(booking.practitioner_remote_id, ""),
            type_name=self.types.get(booking.appointment_type_remote_id, ""),
            location_name=location.name if location else "",
            is_class=detail is None,
            reason=detail.cancellation_reason if detail else "",
            notes=detail.notes if detail else "",
            is_upcoming=booking.starts_at > now and status == Appointment.Status.CONFIRMED,
            completed=completed,
            invoiced=invoiced,
            word=word_for(self.words, AppointmentStatus(status), completed=completed, invoiced=invoiced),
        )


@dataclass(frozen=True)
class SwitchedOff:
    """Something that cannot be booked online, and the switch that is off."""

    scope: str
    name: str
    switch: Switch


@dataclass(frozen=True)
class PracticeOverview:
    locations: tuple[Location, ...]
    practitioners: tuple[Practitioner, ...]
    appointment_types: tuple[AppointmentType, ...]
    rules: BookingRules | None
    switched_off: tuple[SwitchedOff, ...]
    has_rules: bool = True
    """The vendor tells its online-booking rules."""

    @property
    def takes_online_bookings(self) -> bool:
        """Nothing says that the practice as a whole is switched off."""
        return not self.has_rules or (self.rules is not None and self.rules.online_bookings_enabled)


def practice_overview() -> PracticeOverview:
    """What the practice has at its vendor, and which online-booking switches are off (C28-C32). After disconnecting,
    as it stood then, for as long as it is kept."""
    connection = live_connection() or kept_connection()
    if connection is None:
        return PracticeOverview((), (), (), None, ())
    same = {"connection": connection, "removed_at": None}
    locations = tuple(Location.objects.filter(**same).order_by("-active", "name"))
    practitioners = tuple(Practitioner.objects.filter(**same).order_by("-active", "name"))
    types = tuple(AppointmentType.objects.filter(**same).order_by("-active", "name"))
    rules = BookingRules.objects.filter(connection=connection).first()
    vendor = registry.vendor(connection.vendor)
    switches = {switch.scope: switch for switch in vendor.guide.switches}
    off: list[SwitchedOff] = []
    if rules is not None and not rules.online_bookings_enabled and "account" in switches:
        off.append(SwitchedOff("account", connection.account_name, switches["account"]))
    for scope, rows in (
        ("location", locations),
        ("practitioner", practitioners),
        ("appointment_type", types),
    ):
        if scope in switches:
            off += [SwitchedOff(scope, row.name, switches[scope]) for row in rows if row.active and not row.online]
    has_rules = Stream.BOOKING_RULES in vendor.capabilities.streams
    return PracticeOverview(locations, practitioners, types, rules, tuple(off), has_rules)


def counts() -> dict[str, int]:
    """Numbers for the dashboard: patients_active, patients_all, appointments, upcoming."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE status = 'active'), count(*) FROM mirror_patient WHERE removed_at IS NULL"
        )
        active, everyone = cursor.fetchone()
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE starts_at > now() AND status = 'confirmed') "
            "FROM mirror_appointment WHERE removed_at IS NULL"
        )
        appointments, upcoming = cursor.fetchone()
    return {
        "patients_active": active,
        "patients_all": everyone,
        "appointments": appointments,
        "upcoming": upcoming,
    }
