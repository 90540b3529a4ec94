"""Cancelling: who, which, what the practice's rule means, yes, cancelled; then another time is offered (BOOK-10).

Only what was read back is cancelled, and only by a plain yes to exactly that.
"""

from __future__ import annotations

from datetime import datetime

from routiq.frontdesk.changes import CancelRequest, ChangeAnswer, Late
from routiq.frontdesk.wishes import Outcome
from routiq.robyn import wording as words
from routiq.robyn.desk import StoredChange
from routiq.robyn.flows import aside, choosing, handover, proving
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import OFFER_LASTS, Change, Flow, Visit, Want
from routiq.robyn.understanding.commands import Affirm, Ask, Correct, Deny, NameChoice, StartCancel
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import changes as wording


def begin(turn: Turn, wish: StartCancel) -> Said:
    memory = turn.memory
    if memory.flow is Flow.CANCEL and (memory.proving or memory.question is Question.WHICH_VISIT):
        memory.change.every = memory.change.every or wish.every
        return proceed(turn)
    aside.begin(turn, Flow.CANCEL)
    memory.change = Change(which=wish.which, every=wish.every)
    return proceed(turn)


def proceed(turn: Turn) -> Said:
    """One turn of the flow."""
    if asked := proving.proceed(turn):
        return asked
    if turn.memory.question is Question.CANCEL and turn.memory.change.about:
        return _at_yes(turn)
    if asked := choosing.choose(turn):
        return asked
    return read_back(turn)


def read_back(turn: Turn, lead: str = "") -> Said:
    """Say what would be cancelled and what that means, and ask for a yes (BOOK-05)."""
    memory, change = turn.memory, turn.memory.change
    rules = {visit.id: turn.desk.late_rule(memory.patient_id, visit.id) for visit in change.about}
    by_team = [visit for visit in change.about if rules[visit.id][1]]
    if by_team:
        late = rules[by_team[0].id][0]
        leads = [lead, wording.by_team(late.window_hours if late else 0)]
        change.about = tuple(visit for visit in change.about if visit not in by_team)
        reason = f"Wants to cancel late: {wording.visits_for_staff([visit.time for visit in by_team])}"
        if not change.about:
            return choosing.team_only(turn, leads[1], reason)
        handover.leave_task(turn, handover.CALL_BACK, reason)
        lead = " ".join(filter(None, leads))
    late = next((rules[visit.id][0] for visit in change.about if rules[visit.id][0]), None)
    return _ask(turn, late, lead)


def _ask(turn: Turn, late: Late | None, lead: str) -> Said:
    memory, change = turn.memory, turn.memory.change
    memory.rounds += 1
    change.round, change.read_at, change.warned = memory.rounds, turn.now, late is not None
    change.listed = ()
    turn.did("read_back", cancel=[visit.id for visit in change.about], late=late is not None)
    said = wording.read_back_cancel([visit.time for visit in change.about], late, turn.today)
    return turn.ask(Question.CANCEL, f"{lead} {said}".strip())


def _at_yes(turn: Turn) -> Said:
    change = turn.memory.change
    named = turn.has(NameChoice) or bool(turn.wishes)
    if named or turn.has(Correct):
        return _another(turn, named=named)
    if turn.has(Affirm) and not turn.has(Deny):
        if turn.has(Ask):
            return turn.ask(Question.CANCEL, handover.asked_again(turn))
        if change.read_at is None or turn.now >= change.read_at + OFFER_LASTS:
            return _afresh(turn)
        return _cancel(turn)
    if turn.has(Deny) and not turn.has(Affirm):
        return aside.end(turn, wording.STAYS)
    return handover.not_understood(turn)


def _another(turn: Turn, *, named: bool) -> Said:
    """Not the one that was read back: which, is chosen anew."""
    memory, change = turn.memory, turn.memory.change
    coming = turn.desk.coming_up(memory.patient_id)
    visits = tuple(Visit(visit.id, visit.time) for visit in coming if not visit.is_class)
    left = tuple(visit for visit in visits if visit not in change.about) or visits
    change.about, change.every = (), False
    change.listed = visits
    memory.question = Question.WHICH_VISIT
    if named:
        return proceed(turn)
    if len(left) == 1 and len(visits) > 1:
        change.about = left
        return read_back(turn)
    return choosing.ask(turn, visits)


def _afresh(turn: Turn) -> Said:
    """It was read back a while ago: read it back as it stands now."""
    change = turn.memory.change
    wanted = {visit.id for visit in change.about}
    coming = turn.desk.coming_up(turn.memory.patient_id)
    change.about = tuple(Visit(visit.id, visit.time) for visit in coming if visit.id in wanted)
    if not change.about:
        return aside.end(turn, wording.NO_VISIT, then=words.OFFER_BOOKING, question=Question.WANTS_BOOKING)
    return read_back(turn, str(words.WAIT_WHILE))


def _cancel(turn: Turn) -> Said:
    """Cancel what was read back and agreed to. The memory says so before anything goes out."""
    memory = turn.memory
    memory.in_flight = str(memory.change.round)
    turn.keep()
    return _outcome(turn, [(visit, turn.desk.cancel(_request(turn, visit))) for visit in memory.change.about])


def resume(turn: Turn) -> Said | None:
    """What was under way when the last turn broke off; ``None`` when nothing of it was begun."""
    memory = turn.memory
    begun = [visit for visit in memory.change.about if turn.desk.was_asked(intent_key(turn, visit))]
    if not begun:
        memory.in_flight = ""
        return None
    return _outcome(turn, [(visit, turn.desk.cancel(_request(turn, visit))) for visit in begun])


def intent_key(turn: Turn, visit: Visit) -> str:
    """The same reading back of the same appointment is one cancellation."""
    return f"conversation:{turn.conversation_id}:cancel:{turn.memory.change.round}:{visit.id}"


def _request(turn: Turn, visit: Visit) -> CancelRequest:
    return CancelRequest(
        intent_key=intent_key(turn, visit),
        channel=turn.channel,
        asked_by=f"conversation:{turn.conversation_id}",
        accepting_words=turn.heard,
        patient_id=turn.memory.patient_id,
        appointment_id=visit.id,
        starts_at=visit.time.starts_at,
        warned=turn.memory.change.warned,
    )


def _outcome(turn: Turn, answers: list[tuple[Visit, ChangeAnswer]]) -> Said:
    memory = turn.memory
    memory.in_flight = ""
    for visit, answer in answers:
        turn.did(
            "asked_to_cancel", appointment=visit.id, outcome=answer.outcome.value, write=answer.write_id,
            steps=list(answer.steps),
        )  # fmt: skip
    stored = {visit.id: _stored(turn, visit, answer) for visit, answer in answers}
    done = [visit for visit, _ in answers if stored[visit.id]]
    left = [(visit, answer) for visit, answer in answers if visit not in done]
    if memory.arranged in {visit.time.starts_at for visit in done}:
        memory.arranged = None
    if not done and all(answer.outcome is Outcome.ASK_FIRST for _, answer in left):
        return read_back(turn)  # It has become late since it was read back.
    text_follows = all(each.text_follows for each in stored.values() if each)
    cancelled = wording.cancelled([visit.time for visit in done], turn.today) if done else ""
    said = [words.and_text(cancelled, text_follows)] if done else []
    if left:
        said.append(_not_done(turn, left, alone=not done and len(left) == 1))
    if not done or left:
        return aside.end(turn, " ".join(said))
    return _offer_another(turn, done, said[0])


def _stored(turn: Turn, visit: Visit, answer: ChangeAnswer) -> StoredChange | None:
    """The row of one that is done: what is said is said of it, and of nothing else (B7)."""
    stored = turn.desk.stored_change(answer.write_id) if answer.outcome is Outcome.DONE else None
    if stored is None or not stored.done or stored.starts_at != visit.time.starts_at:
        return None
    same = (stored.patient_id, stored.appointment_id) == (turn.memory.patient_id, visit.id)
    return stored if same else None


def _not_done(turn: Turn, left: list[tuple[Visit, ChangeAnswer]], *, alone: bool) -> str:
    """What is said of those that were not cancelled; staff have a task for each."""
    memory = turn.memory
    for visit, answer in left:
        if answer.task_id is None and answer.outcome is not Outcome.UNCERTAIN:
            what = wording.visits_for_staff([visit.time])
            why = " ".join(filter(None, (answer.message, answer.advice)))
            handover.leave_task(turn, handover.CALL_BACK, f"Wanted to cancel and could not: {what}. {why}")
        memory.handed_over = True
    outcome = left[0][1].outcome
    if any(answer.outcome is Outcome.UNCERTAIN for _, answer in left):
        memory.pending = next(answer.write_id for _, answer in left if answer.outcome is Outcome.UNCERTAIN)
        return str(wording.CANCEL_UNSURE)
    if not alone:
        return wording.still_stands([visit.time for visit, _ in left], turn.today)
    late = left[0][1].late
    if outcome is Outcome.NOT_ALLOWED and late is not None:
        return wording.by_team(late.window_hours)
    return str(wording.CANCEL_DOWN if outcome is Outcome.VENDOR_DOWN else wording.CANCEL_FAILED)


def _offer_another(turn: Turn, done: list[Visit], said: str) -> Said:
    """Rebook the same kind, with the same person, at the same place: only when it is wished (BOOK-10)."""
    memory = turn.memory
    if memory.aside is not None:
        return aside.end(turn, said)
    time: datetime = done[0].time.starts_at
    last = done[0].time
    memory.start_over()
    known = {choice.id for choice in turn.context.menu.appointment_types}
    memory.want = Want(
        practitioner_id=last.practitioner_id,
        location_id=last.location_id,
        appointment_type_id=last.appointment_type_id if last.appointment_type_id in known else "",
    )
    memory.declined = (time,)
    return turn.ask(Question.WANTS_BOOKING, f"{said} {wording.REBOOK}")
