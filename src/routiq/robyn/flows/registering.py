"""Registering a new patient: one detail at a time, each checked at once; the name spelled back; all of it read back;
a yes; then what was wished goes on (PAT-04 to PAT-06, B13)."""

from __future__ import annotations

from routiq.frontdesk.intake import Field
from routiq.robyn import wording as words
from routiq.robyn.flows import enrolling, handover
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import OFFER_LASTS, Flow, Intake
from routiq.robyn.understanding.commands import (
    Affirm,
    Ask,
    Correct,
    Deny,
    GiveDateOfBirth,
    GiveDetail,
    GiveEmail,
    GiveName,
    GivePhone,
    NameDetail,
)
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import registering as wording

_TRIES = 3
"""So often one detail is asked for."""
_QUESTIONS = {
    Field.FIRST_NAME: Question.GIVEN_NAME,
    Field.LAST_NAME: Question.FAMILY_NAME,
    Field.DATE_OF_BIRTH: Question.DATE_OF_BIRTH,
    Field.MOBILE: Question.MOBILE,
    Field.PHONE: Question.MOBILE,
    Field.EMAIL: Question.EMAIL,
}


def begin(turn: Turn) -> Said:
    """From here on it is about the new patient; what was wished stays for afterwards."""
    memory = turn.memory
    memory.intake = Intake(then=memory.flow)
    memory.flow, memory.proving = Flow.REGISTER, False
    memory.misses = memory.tries = 0
    said = _next(turn)
    return Said(f"{wording.WELCOME} {said.text}")


def proceed(turn: Turn) -> Said:
    """One turn of the flow."""
    question = turn.memory.question
    if question is Question.SPELLING:
        return _at_spelling(turn)
    if question is Question.REGISTER:
        return _at_yes(turn)
    if question is Question.WHICH_DETAIL:
        return _at_wrong(turn)
    if question is Question.SAME_PERSON:
        return enrolling.at_same_person(turn, again=_read_back)
    return _answered(turn)


def _next(turn: Turn) -> Said:
    """Ask for what is still missing; when nothing is, read all of it back."""
    intake = turn.memory.intake
    fields = [asked.field for asked in turn.desk.intake_questions()]
    open_now = [field for field in fields if field not in intake.given and field not in intake.skipped]
    if not intake.spelled and not {Field.FIRST_NAME, Field.LAST_NAME} & set(open_now):
        said = wording.spelling(intake.given[Field.FIRST_NAME], intake.given[Field.LAST_NAME])
        return turn.ask(Question.SPELLING, said)
    return _ask(turn, open_now[0]) if open_now else _read_back(turn)


def _ask(turn: Turn, field: Field) -> Said:
    turn.memory.intake.field, turn.memory.intake.tries = field, 0
    return turn.ask(_QUESTIONS.get(field, Question.DETAIL), _question(turn, field))


def _question(turn: Turn, field: Field) -> str:
    return str(wording.SAME_NUMBER if field is Field.MOBILE and _own_number(turn) else wording.ASK[field])


def _own_number(turn: Turn) -> bool:
    """The number that is being called from can be their mobile."""
    caller = turn.memory.caller
    return turn.memory.intake.own_number and bool(caller) and not turn.desk.problem_with(Field.MOBILE, caller)


def _answered(turn: Turn) -> Said:
    """An answer to what is being asked: taken when it is good, asked for once more when it is not."""
    intake = turn.memory.intake
    field = Field(intake.field)
    value = _given(turn, field)
    if value and not turn.desk.problem_with(field, value):
        _put(turn, field, value)
        return _next(turn)
    needed = {asked.field for asked in turn.desk.intake_questions() if asked.needed}
    if not value and turn.has(Deny) and field not in needed:
        intake.skipped = (*intake.skipped, field)
        return _next(turn)
    if field is Field.MOBILE and not value and turn.has(Deny) and _own_number(turn):
        intake.own_number = False
        return turn.ask(Question.MOBILE, wording.ASK[field])
    intake.tries += 1
    if intake.tries < _TRIES:
        return turn.ask(turn.memory.question, wording.ask_again(field))
    if field not in needed:
        intake.skipped = (*intake.skipped, field)
        return _next(turn)
    return enrolling.to_the_team(turn, f"Could not register: no good {field.replace('_', ' ')}", wording.PLEASE_RING)


def _given(turn: Turn, field: Field) -> str:
    """What these words say for ``field``, as it is to be written."""
    name, born = turn.first(GiveName), turn.first(GiveDateOfBirth)
    phone, email, detail = turn.first(GivePhone), turn.first(GiveEmail), turn.first(GiveDetail)
    match field:
        case Field.FIRST_NAME | Field.LAST_NAME:
            return (name.written or name.name.title()) if name else ""
        case Field.DATE_OF_BIRTH:
            return born.date.isoformat() if born else ""
        case Field.MOBILE | Field.PHONE:
            yes = turn.has(Affirm) and not turn.has(Deny) and field is Field.MOBILE and _own_number(turn)
            return phone.number if phone else turn.memory.caller if yes else ""
        case Field.EMAIL:
            return email.address if email else ""
    return detail.text if detail else ""


def _put(turn: Turn, field: Field, value: str) -> None:
    """Both names at once are both names."""
    intake = turn.memory.intake
    words = value.split()
    intake.tries = 0
    intake.read_at = None
    if field in (Field.FIRST_NAME, Field.LAST_NAME):
        intake.spelled = False
    if field is Field.FIRST_NAME and len(words) > 1 and Field.LAST_NAME not in intake.given:
        intake.given |= {Field.FIRST_NAME: words[0], Field.LAST_NAME: " ".join(words[1:])}
    else:
        intake.given[field] = value


def _at_spelling(turn: Turn) -> Said:
    """Right; or spelled anew, the whole name or the part that it is nearer to."""
    intake, name = turn.memory.intake, turn.first(GiveName)
    if turn.has(Affirm) and not turn.has(Deny):
        intake.spelled = True
        return _next(turn)
    if name and name.written:
        parts = name.written.split()
        if len(parts) > 1:
            intake.given |= {Field.FIRST_NAME: parts[0], Field.LAST_NAME: " ".join(parts[1:])}
        else:
            intake.given[enrolling.nearer(name.written, intake.given)] = name.written
        return _next(turn)
    if turn.has(Deny):
        intake.given.pop(Field.FIRST_NAME, None)
        intake.given.pop(Field.LAST_NAME, None)
        intake.field = Field.FIRST_NAME
        return turn.ask(Question.GIVEN_NAME, wording.SPELL_FIRST)
    return handover.not_understood(turn)


def _read_back(turn: Turn, lead: str = "") -> Said:
    memory, intake = turn.memory, turn.memory.intake
    memory.rounds += 1
    intake.round, intake.read_at = memory.rounds, turn.now
    turn.did("read_back", register=intake.round)
    return turn.ask(Question.REGISTER, f"{lead} {wording.read_back(intake.given)}".strip())


def _at_yes(turn: Turn) -> Said:
    """A plain yes to what was read back registers; a correction is read back anew."""
    intake = turn.memory.intake
    if turn.has(Correct, NameDetail, GiveEmail, GivePhone, GiveDateOfBirth):
        return _corrected(turn)
    if turn.has(Affirm) and not turn.has(Deny):
        if turn.has(Ask):
            return turn.ask(Question.REGISTER, wording.read_back(intake.given))
        if intake.read_at is None or turn.now >= intake.read_at + OFFER_LASTS:
            return _read_back(turn, str(words.WAIT_WHILE))
        return enrolling.enrol(turn)
    if turn.has(Deny) and not turn.has(Affirm):
        intake.read_at = None
        return turn.ask(Question.WHICH_DETAIL, wording.which_wrong(intake.given))
    return handover.not_understood(turn)


def _at_wrong(turn: Turn) -> Said:
    if turn.has(NameDetail, GiveEmail, GivePhone, GiveDateOfBirth):
        return _corrected(turn)
    if turn.has(Affirm) and not turn.has(Deny):
        return _read_back(turn)
    if turn.has(Deny):
        turn.memory.start_over()
        return turn.ask(Question.ANYTHING_ELSE, f"{wording.STOPPED} {words.ANYTHING_ELSE}")
    return handover.not_understood(turn)


def _corrected(turn: Turn) -> Said:
    """Set right what was given with it; else ask for what was named."""
    intake = turn.memory.intake
    asked = [question.field for question in turn.desk.intake_questions()]
    for field in (Field.DATE_OF_BIRTH, Field.MOBILE, Field.EMAIL):
        value = _given(turn, field) if field in asked and not turn.has(Affirm) else ""
        if value:
            if turn.desk.problem_with(field, value):
                intake.given.pop(field, None)
                return _ask(turn, field)
            _put(turn, field, value)
            return _next(turn)
    named = turn.first(NameDetail)
    if named is None or Field(named.field) not in asked:
        return turn.ask(Question.WHICH_DETAIL, wording.which_wrong(intake.given))
    field = Field(named.field)
    intake.given.pop(field, None)
    intake.skipped = tuple(other for other in intake.skipped if other != field)
    intake.read_at = None
    return _ask(turn, field)
