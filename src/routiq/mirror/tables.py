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
    Invoice,
    Location,
    Patient,
    PatientPhone,
    Payment,
    Practitioner,
    RosterDay,
    UnavailableBlock,
    WaitingListEntry,
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
class Details:
    """What hangs on a row in a table of its own: a patient's numbers, an invoice's payments."""

    field: str
    """Of the record: a list."""
    model: type[models.Model]
    parent: str
    """The column that refers to the row."""
    columns: tuple[Column, ...]
    """An ``expression`` here is over ``detail``, one entry of the list as JSON."""

    @property
    def name(self) -> str:
        return self.model._meta.db_table


@dataclass(frozen=True)
class Table:
    record: type[msgspec.Struct]
    model: type[models.Model]
    columns: tuple[Column, ...]
    only_where: str = ""
    """SQL condition over the record's fields; records that do not meet it are no rows of this table."""
    details: Details | None = None
    reads_others: bool = False
    """Writing a page of it looks into other tables too, so how that is best done depends on how much they hold."""

    @property
    def name(self) -> str:
        return self.model._meta.db_table


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "text") for name in names)


def _flags(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "boolean") for name in names)


def _moments(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "timestamptz") for name in names)


def _amounts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "numeric") for name in names)


_REMOVED = Column("removed_at", "timestamptz", source="deleted_at")
#: For what a vendor never calls deleted: a row is marked as gone by its absence, and is back when it is met again.
_BACK = Column("removed_at", "timestamptz", expression="NULL::timestamptz")
_CREATED = Column("remote_created_at", "timestamptz", source="created_at")
_PATIENT_ID = Column("patient_remote_id", "text", source="patient_id")
_PRACTITIONER_ID = Column("practitioner_remote_id", "text", source="practitioner_id")
_LOCATION_ID = Column("location_remote_id", "text", source="location_id")
_TYPE_ID = Column("appointment_type_remote_id", "text", source="appointment_type_id")
_BOOKING = (
    *_moments("starts_at", "ends_at"),
    _PRACTITIONER_ID,
    _LOCATION_ID,
    _TYPE_ID,
    _CREATED,
    _REMOVED,
)

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
        _PRACTITIONER_ID,
        _LOCATION_ID,
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
    details=Details(
        "phones",
        PatientPhone,
        "patient_id",
        (
            Column("number", "text", expression="left(detail->>'number', 100)"),
            Column("e164", "text", expression="detail->>'e164'"),
            Column("kind", "text", expression="detail->>'kind'"),
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
        *_flags("arrived", "completed", "invoiced", "booked_online"),
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
    reads_others=True,
)
BLOCKS = Table(
    records.BlockRecord,
    UnavailableBlock,
    (
        *_moments("starts_at", "ends_at"),
        _PRACTITIONER_ID,
        _LOCATION_ID,
        *_text("notes"),
        _CREATED,
        _REMOVED,
    ),
)
WAITING_LIST = Table(
    records.WaitingListRecord,
    WaitingListEntry,
    (
        _PATIENT_ID,
        _LOCATION_ID,
        _TYPE_ID,
        Column("practitioner_remote_ids", "text[]", source="practitioner_ids"),
        *_text("priority", "days", "times", "notes"),
        Column("active", "boolean"),
        _CREATED,
        _BACK,
    ),
)
INVOICES = Table(
    records.InvoiceRecord,
    Invoice,
    (
        Column("number", "text"),
        _PATIENT_ID,
        _PRACTITIONER_ID,
        _LOCATION_ID,
        Column("issued_at", "timestamptz"),
        *_amounts("total", "paid", "outstanding"),
        *_flags("third_party", "void"),
        _BACK,
    ),
    details=Details(
        "payments",
        Payment,
        "invoice_id",
        (
            Column("remote_id", "text", expression="detail->>'id'"),
            Column("paid_on", "date", expression="(detail->>'paid_on')::date"),
            Column("amount", "numeric", expression="(detail->>'amount')::numeric"),
            Column("method", "text", expression="left(detail->>'method', 100)"),
            Column("void", "boolean", expression="(detail->>'void')::boolean"),
        ),
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
        BLOCKS,
        WAITING_LIST,
        INVOICES,
    )
}
