"""Cliniko's objects as records.

Where Cliniko has no field for what a record holds, the rule stands beside the function that applies it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time

import msgspec

from routiq.pms.cliniko import payloads
from routiq.pms.cliniko.payloads import Link
from routiq.pms.phones import e164
from routiq.pms.records import (
    AccountRecord,
    AppointmentRecord,
    AppointmentStatus,
    AppointmentTypeRecord,
    AttendanceRecord,
    BlockRecord,
    BookingRulesRecord,
    ClassRecord,
    DeletionRecord,
    LocationRecord,
    OfferingRecord,
    PatientRecord,
    PatientStatus,
    PhoneNumber,
    PractitionerRecord,
    RosterRecord,
)


class Habits(msgspec.Struct, frozen=True):
    """What the practice chose: whether notes are read, and the country (ISO alpha-2) of numbers without
    one."""

    include_notes: bool = False
    phone_region: str = "AU"


_DECEASED = re.compile(r"\bdeceased\b|\bdec'd\b|\(rip\)|\(dec\)", re.IGNORECASE)
_PHONE_KINDS = frozenset({"mobile", "home", "work", "fax"})
_OLD_SEXES = {"male": "Male", "female": "Female"}
_AUSTRALIAN = frozenset({"Adelaide", "Brisbane", "Darwin", "Hobart", "Melbourne", "Perth", "Sydney"})
_OTHER_ZONES = {
    "Auckland": "Pacific/Auckland",
    "Wellington": "Pacific/Auckland",
    "Chatham Is.": "Pacific/Chatham",
    "Canberra": "Australia/Canberra",
    "London": "Europe/London",
    "Edinburgh": "Europe/London",
    "Dublin": "Europe/Dublin",
}


def account(settings: payloads.PublicSettings, user: payloads.User) -> AccountRecord:
    """Reference: Cliniko API, Settings (public) and User. Only the user has a zone; the account says none."""
    return AccountRecord(
        id=settings.account.id,
        name=settings.account.name,
        country_code=settings.account.country_code or "",
        time_zone=_zone(user.time_zone_identifier, user.time_zone),
        user_id=user.id,
        user_role=user.role or "",
        is_administrator=user.role == "administrator",
    )


def booking_rules(settings: payloads.PublicSettings) -> BookingRulesRecord:
    """Reference: Cliniko API, Settings (public), ``online_bookings``."""
    rules = settings.online_bookings
    return BookingRulesRecord(
        online_bookings_enabled=rules.enabled,
        days_in_advance=rules.allow_bookings_days_in_advance,
        minimum_notice_hours=rules.min_hours_advance_required_to_book,
        max_per_day_segment=rules.max_appointments_per_day_segment or None,
        cancellation_notice_hours=rules.min_hours_notice_for_patient_cancellation,
        policy=rules.policy or "",
    )


def patient(found: payloads.Patient, habits: Habits) -> PatientRecord:
    """Reference: Cliniko API, Patients.

    Status: the API knows archived or not, and has no field for a death. Practices write it into the name or
    the title ("Nguyen (Deceased)"); a patient marked so is ``DECEASED``, so that nobody writes to them. The
    old ``gender`` is used where its successors ``sex`` and ``gender_identity`` are empty.
    """
    country = (found.country_code or "").strip().upper()
    region = country if len(country) == 2 else habits.phone_region
    return PatientRecord(
        id=found.id,
        updated_at=found.updated_at,
        first_name=found.first_name or "",
        last_name=found.last_name or "",
        preferred_name=found.preferred_first_name or "",
        title=found.title or "",
        date_of_birth=found.date_of_birth,
        email=found.email or "",
        phones=tuple(_phone(phone, region) for phone in found.patient_phone_numbers or () if phone.number),
        sex=found.sex or _OLD_SEXES.get((found.gender or "").lower(), ""),
        gender=found.gender_identity or found.gender or "",
        address_lines=tuple(filter(None, (found.address_1, found.address_2, found.address_3))),
        city=found.city or "",
        state=found.state or "",
        post_code=found.post_code or "",
        country_code=country,
        time_zone=found.time_zone or "",
        status=_status_of_patient(found),
        notes=(found.notes or "") if habits.include_notes else "",
        merged_into=_id(found.merged_with_patient),
        created_at=found.created_at,
        archived_at=found.archived_at or found.deleted_at or found.merged_at,
    )


def _status_of_patient(found: payloads.Patient) -> PatientStatus:
    names = (found.title, found.first_name, found.last_name, found.preferred_first_name)
    if any(name and _DECEASED.search(name) for name in names):
        return PatientStatus.DECEASED
    gone = found.archived_at or found.deleted_at or found.merged_at
    return PatientStatus.INACTIVE if gone else PatientStatus.ACTIVE


def _phone(phone: payloads.Phone, region: str) -> PhoneNumber:
    number = phone.number or ""
    kind = (phone.phone_type or "").lower()
    return PhoneNumber(
        number=number,
        e164=e164(number, phone.normalized_number or "", region),
        kind=kind if kind in _PHONE_KINDS else "other",
    )


def deleted_patient(found: payloads.DeletedPatient, habits: Habits) -> DeletionRecord:
    """Reference: Cliniko API, Patients, deleted: the rows have a stamp and an address, nothing else."""
    return DeletionRecord(id=payloads.id_in(found.links.href or ""), deleted_at=found.deleted_at)


def appointment(found: payloads.IndividualAppointment, habits: Habits) -> AppointmentRecord:
    """Reference: Cliniko API, Individual appointments. A booking made online carries the patient's yes or no
    to the online-booking policy; one made at the desk carries null."""
    return AppointmentRecord(
        id=found.id,
        updated_at=found.updated_at,
        starts_at=found.starts_at,
        ends_at=found.ends_at or found.starts_at,
        patient_id=_id(found.patient),
        practitioner_id=_id(found.practitioner),
        location_id=_id(found.business),
        appointment_type_id=_id(found.appointment_type),
        status=_status(found.cancelled_at, did_not_arrive=found.did_not_arrive),
        arrived=bool(found.patient_arrived),
        cancelled_at=found.cancelled_at,
        cancellation_reason=(found.cancellation_reason_description or "") if found.cancelled_at else "",
        notes=(found.notes or "") if habits.include_notes else "",
        booked_online=found.online_booking_policy_accepted is not None,
        deleted_at=found.archived_at or found.deleted_at,
        created_at=found.created_at,
    )


def class_session(found: payloads.GroupAppointment, habits: Habits) -> ClassRecord:
    """Reference: Cliniko API, Group appointments. A session itself is never cancelled, only archived."""
    return ClassRecord(
        id=found.id,
        updated_at=found.updated_at,
        starts_at=found.starts_at,
        ends_at=found.ends_at or found.starts_at,
        practitioner_id=_id(found.practitioner),
        location_id=_id(found.business),
        appointment_type_id=_id(found.appointment_type),
        max_attendees=found.max_attendees,
        deleted_at=found.archived_at or found.deleted_at,
        created_at=found.created_at,
    )


def attendance(found: payloads.Attendee, habits: Habits) -> AttendanceRecord:
    """Reference: Cliniko API, Attendees. ``arrived`` is yes, no, or null while nobody has said."""
    return AttendanceRecord(
        id=found.id,
        updated_at=found.updated_at,
        class_id=_id(found.booking),
        patient_id=_id(found.patient),
        status=_status(found.cancelled_at, did_not_arrive=found.arrived is False),
        arrived=bool(found.arrived),
        cancelled_at=found.cancelled_at,
        deleted_at=found.archived_at or found.deleted_at,
        created_at=found.created_at,
    )


def block(found: payloads.UnavailableBlock, habits: Habits) -> BlockRecord:
    """Reference: Cliniko API, Unavailable blocks. Each repetition of a repeated one is a record of its own."""
    return BlockRecord(
        id=found.id,
        updated_at=found.updated_at,
        starts_at=found.starts_at,
        ends_at=found.ends_at or found.starts_at,
        practitioner_id=_id(found.practitioner),
        location_id=_id(found.business),
        notes=(found.notes or "") if habits.include_notes else "",
        deleted_at=found.archived_at or found.deleted_at,
        created_at=found.created_at,
    )


def appointment_type(found: payloads.AppointmentType, habits: Habits) -> AppointmentTypeRecord:
    """Reference: Cliniko API, Appointment types."""
    return AppointmentTypeRecord(
        id=found.id,
        updated_at=found.updated_at,
        name=found.name,
        category=found.category or "",
        description=found.description or "",
        duration_minutes=found.duration_in_minutes,
        max_attendees=found.max_attendees or 1,
        online=bool(found.show_in_online_bookings),
        active=found.archived_at is None,
        lead_time_hours=found.online_bookings_lead_time_hours,
        telehealth=bool(found.telehealth_enabled),
    )


def practitioner(found: payloads.Practitioner, habits: Habits) -> PractitionerRecord:
    """Reference: Cliniko API, Practitioners."""
    first, last = (found.first_name or "").strip(), (found.last_name or "").strip()
    return PractitionerRecord(
        id=found.id,
        updated_at=found.updated_at,
        name=f"{first} {last}".strip() or found.display_name or found.label or "",
        title=found.title or "",
        first_name=first,
        last_name=last,
        designation=found.designation or "",
        online=bool(found.show_in_online_bookings),
        active=found.active is not False,
    )


def former_practitioner(found: payloads.Practitioner, habits: Habits) -> PractitionerRecord:
    """One from the list of inactive practitioners, whatever the object itself says."""
    return msgspec.structs.replace(practitioner(found, habits), active=False)


def location(found: payloads.Business, habits: Habits) -> LocationRecord:
    """Reference: Cliniko API, Businesses."""
    lines = (found.address_1, found.address_2, found.city, found.state, found.post_code)
    return LocationRecord(
        id=found.id,
        updated_at=found.updated_at,
        name=found.display_name or found.business_name or found.label or "",
        address=", ".join(line for line in lines if line),
        country_code=found.country_code or "",
        time_zone=_zone(found.time_zone_identifier, found.time_zone),
        contact=found.contact_information or "",
        online=bool(found.show_in_online_bookings),
        active=not (found.archived_at or found.deleted_at),
        appointment_type_ids=tuple(found.appointment_type_ids or ()),
    )


def offering(found: payloads.Service, habits: Habits) -> OfferingRecord:
    """Reference: Cliniko API, Services."""
    return OfferingRecord(
        location_id=found.business.id,
        appointment_type_id=found.appointment_type.id,
        practitioner_ids=tuple(link.id for link in found.practitioners or ()),
    )


def roster(found: payloads.DailyAvailability, habits: Habits) -> RosterRecord | None:
    """One weekday; ``None`` where Cliniko names no day.

    Sunday is 0 in Cliniko's present documentation and was 7 in the one before; both are read as Sunday.

    Reference: Cliniko API, Daily availabilities.
    """
    day = found.day_of_week
    if day is None or not 0 <= day <= 7:
        return None
    hours = (_hours(part) for part in found.availabilities or ())
    return RosterRecord(
        id=found.id,
        updated_at=found.updated_at,
        practitioner_id=_id(found.practitioner),
        location_id=_id(found.business),
        weekday=day or 7,
        hours=tuple(sorted(part for part in hours if part is not None)),
    )


#: One object of a list as a record, or ``None`` when it says nothing.
Mapper = Callable[..., msgspec.Struct | None]


def _hours(part: payloads.Hours) -> tuple[time, time] | None:
    starts, ends = _time(part.starts_at), _time(part.ends_at)
    return (starts, ends) if starts is not None and ends is not None and starts < ends else None


def _time(text: str) -> time | None:
    if text.startswith("24:"):
        return time(23, 59)
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def _status(cancelled_at: datetime | None, *, did_not_arrive: bool | None) -> AppointmentStatus:
    if cancelled_at is not None:
        return AppointmentStatus.CANCELLED
    return AppointmentStatus.DNA if did_not_arrive else AppointmentStatus.CONFIRMED


def _id(link: Link | None) -> str:
    return link.id if link is not None else ""


def _zone(identifier: str | None, label: str | None) -> str:
    """The IANA name; some accounts have only the label of Cliniko's own menu ("Melbourne")."""
    if identifier:
        return identifier
    if label in _AUSTRALIAN:
        return f"Australia/{label}"
    return _OTHER_ZONES.get(label or "", "")
