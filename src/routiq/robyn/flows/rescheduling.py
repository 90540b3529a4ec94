"""From the yes to a move to what came of it. "Moved" is said of the stored row, and of nothing else (B7)."""

from __future__ import annotations

from dataclasses import replace

from routiq.frontdesk.changes import ChangeAnswer, MoveRequest
from routiq.frontdesk.wishes import OfferedTime, Outcome
from routiq.robyn import wording
from routiq.robyn.flows import handover, offering, sooner
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Offer
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import changes


def move(turn: Turn, offer: Offer) -> Said:
    """Move to what was read back and agreed to. The memory says so before anything goes out."""
    turn.memory.in_flight = offer.token
    turn.keep()
    return _outcome(turn, offer, turn.desk.move(_request(turn, offer)))


def resume(turn: Turn) -> Said | None:
    """A move that was under way when the last turn broke off: its outcome; ``None`` when it was never begun."""
    memory = turn.memory
    offer = memory.offer(memory.in_flight)
    if offer is None or not memory.change.about or not turn.desk.was_asked(intent_key(turn, offer)):
        memory.in_flight = ""
        return None
    return _outcome(turn, offer, turn.desk.move(_request(turn, offer)))


def intent_key(turn: Turn, offer: Offer) -> str:
    """The same confirmed offer is one move, however often the yes arrives."""
    return f"conversation:{turn.conversation_id}:move:{offer.token}"


def _request(turn: Turn, offer: Offer) -> MoveRequest:
    return MoveRequest(
        intent_key=intent_key(turn, offer),
        channel=turn.channel,
        asked_by=f"conversation:{turn.conversation_id}",
        accepting_words=turn.heard,
        patient_id=turn.memory.patient_id,
        appointment_id=turn.memory.change.about[0].id,
        offer=offer.time,
    )


def _outcome(turn: Turn, offer: Offer, answer: ChangeAnswer) -> Said:
    memory = turn.memory
    memory.in_flight = ""
    old = memory.change.about[0]
    turn.did(
        "asked_to_move", appointment=old.id, outcome=answer.outcome.value, write=answer.write_id,
        steps=list(answer.steps),
    )  # fmt: skip
    if answer.outcome is Outcome.DONE and (moved := _stored(turn, offer, answer)):
        (time, text_follows), missed = moved, memory.missed
        memory.start_over()
        memory.arranged = time.starts_at
        said = wording.and_text(changes.moved(time, turn.today), text_follows)
        return sooner.offer(turn, said, missed, old.id, time)
    if answer.outcome is Outcome.SLOT_TAKEN:
        memory.declined = (*memory.declined, offer.time.starts_at)
        return offering.search(turn, changes.MOVE_TAKEN)
    if answer.outcome in {Outcome.UNCERTAIN, Outcome.DONE}:
        memory.pending = answer.write_id
        memory.start_over()
        return turn.ask(Question.ANYTHING_ELSE, f"{changes.MOVE_UNSURE} {wording.ANYTHING_ELSE}")
    if answer.task_id is None:
        what = changes.visits_for_staff([old.time])
        why = " ".join(filter(None, (answer.message, answer.advice)))
        handover.leave_task(turn, handover.CALL_BACK, f"Wanted to move and could not: {what}. {why}")
    memory.handed_over = True
    memory.start_over()
    sentence = changes.MOVE_DOWN if answer.outcome is Outcome.VENDOR_DOWN else changes.MOVE_FAILED
    return turn.ask(Question.ANYTHING_ELSE, f"{sentence} {wording.ANYTHING_ELSE}")


def _stored(turn: Turn, offer: Offer, answer: ChangeAnswer) -> tuple[OfferedTime, bool] | None:
    """What may be said of the stored row: its own time, with the names of what it shares with the offer; and whether
    a text follows."""
    stored, time = turn.desk.stored_change(answer.write_id), offer.time
    if stored is None or not stored.done or stored.starts_at is None:
        return None
    said = (stored.patient_id, stored.practitioner_id, stored.location_id, stored.appointment_type_id)
    agreed = (turn.memory.patient_id, time.practitioner_id, time.location_id, time.appointment_type_id)
    return (replace(time, starts_at=stored.starts_at), stored.text_follows) if said == agreed else None
