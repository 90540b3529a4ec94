"""Booking an offered time, once and truthfully, and following up what is not known yet."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Header, Router, Status
from pydantic import Field

from routiq.api import errors, offers, schemas, showing
from routiq.api.answers import answers
from routiq.api.auth import Caller, caller_of
from routiq.api.fields import Taken, Text
from routiq.frontdesk.booking import answer, book
from routiq.frontdesk.models import Booking
from routiq.frontdesk.wishes import BookingAnswer, BookingRequest, OfferedTime, Outcome
from routiq.mirror.models import Patient

router = Router(tags=["booking"])

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=80,
        pattern=r"^[\x21-\x7e]+$",
        description="Your own name for this booking, such as a UUID. The same key twice is one booking.",
    ),
]


class WishedBooking(Taken):
    patient_id: int = Field(strict=True, description="Our id of the patient, from GET /patients.")
    offer: Text = Field(min_length=1, max_length=4000, description="The `offer` of a time from GET /availability.")
    accepting_words: Text = Field("", max_length=500, description="What the patient said to accept it, if anything.")


@router.post(
    "/appointments",
    response=answers({201: schemas.Booking, 202: schemas.Booking}, 404, 409, takes_body=True),
    summary="Book an offered time",
)
def book_appointment(
    request: HttpRequest, wanted: WishedBooking, key: IdempotencyKey, response: HttpResponse
) -> Status[schemas.Booking]:
    """The time is held, read again at the practice management system, written there, and its diary checked for
    overlaps before 201 is answered. 409 `slot_taken`: somebody was quicker, offer other times. 422 `not_allowed`: it
    may not be booked, and why. 503 `vendor_down`: nothing was booked. 202: sent, and no answer came; it is being
    looked up, follow it with GET /bookings/{id} and book nothing else meanwhile.

    An answer stays with its Idempotency-Key: to try again after 409, 422 or 503 `vendor_down`, use a new one; after
    503 `unavailable` the same."""
    caller = caller_of(request)
    intent = f"token:{caller.token_id}:{key}"
    offer, fresh = offers.unseal(wanted.offer, caller.practice.pk)
    patient = _patient(wanted.patient_id)
    earlier = _booked_as(intent)
    if earlier is not None:
        _same_or_refuse(earlier, patient, offer, wanted)
        response["Idempotent-Replayed"] = "true"
        return _told(answer(earlier), earlier, caller, response)
    if not fresh:
        raise offers.expired()
    told = book(
        BookingRequest(
            patient_id=patient.remote_id,
            offer=offer,
            intent_key=intent,
            channel="api",
            asked_by=str(caller.actor),
            accepting_words=wanted.accepting_words,
        )
    )
    made = _booked_as(intent)
    if made is None:
        raise _not_begun(told)
    # Another request with this key may have come in first, and this one was given its answer.
    _same_or_refuse(made, patient, offer, wanted)
    return _told(answer(made), made, caller, response)


@router.get(
    "/bookings/{uuid:booking_id}", response=answers({200: schemas.Booking}, 404), summary="What became of a booking"
)
def get_booking(request: HttpRequest, booking_id: UUID) -> schemas.Booking:
    """The journal of one booking: its outcome, and each step that was taken."""
    row = Booking.objects.filter(pk=booking_id).first()
    if row is None:
        raise errors.not_found("booking")
    return showing.booking(row, with_notes=caller_of(request).practice.keep_patient_notes)


def _patient(pk: int) -> Patient:
    patient = Patient.objects.filter(pk=pk).first()
    if patient is None:
        error = errors.not_found("patient")
        error.fields = {"patient_id": error.message}
        raise error
    return patient


def _booked_as(intent: str) -> Booking | None:
    return Booking.objects.filter(intent_key=intent).first()


def _same_or_refuse(booking: Booking, patient: Patient, offer: OfferedTime, wanted: WishedBooking) -> None:
    asked = (patient.remote_id, offer.practitioner_id, offer.location_id, offer.appointment_type_id, offer.starts_at)
    stored = (
        booking.patient_remote_id,
        booking.practitioner_remote_id,
        booking.location_remote_id,
        booking.appointment_type_remote_id,
        booking.starts_at,
    )
    if asked != stored or wanted.accepting_words != booking.accepting_words:
        raise errors.ApiError(
            422,
            "idempotency_mismatch",
            "This Idempotency-Key was used for another booking.",
            "Use a new key for each booking, and the same one only to repeat it unchanged.",
            fields={"Idempotency-Key": "This key belongs to another booking."},
        )


def _told(told: BookingAnswer, booking: Booking, caller: Caller, response: HttpResponse) -> Status[schemas.Booking]:
    if told.outcome not in (Outcome.BOOKED, Outcome.UNCERTAIN):
        raise _refusal(told)
    response["Location"] = f"/api/v1/bookings/{booking.pk}"
    shown = showing.booking(booking, with_notes=caller.practice.keep_patient_notes)
    return Status(201 if told.outcome is Outcome.BOOKED else 202, shown)


def _refusal(told: BookingAnswer) -> errors.ApiError:
    """Nothing is booked, and this is why."""
    status, message, advice = {
        Outcome.SLOT_TAKEN: (
            409,
            "This time has just been taken.",
            "Ask GET /availability again and offer another time, with a new Idempotency-Key.",
        ),
        Outcome.NOT_ALLOWED: (
            422,
            "This may not be booked.",
            "Put right what the message names, then book again with a new Idempotency-Key.",
        ),
        Outcome.VENDOR_DOWN: (
            503,
            "The practice management system does not answer.",
            "Nothing was booked. Try again later, with a new Idempotency-Key.",
        ),
    }[told.outcome]
    return errors.ApiError(
        status,
        told.outcome,
        told.message or message,
        told.advice or advice,
        booking_id=told.booking_id,
        headers={"Retry-After": "30"} if status == 503 else None,
    )


def _not_begun(told: BookingAnswer) -> errors.ApiError:
    """Refused before anything was written down; or the same request is at work at this moment."""
    if told.outcome is not Outcome.UNCERTAIN:
        return _refusal(told)
    return errors.ApiError(
        409,
        "in_progress",
        "The same booking is being made at this moment.",
        "Repeat this request unchanged in a second: it will give that booking's answer.",
        headers={"Retry-After": "1"},
    )
