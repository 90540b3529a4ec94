"""The parts of Nookal's answers that we use, typed as loosely as they come. Unknown keys are skipped.

Only what a record needs is named here, so nothing else of an answer is ever held: no health fund numbers, no
reminders, no diagnoses. What a value means is read by :mod:`routiq.pms.nookal.values`.

Reference: Nookal API v2, section of each method.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from routiq.pms.nookal.values import Scalar

T = TypeVar("T")

#: A list, as it comes: an array, an object with the positions as keys (as PHP writes what has gaps), or nothing.
Listed = list[T] | dict[str, T] | None


def rows(listed: Listed[T]) -> list[T]:
    if listed is None:
        return []
    return list(listed.values()) if isinstance(listed, dict) else listed


class Payload(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="pascal"):
    """One object of an answer."""


class Data(msgspec.Struct, frozen=True, kw_only=True):
    api_call: Scalar = None
    results: dict[str, msgspec.Raw] | list[msgspec.Raw] | None = None


class Details(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    total_items: Scalar = None
    next_page: Scalar = None
    error_code: Scalar = None
    error_message: Scalar = None
    alerts: list[Scalar] | dict[str, Scalar] | str | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    next_page: Scalar = None
    page_length: Scalar = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """An empty map comes as ``[]``."""

    status: Scalar = None
    data: Data | list[msgspec.Raw] | None = None
    details: Details | list[msgspec.Raw] | None = None
    settings: Settings | list[msgspec.Raw] | None = None


class Location(Payload, frozen=True, gc=False, kw_only=True):
    id: Scalar = msgspec.field(name="ID")
    name: Scalar = None
    address_line1: Scalar = None
    address_line2: Scalar = None
    address_line3: Scalar = None
    city: Scalar = None
    state: Scalar = None
    country: Scalar = None
    postcode: Scalar = None
    timezone: Scalar = None
    telephone: Scalar = None
    email: Scalar = None


class Practitioner(Payload, frozen=True, gc=False, kw_only=True):
    id: Scalar = msgspec.field(name="ID")
    first_name: Scalar = None
    last_name: Scalar = None
    title: Scalar = None
    speciality: Scalar = None
    locations: Listed[Scalar] = msgspec.field(name="locations", default=None)
    show_in_diary: Scalar = None
    status: Scalar = msgspec.field(name="status", default=None)


class Service(Payload, frozen=True, gc=False, kw_only=True):
    """An appointment type, or a class type."""

    id: Scalar = msgspec.field(name="ID")
    name: Scalar = None
    description: Scalar = None
    duration: Scalar = None
    category: Scalar = None
    locations: Listed[Scalar] = None
    active: Scalar = msgspec.field(name="active", default=None)


class Providers(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Who does one service at a location."""

    id: Scalar
    providers: Listed[Scalar] = None


class Patient(Payload, frozen=True, gc=False, kw_only=True):
    id: Scalar = msgspec.field(name="ID")
    title: Scalar = None
    first_name: Scalar = None
    last_name: Scalar = None
    nickname: Scalar = None
    dob: Scalar = msgspec.field(name="DOB", default=None)
    gender: Scalar = None
    email: Scalar = None
    mobile: Scalar = None
    home: Scalar = None
    work: Scalar = None
    fax: Scalar = None
    addr1: Scalar = None
    addr2: Scalar = None
    addr3: Scalar = None
    city: Scalar = None
    state: Scalar = None
    country: Scalar = None
    postcode: Scalar = None
    notes: Scalar = None
    active: Scalar = msgspec.field(name="active", default=None)
    deceased: Scalar = msgspec.field(name="deceased", default=None)
    date_created: Scalar = None
    date_modified: Scalar = None


class Appointment(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An appointment, or the place of a class in the diary."""

    id: Scalar = msgspec.field(name="ID")
    patient_id: Scalar = msgspec.field(name="patientID", default=None)
    practitioner_id: Scalar = msgspec.field(name="practitionerID", default=None)
    location_id: Scalar = msgspec.field(name="locationID", default=None)
    date: Scalar = msgspec.field(name="appointmentDate", default=None)
    starts: Scalar = msgspec.field(name="appointmentStartTime", default=None)
    ends: Scalar = msgspec.field(name="appointmentEndTime", default=None)
    time_zone: Scalar = msgspec.field(name="TimeZone", default=None)
    starts_utc: Scalar = msgspec.field(name="appointmentStartDateTimeUTC", default=None)
    ends_utc: Scalar = msgspec.field(name="appointmentEndDateTimeUTC", default=None)
    kind: Scalar = msgspec.field(name="appointmentType", default=None)
    type_id: Scalar = msgspec.field(name="appointmentTypeID", default=None)
    status: Scalar = None
    arrived: Scalar = None
    dna: Scalar = msgspec.field(name="DNA", default=None)
    cancelled: Scalar = None
    cancelled_at: Scalar = msgspec.field(name="cancellationDate", default=None)
    invoiced: Scalar = msgspec.field(name="invoiceGenerated", default=None)
    notes: Scalar = msgspec.field(name="Notes", default=None)
    created: Scalar = msgspec.field(name="dateCreated", default=None)
    modified: Scalar = msgspec.field(name="lastModified", default=None)


class ClassSession(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Older answers give classes the names of appointments; both are read."""

    id: Scalar = msgspec.field(name="ID")
    practitioner_id: Scalar = msgspec.field(name="practitionerID", default=None)
    location_id: Scalar = msgspec.field(name="locationID", default=None)
    class_date: Scalar = msgspec.field(name="classDate", default=None)
    class_starts: Scalar = msgspec.field(name="classStartTime", default=None)
    class_ends: Scalar = msgspec.field(name="classEndTime", default=None)
    date: Scalar = msgspec.field(name="appointmentDate", default=None)
    starts: Scalar = msgspec.field(name="appointmentStartTime", default=None)
    ends: Scalar = msgspec.field(name="appointmentEndTime", default=None)
    time_zone: Scalar = msgspec.field(name="TimeZone", default=None)
    class_type_id: Scalar = msgspec.field(name="classTypeID", default=None)
    class_id: Scalar = msgspec.field(name="classID", default=None)
    type_id: Scalar = msgspec.field(name="appointmentTypeID", default=None)
    seats: Scalar = msgspec.field(name="maxParticipants", default=None)
    cancelled: Scalar = None
    created: Scalar = msgspec.field(name="dateCreated", default=None)
    modified: Scalar = msgspec.field(name="lastModified", default=None)


class Participant(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    patient_id: Scalar = msgspec.field(name="patientID")
    arrived: Scalar = None
    dna: Scalar = msgspec.field(name="DNA", default=None)
    cancelled: Scalar = None
    cancelled_at: Scalar = msgspec.field(name="cancellationDate", default=None)
    modified: Scalar = msgspec.field(name="lastModified", default=None)


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One day of what keeps a practitioner from seeing patients. Whether it has an id and a place of its own is not
    documented."""

    id: Scalar = msgspec.field(name="ID", default=None)
    practitioner_id: Scalar = msgspec.field(name="ProviderID", default=None)
    location_id: Scalar = msgspec.field(name="LocationID", default=None)
    date: Scalar = msgspec.field(name="ApptDate", default=None)
    starts: Scalar = msgspec.field(name="StartTime", default=None)
    ends: Scalar = msgspec.field(name="EndTime", default=None)
    time_zone: Scalar = msgspec.field(name="TimeZone", default=None)
    title: Scalar = msgspec.field(name="EventTitle", default=None)
    active: Scalar = msgspec.field(name="IsActive", default=None)


class Waiting(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="camel"):
    id: Scalar = msgspec.field(name="ID")
    client_id: Scalar = msgspec.field(name="clientID", default=None)
    location_id: Scalar = msgspec.field(name="locationID", default=None)
    preferred_providers: list[Scalar] | dict[str, Scalar] | Scalar = None
    service_id: Scalar = msgspec.field(name="serviceID", default=None)
    class_id: Scalar = msgspec.field(name="classID", default=None)
    notes: Scalar = None
    priority: Scalar = None
    active: Scalar = None
    created: Scalar = None
    last_modified: Scalar = None
    requested_times: list[Scalar] | dict[str, Scalar] | Scalar = None
    requested_days: list[Scalar] | dict[str, Scalar] | Scalar = None


class Entry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    void: Scalar = None


class Payment(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    payment_id: Scalar = None
    void: Scalar = None
    date: Scalar = None
    amount: Scalar = None
    method: Scalar = None


class InvoiceDetails(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    entries: Listed[Entry] = None
    payments: Listed[Payment] = None


class Invoice(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="camel"):
    id: Scalar = msgspec.field(name="ID")
    invoice_number: Scalar = None
    patient_id: Scalar = msgspec.field(name="patientID", default=None)
    provider_id: Scalar = msgspec.field(name="providerID", default=None)
    location_id: Scalar = msgspec.field(name="locationID", default=None)
    date_created: Scalar = None
    is_third_party_invoice: Scalar = None
    total_payments: Scalar = None
    total_debits: Scalar = None
    total_balance: Scalar = None
    void: Scalar = None
    last_modified: Scalar = None
    details: InvoiceDetails | list[msgspec.Raw] | None = None


class Case(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The title was once called ``title``."""

    id: Scalar = msgspec.field(name="ID")
    title: Scalar = None
    case_title: Scalar = msgspec.field(name="caseTitle", default=None)


class Note(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    id: Scalar = msgspec.field(name="noteID")
    case_id: Scalar = msgspec.field(name="caseID", default=None)
    practitioner_id: Scalar = msgspec.field(name="practitionerID", default=None)
    date: Scalar = None
    status: Scalar = None
    html: Scalar = None
    answers: msgspec.Raw = msgspec.Raw(b"null")
    """A list of answers; in notes from a template an object that holds one."""
