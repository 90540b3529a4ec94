"""What the API gives about our waiting list, its offers, and the rules of the front desk."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from pydantic import Field

from routiq.api.fields import Given


class DayRange(Given):
    first: date | None
    last: date | None


class Wait(Given):
    id: int
    patient_id: int | None = Field(description="Null while the copy does not hold the patient.")
    patient: str
    appointment_type_id: str
    appointment_type: str
    practitioner_id: str = Field(description="Empty: anyone.")
    practitioner: str
    location_id: str = Field(description="Empty: anywhere.")
    location: str
    days: list[DayRange] = Field(description="Empty: any day.")
    weekdays: list[int] = Field(description="ISO, 1 is Monday; empty: any.")
    parts: list[str] = Field(description="`morning`, `afternoon`, `evening`; empty: any.")
    not_before: time | None
    not_after: time | None
    when: str = Field(description="The same in words.")
    sooner_than: str = Field(description="The `remote_id` of the appointment that a yes moves; empty: none.")
    priority: int = Field(description="1 normal, 2 high, 3 urgent.")
    reach_by: str = Field(description="How they like to be told: `phone`, `sms` or `email`.")
    note: str
    said_stop: bool = Field(description="They, or somebody with their number, said stop: they are offered nothing.")
    state: str = Field(description="`waiting`, `booked`, `left` or `lapsed`.")
    channel: str
    created_at: datetime
    ended_at: datetime | None
    booked_appointment_id: str = Field(description="The `remote_id` of what they waited for, once they have it.")


class Waits(Given):
    items: list[Wait]
    next: str | None = Field(description="Hand back as `after` for the following page.")
    waiting: int = Field(description="How many wait in all.")


class SlotOffer(Given):
    id: int
    wait_id: int
    patient_id: int | None
    patient: str
    starts_at: datetime = Field(description="UTC.")
    ends_at: datetime
    local_start: datetime = Field(description="By the clock at the location.")
    practitioner: str
    location: str
    appointment_type: str
    state: str = Field(
        description="`open`, `accepted` (being booked), `booked`, `declined`, `expired`, `gone` or `withdrawn`."
    )
    made_at: datetime
    expires_at: datetime
    message: str = Field(description="What is to be told, for staff.")
    task_id: int | None
    write_id: UUID | None = Field(description="Its journal: see GET /bookings/{id}, or GET /changes/{id} of a move.")


class SlotOffers(Given):
    items: list[SlotOffer]


class Question(Given):
    field: str
    needed: bool


class DeskRules(Given):
    late_cancellation: str = Field(description="`allow`, `warn`, `block` or `auto_dna`.")
    cancellation_window_hours: int = Field(description="Late is less than so many hours before; 0: never.")
    cancellation_fee: str = Field(description="A text that is said; nothing is charged.")
    booking_instructions: str = Field(description="What is said before each booking and each move.")
    offer_minutes: int = Field(description="So long is a freed time one patient's to take, from the waiting list.")
    offers_a_day: int = Field(description="Nobody who waits is offered more times in one day.")
    intake_fields: list[Question] = Field(description="What a new patient is asked beside the name, in order.")
    left_to_team: list[str] = Field(description="Ids of appointment types of which no times are offered.")
    text_confirmations: bool = Field(
        description="Whether a text goes to the patient after each booking, move and cancellation; only where the "
        "installation sends texts."
    )
