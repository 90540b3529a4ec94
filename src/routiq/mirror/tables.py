"""How each kind of record lies in its table: the columns, and where in the record they come from."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from django.db import models

from routiq.mirror.models import (
    Appointment,
    AppointmentType,
    Attendance,
    ClassSession,
    Location,
    Patient,
    Practitioner,
    RosterDay,
)
from routiq.pms import records

#: Plain lower case without accents: how names are sorted and searched. ``fold`` in queries.py does the same.
FOLDED = "lower(regexp_replace(normalize({}, NFD), '[\\u0300-\\u036f]', '', 'g'))"


@dataclass(frozen=True)
class Column:
    name: str
    """In the table."""
    type: str
    """Of the value in the record."""
    source: str = ""
    """The field of the record, when it has another name."""
    expression: str = ""
    """SQL over the record's fields, for what is derived; then the column is no field of the record."""


@dataclass(frozen=True)
class Table:
    record: type[msgspec.Struct]
    model: type[models.Model]
    columns: tuple[Column, ...]
    only_where: str = ""
    """SQL condition over the record's fields; records that do not meet it are no rows of this table."""

    @property
    def name(self) -> str:
        return self.model._meta.db_table


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "text") for name in names)


def _flags(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "boolean") for name in names)


def _moments(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "timestamptz") for name in names)


_REMOVED = Column("removed_at", "timestamptz", source="deleted_at")
_CREATED = Column("remote_created_at", "timestamptz", source="created_at")
_BOOKING = (
    *_moments("starts_at", "ends_at"),
    Column("practitioner_remote_id", "text", source="practitioner_id"),
    Column("location_remote_id", "text", source="location_id"),
    Column("appointment_type_remote_id", "text", source="appointment_type_id"),
    _CREATED,
    _REMOVED,
)
_PATIENT_ID = Column("patient_remote_id", "text", source="patient_id")

LOCATIONS = Table(
    records.LocationRecord,
    Location,
    (*_text("name", "address", "country_code", "time_zone", "contact"), *_flags("online", "active")),
)
PRACTITIONERS = Table(
    records.PractitionerRecord,
    Practitioner,
    (*_text("name", "title", "first_name", "last_name", "designation"), *_flags("online", "active")),
)
APPOINTMENT_TYPES = Table(
    records.AppointmentTypeRecord,
    AppointmentType,
    (
        *_text("name", "category", "description"),
        Column("duration_minutes", "integer"),
        Column("max_attendees", "integer"),
        Column("lead_time_hours", "integer"),
        *_flags("online", "active", "telehealth"),
    ),
)
ROSTERS = Table(
    records.RosterRecord,
    RosterDay,
    (
        Column("practitioner_remote_id", "text", source="practitioner_id"),
        Column("location_remote_id", "text", source="location_id"),
        Column("weekday", "integer"),
        Column("hours", "jsonb"),
    ),
)
PATIENTS = Table(
    records.PatientRecord,
    Patient,
    (
        *_text("first_name", "last_name", "preferred_name", "title", "email", "sex", "gender"),
        *_text("city", "state", "post_code", "country_code", "time_zone", "status", "notes", "merged_into"),
        Column("date_of_birth", "date"),
        Column("address_lines", "text[]"),
        Column("archived_at", "timestamptz"),
        _CREATED,
        Column("sort_name", "text", expression=FOLDED.format("x.last_name || ' ' || x.first_name")),
        Column(
            "search_text",
            "text",
            expression=FOLDED.format(
                "concat_ws(' ', x.first_name, x.last_name, nullif(x.preferred_name, ''), x.last_name, x.first_name, "
                "nullif(x.email, ''), (SELECT string_agg(concat_ws(' ', regexp_replace(phone->>'number', '\\D', '', "
                "'g'), substr(phone->>'e164', 2)), ' ') FROM json_array_elements(x.phones) phone))"
            ),
        ),
    ),
)
APPOINTMENTS = Table(
    records.AppointmentRecord,
    Appointment,
    (
        *_BOOKING,
        _PATIENT_ID,
        *_text("status", "cancellation_reason", "notes"),
        *_flags("arrived", "booked_online"),
        Column("cancelled_at", "timestamptz"),
    ),
)
CLASSES = Table(records.ClassRecord, ClassSession, (*_BOOKING, Column("max_attendees", "integer")))
ATTENDANCES = Table(
    records.AttendanceRecord,
    Attendance,
    (
        Column("class_remote_id", "text", source="class_id"),
        _PATIENT_ID,
        Column("status", "text"),
        Column("arrived", "boolean"),
        Column("cancelled_at", "timestamptz"),
        _CREATED,
        _REMOVED,
    ),
    # A vendor may list the attendee of an individual appointment too; that one's state stands on the appointment.
    only_where=(
        "EXISTS (SELECT 1 FROM mirror_classsession c WHERE c.connection_id = %(connection)s "
        "AND c.remote_id = x.class_id)"
    ),
)

TABLES = {
    table.record: table
    for table in (
        LOCATIONS,
        PRACTITIONERS,
        APPOINTMENT_TYPES,
        ROSTERS,
        PATIENTS,
        APPOINTMENTS,
        CLASSES,
        ATTENDANCES,
    )
}
