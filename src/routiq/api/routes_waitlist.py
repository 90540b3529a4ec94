"""Our waiting list, what is on offer to whoever waits, and the rules of the front desk.

The list that a practice keeps in its own system is ``GET /waiting-list``; this one is kept by us, and its people are
offered times that come free.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from routiq.api import errors
from routiq.api import schemas_waitlist as shapes
from routiq.api.answers import answers
from routiq.api.auth import caller_of
from routiq.api.fields import Clock, Day, Limit, RemoteId, Taken, Text
from routiq.api.routes_changes import ChangeKey, intent_of
from routiq.frontdesk import offered, rules, waitlist, waitlist_reading
from routiq.frontdesk.models import DeskRules, SlotOffer, WaitlistEntry
from routiq.frontdesk.waitlist_reading import OnOffer, Waiting
from routiq.frontdesk.wanted import Days, PartOfDay, When
from routiq.mirror.models import Patient
from routiq.practices.audit import Actor

router = Router(tags=["waiting list"])


class WaitFilter(Taken):
    state: Literal["waiting", "ended", "all"] = "waiting"
    patient: int | None = Field(None, ge=0, lt=2**63, description="Our id of a patient: only what they wait for.")
    after: int | None = Field(None, ge=0, lt=2**31, description="The `next` of the page before.")
    limit: Limit = 50


class WishedDays(Taken):
    first: Day | None = None
    last: Day | None = None


class WishedWait(Taken):
    patient_id: int = Field(strict=True, description="Our id of the patient, from GET /patients.")
    appointment_type_id: RemoteId
    practitioner_id: RemoteId = Field("", description="Empty: anyone.")
    location_id: RemoteId = Field("", description="Empty: anywhere.")
    days: list[WishedDays] = Field(default_factory=list, max_length=20)
    weekdays: list[int] = Field(default_factory=list, max_length=7, description="ISO, 1 is Monday.")
    parts: list[PartOfDay] = Field(default_factory=list, max_length=3)
    not_before: Clock | None = None
    not_after: Clock | None = None
    sooner_than: RemoteId = Field("", description="An appointment that a yes is to move, by its `remote_id`.")
    priority: Literal[1, 2, 3] = 1
    reach_by: Literal["phone", "sms", "email"] = "phone"
    note: Text = Field("", max_length=500)

    def when(self) -> When:
        return When(
            days=tuple(Days(each.first, each.last) for each in self.days),
            weekdays=tuple(self.weekdays),
            parts=tuple(self.parts),
            not_before=self.not_before,
            not_after=self.not_after,
        )


class SaidYes(Taken):
    accepting_words: Text = Field("", max_length=500, description="What the patient said to accept it, if anything.")


class WishedQuestion(Taken):
    field: Text = Field(max_length=40)
    needed: bool = Field(strict=True)


TypeId = Annotated[Text, Field(max_length=40)]


class WishedRules(Taken):
    late_cancellation: Literal["allow", "warn", "block", "auto_dna"]
    cancellation_window_hours: int = Field(ge=0, le=rules.LONGEST_WINDOW_HOURS, strict=True)
    cancellation_fee: Text = Field("", max_length=rules.LONGEST_FEE)
    booking_instructions: Text = Field("", max_length=rules.LONGEST_INSTRUCTIONS)
    offer_minutes: int = Field(30, ge=rules.OFFER_MINUTES[0], le=rules.OFFER_MINUTES[-1], strict=True)
    offers_a_day: int = Field(2, ge=rules.OFFERS_A_DAY[0], le=rules.OFFERS_A_DAY[-1], strict=True)
    intake_fields: list[WishedQuestion] = Field(max_length=20)
    left_to_team: list[TypeId] = Field([], max_length=rules.MOST_TYPES)
    text_confirmations: bool | None = Field(None, strict=True, description="As it is, when left out.")


@router.get("/waitlist", response=answers({200: shapes.Waits}), summary="Who waits, on our list")
def list_waits(request: HttpRequest, wanted: Annotated[WaitFilter, Query()]) -> shapes.Waits:
    """Those who wait come in the order in which they are offered times: the highest priority first, then the longest
    wait. Of the others the newest first."""
    waiting = waitlist_reading.who_waits()
    total = waiting.count()
    rows = waiting if wanted.state == "waiting" else WaitlistEntry.objects.order_by("-pk")
    if wanted.state == "ended":
        rows = rows.exclude(state=WaitlistEntry.State.WAITING)
    if wanted.patient is not None:
        patient = Patient.objects.filter(pk=wanted.patient).first()
        rows = rows.filter(patient_remote_id=patient.remote_id) if patient else rows.none()
    begin = wanted.after or 0
    page = list(rows[begin : begin + wanted.limit + 1])
    more = len(page) > wanted.limit
    lines = waitlist_reading.with_names(page[: wanted.limit])
    return shapes.Waits(
        items=[_wait(line) for line in lines], next=str(begin + wanted.limit) if more else None, waiting=total
    )


@router.post(
    "/waitlist",
    response=answers({200: shapes.Wait, 201: shapes.Wait}, 404, 409, takes_body=True),
    summary="Put a patient on the list",
)
def join_waitlist(
    request: HttpRequest, wanted: WishedWait, response: HttpResponse, key: ChangeKey = ""
) -> Status[shapes.Wait]:
    """201: they wait. 200: they waited for just this already; what is new counts, and they keep their place. Book
    what they have meanwhile first, and name it in `sooner_than`."""
    caller = caller_of(request)
    intent = intent_of("wait", caller, key)
    patient = Patient.objects.filter(pk=wanted.patient_id).first()
    if patient is None:
        raise errors.not_found("patient")
    is_repeated = WaitlistEntry.objects.filter(intent_key=intent).first()
    if is_repeated is not None:
        _same_or_refuse(is_repeated, patient, wanted)
        response["Idempotent-Replayed"] = "true"
    told = waitlist.join(
        waitlist.JoinRequest(
            patient_id=patient.remote_id,
            appointment_type_id=wanted.appointment_type_id,
            practitioner_id=wanted.practitioner_id,
            location_id=wanted.location_id,
            when=wanted.when(),
            sooner_than=wanted.sooner_than,
            priority=wanted.priority,
            reach_by=wanted.reach_by,
            note=wanted.note,
            intent_key=intent,
            channel="api",
            asked_by=str(caller.actor),
        )
    )
    if told.entry_id is None:
        if not told.problems:
            raise errors.ApiError(409, "not_connected", told.message, "Connect one with POST /connections.")
        raise errors.invalid(told.problems)
    row = WaitlistEntry.objects.get(pk=told.entry_id)
    response["Location"] = f"/api/v1/waitlist/{row.pk}"
    return Status(201 if told.outcome is waitlist.Joining.JOINED else 200, _one(row))


@router.get("/waitlist/{int:wait_id}", response=answers({200: shapes.Wait}, 404), summary="One who waits")
def get_wait(request: HttpRequest, wait_id: int) -> shapes.Wait:
    """What they wait for, and how it ended."""
    row = WaitlistEntry.objects.filter(pk=wait_id).first()
    if row is None:
        raise errors.not_found("entry of the waiting list")
    return _one(row)


@router.post("/waitlist/{int:wait_id}/leave", response=answers({200: shapes.Wait}, 404), summary="Off the list")
def leave_waitlist(request: HttpRequest, wait_id: int) -> shapes.Wait:
    """They do not wait any more; what they were being offered goes to the next one. Asking twice is harmless."""
    try:
        return _one(waitlist.leave(wait_id, caller_of(request).actor))
    except WaitlistEntry.DoesNotExist:
        raise errors.not_found("entry of the waiting list") from None


@router.get("/offers", response=answers({200: shapes.SlotOffers}), summary="What is on offer")
def list_offers(request: HttpRequest) -> shapes.SlotOffers:
    """Times that came free and are one patient's to take at this moment; the one that runs out first is first."""
    return shapes.SlotOffers(items=[_offer(each) for each in waitlist_reading.offers_under_way()])


@router.get("/offers/{int:offer_id}", response=answers({200: shapes.SlotOffer}, 404), summary="One offer")
def get_offer(request: HttpRequest, offer_id: int) -> shapes.SlotOffer:
    """What is on offer to whom, and what became of it."""
    found = waitlist_reading.on_offer(SlotOffer.objects.filter(pk=offer_id))
    if not found:
        raise errors.not_found("offer")
    return _offer(found[0])


@router.post(
    "/offers/{int:offer_id}/accept",
    response=answers({200: shapes.SlotOffer, 202: shapes.SlotOffer}, 404, 409, takes_body=True),
    summary="The patient says yes",
)
def accept_offer(request: HttpRequest, offer_id: int, wanted: SaidYes) -> Status[shapes.SlotOffer]:
    """200: it is booked. 202: the yes is kept, and it is not booked yet; follow it with GET /offers/{id}. 409 `gone`:
    it came too late or somebody else has the time, and nothing was booked. Saying it twice is one booking."""
    return _answered(offer_id, lambda pk: offered.accept(pk, caller_of(request).actor, wanted.accepting_words))


@router.post(
    "/offers/{int:offer_id}/decline",
    response=answers({200: shapes.SlotOffer, 202: shapes.SlotOffer}, 404, 409),
    summary="The patient says no",
)
def decline_offer(request: HttpRequest, offer_id: int) -> Status[shapes.SlotOffer]:
    """The time goes to the next one, and they go on waiting. Asking twice is harmless."""
    return _answered(offer_id, lambda pk: offered.decline(pk, caller_of(request).actor))


@router.get(
    "/desk-rules", response=answers({200: shapes.DeskRules}), summary="The front desk's rules", tags=["practice"]
)
def get_desk_rules(request: HttpRequest) -> shapes.DeskRules:
    """How late cancellations are handled, what new patients are asked, what is said before each booking."""
    return _rules(rules.desk_rules())


@router.put(
    "/desk-rules",
    response=answers({200: shapes.DeskRules}, takes_body=True),
    summary="Set the front desk's rules",
    tags=["practice"],
)
def put_desk_rules(request: HttpRequest, wanted: WishedRules) -> shapes.DeskRules:
    """All of them at once; they count from the next conversation's next word on."""
    actor: Actor = caller_of(request).actor
    said = wanted.model_dump(exclude={"intake_fields"})
    questions = [(each.field, each.needed) for each in wanted.intake_fields]
    try:
        return _rules(rules.change_rules(actor, **said, intake_fields=questions))
    except rules.CannotBe as wrong:
        raise errors.invalid(wrong.problems) from None


def _answered(offer_id: int, answer: Callable[[int], offered.OfferAnswer]) -> Status[shapes.SlotOffer]:
    try:
        told = answer(offer_id)
    except SlotOffer.DoesNotExist:
        raise errors.not_found("offer") from None
    if told.came is offered.Came.GONE:
        raise errors.ApiError(409, "gone", told.message, "Ask GET /availability and offer another time.")
    (found,) = waitlist_reading.on_offer(SlotOffer.objects.filter(pk=offer_id))
    return Status(202 if told.came is offered.Came.NOT_YET else 200, _offer(found))


def _same_or_refuse(row: WaitlistEntry, patient: Patient, wanted: WishedWait) -> None:
    asked = (patient.remote_id, wanted.appointment_type_id, wanted.practitioner_id, wanted.location_id)
    stored = (
        row.patient_remote_id,
        row.appointment_type_remote_id,
        row.practitioner_remote_id,
        row.location_remote_id,
    )
    if asked != stored:
        raise errors.ApiError(
            422,
            "idempotency_mismatch",
            "This Idempotency-Key was used for another wish.",
            "Use a new key for each wish, and the same one only to repeat it unchanged.",
            fields={"Idempotency-Key": "This key belongs to another wish."},
        )


def _one(row: WaitlistEntry) -> shapes.Wait:
    return _wait(waitlist_reading.with_names([row])[0])


def _wait(line: Waiting) -> shapes.Wait:
    entry, when = line.entry, line.when
    return shapes.Wait.of(
        entry,
        patient_id=line.patient.pk if line.patient else None,
        patient=line.patient.full_name if line.patient else "",
        appointment_type_id=entry.appointment_type_remote_id,
        appointment_type=line.type_name,
        practitioner_id=entry.practitioner_remote_id,
        practitioner=line.practitioner_name,
        location_id=entry.location_remote_id,
        location=line.location_name,
        said_stop=line.said_stop,
        days=[shapes.DayRange(first=days.first, last=days.last) for days in when.days],
        weekdays=list(when.weekdays),
        parts=[str(part) for part in when.parts],
        not_before=when.not_before,
        not_after=when.not_after,
        when=when.in_words(),
        booked_appointment_id=entry.booked_remote_id,
    )


def _offer(each: OnOffer) -> shapes.SlotOffer:
    return shapes.SlotOffer.of(
        each.offer,
        wait_id=each.offer.entry_id,
        patient_id=each.patient.pk if each.patient else None,
        patient=each.patient.full_name if each.patient else "",
        starts_at=each.time.starts_at,
        ends_at=each.time.ends_at,
        local_start=each.time.local_start,
        practitioner=each.time.practitioner_name,
        location=each.time.location_name,
        appointment_type=each.time.appointment_type_name,
    )


def _rules(stored: DeskRules) -> shapes.DeskRules:
    questions = [shapes.Question(field=name, needed=needed) for name, needed in rules.chosen_questions(stored)]
    return shapes.DeskRules.of(stored, intake_fields=questions)
