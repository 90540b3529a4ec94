"""Who somebody is, before anything of a booking is told or changed: the whole name and the day of birth (V5).

What a number alone is worth is a greeting. Both are compared at once and exactly, and no answer says which was wrong.
After three tries a person takes over. Asked once in a conversation.
"""

from __future__ import annotations

from datetime import date

from routiq.frontdesk.identity import TRIES
from routiq.robyn import wording as words
from routiq.robyn.flows import handover
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Claim
from routiq.robyn.understanding.commands import Deny, GiveDateOfBirth, GiveName
from routiq.robyn.understanding.names import tokens
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import changes as wording

ASKED = {Question.FULL_NAME, Question.DATE_OF_BIRTH}


def proceed(turn: Turn) -> Said | None:
    """The next question, or ``None`` as soon as they have shown who they are."""
    memory = turn.memory
    if memory.shown:
        return None
    if memory.wrong >= TRIES:
        return _to_a_person(turn)
    asking, memory.proving = memory.proving, True
    heard = _take(turn)
    claim = memory.claim
    if len(tokens(claim.name)) > 1 and claim.born:
        return _compared(turn, claim.name, claim.born)
    if asking and not heard:
        return _refused(turn) if turn.has(Deny) else handover.not_understood(turn)
    if len(tokens(claim.name)) < 2:
        return turn.ask(Question.FULL_NAME, handover.name_asked(turn))
    return turn.ask(Question.DATE_OF_BIRTH, wording.PROVE_BORN)


def _take(turn: Turn) -> bool:
    """Take what was said of the name and the day of birth. Whether anything was."""
    claim = turn.memory.claim
    given, born = turn.first(GiveName), turn.first(GiveDateOfBirth)
    if given:
        whole = len(tokens(claim.name)) == 1 and len(tokens(given.name)) == 1 and claim.name != given.name
        claim.name = f"{claim.name} {given.name}" if whole else given.name
    if born:
        claim.born = born.date
    return bool(given or born)


def _compared(turn: Turn, name: str, born: date) -> Said | None:
    memory = turn.memory
    patient = turn.desk.who_is(name, born)
    memory.claim = Claim()
    if patient is None:
        memory.wrong += 1
        turn.did("not_identified", tries=memory.wrong)
        return _to_a_person(turn) if memory.wrong >= TRIES else turn.ask(Question.FULL_NAME, wording.PROVE_NAME_AGAIN)
    memory.shown, memory.proving = True, False
    memory.patient_id, memory.patient_called = patient.remote_id, patient.called or patient.first_name
    memory.tries = memory.misses = 0
    memory.question = Question.OPEN
    turn.did("identified", patient=patient.remote_id, shown=True)
    return None


def _to_a_person(turn: Turn) -> Said:
    memory = turn.memory
    memory.leave()
    if memory.handed_over:
        return handover.hand_over(turn, "Could not show who they are", words.TEAM_HAS_IT)
    return handover.begin_call_back(turn, "Could not show who they are", wording.NOT_PROVEN)


def _refused(turn: Turn) -> Said:
    turn.memory.leave()
    return handover.hand_over(turn, "Would not say who they are", wording.WITHOUT_PROOF)
