"""What any practice management system tells us: immutable, vendor-neutral, in UTC.

Ids are the vendor's, as strings, end to end: they may have more digits than a float holds. A record's
``updated_at`` is the vendor's stamp (aware, UTC) by which a newer version is told from an older one; where the vendor
stamps nothing it is always :data:`UNSTAMPED`, and what was read later is newer.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum

import msgspec

UNSTAMPED = datetime(1970, 1, 1, tzinfo=UTC)


class PatientStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    DECEASED = "deceased"


class AppointmentStatus(StrEnum):
    """How a booking stands; ``CONFIRMED`` is the seeds' word for one that stands and is neither cancelled nor DNA."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    DNA = "dna"


class VisitWord(StrEnum):
    """The words that vendors show for how an appointment stands; each uses some of them."""

    CANCELLED = "cancelled"
    DNA = "dna"
    COMPLETED = "completed"
    UNINVOICED = "uninvoiced"
    CONFIRMED = "confirmed"


class CancellationReason(StrEnum):
    """Why a patient cancels, as far as any vendor can store it; each maps it to its own codes."""

    FEELING_BETTER = "feeling_better"
    CONDITION_WORSE = "condition_worse"
    SICK = "sick"
    AWAY = "away"
    WORK = "work"
    OTHER = "other"


# A run makes a hundred thousand of these. None can refer to itself, so nobody looks through them for cycles.


class Record(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    id: str
    updated_at: datetime


class AccountRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Whose key this is: the practice's account at the vendor."""

    id: str
    name: str
    country_code: str = ""
    time_zone: str = ""
    """IANA name, or empty when the vendor does not say."""
    user_id: str = ""
    user_role: str = ""
    is_administrator: bool = False


class BookingRulesRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The account's online-booking settings, as far as the vendor has them; ``None`` is "no such rule"."""

    online_bookings_enabled: bool
    days_in_advance: int | None = None
    minimum_notice_hours: int | None = None
    max_per_day_segment: int | None = None
    cancellation_notice_hours: int | None = None
    policy: str = ""


class LocationRecord(Record, frozen=True, kw_only=True):
    name: str
    address: str = ""
    country_code: str = ""
    time_zone: str
    """IANA name."""
    contact: str = ""
    online: bool = False
    """Shown in online bookings."""
    active: bool = True
    appointment_type_ids: tuple[str, ...] = ()


class PractitionerRecord(Record, frozen=True, kw_only=True):
    name: str
    """As patients say it, without title: "Mina Okafor"."""
    title: str = ""
    first_name: str = ""
    last_name: str = ""
    designation: str = ""
    online: bool = False
    active: bool = True


class AppointmentTypeRecord(Record, frozen=True, kw_only=True):
    name: str
    category: str = ""
    description: str = ""
    duration_minutes: int
    max_attendees: int = 1
    """Any other number than one is a class; 0 is one of which the vendor does not say how many it holds."""
    online: bool = False
    active: bool = True
    lead_time_hours: int | None = None
    telehealth: bool = False


class OfferingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Who does what where: these practitioners do this type at this location."""

    location_id: str
    appointment_type_id: str
    practitioner_ids: tuple[str, ...]


class RosterRecord(Record, frozen=True, kw_only=True):
    """One weekday of a practitioner's weekly template at a location, in the location's local time."""

    practitioner_id: str
    location_id: str
    weekday: int
    """ISO: 1 is Monday, 7 is Sunday."""
    hours: tuple[tuple[time, time], ...]


class PhoneNumber(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    number: str
    """As typed at the practice."""
    e164: str = ""
    """``+61491570006``, or empty when it is no valid number."""
    kind: str = ""
    """``mobile``, ``home``, ``work``, ``fax`` or ``other``."""


class PatientRecord(Record, frozen=True, kw_only=True):
    first_name: str
    last_name: str
    preferred_name: str = ""
    title: str = ""
    date_of_birth: date | None = None
    email: str = ""
    phones: tuple[PhoneNumber, ...] = ()
    sex: str = ""
    gender: str = ""
    address_lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    post_code: str = ""
    country_code: str = ""
    time_zone: str = ""
    status: PatientStatus = PatientStatus.ACTIVE
    notes: str = ""
    """Empty unless the practice has switched notes on."""
    merged_into: str = ""
    """Id of the surviving patient when this one was merged away."""
    created_at: datetime | None = None
    archived_at: datetime | None = None


class AppointmentRecord(Record, frozen=True, kw_only=True):
    """One individual appointment. A class is a ``ClassRecord``, a seat in it an ``AttendanceRecord``."""

    starts_at: datetime
    ends_at: datetime
    patient_id: str
    practitioner_id: str
    location_id: str
    appointment_type_id: str
    status: AppointmentStatus = AppointmentStatus.CONFIRMED
    arrived: bool = False
    completed: bool = False
    """The vendor itself says that the visit is over; one that has no such word leaves it."""
    invoiced: bool | None = None
    """``None``: the vendor does not say."""
    cancelled_at: datetime | None = None
    cancellation_reason: str = ""
    notes: str = ""
    booked_online: bool = False
    deleted_at: datetime | None = None
    """Set when the vendor archived or deleted it: it no longer stands in the diary."""
    created_at: datetime | None = None


class ClassRecord(Record, frozen=True, kw_only=True):
    """One session of a class (a group appointment)."""

    starts_at: datetime
    ends_at: datetime
    practitioner_id: str
    location_id: str
    appointment_type_id: str
    max_attendees: int
    """0: the vendor does not say."""
    deleted_at: datetime | None = None
    created_at: datetime | None = None


class AttendanceRecord(Record, frozen=True, kw_only=True):
    """One patient's seat in a class session."""

    class_id: str
    patient_id: str
    status: AppointmentStatus = AppointmentStatus.CONFIRMED
    arrived: bool = False
    cancelled_at: datetime | None = None
    deleted_at: datetime | None = None
    created_at: datetime | None = None


class DeletionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The vendor says that this record was removed for good."""

    id: str
    deleted_at: datetime


class BlockRecord(Record, frozen=True, kw_only=True):
    """A stretch of time, of minutes or of weeks, in which a practitioner takes no bookings, wherever they work."""

    starts_at: datetime
    ends_at: datetime
    practitioner_id: str
    location_id: str
    """Whose diary it was entered in."""
    notes: str = ""
    """Only where the practice keeps notes."""
    deleted_at: datetime | None = None
    created_at: datetime | None = None


class WaitingListRecord(Record, frozen=True, kw_only=True):
    """One patient's wish to be told when a time comes free."""

    patient_id: str
    location_id: str = ""
    appointment_type_id: str = ""
    """A service or a class; empty when none was named."""
    practitioner_ids: tuple[str, ...] = ()
    """Preferred, the first choice first; empty: anyone."""
    priority: str = ""
    days: str = ""
    """As typed at the practice, and so are ``times``."""
    times: str = ""
    notes: str = ""
    """Empty unless the practice has switched notes on."""
    active: bool = True
    created_at: datetime | None = None


class PaymentRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Money received against an invoice."""

    id: str
    paid_on: date
    amount: Decimal
    method: str = ""
    void: bool = False


class InvoiceRecord(Record, frozen=True, kw_only=True):
    """One bill with its payments, in the practice's currency."""

    number: str = ""
    patient_id: str
    practitioner_id: str = ""
    location_id: str = ""
    issued_at: datetime
    total: Decimal
    paid: Decimal
    outstanding: Decimal
    third_party: bool = False
    """Somebody else than the patient owes it."""
    payments: tuple[PaymentRecord, ...] = ()
    void: bool = False


class TreatmentNote(msgspec.Struct, frozen=True, kw_only=True):
    """What a practitioner wrote about a visit. Read for one conversation, never stored."""

    id: str
    practitioner_id: str
    written_at: datetime
    case_title: str = ""
    text: str

    def __repr__(self) -> str:
        """Fit for a log."""
        return f"TreatmentNote(id={self.id!r})"


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A start that the vendor's own online-booking rules offer (aware, UTC)."""

    starts_at: datetime
    ends_at: datetime
    practitioner_id: str
    location_id: str
    appointment_type_id: str


class AppointmentDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be booked."""

    patient_id: str
    practitioner_id: str
    location_id: str
    appointment_type_id: str
    starts_at: datetime
    ends_at: datetime
    notes: str = ""


class AppointmentMove(msgspec.Struct, frozen=True, kw_only=True):
    """How an appointment shall stand: all of it, what stays the same included."""

    appointment_id: str
    patient_id: str
    practitioner_id: str
    location_id: str
    appointment_type_id: str
    starts_at: datetime
    ends_at: datetime


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What a booking or a move left in the diary, read after it."""

    record: AppointmentRecord
    conflict: bool | None = None
    """Does something else stand at its practitioner's time? ``None`` where what was read does not tell: then the
    vendor has to be asked (``Gateway.has_conflict``)."""


class Cancellation(msgspec.Struct, frozen=True, kw_only=True):
    """Which appointment is to be cancelled, and why."""

    appointment_id: str
    patient_id: str
    reason: CancellationReason = CancellationReason.OTHER
    note: str = ""


class PatientDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to be registered. All that was not asked for stays empty."""

    first_name: str
    last_name: str
    date_of_birth: date | None = None
    email: str = ""
    mobile: str = ""
    """As it shall stand at the practice."""
    phone: str = ""
    """A further number."""
    address_lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    post_code: str = ""
    notes: str = ""
