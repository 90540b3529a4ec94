"""Nookal's objects as records.

Where Nookal has no field for what a record holds, or says a thing in two ways, the rule stands beside the function
that applies it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from routiq.pms.nookal import payloads
from routiq.pms.nookal.values import Scalar, clock, day, flag, moment, money, number, record_id, text
from routiq.pms.nookal.zones import country_code, to_utc, zone, zone_name
from routiq.pms.phones import e164
from routiq.pms.records import (
    UNSTAMPED,
    AppointmentRecord,
    AppointmentStatus,
    AppointmentTypeRecord,
    AttendanceRecord,
    ClassRecord,
    InvoiceRecord,
    LocationRecord,
    OfferingRecord,
    PatientRecord,
    PatientStatus,
    PaymentRecord,
    PhoneNumber,
    PractitionerRecord,
    WaitingListRecord,
)

#: Services and classes are numbered apart; a class type's id begins with this, so that no two types share one.
CLASS = "class-"

_SEXES = {"m": "Male", "male": "Male", "f": "Female", "female": "Female"}


class Habits(msgspec.Struct, frozen=True):
    """What the practice chose (whether notes are read, and the country, ISO alpha-2, of numbers without one), and the
    zone of each location by its id, for times that come without one."""

    include_notes: bool = False
    phone_region: str = "AU"
    zones: Mapping[str, str] = {}


def location(found: payloads.Location, habits: Habits) -> LocationRecord:
    """Reference: Nookal API v2, getLocations. Only those that are ticked for the key are ever listed; whether one is
    shown for online bookings is not said."""
    country = country_code(text(found.country))
    lines = (found.address_line1, found.address_line2, found.address_line3, found.city, found.state, found.postcode)
    return LocationRecord(
        id=record_id(found.id),
        updated_at=UNSTAMPED,
        name=text(found.name),
        address=", ".join(filter(None, map(text, lines))),
        country_code=country,
        time_zone=zone_name(text(found.timezone), text(found.state), country),
        contact=text(found.telephone),
        online=True,
    )


def practitioner(found: payloads.Practitioner, habits: Habits) -> PractitionerRecord:
    """Reference: Nookal API v2, getPractitioners. Rooms and equipment are listed as practitioners as well. Who is
    shown in the diary can be booked; whether online is not said."""
    first, last = text(found.first_name), text(found.last_name)
    active = flag(found.status) is not False
    return PractitionerRecord(
        id=record_id(found.id),
        updated_at=UNSTAMPED,
        name=f"{first} {last}".strip(),
        title=text(found.title),
        first_name=first,
        last_name=last,
        designation=text(found.speciality),
        online=active and flag(found.show_in_diary) is not False,
        active=active,
    )


def service(found: payloads.Service, habits: Habits) -> AppointmentTypeRecord:
    """Reference: Nookal API v2, getAppointmentTypes."""
    active = flag(found.active) is not False
    return AppointmentTypeRecord(
        id=record_id(found.id),
        updated_at=UNSTAMPED,
        name=text(found.name),
        category=text(found.category),
        description=text(found.description),
        duration_minutes=_minutes(found.duration),
        online=active,
        active=active,
    )


def class_type(found: payloads.Service, habits: Habits) -> AppointmentTypeRecord:
    """Reference: Nookal API v2, getClassTypes. How many a class holds is not said."""
    return msgspec.structs.replace(service(found, habits), id=f"{CLASS}{record_id(found.id)}", max_attendees=0)


#: (location, service) -> who does it there.
Matrix = Mapping[tuple[str, str], frozenset[str]]


def offerings(
    locations: list[payloads.Location],
    practitioners: list[payloads.Practitioner],
    services: list[payloads.Service],
    matrix: Matrix | None = None,
) -> list[OfferingRecord]:
    """Who does what where: Nookal lists locations with each service and with each practitioner. Who of a location
    does which of its services only the matrix says; without it anybody may do any. A service that lists no locations
    at all is done at none."""
    staff = [
        (record_id(each.id), _ids(each.locations))
        for each in practitioners
        if flag(each.status) is not False and flag(each.show_in_diary) is not False
    ]
    made = []
    for place in (record_id(each.id) for each in locations):
        here = tuple(who for who, where in staff if place in where)
        for kind in services:
            if flag(kind.active) is False or place not in _ids(kind.locations):
                continue
            number = record_id(kind.id)
            who = here if matrix is None else tuple(each for each in here if each in matrix.get((place, number), ()))
            if who:
                made.append(OfferingRecord(location_id=place, appointment_type_id=number, practitioner_ids=who))
    return made


def patient(found: payloads.Patient, habits: Habits) -> PatientRecord:
    """Reference: Nookal API v2, getPatients."""
    country = country_code(text(found.country))
    numbers = (("mobile", found.mobile), ("home", found.home), ("work", found.work), ("fax", found.fax))
    gender = text(found.gender)
    modified = moment(found.date_modified) or moment(found.date_created) or UNSTAMPED
    return PatientRecord(
        id=record_id(found.id),
        updated_at=modified,
        first_name=text(found.first_name),
        last_name=text(found.last_name),
        preferred_name=text(found.nickname),
        title=text(found.title),
        date_of_birth=day(found.dob),
        email=text(found.email),
        phones=tuple(
            PhoneNumber(number=text(typed), e164=e164(text(typed), "", country or habits.phone_region), kind=kind)
            for kind, typed in numbers
            if text(typed)
        ),
        sex=_SEXES.get(gender.lower(), ""),
        gender=_SEXES.get(gender.lower(), gender),
        address_lines=tuple(filter(None, map(text, (found.addr1, found.addr2, found.addr3)))),
        city=text(found.city),
        state=text(found.state),
        post_code=text(found.postcode),
        country_code=country,
        status=_status_of_patient(found),
        notes=text(found.notes) if habits.include_notes else "",
        created_at=moment(found.date_created),
    )


def _status_of_patient(found: payloads.Patient) -> PatientStatus:
    if flag(found.deceased):
        return PatientStatus.DECEASED
    return PatientStatus.INACTIVE if flag(found.active) is False else PatientStatus.ACTIVE


def is_class(found: payloads.Appointment) -> bool:
    """Somebody's seat in a class, listed among the appointments."""
    return text(found.kind).lower() == "class"


def appointment(found: payloads.Appointment, habits: Habits) -> AppointmentRecord | None:
    """``None`` for seats of classes, which have a stream of their own, and for what has no patient or no time.

    Cancelled is what the flag or the status says; what was cancelled without a day was so by the last change.

    Reference: Nookal API v2, getAppointments.
    """
    span = times(found, habits)
    patient_id = record_id(found.patient_id)
    if is_class(found) or span is None or not patient_id:
        return None
    word = text(found.status).lower()
    modified = moment(found.modified) or moment(found.created) or UNSTAMPED
    status = _status(found.cancelled, found.dna, word)
    is_cancelled = status is AppointmentStatus.CANCELLED
    return AppointmentRecord(
        id=record_id(found.id),
        updated_at=modified,
        starts_at=span[0],
        ends_at=span[1],
        patient_id=patient_id,
        practitioner_id=record_id(found.practitioner_id),
        location_id=record_id(found.location_id),
        appointment_type_id=record_id(found.type_id),
        status=status,
        arrived=bool(flag(found.arrived)),
        completed=word == "completed" and status is AppointmentStatus.CONFIRMED,
        invoiced=flag(found.invoiced),
        cancelled_at=(moment(found.cancelled_at) or modified) if is_cancelled else None,
        notes=text(found.notes) if habits.include_notes else "",
        created_at=moment(found.created),
    )


def times(found: payloads.Appointment, habits: Habits) -> tuple[datetime, datetime] | None:
    """Start and end: the UTC pair, or else the wall clock in the zone that the row or its location names."""
    starts = moment(found.starts_utc)
    if starts is not None:
        return starts, _after(starts, moment(found.ends_utc))
    return local_span(found, found.date, found.starts, found.ends, habits)


def class_session(found: payloads.ClassSession, habits: Habits) -> ClassRecord | None:
    """A cancelled class no longer stands in the diary. Reference: Nookal API v2, getClasses."""
    span = local_span(
        found,
        found.class_date or found.date,
        found.class_starts or found.starts,
        found.class_ends or found.ends,
        habits,
    )
    if span is None:
        return None
    modified = moment(found.modified) or moment(found.created) or UNSTAMPED
    kind = record_id(found.class_type_id) or record_id(found.class_id) or record_id(found.type_id)
    return ClassRecord(
        id=record_id(found.id),
        updated_at=modified,
        starts_at=span[0],
        ends_at=span[1],
        practitioner_id=record_id(found.practitioner_id),
        location_id=record_id(found.location_id),
        appointment_type_id=f"{CLASS}{kind}" if kind else "",
        max_attendees=number(found.seats) or 0,
        deleted_at=modified if flag(found.cancelled) else None,
        created_at=moment(found.created),
    )


def attendances(found: list[payloads.Participant], class_id: str) -> list[AttendanceRecord]:
    """The seats of one class. A seat has no id of its own: the class and the patient name it, and of a patient who
    cancelled and came back the standing one counts. Reference: Nookal API v2, getClassParticipants."""
    seats: dict[str, AttendanceRecord] = {}
    for each in found:
        patient_id = record_id(each.patient_id)
        if not patient_id:
            continue
        modified = moment(each.modified) or UNSTAMPED
        status = _status(each.cancelled, each.dna, "")
        is_cancelled = status is AppointmentStatus.CANCELLED
        seat = AttendanceRecord(
            id=f"{class_id}-{patient_id}",
            updated_at=modified,
            class_id=class_id,
            patient_id=patient_id,
            status=status,
            arrived=bool(flag(each.arrived)),
            cancelled_at=(moment(each.cancelled_at) or modified) if is_cancelled else None,
        )
        known = seats.get(seat.id)
        if known is None or (known.cancelled_at is not None, seat.updated_at) > (is_cancelled, known.updated_at):
            seats[seat.id] = seat
    return list(seats.values())


def waiting(found: payloads.Waiting, habits: Habits) -> WaitingListRecord | None:
    """Reference: Nookal API v2, getWaitingList."""
    patient_id = record_id(found.client_id)
    if not patient_id:
        return None
    session = record_id(found.class_id)
    return WaitingListRecord(
        id=record_id(found.id),
        updated_at=moment(found.last_modified) or moment(found.created) or UNSTAMPED,
        patient_id=patient_id,
        location_id=record_id(found.location_id),
        appointment_type_id=record_id(found.service_id) or (f"{CLASS}{session}" if session else ""),
        practitioner_ids=tuple(filter(None, (record_id(part) for part in _parts(found.preferred_providers)))),
        priority=text(found.priority),
        days=", ".join(_parts(found.requested_days)),
        times=", ".join(_parts(found.requested_times)),
        notes=text(found.notes) if habits.include_notes else "",
        active=flag(found.active) is not False,
        created_at=moment(found.created),
    )


def invoice(found: payloads.Invoice, habits: Habits) -> InvoiceRecord | None:
    """Void is what says so itself, or has only void entries. ``None`` for one without patient or day.

    Reference: Nookal API v2, getInvoices.
    """
    issued = moment(found.date_created)
    patient_id = record_id(found.patient_id)
    if issued is None or not patient_id:
        return None
    details = found.details if isinstance(found.details, payloads.InvoiceDetails) else payloads.InvoiceDetails()
    entries = payloads.rows(details.entries)
    return InvoiceRecord(
        id=record_id(found.id),
        updated_at=moment(found.last_modified) or UNSTAMPED,
        number=text(found.invoice_number),
        patient_id=patient_id,
        practitioner_id=record_id(found.provider_id),
        location_id=record_id(found.location_id),
        issued_at=issued,
        total=money(found.total_debits),
        paid=money(found.total_payments),
        outstanding=money(found.total_balance),
        third_party=bool(flag(found.is_third_party_invoice)),
        payments=tuple(filter(None, map(_payment, payloads.rows(details.payments)))),
        void=bool(flag(found.void)) or (bool(entries) and all(flag(entry.void) for entry in entries)),
    )


def _payment(found: payloads.Payment) -> PaymentRecord | None:
    paid_on = day(found.date)
    if paid_on is None:
        return None
    return PaymentRecord(
        id=record_id(found.payment_id),
        paid_on=paid_on,
        amount=money(found.amount),
        method=text(found.method),
        void=bool(flag(found.void)),
    )


def _status(cancelled: Scalar, dna: Scalar, word: str) -> AppointmentStatus:
    if flag(cancelled) or word == "cancelled":
        return AppointmentStatus.CANCELLED
    if flag(dna) or word == "dna":
        return AppointmentStatus.DNA
    return AppointmentStatus.CONFIRMED


def local_span(
    found: Any, on: Scalar, starts: Scalar, ends: Scalar, habits: Habits
) -> tuple[datetime, datetime] | None:
    """Start and end by the wall clock in the zone that the row or its location names. ``None`` where there is no such
    zone, no day or no start."""
    where = zone(text(found.time_zone)) or zone(habits.zones.get(record_id(found.location_id), ""))
    local_day, first, last = day(on), clock(starts), clock(ends)
    if where is None or local_day is None or first is None:
        return None
    start = to_utc(local_day, first, where)
    if start is None:
        return None
    return start, _after(start, to_utc(local_day, last, where) if last is not None else None)


def _after(starts: datetime, ends: datetime | None) -> datetime:
    """An end that is missing is the start; one that is earlier falls into the next day."""
    if ends is None:
        return starts
    return ends if ends >= starts else ends + timedelta(days=1)


def _minutes(value: Scalar) -> int:
    """Minutes, or a time of day as some accounts write them: ``00:45:00``."""
    written = clock(value)
    if written is not None:
        return written.hour * 60 + written.minute
    return max(number(text(value).partition(".")[0]) or 0, 0)


def providers(listed: list[payloads.Providers], location_id: str) -> dict[tuple[str, str], frozenset[str]]:
    """One location's part of the matrix. Reference: Nookal API v2, getServiceMatrix."""
    return {(location_id, record_id(each.id)): _ids(each.providers) for each in listed}


def _ids(listed: payloads.Listed[Scalar]) -> frozenset[str]:
    """Without the placeholder 0 that some lists of locations begin with."""
    return frozenset(filter(None, map(record_id, payloads.rows(listed))))


def _parts(value: list[Scalar] | dict[str, Scalar] | Scalar) -> list[str]:
    """A list, an object with positions as keys, or text with commas."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [part for part in map(text, value) if part]
    return [part.strip() for part in text(value).split(",") if part.strip()]
