"""The parts of Cliniko's answers that we use, typed. Unknown keys are skipped; a missing association is
``None``.

Only what a record needs is named here, so nothing else of an answer is ever held: no Medicare numbers, no
secret cancellation links, no custom fields.

Reference: Cliniko API, OpenAPI document, section of each resource.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

#: An id of which nothing is believed before it looks like one.
Digits = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,40}\Z")]


class Payload(msgspec.Struct, frozen=True, gc=False):
    """One object of an answer."""


class Self(Payload, frozen=True, gc=False):
    href: str | None = msgspec.field(default=None, name="self")


class Link(Payload, frozen=True, gc=False):
    """How Cliniko names a related record: by its address only."""

    links: Self | None = None

    @property
    def id(self) -> str:
        """The related record's id: the last part of the address, or empty."""
        links = self.links
        return id_in(links.href) if links is not None and links.href else ""


def id_in(href: str) -> str:
    """``…/patients/1408210033445566778`` -> ``1408210033445566778``."""
    tail = href.rpartition("/")[2]
    if tail and "?" not in href:
        return tail
    return href.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]


class Phone(Payload, frozen=True, gc=False):
    number: str | None = None
    normalized_number: str | None = None
    phone_type: str | None = None


class Patient(Payload, frozen=True, gc=False, kw_only=True):
    id: str
    created_at: datetime
    updated_at: datetime
    first_name: str | None = None
    last_name: str | None = None
    preferred_first_name: str | None = None
    title: str | None = None
    date_of_birth: date | None = None
    email: str | None = None
    patient_phone_numbers: list[Phone] | None = None
    sex: str | None = None
    gender_identity: str | None = None
    gender: str | None = None
    address_1: str | None = None
    address_2: str | None = None
    address_3: str | None = None
    city: str | None = None
    state: str | None = None
    post_code: str | None = None
    country_code: str | None = None
    time_zone: str | None = None
    notes: str | None = None
    archived_at: datetime | None = None
    deleted_at: datetime | None = None
    merged_at: datetime | None = None
    merged_with_patient: Link | None = None


class DeletedPatient(Payload, frozen=True, gc=False, kw_only=True):
    deleted_at: datetime
    links: Self


class IndividualAppointment(Payload, frozen=True, gc=False, kw_only=True):
    id: str
    created_at: datetime
    updated_at: datetime
    starts_at: datetime
    ends_at: datetime | None = None
    patient: Link | None = None
    practitioner: Link | None = None
    business: Link | None = None
    appointment_type: Link | None = None
    patient_arrived: bool | None = None
    did_not_arrive: bool | None = None
    cancelled_at: datetime | None = None
    cancellation_reason_description: str | None = None
    notes: str | None = None
    online_booking_policy_accepted: bool | None = None
    archived_at: datetime | None = None
    deleted_at: datetime | None = None


class GroupAppointment(Payload, frozen=True, gc=False, kw_only=True):
    id: str
    created_at: datetime
    updated_at: datetime
    starts_at: datetime
    ends_at: datetime | None = None
    practitioner: Link | None = None
    business: Link | None = None
    appointment_type: Link | None = None
    max_attendees: int
    archived_at: datetime | None = None
    deleted_at: datetime | None = None


class Attendee(Payload, frozen=True, gc=False, kw_only=True):
    id: str
    created_at: datetime
    updated_at: datetime
    booking: Link | None = None
    patient: Link | None = None
    arrived: bool | None = None
    cancelled_at: datetime | None = None
    archived_at: datetime | None = None
    deleted_at: datetime | None = None


class UnavailableBlock(Payload, frozen=True, gc=False, kw_only=True):
    id: str
    created_at: datetime
    updated_at: datetime
    starts_at: datetime
    ends_at: datetime | None = None
    practitioner: Link | None = None
    business: Link | None = None
    notes: str | None = None
    archived_at: datetime | None = None
    deleted_at: datetime | None = None


class AppointmentType(Payload, frozen=True, gc=False, kw_only=True):
    id: str
    updated_at: datetime
    name: str
    category: str | None = None
    description: str | None = None
    duration_in_minutes: int
    max_attendees: int | None = None
    show_in_online_bookings: bool | None = None
    online_bookings_lead_time_hours: int | None = None
    telehealth_enabled: bool | None = None
    archived_at: datetime | None = None


class Practitioner(Payload, frozen=True, gc=False, kw_only=True):
    id: str
    updated_at: datetime
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    label: str | None = None
    display_name: str | None = None
    designation: str | None = None
    active: bool | None = None
    show_in_online_bookings: bool | None = None


class Business(Payload, frozen=True, gc=False, kw_only=True):
    id: str
    updated_at: datetime
    business_name: str | None = None
    display_name: str | None = None
    label: str | None = None
    address_1: str | None = None
    address_2: str | None = None
    city: str | None = None
    state: str | None = None
    post_code: str | None = None
    country_code: str | None = None
    contact_information: str | None = None
    show_in_online_bookings: bool | None = None
    appointment_type_ids: list[str] | None = None
    time_zone: str | None = None
    time_zone_identifier: str | None = None
    archived_at: datetime | None = None
    deleted_at: datetime | None = None


class Service(Payload, frozen=True, gc=False, kw_only=True):
    appointment_type: Link
    business: Link
    practitioners: list[Link] | None = None


class Hours(Payload, frozen=True, gc=False):
    starts_at: str
    ends_at: str


class DailyAvailability(Payload, frozen=True, gc=False, kw_only=True):
    id: str
    updated_at: datetime
    day_of_week: int | None = None
    availabilities: list[Hours] | None = None
    business: Link | None = None
    practitioner: Link | None = None


class Account(Payload, frozen=True, gc=False, kw_only=True):
    id: str
    name: str
    country_code: str | None = None


class OnlineBookings(Payload, frozen=True, gc=False, kw_only=True):
    enabled: bool
    allow_bookings_days_in_advance: int | None = None
    min_hours_advance_required_to_book: int | None = None
    max_appointments_per_day_segment: int | None = None
    min_hours_notice_for_patient_cancellation: int | None = None
    policy: str | None = None


class PublicSettings(Payload, frozen=True, gc=False, kw_only=True):
    account: Account
    online_bookings: OnlineBookings


class User(Payload, frozen=True, gc=False, kw_only=True):
    id: str
    role: str | None = None
    time_zone: str | None = None
    time_zone_identifier: str | None = None


class AvailableTime(Payload, frozen=True, gc=False):
    appointment_start: datetime


class NextAvailableTime(Payload, frozen=True, gc=False):
    appointment_start: datetime | None = None


class ConflictsExist(Payload, frozen=True, gc=False):
    exist: bool


class Conflicts(Payload, frozen=True, gc=False):
    conflicts: ConflictsExist


class Webhook(Payload, frozen=True, gc=False, kw_only=True):
    id: Digits
    url: str
    created_at: datetime
    secret: str = ""


class EventData(Payload, frozen=True, gc=False):
    id: Digits


class Event(Payload, frozen=True, gc=False, kw_only=True):
    """The body of a delivery. Its links are left alone: addresses come from us."""

    type: str
    data: EventData
    occurred_at: msgspec.Raw = msgspec.Raw()


class PageLinks(Payload, frozen=True, gc=False):
    own: str | None = msgspec.field(default=None, name="self")
    next: str | None = None
    previous: str | None = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What every list answer has around its records."""

    total_entries: int
    links: PageLinks | None = None


class Patients(Envelope, frozen=True):
    rows: list[Patient] = msgspec.field(name="patients")


class DeletedPatients(Envelope, frozen=True):
    rows: list[DeletedPatient] = msgspec.field(name="patients")


class IndividualAppointments(Envelope, frozen=True):
    rows: list[IndividualAppointment] = msgspec.field(name="individual_appointments")


class GroupAppointments(Envelope, frozen=True):
    rows: list[GroupAppointment] = msgspec.field(name="group_appointments")


class Attendees(Envelope, frozen=True):
    rows: list[Attendee] = msgspec.field(name="attendees")


class UnavailableBlocks(Envelope, frozen=True):
    rows: list[UnavailableBlock] = msgspec.field(name="unavailable_blocks")


class AppointmentTypes(Envelope, frozen=True):
    rows: list[AppointmentType] = msgspec.field(name="appointment_types")


class Practitioners(Envelope, frozen=True):
    rows: list[Practitioner] = msgspec.field(name="practitioners")


class Businesses(Envelope, frozen=True):
    rows: list[Business] = msgspec.field(name="businesses")


class Services(Envelope, frozen=True):
    rows: list[Service] = msgspec.field(name="services")


class DailyAvailabilities(Envelope, frozen=True):
    rows: list[DailyAvailability] = msgspec.field(name="daily_availabilities")


class Webhooks(Envelope, frozen=True):
    rows: list[Webhook] = msgspec.field(name="webhooks")


class AvailableTimes(Envelope, frozen=True):
    rows: list[AvailableTime] = msgspec.field(name="available_times")
