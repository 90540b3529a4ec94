"""Which times can be had."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from routiq.api import errors, schemas, showing
from routiq.api.answers import answers
from routiq.api.auth import caller_of
from routiq.api.fields import Clock, Day, RemoteId, Taken
from routiq.frontdesk.people import habit_of
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import Habit, NoTimes, Wish
from routiq.mirror.models import Patient

router = Router(tags=["booking"])


class WishedTimes(Taken):
    appointment_type: RemoteId = Field(min_length=1, description="Its id, from GET /menu.")
    practitioner: RemoteId = Field("", description="Id; empty: anybody.")
    location: RemoteId = Field("", description="Id; empty: anywhere.")
    patient_id: int | None = Field(
        None, ge=1, description="Our id, from GET /patients: whom and where they had last comes first."
    )
    first_day: Day | None = Field(None, alias="from", description="First day, in the practice's zone.")
    last_day: Day | None = Field(None, alias="to", description="Last day, inclusive.")
    not_before: Clock | None = Field(None, description="Earliest start in a day, by the clock at the location.")
    not_after: Clock | None = Field(None, description="Latest start in a day, inclusive.")
    count: int = Field(3, ge=1, le=10, description="How many times are wanted.")


@router.get("/availability", response=answers({200: schemas.Availability}), summary="Times that are free")
def get_availability(request: HttpRequest, wanted: Annotated[WishedTimes, Query()]) -> schemas.Availability:
    """A few real times, as the practice management system told them within the last minute: the earliest, then others
    spread over days and parts of the day. Each carries an `offer` that `POST /appointments` takes within ten minutes;
    booking reads the times again. When there is none, `reason` says why."""
    if wanted.first_day and wanted.last_day and wanted.last_day < wanted.first_day:
        raise errors.invalid({"to": "This day lies before “from”."})
    if wanted.not_before and wanted.not_after and wanted.not_after < wanted.not_before:
        raise errors.invalid({"not_after": "This time lies before “not_before”."})
    found = find_times(
        Wish(
            appointment_type_id=wanted.appointment_type,
            practitioner_id=wanted.practitioner,
            location_id=wanted.location,
            first_day=wanted.first_day,
            last_day=wanted.last_day,
            not_before=wanted.not_before,
            not_after=wanted.not_after,
            count=wanted.count,
            prefer=_habit(wanted.patient_id),
        )
    )
    if found.reason is NoTimes.UNAVAILABLE:
        raise errors.ApiError(
            503,
            "times_unavailable",
            "The practice's times cannot be read now.",
            found.advice or "Try again in a minute.",
            headers={"Retry-After": str(errors.seconds_until(found.until))},
        )
    practice_id = caller_of(request).practice.pk
    return schemas.Availability(
        offers=[showing.offer(each, practice_id) for each in found.offers], reason=found.reason, advice=found.advice
    )


def _habit(patient_id: int | None) -> Habit:
    if patient_id is None:
        return Habit()
    patient = Patient.objects.filter(pk=patient_id, removed_at=None).first()
    if patient is None:
        raise errors.invalid({"patient_id": "There is no such patient."})
    return habit_of(patient.remote_id)
