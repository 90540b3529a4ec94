"""From the yes to a registration to what came of it, and back to what was wished."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from difflib import SequenceMatcher

from routiq.frontdesk.changes import ChangeAnswer, RegisterRequest
from routiq.frontdesk.intake import Field
from routiq.frontdesk.wishes import Outcome
from routiq.robyn import wording as words
from routiq.robyn.flows import handover, offering
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Flow
from routiq.robyn.understanding.commands import Affirm, Deny
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import registering as wording


def enrol(turn: Turn) -> Said:
    """Register what was read back and agreed to. The memory says so before anything goes out."""
    memory = turn.memory
    memory.in_flight = str(memory.intake.round)
    turn.keep()
    return _outcome(turn, turn.desk.register(_request(turn)))


def resume(turn: Turn) -> Said | None:
    """A registration that was under way when the last turn broke off; ``None`` when it was never begun."""
    if not turn.desk.was_asked(intent_key(turn)):
        turn.memory.in_flight = ""
        return None
    return _outcome(turn, turn.desk.register(_request(turn)))


def intent_key(turn: Turn) -> str:
    """The same reading back is one registration, however often the yes arrives."""
    return f"conversation:{turn.conversation_id}:register:{turn.memory.intake.round}"


def _request(turn: Turn) -> RegisterRequest:
    return RegisterRequest(
        intent_key=intent_key(turn),
        channel=turn.channel,
        asked_by=f"conversation:{turn.conversation_id}",
        accepting_words=turn.heard,
        given=dict(turn.memory.intake.given),
        not_these=turn.memory.intake.not_these,
    )


def _outcome(turn: Turn, answer: ChangeAnswer) -> Said:
    memory, intake = turn.memory, turn.memory.intake
    memory.in_flight = ""
    turn.did("asked_to_register", outcome=answer.outcome.value, write=answer.write_id, steps=list(answer.steps))
    if answer.outcome is Outcome.DONE:
        stored = turn.desk.stored_change(answer.write_id)
        if stored is not None and stored.done and stored.patient_id:
            return _known(turn, stored.patient_id, intake.given[Field.FIRST_NAME], str(wording.REGISTERED))
    if answer.outcome is Outcome.ASK_FIRST:
        intake.alike = tuple(patient.remote_id for patient in answer.alike)
        return turn.ask(Question.SAME_PERSON, wording.SAME_PERSON)
    if answer.outcome in {Outcome.UNCERTAIN, Outcome.DONE}:
        return to_the_team(turn, "A registration is not confirmed yet", wording.UNSURE)
    why = " ".join(filter(None, (answer.message, answer.advice, *answer.problems.values())))
    sentence = wording.DOWN if answer.outcome is Outcome.VENDOR_DOWN else wording.FAILED
    return to_the_team(turn, f"Could not register: {why}", sentence)


def at_same_person(turn: Turn, *, again: Callable[[Turn], Said]) -> Said:
    """Asked, never assumed (PAT-06): the same person is whoever name and day of birth show; another one is registered
    after all, by a new yes."""
    memory, intake = turn.memory, turn.memory.intake
    if turn.has(Deny) and not turn.has(Affirm):
        intake.not_these = (*intake.not_these, *intake.alike)
        intake.alike = ()
        return again(turn)
    if not turn.has(Affirm) or turn.has(Deny):
        return handover.not_understood(turn)
    given = intake.given
    from_words = f"{given.get(Field.FIRST_NAME, '')} {given.get(Field.LAST_NAME, '')}"
    born = given.get(Field.DATE_OF_BIRTH, "")
    patient = turn.desk.who_is(from_words, date.fromisoformat(born)) if born else None
    if patient is None or patient.remote_id not in intake.alike:
        return to_the_team(turn, "Says they were here before, and the details differ", words.PERSON_COMING)
    memory.shown = True
    return _known(turn, patient.remote_id, patient.called or patient.first_name, "")


def _known(turn: Turn, patient_id: str, called: str, said: str) -> Said:
    """Back to what was wished before: nothing said is lost."""
    memory, then = turn.memory, turn.memory.intake.then
    want, wanted = memory.want, memory.wants_booking
    memory.start_over()
    memory.flow, memory.want, memory.wants_booking = then, want, wanted
    memory.patient_id, memory.patient_called, memory.shown = patient_id, called, True
    memory.for_another = False
    turn.did("identified", patient=patient_id, shown=True)
    if wanted and then is Flow.BOOK:
        return offering.search(turn, said)
    memory.flow = Flow.BOOK
    return turn.ask(Question.WHEN, f"{said} {words.WHEN}".strip())


def to_the_team(turn: Turn, reason: str, sentence: str) -> Said:
    """With all that was told so far, so that nobody has to ask again."""
    memory = turn.memory
    told = ", ".join(f"{Field(field).replace('_', ' ')} {value}" for field, value in memory.intake.given.items())
    if not memory.caller:
        memory.caller = memory.intake.given.get(Field.MOBILE, "") or memory.intake.given.get(Field.PHONE, "")
    return handover.hand_over(turn, f"{reason}. Told: {told or 'nothing yet'}", sentence)


def nearer(name: str, given: Mapping[str, str]) -> Field:
    """Whether a name that was corrected is the first or the last one."""

    def likeness(field: Field) -> float:
        return SequenceMatcher(None, name.casefold(), given.get(field, "").casefold()).ratio()

    return max((Field.LAST_NAME, Field.FIRST_NAME), key=likeness)
