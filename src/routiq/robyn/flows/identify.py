"""Whose appointment it is. The caller's number proposes; a family's members are told apart without naming them.

Names and dates of birth are compared exactly, and no answer ever says which of them was wrong (V5).
"""

from __future__ import annotations

from collections.abc import Iterable

from routiq.frontdesk.wishes import KnownPatient
from routiq.robyn import wording
from routiq.robyn.flows import arriving, handover
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.understanding.commands import GiveDateOfBirth, GiveName, SayNew
from routiq.robyn.understanding.names import tokens
from routiq.robyn.understanding.reader import Question

TRIES = 2


def named(patients: Iterable[KnownPatient], name: str) -> list[KnownPatient]:
    """Those whose first or preferred name this is, alone or with their own last name. Exactly."""
    said = tokens(name)
    found = []
    for patient in patients:
        last = tokens(patient.last_name)
        for first in (tokens(patient.first_name), tokens(patient.called)):
            if first and said[: len(first)] == first and said[len(first) :] in ([], last):
                found.append(patient)
                break
    return found


def proceed(turn: Turn) -> Said | None:
    """Find out who it is. ``None`` as soon as that is known."""
    memory = turn.memory
    caller = turn.desk.recognise_caller(memory.caller)
    patients = caller.patients
    if memory.proving or memory.question is Question.BEEN_BEFORE:
        return arriving.proceed(turn)
    if caller.is_of_former_patient and not memory.patient_id and not memory.handed_over:
        # Whoever it is, archived or a relative of somebody who has died: a person talks with them, and nobody is
        # registered a second time.
        reason = "Rings from the number of an archived or deceased patient, wants an appointment"
        return handover.begin_call_back(turn, reason, wording.UNKNOWN_CALLER)
    if turn.has(SayNew) or not patients or memory.anybody or (len(patients) == 1 and memory.for_another):
        return arriving.proceed(turn)
    if len(patients) == 1:
        return _known(turn, patients[0])
    if memory.question is Question.DATE_OF_BIRTH:
        return _by_birth(turn, patients)
    given = turn.first(GiveName)
    if given is None:
        return turn.ask(Question.WHO, wording.WHO)
    name = given.name
    if memory.name_heard and not named(patients, name):
        name = f"{memory.name_heard} {name}"
    found = named(patients, name)
    if len(found) == 1:
        return _known(turn, found[0])
    if found:
        return _still_several(turn, found, name)
    return _tried(turn, Question.WHO, wording.WHO_AGAIN)


def _still_several(turn: Turn, found: list[KnownPatient], name: str) -> Said:
    memory = turn.memory
    if memory.name_heard and len({tuple(tokens(patient.last_name)) for patient in found}) > 1:
        return _tried(turn, Question.FULL_NAME, wording.FULL_NAME)
    asked_full = memory.question is Question.FULL_NAME
    memory.name_heard = name
    if not asked_full and len({tuple(tokens(patient.last_name)) for patient in found}) > 1:
        return turn.ask(Question.FULL_NAME, wording.FULL_NAME)
    return turn.ask(Question.DATE_OF_BIRTH, wording.DATE_OF_BIRTH)


def _by_birth(turn: Turn, patients: Iterable[KnownPatient]) -> Said | None:
    given = turn.first(GiveDateOfBirth)
    found = [
        patient
        for patient in named(patients, turn.memory.name_heard)
        if given and patient.date_of_birth == given.date
    ]
    if len(found) == 1:
        return _known(turn, found[0])
    return _tried(turn, Question.DATE_OF_BIRTH, wording.DATE_OF_BIRTH_AGAIN)


def _tried(turn: Turn, question: Question, again: str) -> Said:
    turn.memory.tries += 1
    if turn.memory.tries >= TRIES:
        return handover.begin_call_back(
            turn, "Could not be told apart from others with this number", wording.NO_MATCH
        )
    return turn.ask(question, again)


def _known(turn: Turn, patient: KnownPatient) -> Said | None:
    memory = turn.memory
    memory.patient_id = patient.remote_id
    memory.patient_called = patient.called or patient.first_name
    memory.tries = 0
    memory.name_heard = ""
    memory.question = Question.OPEN
    turn.did("identified", patient=patient.remote_id)
    return None
