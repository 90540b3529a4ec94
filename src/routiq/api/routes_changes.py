"""Moving and cancelling an appointment, registering a patient: once, truthfully, by the front desk's own commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Router, Status
from pydantic import Field

from routiq.api import errors, offers, schemas, showing
from routiq.api.answers import answers
from routiq.api.auth import Caller, caller_of
from routiq.api.fields import Taken, Text
from routiq.api.routes_patients import router as of_patients  # one router for each address
from routiq.frontdesk import intake
from routiq.frontdesk.answering import answer
from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.changes import CancelRequest, ChangeAnswer, MoveRequest, RegisterRequest
from routiq.frontdesk.models import Write
from routiq.frontdesk.moving import reschedule
from routiq.frontdesk.registering import intake_questions, register_patient
from routiq.frontdesk.wishes import Outcome
from routiq.mirror.models import Appointment, Patient
from routiq.pms.records import CancellationReason, PatientDraft

router = Router(tags=["booking"])

#: Not marked as needed: an address that leads nowhere is told before a missing header.
ChangeKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=80,
        pattern=r"^[\x21-\x7e]*$",
        description="Needed. Your own name for this change, such as a UUID. The same key twice is one change.",
    ),
]


class WishedMove(Taken):
    offer: Text = Field(min_length=1, max_length=4000, description="The `offer` of a time from GET /availability.")
    accepting_words: Text = Field("", max_length=500, description="What the patient said to accept it, if anything.")


class WishedCancellation(Taken):
    reason: CancellationReason = CancellationReason.OTHER
    note: Text = Field("", max_length=200, description="For the practice, beside the reason.")
    warned: bool = Field(False, strict=True, description="The patient knows what a late cancellation means.")
    accepting_words: Text = Field("", max_length=500, description="What the patient said to accept it, if anything.")


class WishedPatient(Taken):
    first_name: Text = Field(max_length=255)
    last_name: Text = Field(max_length=255)
    date_of_birth: Text = Field("", max_length=40, description="`1991-03-17`, or day, month and year as said.")
    mobile: Text = Field("", max_length=40)
    phone: Text = Field("", max_length=40)
    email: Text = Field("", max_length=255)
    address: Text = Field("", max_length=255)
    city: Text = Field("", max_length=255)
    state: Text = Field("", max_length=255)
    post_code: Text = Field("", max_length=20)
    notes: Text = Field("", max_length=2000)
    not_these: list[Annotated[int, Field(strict=True)]] = Field(
        default_factory=list, max_length=50, description="Our ids of patients who look alike and are somebody else."
    )


@router.patch(
    "/appointments/{appointment_id}",
    response=answers({200: schemas.Change, 202: schemas.Change}, 404, 409, takes_body=True),
    summary="Move an appointment to an offered time",
)
def move_appointment(
    request: HttpRequest, appointment_id: str, wanted: WishedMove, response: HttpResponse, key: ChangeKey = ""
) -> Status[schemas.Change]:
    """One change of the same appointment, named by its `remote_id`. Its old time is kept for it until the new one is
    certain. 409 `slot_taken`: somebody was quicker, and it stands at its old time. 422 `not_allowed`: it may not be
    moved, and why. 503 `vendor_down`: nothing was changed. 202: sent, and no answer came; it is being looked up,
    follow it with GET /changes/{id} and change nothing else meanwhile."""
    appointment, caller = _appointment(appointment_id), caller_of(request)
    intent = intent_of("move", caller, key)
    offer, fresh = offers.unseal(wanted.offer, caller.practice.pk)
    earlier = _made_as(intent)
    if earlier is None and not fresh:
        raise offers.expired()
    if earlier is None:
        told = reschedule(
            MoveRequest(
                patient_id=appointment.patient_remote_id,
                appointment_id=appointment.remote_id,
                offer=offer,
                intent_key=intent,
                channel="api",
                asked_by=str(caller.actor),
                accepting_words=wanted.accepting_words,
            )
        )
        earlier = _made(intent, told)
    else:
        response["Idempotent-Replayed"] = "true"
    _same_or_refuse(
        earlier,
        {
            "appointment_remote_id": appointment.remote_id,
            "practitioner_remote_id": offer.practitioner_id,
            "location_remote_id": offer.location_id,
            "appointment_type_remote_id": offer.appointment_type_id,
            "starts_at": offer.starts_at,
            "accepting_words": wanted.accepting_words,
        },
    )
    return _told(earlier, response)


@router.post(
    "/appointments/{appointment_id}/cancel",
    response=answers({200: schemas.Change, 202: schemas.Change}, 404, 409, takes_body=True),
    summary="Cancel an appointment",
)
def cancel_appointment(
    request: HttpRequest,
    appointment_id: str,
    wanted: WishedCancellation,
    response: HttpResponse,
    key: ChangeKey = "",
) -> Status[schemas.Change]:
    """Named by its `remote_id`. 409 `ask_first`: it is late by the practice's rule, so tell the patient and repeat
    the request with `warned`. 422 `not_allowed`: it may not be cancelled, and why. 503 and 202 as for moving."""
    appointment, caller = _appointment(appointment_id), caller_of(request)
    intent = intent_of("cancel", caller, key)
    earlier = _made_as(intent)
    if earlier is None:
        told = cancel(
            CancelRequest(
                patient_id=appointment.patient_remote_id,
                appointment_id=appointment.remote_id,
                starts_at=appointment.starts_at,
                reason=wanted.reason,
                note=wanted.note,
                warned=wanted.warned,
                intent_key=intent,
                channel="api",
                asked_by=str(caller.actor),
                accepting_words=wanted.accepting_words,
            )
        )
        earlier = _made(intent, told)
    else:
        response["Idempotent-Replayed"] = "true"
    same = {"appointment_remote_id": appointment.remote_id, "accepting_words": wanted.accepting_words}
    _same_or_refuse(earlier, same, {"reason": wanted.reason.value, "note": wanted.note})
    return _told(earlier, response)


@of_patients.post(
    "/patients",
    response=answers({201: schemas.Change, 202: schemas.Change}, 409, takes_body=True),
    summary="Register a new patient",
)
def register_new_patient(
    request: HttpRequest, wanted: WishedPatient, response: HttpResponse, key: ChangeKey = ""
) -> Status[schemas.Change]:
    """What the practice asks of a new patient, checked: 422 `invalid` names each field that is missing or wrong, or
    that it does not ask for. 409 `ask_first`: somebody like this is a patient already; if it is somebody else, repeat
    the request with their ids in `not_these`. 503 and 202 as for moving."""
    caller = caller_of(request)
    intent = intent_of("register", caller, key)
    given = {name: text for name, text in wanted.model_dump(exclude={"not_these"}).items() if text}
    draft = _draft(given, caller)
    earlier = _made_as(intent)
    if earlier is None:
        told = register_patient(
            RegisterRequest(
                given=given,
                not_these=tuple(Patient.objects.filter(pk__in=wanted.not_these).values_list("remote_id", flat=True)),
                intent_key=intent,
                channel="api",
                asked_by=str(caller.actor),
            )
        )
        earlier = _made(intent, told)
    else:
        response["Idempotent-Replayed"] = "true"
    _same_or_refuse(earlier, {}, msgspec.json.decode(msgspec.json.encode(draft)))
    return _told(earlier, response)


@router.get(
    "/changes/{uuid:change_id}", response=answers({200: schemas.Change}, 404), summary="What became of a change"
)
def get_change(request: HttpRequest, change_id: UUID) -> schemas.Change:
    """The journal of one move, cancellation or registration: its outcome, and each step that was taken."""
    row = Write.objects.exclude(kind=Write.Kind.BOOKING).filter(pk=change_id).first()
    if row is None:
        raise errors.not_found("change")
    return showing.change(row)


def _appointment(remote_id: str) -> Appointment:
    is_id = remote_id.isprintable()  # The database takes no NUL even to look for it.
    found = Appointment.objects.filter(remote_id=remote_id, removed_at=None).first() if is_id else None
    if found is None:
        raise errors.not_found("appointment")
    return found


def intent_of(what: str, caller: Caller, key: str) -> str:
    if not key:
        raise errors.invalid({"Idempotency-Key": "Send this header: your own name for the change, such as a UUID."})
    return f"{what}:token:{caller.token_id}:{key}"


def _draft(given: Mapping[str, str], caller: Caller) -> PatientDraft:
    asked = intake_questions()
    today = timezone.now().astimezone(caller.practice.zone).date()
    read = intake.read(given, asked, caller.practice.country_code, today)
    names = {question.field.value for question in asked}
    problems = {
        **read.problems,
        **{name: "This practice does not ask for it." for name in given if name not in names},
    }
    if problems or read.draft is None:
        raise errors.invalid(problems)
    return read.draft


def _made_as(intent: str) -> Write | None:
    return Write.objects.filter(intent_key=intent).first()


def _made(intent: str, told: ChangeAnswer) -> Write:
    """The journal's entry of what was just asked; without one it was refused before it began."""
    made = _made_as(intent)
    if made is None:
        raise _refusal(told)
    return made


def _same_or_refuse(write: Write, same: Mapping[str, Any], asked: Mapping[str, Any] | None = None) -> None:
    matches = all(getattr(write, name) == value for name, value in same.items())
    if matches and all(write.asked.get(name) == value for name, value in (asked or {}).items()):
        return
    raise errors.ApiError(
        422,
        "idempotency_mismatch",
        "This Idempotency-Key was used for another change.",
        "Use a new key for each change, and the same one only to repeat it unchanged.",
        fields={"Idempotency-Key": "This key belongs to another change."},
    )


def _told(write: Write, response: HttpResponse) -> Status[schemas.Change]:
    told = answer(write)
    if told.outcome not in (Outcome.DONE, Outcome.UNCERTAIN):
        raise _refusal(told)
    response["Location"] = f"/api/v1/changes/{write.pk}"
    done = 201 if write.kind == Write.Kind.REGISTRATION else 200
    return Status(done if told.outcome is Outcome.DONE else 202, showing.change(write))


_REFUSALS = {
    Outcome.SLOT_TAKEN: (409, "Ask GET /availability again and offer another time, with a new Idempotency-Key."),
    Outcome.ASK_FIRST: (409, "Ask, then repeat the request with the answer."),
    Outcome.NOT_ALLOWED: (422, "Put right what the message names, then try again with a new Idempotency-Key."),
    Outcome.VENDOR_DOWN: (503, "Nothing was changed. Try again later, with a new Idempotency-Key."),
}


def _refusal(told: ChangeAnswer) -> errors.ApiError:
    """Nothing is changed, and this is why; or the same is being done at this moment."""
    if told.outcome is Outcome.UNCERTAIN:
        return errors.ApiError(
            409,
            "in_progress",
            "The same change is being made at this moment.",
            "Repeat this request unchanged in a second: it will give that change's answer.",
            headers={"Retry-After": "1"},
        )
    status, advice = _REFUSALS[told.outcome]
    fields: dict[str, str] = {}
    if told.alike:
        ids = Patient.objects.filter(remote_id__in=[each.remote_id for each in told.alike]).values_list(
            "pk", flat=True
        )
        known = ", ".join(str(pk) for pk in ids.order_by("pk")) or "not copied yet; ask again in a minute"
        fields["not_these"] = f"These look alike: {known}."
    if told.late and told.outcome is Outcome.ASK_FIRST:
        fee = f" The fee is {told.late.fee}." if told.late.fee else ""
        fields["warned"] = f"Late is less than {told.late.window_hours} hours before the start.{fee}"
    return errors.ApiError(
        status,
        told.outcome,
        told.message or "It was not done.",
        told.advice or advice,
        fields=fields,
        headers={"Retry-After": "30"} if status == 503 else None,
    )
