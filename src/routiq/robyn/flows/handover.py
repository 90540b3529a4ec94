"""Handing over to people: emergencies, the wish for a person, what a machine must not answer, what it cannot."""

from __future__ import annotations

from routiq.frontdesk.intake import Field
from routiq.robyn import wording
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.language import in_source
from routiq.robyn.memory import Flow, Window
from routiq.robyn.understanding.commands import AskPerson, Danger, Deny, Emergency, End, GiveName, GivePhone
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import changes, registering
from routiq.robyn.wording.moments import listed, spoken_day, spoken_start

CALL_BACK, EMERGENCY, CHECK_BOOKING = "call_back", "emergency", "check_booking"
_REASONS = {
    "asked": "asked for a person",
    "late": "is running late",
    "complaint": "has a complaint",
    "billing": "asked about money or a bill",
}


def leave_task(turn: Turn, kind: str, reason: str) -> None:
    """A task for staff with who, from where and what was wanted."""
    memory = turn.memory
    who = f"{memory.patient_called} (patient {memory.patient_id})" if memory.patient_id else memory.call_back.name
    parts = [reason.rstrip("."), f"Who: {who or 'not known'}", f"Number: {memory.caller or 'withheld'}"]
    if wish := wanted(turn):
        parts.append(f"Wanted: {wish}")
    task_id = turn.desk.leave_task(kind, ". ".join(parts) + ".", turn.conversation_id)
    turn.did("task_left", kind=kind, task=task_id)


@in_source
def wanted(turn: Turn) -> str:
    """What was asked for so far, for staff."""
    memory, menu = turn.memory, turn.context.menu
    names = {
        choice.id: choice.name
        for group in (menu.appointment_types, menu.practitioners, menu.locations)
        for choice in group
    }
    want = memory.want
    said = [names[id] for id in (want.appointment_type_id, want.practitioner_id, want.location_id) if id in names]
    if chosen := memory.offer(memory.chosen):
        time = chosen.time
        said += [time.appointment_type_name, time.practitioner_name, time.location_name, spoken_start(time)]
        return ", ".join(dict.fromkeys(said))
    return ", ".join([*said, *filter(None, map(window_said, want.windows))])


@in_source
def window_said(window: Window) -> str:
    """Days and times in words, for staff."""
    said = [spoken_day(day) for day in window.days]
    if window.first_day:
        said.append(f"from {spoken_day(window.first_day)}")
    if window.last_day:
        said.append(f"until {spoken_day(window.last_day)}")
    if window.at:
        said.append(f"at {window.at:%H:%M}")
    elif window.not_before or window.not_after:
        earliest = f"from {window.not_before:%H:%M}" if window.not_before else ""
        said.append(f"{earliest} {f'until {window.not_after:%H:%M}' if window.not_after else ''}".strip())
    return ", ".join(said)


def emergency(turn: Turn, flag: Emergency) -> Said:
    """The settled sentence, an alert once for each kind, and no booking under way any more (V1)."""
    memory = turn.memory
    if flag.danger not in memory.alerts:
        words = "self-harm" if flag.danger is Danger.SELF_HARM else "an emergency"
        leave_task(turn, EMERGENCY, f"Mentioned {words}; was told whom to call. Ring them at once")
        memory.alerts = (*memory.alerts, flag.danger.value)
    if not memory.in_flight and not memory.waiting:
        memory.start_over()
        memory.question = Question.ANYTHING_ELSE if memory.patient_id else memory.question
    return Said(wording.emergency(flag.danger, turn.practice.country_code))


def person(turn: Turn, wish: AskPerson) -> Said:
    """A call-back task; the name and number are asked for where they are not known (V4)."""
    memory = turn.memory
    memory.void()
    reason = f"Patient {_REASONS.get(wish.reason, wish.reason)}"
    named = [person.name for person in turn.context.menu.practitioners if person.id in wish.practitioners]
    if named:
        reason = f"Patient asked for {listed(named)}"
    if memory.patient_id or memory.caller:
        sentence = {"late": wording.RUNNING_LATE, "complaint": wording.COMPLAINT, "billing": wording.BILLING}.get(
            wish.reason, wording.PERSON_COMING
        )
        return hand_over(turn, reason, sentence)
    return begin_call_back(turn, reason, wording.CALLER_NAME)


def hand_over(turn: Turn, reason: str, sentence: str) -> Said:
    """Leave the task, say so, and wait for anything else."""
    memory = turn.memory
    memory.misses = 0
    if not memory.patient_id and not memory.caller:
        return begin_call_back(turn, reason, wording.CALLER_NAME)
    leave_task(turn, CALL_BACK, reason)
    memory.leave()
    memory.handed_over = True
    return turn.ask(Question.ANYTHING_ELSE, f"{sentence} {wording.ANYTHING_ELSE}")


def begin_call_back(turn: Turn, reason: str, sentence: str) -> Said:
    turn.memory.call_back.reason = reason
    turn.memory.tries = 0
    turn.memory.leave()
    return turn.ask(Question.CALLER_NAME, sentence)


def take_call_back(turn: Turn) -> Said:
    """The caller's name, then the number if it is withheld, then the task."""
    memory = turn.memory
    if turn.has(Deny) and not turn.has(GiveName, GivePhone):
        return turn.ask(Question.ANYTHING_ELSE, f"{wording.NO_WORRIES} {wording.ANYTHING_ELSE}")
    if turn.has(End) and not memory.caller and not turn.has(GivePhone):
        return Said(wording.GOODBYE, ended=True)
    if memory.question is Question.CALLER_NAME:
        if name := turn.first(GiveName):
            memory.call_back.name = name.name.title()
        elif not turn.has(End) and not _asked_enough(turn):
            return Said(wording.CALLER_NAME)
        memory.tries = 0
        if not memory.caller:
            return turn.ask(Question.CALLER_NUMBER, wording.CALLER_NUMBER)
    elif number := turn.first(GivePhone):
        memory.caller = number.number
    elif not _asked_enough(turn):
        return Said(wording.CALLER_NUMBER_AGAIN)
    else:
        return turn.ask(Question.ANYTHING_ELSE, wording.NO_NUMBER)
    leave_task(turn, CALL_BACK, memory.call_back.reason or "Asked for a call back")
    memory.handed_over = True
    if turn.has(End):
        return Said(f"{wording.TEAM_HAS_IT} {wording.GOODBYE}", ended=True)
    name_said = memory.call_back.name
    text = wording.call_back_noted(name_said) if name_said else f"{wording.PERSON_COMING} {wording.ANYTHING_ELSE}"
    return turn.ask(Question.ANYTHING_ELSE, text)


def _asked_enough(turn: Turn) -> bool:
    turn.memory.tries += 1
    return turn.memory.tries >= 2


def not_understood(turn: Turn) -> Said:
    """One clarifying question, then a person (ESC-08)."""
    memory = turn.memory
    memory.misses += 1
    if memory.misses < 2:
        return Said(clarified(turn))
    memory.misses = 0
    memory.void()
    if memory.handed_over:
        known = memory.patient_id and turn.practice.live
        return turn.ask(Question.ANYTHING_ELSE, wording.STILL_COMING if known else wording.TEAM_HAS_IT)
    return hand_over(turn, "Could not be understood", wording.HANDED_OVER)


def clarified(turn: Turn) -> str:
    """The open question once more, put more plainly."""
    question = turn.memory.question
    plain = wording.CLARIFY.get(question.value)
    asked = asked_again(turn)
    if plain is None:
        return f"{wording.NOT_UNDERSTOOD} {asked}"
    return f"{plain} {asked}" if question in {Question.PICK, Question.CHOICE} else plain


def asked_again(turn: Turn) -> str:
    """The open question in its own words."""
    memory = turn.memory
    if memory.flow is Flow.REGISTER:
        return newcomer_asked_again(turn)
    if memory.question is Question.BEEN_BEFORE:
        return str(registering.HAVE_THEY_BEEN if memory.for_another else registering.BEEN_BEFORE)
    if memory.question in _OF_VISITS or memory.proving:
        return visits_asked_again(turn)
    if memory.question is Question.CONFIRM and (chosen := memory.offer(memory.chosen)):
        if memory.flow is Flow.MOVE:
            return changes.read_back_move(memory.change.about[0].time, chosen.time, turn.today)
        return wording.read_back(chosen.time, memory.patient_called, turn.today)
    if memory.question is Question.CHOICE and memory.offers:
        return wording.which_of([offer.time for offer in memory.offers], turn.today)
    if memory.question is Question.PICK and memory.listed_what:
        menu = turn.context.menu
        groups = (menu.appointment_types, menu.practitioners, menu.locations)
        names = {choice.id: choice.name for group in groups for choice in group}
        return wording.which([names.get(id, "") for id in memory.listed], memory.listed_what.value)
    unsure = next((window for window in memory.want.windows if window.unsure), None)
    if memory.question is Question.WHICH_DAY and unsure:
        return wording.which_day(unsure.days, turn.today)
    return {
        Question.WHO: wording.WHO,
        Question.FULL_NAME: wording.FULL_NAME,
        Question.DATE_OF_BIRTH: wording.DATE_OF_BIRTH,
        Question.WHEN: wording.WHEN,
        Question.OTHER_DAYS: wording.OTHER_DAYS,
        Question.ANYONE_ELSE: wording.ANYONE_ELSE,
        Question.CALLER_NAME: wording.CALLER_NAME,
        Question.CALLER_NUMBER: wording.CALLER_NUMBER,
        Question.ANYTHING_ELSE: wording.ANYTHING_ELSE,
        Question.WANTS_BOOKING: wording.OFFER_BOOKING,
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
