"""What the API gives: shapes only, filled by :mod:`routiq.api.showing`.

Ids of the practice management system are strings, because they are longer than a JSON number is exact. A moment is
given twice: in UTC, and as the clock at the place shows it.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from routiq.api.fields import Given
from routiq.pms import registry


class ErrorBody(Given):
    code: str = Field(description="Stable and for programs, such as `slot_taken` or `key_rejected.wrong_shard`.")
    message: str = Field(description="What happened, in one sentence.")
    advice: str = Field(description="What to do next.")
    fields: dict[str, str] | None = Field(None, description="Field name to what is wrong with it.")
    booking_id: UUID | None = Field(None, description="The booking that this is about: see GET /bookings/{id}.")


class Error(Given):
    error: ErrorBody


class Connection(Given):
    id: int
    vendor: str = Field(examples=[registry.vendors()[0].name])
    region: str = Field(examples=["au2"])
    account_name: str
    state: str = Field(description="`active`, `paused` or `disconnected`.")
    key_hint: str = Field(description="The last characters of the key, to tell two keys apart.")
    connected_at: datetime
    key_set_at: datetime
    last_ok_at: datetime | None
    paused: Paused | None = Field(description="Why it is paused, and what the owner has to do.")


class Paused(Given):
    code: str
    message: str
    advice: str
    at: datetime | None


class Connections(Given):
    items: list[Connection]


class Location(Given):
    remote_id: str
    name: str
    address: str
    country_code: str
    time_zone: str
    contact: str
    online: bool = Field(description="Open for online bookings.")
    active: bool


class Practitioner(Given):
    remote_id: str
    name: str
    title: str
    designation: str
    online: bool = Field(description="Open for online bookings.")
    active: bool


class AppointmentType(Given):
    remote_id: str
    name: str
    category: str
    description: str
    duration_minutes: int
    max_attendees: int = Field(description="More than one: a class.")
    online: bool = Field(description="Open for online bookings.")
    active: bool
    telehealth: bool


class BookingRules(Given):
    online_bookings_enabled: bool
    days_in_advance: int | None
    minimum_notice_hours: int | None
    max_per_day_segment: int | None
    cancellation_notice_hours: int | None


class SwitchedOff(Given):
    scope: str = Field(description="`account`, `location`, `practitioner` or `appointment_type`.")
    name: str
    switch: str = Field(description="The switch's label at the vendor.")
    path: list[str] = Field(description="Where the switch is, outermost menu first.")


class Counts(Given):
    patients_active: int
    patients_all: int
    appointments: int
    upcoming: int


class Practice(Given):
    id: int
    name: str
    time_zone: str
    country_code: str
    status: str = Field(description="`live`, or `pending`: nothing is booked yet.")
    connection: Connection | None
    counts: Counts
    locations: list[Location]
    practitioners: list[Practitioner]
    appointment_types: list[AppointmentType]
    booking_rules: BookingRules | None
    switched_off: list[SwitchedOff] = Field(description="What cannot be booked online, and what to switch on.")


class StreamProgress(Given):
    stream: str
    label: str
    state: str = Field(description="`waiting`, `running` or `done`.")
    fetched: int
    total: int | None = Field(description="Null until the vendor has said how many there are.")


class Progress(Given):
    records: int
    total: int | None
    requests: int
    per_minute: float | None = Field(description="Records a minute, measured over this run.")
    seconds_left: float | None
    streams: list[StreamProgress]


class RunError(Given):
    code: str
    message: str
    advice: str


class SyncRun(Given):
    id: int
    connection_id: int
    kind: str = Field(description="`first` or `changes`.")
    state: str = Field(description="`running`, `paused`, `done` or `failed`.")
    requested_at: datetime
    began_at: datetime | None
    finished_at: datetime | None
    error: RunError | None


class SyncRunDetail(SyncRun):
    progress: Progress


class SyncRuns(Given):
    items: list[SyncRun]
    next: str | None = Field(description="Hand back as `after` for the following page.")


class Phone(Given):
    number: str = Field(description="As the practice typed it.")
    e164: str = Field(description="As it is dialled from anywhere; empty when it is no valid number.")
    kind: str


class Patient(Given):
    id: int = Field(description="Ours: what the API takes.")
    remote_id: str = Field(description="The practice management system's.")
    first_name: str
    last_name: str
    preferred_name: str
    date_of_birth: date | None
    email: str
    status: str = Field(description="`active`, `inactive` (archived) or `deceased`.")
    phones: list[Phone]


class Patients(Given):
    items: list[Patient]
    next: str | None = Field(description="Hand back as `after` for the following page.")


class PatientDetail(Patient):
    title: str
    sex: str
    gender: str
    address_lines: list[str]
    city: str
    state: str
    post_code: str
    country_code: str
    notes: str = Field(description="Empty unless the practice keeps notes.")
    merged_into: int | None = Field(description="The patient that this merged one lives on as.")
    created_at: datetime | None
    archived_at: datetime | None


class Payment(Given):
    remote_id: str
    paid_on: date
    amount: str = Field(description="In the practice's currency, to the cent.", examples=["79.50"])
    method: str


class Invoice(Given):
    remote_id: str
    number: str
    issued_at: datetime
    total: str = Field(examples=["110.00"])
    paid: str
    outstanding: str
    third_party: bool = Field(description="Somebody else than the patient owes it.")
    void: bool = Field(description="Nothing is owed on it.")
    practitioner: str
    location: str
    payments: list[Payment] = Field(description="Those that count; void ones are left out.")


class Invoices(Given):
    items: list[Invoice]
    owed: str = Field(description="What the patient still owes; what third parties owe is left out.")


class WaitingListEntry(Given):
    remote_id: str
    patient_id: int | None = Field(description="Null while the patient is not copied yet.")
    patient: str
    appointment_type: str = Field(description="Empty: anything.")
    location: str = Field(description="Empty: any.")
    practitioners: list[str] = Field(description="The first choice first; empty: anyone.")
    priority: str
    days: str = Field(description="As typed at the practice, and so are `times`.")
    times: str
    notes: str = Field(description="Empty unless the practice keeps notes.")
    since: datetime | None


class WaitingList(Given):
    items: list[WaitingListEntry]


class Appointment(Given):
    remote_id: str
    starts_at: datetime = Field(description="UTC.")
    ends_at: datetime = Field(description="UTC.")
    local_start: datetime = Field(description="By the clock at the location.")
    local_end: datetime
    time_zone: str = Field(examples=["Australia/Sydney"])
    status: str = Field(description="`confirmed`, `cancelled` or `dna` (did not arrive).")
    vendor_status: str = Field(
        description="The practice management system's own word: `confirmed`, `cancelled`, `dna`, `completed` or "
        "`uninvoiced`, as far as it has them."
    )
    arrived: bool
    completed: bool = Field(description="The practice management system says that the visit is over.")
    invoiced: bool | None = Field(description="Null where the practice management system does not say.")
    practitioner: str
    appointment_type: str
    location: str
    is_class: bool
    is_upcoming: bool
    cancellation_reason: str
    notes: str = Field(description="Empty unless the practice keeps notes.")


class Appointments(Given):
    items: list[Appointment]


class Choice(Given):
    id: str
    name: str


class Menu(Given):
    appointment_types: list[Choice]
    practitioners: list[Choice]
    locations: list[Choice]


class Offer(Given):
    offer: str = Field(description="Hand this to POST /appointments within ten minutes.")
    starts_at: datetime = Field(description="UTC.")
    ends_at: datetime = Field(description="UTC.")
    local_start: datetime = Field(description="By the clock at the location.")
    local_end: datetime
    time_zone: str
    practitioner: Choice
    location: Choice
    appointment_type: Choice


class Availability(Given):
    offers: list[Offer]
    reason: str | None = Field(
        description="Why there is none: `full`, `beyond` (past the furthest day that can be booked), `too_soon` "
        "(within the practice's notice), `switched_off` or `not_offered`."
    )
    advice: str = Field(description="For staff: what to switch on and where.")


class Step(Given):
    at: datetime
    step: str = Field(description="Such as `held`, `times_read`, `sent`, `answered`, `conflicts_read`, `closed`.")


class Confirmation(Given):
    state: str = Field(
        description="`waiting`, `uncertain` (being looked up), `sent`, `delivered` (as far as networks tell) or "
        "`not_sent`."
    )
    reason: str = Field(
        description="Why it is not sent, such as `no_mobile`, `stopped` or `invalid_number`; or empty."
    )
    words: str = Field(description="What the text says; empty where there is none.")
    number_ending: str = Field(description="The last three digits of the patient's mobile.")
    due_at: datetime | None = Field(description="While it waits: when it goes out. UTC.")
    sent_at: datetime | None = Field(description="When the carrier took it. UTC.")


_CONFIRMATION = Field(
    description="The text to the patient, or why there is none; null where none was meant to be: before it is done, "
    "with texts switched off, and where the installation sends none."
)


class Booking(Given):
    id: UUID
    outcome: str = Field(description="`booked`, `slot_taken`, `not_allowed`, `uncertain` or `vendor_down`.")
    is_final: bool = Field(description="False while it is still being found out: ask again.")
    reference: str = Field(description="Stands in the appointment's notes at the practice.")
    patient_id: int | None
    starts_at: datetime
    ends_at: datetime
    message: str
    appointment: Appointment | None = Field(description="Only once the practice's system has it.")
    created_at: datetime
    finished_at: datetime | None
    steps: list[Step]
    text: Confirmation | None = _CONFIRMATION


class Change(Given):
    id: UUID
    kind: str = Field(description="`move`, `cancellation` or `registration`.")
    outcome: str = Field(description="`done`, `slot_taken`, `not_allowed`, `uncertain` or `vendor_down`.")
    is_final: bool = Field(description="False while it is still being found out: ask again.")
    reference: str
    patient_id: int | None = Field(description="Of a registration: the new patient, once the copy has it.")
    appointment_remote_id: str = Field(description="Empty for a registration.")
    starts_at: datetime | None = Field(description="The time that was wished for, or given up. UTC.")
    message: str
    created_at: datetime
    finished_at: datetime | None
    steps: list[Step]
    text: Confirmation | None = _CONFIRMATION
