"""What the API gives about the front desk's day: the calendar, and the team's tasks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from routiq.api.fields import Given


class CalendarEntry(Given):
    remote_id: str
    is_class: bool
    starts_at: datetime = Field(description="UTC.")
    ends_at: datetime = Field(description="UTC.")
    local_start: datetime = Field(description="By the clock at the location.")
    local_end: datetime
    time_zone: str = Field(examples=["Australia/Sydney"])
    status: str = Field(description="`confirmed`, `cancelled` or `dna` (did not arrive).")
    arrived: bool
    completed: bool
    patient_id: int | None = Field(description="Null for a class, and for a patient whom the copy does not hold.")
    patient: str
    practitioner_id: str
    practitioner: str
    location_id: str
    location: str
    appointment_type: str
    taken: int | None = Field(description="Seats that stand, of a class; null for an appointment.")
    places: int | None = Field(description="Seats that there are; null where that is not known.")


class Unavailable(Given):
    remote_id: str
    practitioner_id: str
    practitioner: str
    starts_at: datetime = Field(description="UTC.")
    ends_at: datetime = Field(description="UTC; it may be weeks later.")
    notes: str = Field(description="Empty where the practice does not keep notes.")


class Calendar(Given):
    items: list[CalendarEntry]
    unavailable: list[Unavailable] = Field(
        description="When practitioners take no bookings, at whichever location, by the beginning."
    )


class Task(Given):
    id: int
    kind: str = Field(
        description="`call_back`, `check_booking`, `emergency`, `mark_dna` (count as did not arrive) or `offer_time` "
        "(ring somebody who waits: see GET /offers)."
    )
    summary: str = Field(description="What is to be done, in words.")
    created_at: datetime
    taken_by: str = Field(description="Who is at it: `person:3` or `token:1`; empty when nobody is.")
    taken_at: datetime | None
    done_by: str
    done_at: datetime | None
    note: str = Field(description="What whoever did it said about it.")
    conversation_id: int | None
    booking_id: UUID | None = Field(description="The booking that it is about: see GET /bookings/{id}.")
    change_id: UUID | None = Field(description="The other change that it is about: see GET /changes/{id}.")


class Tasks(Given):
    items: list[Task]
    next: str | None = Field(description="Hand back as `after` for the following page.")
    open: int = Field(description="How many are open in all.")
