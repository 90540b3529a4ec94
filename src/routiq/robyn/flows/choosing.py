"""Which of the patient's own appointments is meant: the only one, the one whose time was said, or the one picked."""

from __future__ import annotations

from collections.abc import Sequence

from routiq.robyn import wording as words
from routiq.robyn.escalation.triggers import Trigger
from routiq.robyn.flows import aside as asides
from routiq.robyn.flows import handover, table
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Flow, Visit
from routiq.robyn.understanding.commands import Affirm, Choose, Deny, NameChoice, StartCancel
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import changes as wording

MOST_LISTED = 4
"""So many can be listened to."""


def choose(turn: Turn) -> Said | None:
    """Put the ones that it is about into ``change.about``; a question, or what there is to say, when they are not
    clear yet."""
    change = turn.memory.change
    if turn.memory.question is Question.WHICH_VISIT:
        return _picked(turn)
    coming = turn.desk.coming_up(turn.memory.patient_id)
    visits = tuple(Visit(visit.id, visit.time) for visit in coming if not visit.is_class)
    if not visits:
        if coming:
            return team_only(turn, wording.CLASS_BY_TEAM, "Asked about a class they are in")
        return asides.end(turn, wording.NO_VISIT, then=words.OFFER_BOOKING, question=Question.WANTS_BOOKING)
    meant, lead = visits, ""
    if change.which is not None:
        meant = tuple(visit for visit in visits if table.fits(visit, change.which))
        lead = "" if meant else str(wording.NONE_THEN)
    if turn.memory.flow is Flow.CANCEL:
        meant = _named(turn, meant) or meant
    if len(meant) == 1 or (meant and change.every):
        change.about = meant
        return None
    return ask(turn, meant or visits, lead)


def ask(turn: Turn, visits: Sequence[Visit], lead: str = "") -> Said:
    listed = tuple(visits)[:MOST_LISTED]
    turn.memory.change.listed = listed
    said = wording.which_visit([visit.time for visit in listed], turn.today)
    return turn.ask(Question.WHICH_VISIT, f"{lead} {said}".strip())


def _picked(turn: Turn) -> Said | None:
    change = turn.memory.change
    listed = change.listed
    if turn.memory.flow is Flow.CANCEL and (start := turn.first(StartCancel)) and start.every:
        change.about = listed
        return None
    choice = turn.first(Choose)
    picked = table.chosen(listed, choice) if choice and choice != Choose() else None
    fitting = [picked] if picked else table.pointed_at(listed, turn.wishes) or list(_named(turn, listed))
    if not fitting and len(listed) == 1 and turn.has(Affirm) and not turn.has(Deny):
        fitting = list(listed)
    if len(fitting) == 1:
        change.about = (fitting[0],)
        return None
    if 1 < len(fitting) < len(listed):
        return ask(turn, fitting)
    if turn.has(Deny):
        return asides.end(turn, wording.STAYS)
    return handover.not_understood(turn)


def _named(turn: Turn, visits: Sequence[Visit]) -> tuple[Visit, ...]:
    """Those with whom, where or for what was named; none when nothing was."""
    named = [command for command in turn.commands if isinstance(command, NameChoice) and command.ids]
    if not named:
        return ()
    return tuple(
        visit for visit in visits if all(getattr(visit.time, f"{name.what.value}_id") in name.ids for name in named)
    )


def team_only(turn: Turn, sentence: str, reason: str, trigger: Trigger | None = None) -> Said:
    """Only people can do this: they are told, and it goes on."""
    if turn.memory.patient_id or turn.memory.caller:
        handover.leave_task(turn, handover.CALL_BACK, reason, trigger)
        turn.memory.handed_over = True
        return asides.end(turn, sentence)
    turn.memory.start_over()
    return handover.begin_call_back(turn, reason, words.CALLER_NAME, trigger)
