"""What the front desk decides about people when it finds times, books, moves, cancels and registers.

The waiting list's are in :mod:`routiq.frontdesk.waitlist_decisions`."""

from __future__ import annotations

from routiq.connections.connecting import live_connection
from routiq.frontdesk import checks, waitlist_decisions
from routiq.frontdesk.confirmations import are_on
from routiq.frontdesk.models import DeskRules
from routiq.frontdesk.rules import chosen_questions, desk_rules
from routiq.frontdesk.wishes import NoTimes, Outcome
from routiq.messaging.models import Text
from routiq.mirror.models import AppointmentType
from routiq.practices.decisions import ASK_FOR_A_PERSON, AsSet, By, Data, Decision, Topic

Late = DeskRules.LateCancellation
TAB = "Front desk"


def _left_to_team() -> AsSet:
    ids = desk_rules().left_to_team
    rows = AppointmentType.objects.filter(connection=live_connection(), remote_id__in=ids, removed_at=None)
    names = list(rows.order_by("name", "remote_id").values_list("name", flat=True))
    if not names:
        return AsSet("Everything that is open for online bookings is offered.")
    return AsSet(f"Left to the team, and so not offered: {', '.join(names)}.")


def _late() -> AsSet:
    rules = desk_rules()
    if rules.late_cancellation == Late.ALLOW or not rules.cancellation_window_hours:
        return AsSet("No cancellation counts as late: each one is made as soon as the patient says yes.", made=False)
    hours = rules.cancellation_window_hours
    late = f"Late is less than {hours} {'hour' if hours == 1 else 'hours'} before the appointment."
    if rules.late_cancellation == Late.BLOCK:
        return AsSet(f"{late} Late ones are not cancelled by the program: the team speaks with the patient.")
    fee = f", and of the fee ({rules.cancellation_fee})" if rules.cancellation_fee else ""
    return AsSet(
        f"{late} The patient is told so{fee} first; a yes then cancels it. Nothing is charged by the program."
    )


def _counts_as_missed() -> AsSet:
    rules = desk_rules()
    made = rules.late_cancellation == Late.AUTO_DNA and rules.cancellation_window_hours > 0
    if not made:
        return AsSet("Late cancellations do not count as missed appointments.", made=False)
    return AsSet("A late cancellation counts as a missed appointment. The team gets a task to mark it so.")


def _asked() -> AsSet:
    asked = [
        f"{field.replace('_', ' ')}{' (needed)' if needed else ''}"
        for field, needed in chosen_questions(desk_rules())
    ]
    return AsSet(f"Asked beside the name, which is needed: {', '.join(asked)}.")


def _confirmed() -> AsSet:
    if not are_on():
        return AsSet("No text messages about appointments are sent.", made=False)
    return AsSet("A text goes to the patient after each booking, each move and each cancellation.")


def _ready() -> AsSet:
    refusal = checks.not_ready(live_connection())
    words = f"Nothing is booked, moved or cancelled just now. {refusal.message}" if refusal else ""
    return AsSet(words.strip(), for_patients=False)


DECISIONS = (
    Decision(
        code="frontdesk.online",
        topic=Topic.APPOINTMENTS,
        name="What can be booked without a person",
        decided="which appointment types, practitioners and locations are offered, and which are left to the team",
        data=(Data.WORDS,),
        by=By.ALONE,
        effect="A patient may not get an appointment of some kind, or with somebody, from the assistant.",
        person="The team rings the patient, and can book anything.",
        covers=(NoTimes.SWITCHED_OFF, NoTimes.NOT_OFFERED),
        made_in=("frontdesk.checks._not_offered",),
        as_set=_left_to_team,
        set_under=TAB,
    ),
    Decision(
        code="frontdesk.times",
        topic=Topic.APPOINTMENTS,
        name="Which times are offered",
        decided="which times a patient is offered and in which order, and when there are none: by the free times in "
        "the diary, the notice that the practice wants, practitioners’ hours, and whom the patient saw last",
        data=(Data.WORDS, Data.VISITS),
        by=By.ALONE,
        effect="A patient may be offered a later time, another practitioner, or none.",
        person=f"Where nothing is free at all, the team rings. {ASK_FOR_A_PERSON}",
        covers=(NoTimes.FULL, NoTimes.BEYOND, NoTimes.TOO_SOON, NoTimes.UNAVAILABLE),
        made_in=(
            "frontdesk.checks.not_this_time",
            "frontdesk.checks._too_soon",
            "frontdesk.checks._beyond_the_shift",
        ),
    ),
    Decision(
        code="frontdesk.may_have",
        topic=Topic.APPOINTMENTS,
        name="Turning a time down",
        decided="whether a patient may have a time: not while they are elsewhere then, nor where the record is "
        "archived or that of somebody who has died",
        data=(Data.STATUS, Data.VISITS),
        by=By.ALONE,
        effect="The appointment is not booked, or not moved there.",
        person="The team hears of it and rings. They can bring an archived record back, and book by hand.",
        made_in=("frontdesk.checks._inactive", "frontdesk.checks.busy"),
    ),
    Decision(
        code="frontdesk.diary",
        topic=Topic.APPOINTMENTS,
        name="Booking, moving and cancelling in the diary",
        decided="whether what a patient agreed to is made in the diary, or cannot be: the time has gone, the system "
        "does not answer, or the practice takes no bookings just now",
        data=(Data.NAME, Data.VISITS),
        by=By.ALONE,
        effect="The patient has the appointment or has not, and is told which. What is not certain is looked up, "
        "never done twice.",
        person="What could not be made, or is not certain, becomes a task, and the team rings.",
        covers=tuple(Outcome),
        made_in=(
            "frontdesk.answering.refuse",
            "frontdesk.booking._refused",
            "frontdesk.checks.not_ready",
            "frontdesk.jobs.settle",
            "frontdesk.jobs.look_once_more",
        ),
        as_set=_ready,
    ),
    Decision(
        code="frontdesk.may_change",
        topic=Topic.APPOINTMENTS,
        name="Turning a change down",
        decided="whether an appointment can be moved or cancelled: not one that has begun, is cancelled, was changed "
        "at the practice meanwhile, or is being changed already",
        data=(Data.VISITS,),
        by=By.ALONE,
        effect="The appointment stays as it is.",
        person="The team hears of it and rings.",
        made_in=(
            "frontdesk.standing.cannot_be_changed",
            "frontdesk.standing.another_change",
            "frontdesk.moving.reschedule",
            "frontdesk.moving._refusal",
            "frontdesk.moving._Move.is_free",
            "frontdesk.cancelling._refusal",
            "frontdesk.cancelling._Cancellation.is_free",
        ),
    ),
    Decision(
        code="frontdesk.late_cancellation",
        topic=Topic.APPOINTMENTS,
        name="Late cancellations",
        decided="whether a cancellation is late by the practice’s rule, and what follows: it is made, made after a "
        "warning, or left to the team",
        data=(Data.VISITS,),
        by=By.ALONE,
        effect="A patient may have to speak with the team before the appointment is cancelled, or may owe a fee.",
        person="The team can cancel late all the same, and decides about a fee.",
        covers=(Late.ALLOW, Late.WARN, Late.BLOCK),
        made_in=("frontdesk.cancelling.cancel",),
        as_set=_late,
        set_under=TAB,
    ),
    Decision(
        code="frontdesk.counts_as_missed",
        topic=Topic.APPOINTMENTS,
        name="Late cancellations that count as missed",
        decided="which late cancellations are put before the team to be marked as “did not arrive”",
        data=(Data.VISITS,),
        by=By.ASSISTED,
        effect="The record shows a missed appointment, and the practice may charge for it.",
        person="Somebody at the practice marks it, and may leave it.",
        covers=(Late.AUTO_DNA,),
        made_in=("frontdesk.cancelling._Cancellation.settled",),
        as_set=_counts_as_missed,
        set_under=TAB,
    ),
    Decision(
        code="frontdesk.confirmation",
        topic=Topic.APPOINTMENTS,
        name="Confirming a change by text",
        decided="whether a booking, a move or a cancellation is confirmed by a text message: to current patients who "
        "have a mobile number on their own record",
        data=(Data.NAME, Data.PHONE, Data.STATUS, Data.STOP, Data.VISITS),
        by=By.ALONE,
        effect="A patient gets a text about the change, or gets none; the change itself is the same.",
        person="Who gets no text is told in the conversation, or by the team.",
        covers=(Text.Reason.NO_MOBILE, Text.Reason.NOT_CURRENT),
        made_in=("frontdesk.confirmations.owe", "frontdesk.confirmations._why_none"),
        as_set=_confirmed,
        set_under=TAB,
    ),
    Decision(
        code="frontdesk.registering",
        topic=Topic.WHO,
        name="Registering a new patient",
        decided="whether somebody is registered: each answer that the practice needs must be there and be a real "
        "date, number or address",
        data=(Data.NAME, Data.DATE_OF_BIRTH, Data.PHONE, Data.CONTACT),
        by=By.ALONE,
        effect="Somebody is not registered, and so not booked, until the answers are complete.",
        person="What was told goes to the team, who register by hand and ring.",
        made_in=("frontdesk.registering.register_patient",),
        as_set=_asked,
        set_under=TAB,
    ),
    Decision(
        code="frontdesk.alike",
        topic=Topic.WHO,
        name="New patients who look like known ones",
        decided="whether a new patient may be one whom the practice knows: by name and date of birth, or by first "
        "name and phone number",
        data=(Data.NAME, Data.DATE_OF_BIRTH, Data.PHONE, Data.STATUS),
        by=By.ALONE,
        effect="The patient is asked whether they have been before. Where an old record is archived, they are not "
        "registered by the program.",
        person="Where the answers do not agree, the team rings and decides.",
        made_in=("frontdesk.registering._register",),
    ),
    *waitlist_decisions.DECISIONS,
)
