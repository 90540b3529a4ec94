"""Handing over to people: emergencies, the wish for a person, what a machine must not answer, what it cannot.

What is said and taken down once a person is wanted is :mod:`routiq.robyn.flows.callback`.
"""

from __future__ import annotations

from routiq.frontdesk.intake import Field
from routiq.robyn import wording
from routiq.robyn.escalation.message import Message
from routiq.robyn.escalation.triggers import Trigger, confidence
from routiq.robyn.flows import callback
from routiq.robyn.flows.forstaff import wanted
from routiq.robyn.flows.forstaff import window_said as window_said
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import CallBack, Flow, Whose, location_of
from routiq.robyn.understanding.commands import AskPerson, Danger, Emergency, What
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import changes, handing, registering, several
from routiq.robyn.wording.moments import listed

CALL_BACK, EMERGENCY, CHECK_BOOKING = callback.CALL_BACK, "emergency", "check_booking"
_REASONS = {
    "asked": "asked for a person",
    "late": "is running late",
    "complaint": "has a complaint",
    "billing": "asked about money or a bill",
}
_TRIGGERS = {"asked": Trigger.PERSON, "complaint": Trigger.COMPLAINT, "billing": Trigger.BILLING}
_SENTENCES = {"late": wording.RUNNING_LATE, "complaint": wording.COMPLAINT, "billing": wording.BILLING}
take_call_back, withdraw_call_back = callback.take, callback.withdraw
in_call_back = callback.is_under_way


def leave_task(turn: Turn, kind: str, reason: str, trigger: Trigger | None = None) -> None:
    """Something for staff with who, from where and what was wanted, to which nothing more is asked."""
    memory = turn.memory
    kept = turn.desk.hand_over(
        Message(
            conversation_id=turn.conversation_id,
            kind=kind,
            trigger=trigger.value if trigger else "",
            reason=reason,
            who=memory.patient_called or memory.call_back.name,
            patient_id=memory.patient_id,
            number=memory.caller,
            wanted=wanted(turn),
            in_hours=callback.in_hours(turn),
        )
    )
    callback.note(turn, kind, kept)


def emergency(turn: Turn, flag: Emergency) -> Said:
    """The settled sentence, an alert once for each kind, and no booking under way any more (V1)."""
    memory = turn.memory
    sentence = wording.emergency(flag.danger, _country(turn))
    if flag.danger not in memory.alerts:
        words = "self-harm" if flag.danger is Danger.SELF_HARM else "an emergency"
        reason = f"Mentioned {words}; was told whom to call. Ring them at once"
        leave_task(turn, EMERGENCY, reason, Trigger.EMERGENCY)
        memory.alerts = (*memory.alerts, flag.danger.value)
    if not memory.in_flight and not memory.waiting:
        memory.start_over()
        memory.question = Question.ANYTHING_ELSE if memory.patient_id else memory.question
    return Said(sentence)


def _country(turn: Turn) -> str:
    """Where they are, as far as that is known: the location that is talked about, else the practice."""
    return turn.desk.country_of(location_of(turn.memory)) or turn.practice.country_code


def person(turn: Turn, wish: AskPerson) -> Said:
    """A call back, of which the rest is asked (V4, ESC-06)."""
    memory = turn.memory
    memory.void()
    if wish.reason == "late":
        if not memory.patient_id and not memory.caller:
            return begin_call_back(turn, "Is running late", wording.CALLER_NAME)
        leave_task(turn, CALL_BACK, f"Patient {_REASONS['late']}")
        return turn.ask(Question.ANYTHING_ELSE, f"{wording.RUNNING_LATE} {wording.ANYTHING_ELSE}")
    trigger = _TRIGGERS.get(wish.reason, Trigger.PERSON)
    reason = f"Patient {_REASONS.get(wish.reason, wish.reason)}"
    practitioners: tuple[str, ...] = ()
    named = [person.name for person in turn.context.menu.practitioners if person.id in wish.practitioners]
    if named:
        reason = f"Patient asked for {listed(named)}"
        if turn.desk.rule_of(Trigger.PRACTITIONER).on:
            trigger, practitioners = Trigger.PRACTITIONER, wish.practitioners
    sentence = _SENTENCES.get(wish.reason, wording.PERSON_COMING)
    return callback.begin(turn, CallBack(reason=reason, trigger=trigger.value, practitioners=practitioners), sentence)


def hand_over(turn: Turn, reason: str, sentence: str, trigger: Trigger | None = None) -> Said:
    """Leave it to the team, say so, and wait for anything else."""
    memory = turn.memory
    memory.misses = 0
    if not memory.patient_id and not memory.caller:
        return begin_call_back(turn, reason, wording.CALLER_NAME, trigger)
    leave_task(turn, CALL_BACK, reason, trigger)
    memory.leave()
    memory.handed_over = True
    return turn.ask(Question.ANYTHING_ELSE, f"{callback.promise(turn, sentence)} {wording.ANYTHING_ELSE}")


def begin_call_back(turn: Turn, reason: str, sentence: str, trigger: Trigger | None = None) -> Said:
    """Ask who it is, for a call back about ``reason``."""
    turn.memory.call_back = CallBack(reason=reason, trigger=trigger.value if trigger else "")
    turn.memory.tries = 0
    turn.memory.leave()
    return turn.ask(Question.CALLER_NAME, sentence)


def clinical(turn: Turn) -> Said:
    """Never answered, whatever is known (V2, KB-05): the question is passed on once, and booking goes on."""
    memory = turn.memory
    memory.chosen = ""
    if memory.question is Question.CONFIRM:
        memory.question = Question.CHOICE
    reason = f"Asked a clinical question, which was not answered: {turn.heard[:_QUESTION_LENGTH]!r}"
    if not turn.desk.rule_of(Trigger.CLINICAL).on:
        return callback.offer(turn, CallBack(reason=reason, trigger=Trigger.CLINICAL.value), handing.NO_ADVICE)
    if not memory.patient_id and not memory.caller:
        return begin_call_back(turn, reason, f"{handing.NO_ADVICE} {wording.CALLER_NAME}", Trigger.CLINICAL)
    if reason not in memory.alerts:
        leave_task(turn, CALL_BACK, reason, Trigger.CLINICAL)
        memory.alerts = (*memory.alerts, reason)
    memory.handed_over = True
    said = callback.promise(turn, f"{handing.NO_ADVICE} {handing.CLINICAL}")
    return Said(f"{said} {handing.CAN_BOOK}" if turn.practice.live else said)


def note_clinical(turn: Turn) -> None:
    """A clinical question beside something that can be done: passed on without a word more."""
    reason = f"Asked a clinical question, which was not answered: {turn.heard[:_QUESTION_LENGTH]!r}"
    known = turn.memory.patient_id or turn.memory.caller
    if known and reason not in turn.memory.alerts and turn.desk.rule_of(Trigger.CLINICAL).on:
        leave_task(turn, CALL_BACK, reason, Trigger.CLINICAL)
        turn.memory.alerts = (*turn.memory.alerts, reason)


_QUESTION_LENGTH = 200
"""So much of a question is passed on word for word."""


def picture(turn: Turn) -> Said:
    """A picture without words: asked to be put in words once, then a person (CH-06)."""
    memory = turn.memory
    memory.misses += 1
    if memory.misses < 2:
        return Said(f"{handing.PICTURE} {asked_again(turn)}")
    return _to_people(turn, "Sent pictures without words, which Robyn cannot look at", handing.PICTURE_AGAIN)


def unsure(turn: Turn) -> Said | None:
    """Counts a turn that was understood less surely than the practice wants; two on end are for a person."""
    memory = turn.memory
    sure = confidence(turn.commands)
    if sure == 1.0 or sure >= turn.desk.rule_of(Trigger.UNSURE).threshold:
        return None
    memory.misses += 1
    return None if memory.misses < 2 else _to_people(turn, "Could not be understood for sure", wording.HANDED_OVER)


def not_understood(turn: Turn) -> Said:
    """One clarifying question, then a person (ESC-08)."""
    return once_more(turn, clarified(turn) if not turn.memory.misses else "")


def once_more(turn: Turn, question: str) -> Said:
    """The question for an answer that did not settle it; the second time on end a person."""
    turn.memory.misses += 1
    if turn.memory.misses < 2:
        return Said(question)
    return _to_people(turn, "Could not be understood", wording.HANDED_OVER)


def _to_people(turn: Turn, reason: str, sentence: str) -> Said:
    memory = turn.memory
    memory.misses = 0
    memory.void()
    if memory.handed_over:
        known = memory.patient_id and turn.practice.live
        return turn.ask(Question.ANYTHING_ELSE, wording.STILL_COMING if known else wording.TEAM_HAS_IT)
    if not turn.desk.rule_of(Trigger.UNSURE).on:
        return callback.offer(turn, CallBack(reason=reason, trigger=Trigger.UNSURE.value), handing.SORRY)
    return hand_over(turn, reason, sentence, Trigger.UNSURE)


def machine(turn: Turn) -> Said:
    """What she is, whenever it is asked (V3)."""
    return Said(f"{wording.i_am(turn.practice.manner.her_name, turn.practice.name)} {asked_again(turn)}")


def clarified(turn: Turn) -> str:
    """The open question once more, put more plainly."""
    question = turn.memory.question
    plain = wording.CLARIFY.get(question.value)
    asked = asked_again(turn)
    if plain is None:
        return f"{wording.NOT_UNDERSTOOD} {asked}"
    return f"{plain} {asked}" if question in _SAYS_AGAIN else plain


_SAYS_AGAIN = {Question.PICK, Question.THIS_TYPE, Question.CHOICE}
"""What there is to take is said again with the question."""


def asked_again(turn: Turn) -> str:
    """The open question in its own words."""
    memory = turn.memory
    if memory.flow is Flow.REGISTER:
        return newcomer_asked_again(turn)
    if memory.question is Question.BEEN_BEFORE:
        return str(registering.HAVE_THEY_BEEN if memory.for_another else registering.BEEN_BEFORE)
    if memory.question is Question.WHOSE_FIRST:
        return str(several.WHOSE_FIRST)
    if memory.question is Question.NEXT_PERSON:
        return several.next_one(yours=memory.queue[:1] == (Whose.SELF,))
    if memory.question in _OF_VISITS or memory.proving:
        return visits_asked_again(turn)
    if memory.question is Question.CONFIRM and (chosen := memory.offer(memory.chosen)):
        if memory.flow is Flow.MOVE:
            return changes.read_back_move(memory.change.about[0].time, chosen.time, turn.today)
        return wording.read_back(chosen.time, memory.patient_called, turn.today)
    if memory.question is Question.CHOICE and memory.offers:
        return wording.which_of([offer.time for offer in memory.offers], turn.today)
    if memory.question in {Question.PICK, Question.THIS_TYPE} and memory.listed_what:
        menu = turn.context.menu
        groups = (menu.appointment_types, menu.practitioners, menu.locations)
        names = {choice.id: choice.name for group in groups for choice in group}
        said = [names.get(id, "") for id in memory.listed]
        if memory.question is Question.THIS_TYPE:
            return wording.do_you_mean(said[0]) if memory.listed_what is What.LOCATION else wording.is_it_for(said[0])
        return wording.which(said, memory.listed_what.value)
    unsure = next((window for window in memory.want.windows if window.unsure), None)
    if memory.question is Question.WHICH_DAY and unsure:
        return wording.which_day(unsure.days, turn.today)
    if memory.question in callback.QUESTIONS:
        return callback.asked_again(turn)
    return {
        Question.WHO: wording.WHO,
        Question.FULL_NAME: wording.FULL_NAME,
        Question.DATE_OF_BIRTH: wording.DATE_OF_BIRTH,
        Question.WHEN: wording.WHEN,
        Question.OTHER_DAYS: wording.OTHER_DAYS,
        Question.ANYONE_ELSE: wording.ANYONE_ELSE,
        Question.ANYTHING_ELSE: wording.ANYTHING_ELSE,
        Question.WANTS_BOOKING: wording.OFFER_BOOKING,
        Question.WANTS_SOONER: wording.SOONER,
    }.get(memory.question, wording.HOW_CAN_I_HELP)


def name_asked(turn: Turn) -> str:
    """The name that somebody shows who they are by; why it is asked, where it is not for a new time."""
    if turn.memory.claim.name:
        return str(changes.PROVE_LAST_NAME)
    return str(changes.NAME_TO_BOOK if turn.memory.flow in (Flow.BOOK, Flow.WAIT) else changes.PROVE_NAME)


def newcomer_asked_again(turn: Turn) -> str:
    """What is asked of a new patient."""
    memory, intake = turn.memory, turn.memory.intake
    match memory.question:
        case Question.SPELLING:
            return registering.spelling(intake.given[Field.FIRST_NAME], intake.given[Field.LAST_NAME])
        case Question.REGISTER:
            return registering.read_back(intake.given)
        case Question.WHICH_DETAIL:
            return registering.which_wrong(intake.given)
        case Question.SAME_PERSON:
            return str(registering.SAME_PERSON)
    return str(registering.ASK[Field(intake.field or Field.FIRST_NAME)])


_OF_VISITS = {Question.WHICH_VISIT, Question.CANCEL}


def visits_asked_again(turn: Turn) -> str:
    """What is asked about appointments that there are, and before they are told, with its warning."""
    memory, change = turn.memory, turn.memory.change
    if memory.proving:
        if memory.question is Question.DATE_OF_BIRTH:
            return str(changes.PROVE_BORN)
        return name_asked(turn)
    if memory.question is Question.WHICH_VISIT:
        return changes.which_visit([visit.time for visit in change.listed], turn.today)
    rules = [turn.desk.late_rule(memory.patient_id, visit.id)[0] for visit in change.about] if change.warned else []
    late = next(filter(None, rules), None)
    return changes.read_back_cancel([visit.time for visit in change.about], late, turn.today)
