"""What Robyn decides about people in a conversation, and what she leaves to people."""

from __future__ import annotations

from django.conf import settings

from routiq.frontdesk.identity import TRIES, Tier
from routiq.knowledge.answering import Missing
from routiq.practices.decisions import ASK_FOR_A_PERSON, AsSet, By, Data, Decision, Topic
from routiq.robyn.escalation.triggers import SEVERAL_MEANINGS, Method, Trigger
from routiq.robyn.manner import rule_of, settings_of_practice
from routiq.robyn.memory import Flow
from routiq.robyn.taking_over import LASTS
from routiq.robyn.understanding.commands import Danger

ROBYN, ESCALATIONS = "Robyn", "Escalations"
_BY = {Method.TASK: "a task", Method.EMAIL: "an e-mail", Method.BOTH: "a task and an e-mail"}


def _hands_over(trigger: Trigger) -> AsSet:
    """Of a reason to hand over that can be switched off."""
    if rule_of(trigger).on:
        return AsSet("The team is told at once.")
    return AsSet("The patient is asked whether the team shall ring; after a yes the team is told.")


def _clinical() -> AsSet:
    return _hands_over(Trigger.CLINICAL)


def _unanswered() -> AsSet:
    return _hands_over(Trigger.UNKNOWN)


def _unsure() -> AsSet:
    told = _hands_over(Trigger.UNSURE)
    if rule_of(Trigger.UNSURE).threshold < SEVERAL_MEANINGS:
        return told
    return AsSet(f"Words that could mean several things count as well. {told.words}")


def _asked_for() -> AsSet:
    """Those of the reasons in which somebody says what is for people."""
    names = {
        Trigger.PRACTITIONER: "asking for a practitioner by name",
        Trigger.COMPLAINT: "a complaint",
        Trigger.BILLING: "money and insurance",
    }
    offered = [name for trigger, name in names.items() if not rule_of(trigger).on]
    if not offered:
        return AsSet("The team is told of all of these at once.")
    return AsSet(f"The team is told only after the patient says yes to that: {', '.join(offered)}.")


def _routing() -> AsSet:
    """How the team hears of each reason, grouped by the way."""
    ways: dict[tuple[str, str], list[str]] = {}
    for trigger in Trigger:
        ways.setdefault((_way(trigger, in_hours=True), _way(trigger, in_hours=False)), []).append(_REASONS[trigger])
    if len(ways) == 1:
        ((now, later),) = ways
        return AsSet(f"By {_at(now, later)}.", for_patients=False)
    said = [f"{', '.join(names)}: by {_at(*way)}" for way, names in ways.items()]
    return AsSet(f"{'. '.join(text[0].upper() + text[1:] for text in said)}.", for_patients=False)


def _way(trigger: Trigger, *, in_hours: bool) -> str:
    """Where somebody is there to be written to."""
    return _BY[rule_of(trigger).way(trigger, in_hours=in_hours)]


def _at(now: str, later: str) -> str:
    return f"{now}, at any hour" if now == later else f"{now} in business hours and {later} outside them"


_REASONS = {
    Trigger.CLINICAL: "clinical questions",
    Trigger.EMERGENCY: "emergencies",
    Trigger.PRACTITIONER: "asking for a practitioner",
    Trigger.COMPLAINT: "complaints",
    Trigger.UNKNOWN: "questions without an answer",
    Trigger.PERSON: "asking for a person",
    Trigger.BILLING: "money and insurance",
    Trigger.UNSURE: "what was not understood",
}


def _kept_for() -> AsSet:
    months = settings_of_practice().transcript_months
    return AsSet(f"Conversations are kept for {months} {'month' if months == 1 else 'months'}, then deleted.")


def _model() -> AsSet:
    host = model_host()
    if not host:
        return AsSet("No words of patients go to a language model: the program reads by its own rules.", made=False)
    return AsSet(f"The model is asked at {host}.")


def model_host() -> str:
    """Where words of the patients of the practice in force may go; empty where they go nowhere."""
    return str(settings.MODEL.host) if settings_of_practice().asks_model else ""


DECISIONS = (
    Decision(
        code="robyn.emergency",
        topic=Topic.SAID,
        name="Emergencies and self-harm",
        decided="whether words speak of an emergency or of self-harm",
        data=(Data.WORDS, Data.PHONE),
        by=By.ALONE,
        effect="The patient is told which number to call. Nothing is booked in that moment.",
        person="The team gets an urgent task at once, and rings.",
        covers=(*Danger, Trigger.EMERGENCY),
        made_in=("robyn.understanding.safety.red_flag", "robyn.flows.handover.emergency"),
    ),
    Decision(
        code="robyn.clinical",
        topic=Topic.SAID,
        name="Clinical questions",
        decided="whether a question is one that only a clinician may answer",
        data=(Data.WORDS,),
        by=By.ALONE,
        effect="It is not answered by the program, whatever is known. Booking goes on.",
        person="The question goes to the team, who ring back.",
        covers=(Missing.CLINICAL, Trigger.CLINICAL),
        made_in=(
            "robyn.understanding.safety.asks_clinical",
            "robyn.flows.handover.clinical",
            "robyn.flows.handover.note_clinical",
        ),
        as_set=_clinical,
        set_under=ESCALATIONS,
    ),
    Decision(
        code="robyn.meaning",
        topic=Topic.SAID,
        name="What a patient wants",
        decided="what a patient’s words mean: whether to book, move, cancel, register, wait, or be told something",
        data=(Data.WORDS,),
        by=By.ALONE,
        effect="The conversation goes the way that was understood. Nothing is booked, moved, cancelled or registered "
        "before the patient says yes to exactly that.",
        person=ASK_FOR_A_PERSON,
        covers=tuple(Flow),
        made_in=("robyn.flows.dispatch.answer",),
    ),
    Decision(
        code="robyn.model",
        topic=Topic.SAID,
        name="Help from a language model",
        decided="what words mean that the program’s own rules do not settle, as a language model proposes it",
        data=(Data.WORDS,),
        by=By.ALONE,
        effect="The words just said go to the model. A proposal only counts where it is on a fixed list; it makes no "
        "booking, and no yes of what is none.",
        person=ASK_FOR_A_PERSON,
        made_in=("robyn.understanding.model._may_ask", "robyn.understanding.allowed.checked"),
        as_set=_model,
        set_under=ROBYN,
    ),
    Decision(
        code="robyn.caller",
        topic=Topic.WHO,
        name="Recognising who is calling",
        decided="whose phone number it is, and so who is greeted by first name and who is asked more",
        data=(Data.PHONE, Data.NAME, Data.STATUS),
        by=By.ALONE,
        effect="Somebody who rings from another, a shared or a withheld number is asked more questions. Somebody who "
        "rings from the number of an archived or deceased patient is not booked by the program.",
        person="The team rings whoever cannot be recognised, or told apart from others with the same number.",
        covers=(Tier.NOBODY, Tier.GREETED),
        made_in=("robyn.flows.dispatch.greet", "robyn.flows.identify.proceed", "robyn.flows.identify._tried"),
    ),
    Decision(
        code="robyn.identity",
        topic=Topic.WHO,
        name="Showing who somebody is",
        decided="whether name and date of birth are right, before anything of an appointment is told or changed",
        data=(Data.NAME, Data.DATE_OF_BIRTH),
        by=By.ALONE,
        effect=f"Until they are right, appointments are neither told, moved nor cancelled. After {TRIES} tries there "
        "is no further one in that conversation.",
        person="The team rings back, and finds out who it is in their own way.",
        covers=(Tier.SHOWN,),
        made_in=("robyn.flows.proving._to_a_person", "robyn.flows.proving._refused"),
    ),
    Decision(
        code="robyn.to_a_person",
        topic=Topic.SAID,
        name="Asking for a person, complaints and money",
        decided="whether somebody asks for a person or a practitioner, has a complaint, or speaks of money",
        data=(Data.WORDS, Data.PHONE, Data.NAME),
        by=By.ALONE,
        effect="The program does no more about it itself, and takes down what the team needs to ring back.",
        person="The team rings back.",
        covers=(Trigger.PERSON, Trigger.PRACTITIONER, Trigger.COMPLAINT, Trigger.BILLING),
        made_in=("robyn.flows.handover.person", "robyn.flows.telling.invoice", "robyn.flows.telling._by_team"),
        as_set=_asked_for,
        set_under=ESCALATIONS,
    ),
    Decision(
        code="robyn.unanswered",
        topic=Topic.SAID,
        name="Questions that are passed on",
        decided="whether a question that has no answer is passed on to the team",
        data=(Data.WORDS, Data.PHONE, Data.NAME),
        by=By.ALONE,
        effect="The patient waits for the team’s answer.",
        person="The team answers.",
        covers=(Trigger.UNKNOWN,),
        made_in=("robyn.flows.beyond.pass_on", "robyn.flows.beyond._passed_on"),
        as_set=_unanswered,
        set_under=ESCALATIONS,
    ),
    Decision(
        code="robyn.unsure",
        topic=Topic.SAID,
        name="Not being understood",
        decided="whether somebody was not understood twice in a row, and so goes to a person",
        data=(Data.WORDS,),
        by=By.ALONE,
        effect="The program stops trying. What was begun is not done.",
        person="The team rings back.",
        covers=(Trigger.UNSURE,),
        made_in=(
            "robyn.flows.handover.picture",
            "robyn.flows.handover.unsure",
            "robyn.flows.handover.once_more",
        ),
        as_set=_unsure,
        set_under=ESCALATIONS,
    ),
    Decision(
        code="robyn.left_to_people",
        topic=Topic.SAID,
        name="What the program leaves to people",
        decided="which wishes the program does not carry out itself: what cannot be booked online, a seat in a "
        "class, a late cancellation, a booking, move or registration that did not work, a practice that is still "
        "being set up",
        data=(Data.NAME, Data.PHONE, Data.WORDS, Data.VISITS),
        by=By.ALONE,
        effect="Nothing is done until somebody at the practice does it.",
        person="The team has a task with all that was said, and rings.",
        made_in=(
            "robyn.flows.cancelling._not_done",
            "robyn.flows.cancelling.read_back",
            "robyn.flows.booking._of_another_type",
            "robyn.flows.choosing.choose",
            "robyn.flows.confirming._booked",
            "robyn.flows.confirming._outcome",
            "robyn.flows.dispatch._not_ready",
            "robyn.flows.enrolling._outcome",
            "robyn.flows.enrolling.at_same_person",
            "robyn.flows.moving._look",
            "robyn.flows.offering._none",
            "robyn.flows.opting_out.record",
            "robyn.flows.registering._answered",
            "robyn.flows.rescheduling._outcome",
            "robyn.flows.sooner.join",
            "robyn.flows.waiting.proceed",
        ),
    ),
    Decision(
        code="robyn.routing",
        topic=Topic.SAID,
        name="Who of the team hears of it",
        decided="who of the team gets a hand-over, and by task or e-mail: the practitioner who was asked for, those "
        "whom the practice named, or the owners; the e-mail at the hour that each of them chose",
        data=(Data.WORDS, Data.NAME, Data.PHONE),
        by=By.ASSISTED,
        effect="How soon the patient is rung back can depend on it.",
        person="Somebody of the team reads it and decides what to do.",
        covers=tuple(Method),
        made_in=("robyn.escalation.telling.addresses", "robyn.escalation.handing.ways", "robyn.jobs.tell_hand_overs"),
        as_set=_routing,
        set_under=ESCALATIONS,
    ),
    Decision(
        code="robyn.who_answers",
        topic=Topic.SAID,
        name="Answering after a person did",
        decided="when the program answers a conversation again that a person took over and then left",
        data=(Data.LAST_CONTACT,),
        by=By.ALONE,
        effect=f"After {LASTS.total_seconds() / 3600:.0f} hours without a word the program answers again. While a "
        "person answers, it is silent but for emergencies.",
        person=ASK_FOR_A_PERSON,
        made_in=("robyn.taking_over.lapse", "robyn.conversation._silent"),
    ),
    Decision(
        code="robyn.forgetting",
        topic=Topic.KEPT,
        name="Deleting conversations",
        decided="when what was said in a conversation is deleted, with the tasks and e-mails about it",
        data=(Data.WORDS, Data.LAST_CONTACT),
        by=By.ALONE,
        effect="It is no longer there to be read by anybody. Bookings stay. A backup from before holds it until that "
        "is destroyed.",
        person="The practice sets how long it is kept.",
        made_in=("robyn.forgetting.forget_old", "robyn.jobs.forget"),
        as_set=_kept_for,
        set_under=ROBYN,
    ),
)
