"""From the yes to what came of it. "Booked" is said of the stored row, and of nothing else (B7)."""

from __future__ import annotations

from dataclasses import replace

from routiq.frontdesk.wishes import BookingAnswer, BookingRequest, OfferedTime, Outcome
from routiq.robyn import wording
from routiq.robyn.desk import StoredBooking
from routiq.robyn.flows import afterwards, handover, offering, sooner
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Offer
from routiq.robyn.understanding.commands import AskBooking
from routiq.robyn.understanding.reader import Question


def intent_key(turn: Turn, offer: Offer) -> str:
    """The same confirmed offer is one booking, however often the yes arrives."""
    return f"conversation:{turn.conversation_id}:{offer.token}"


def book(turn: Turn, offer: Offer) -> Said:
    """Book what was read back and agreed to. The memory says so before anything goes out."""
    turn.memory.in_flight = offer.token
    turn.keep()
    return _outcome(turn, offer, turn.desk.book(_request(turn, offer)))


def resume(turn: Turn) -> Said | None:
    """A booking that was under way when the last turn broke off: its outcome; ``None`` when it was never begun."""
    memory = turn.memory
    offer = memory.offer(memory.in_flight)
    if offer is None or not turn.desk.was_asked(intent_key(turn, offer)):
        memory.in_flight = ""
        return None
    return _outcome(turn, offer, turn.desk.book(_request(turn, offer)))


def _request(turn: Turn, offer: Offer) -> BookingRequest:
    return BookingRequest(
        patient_id=turn.memory.patient_id,
        offer=offer.time,
        intent_key=intent_key(turn, offer),
        channel=turn.channel,
        asked_by=turn.who,
        accepting_words=turn.heard,
    )


def _outcome(turn: Turn, offer: Offer, answer: BookingAnswer) -> Said:
    memory = turn.memory
    memory.in_flight = ""
    turn.did(
        "asked_to_book",
        outcome=answer.outcome.value,
        booking=answer.booking_id,
        appointment=answer.appointment_id,
        steps=list(answer.steps),
    )
    if answer.outcome is Outcome.BOOKED:
        return _booked(turn, offer, answer)
    if answer.outcome is Outcome.SLOT_TAKEN:
        memory.declined = (*memory.declined, offer.time.starts_at)
        return offering.search(turn, wording.JUST_TAKEN)
    if answer.outcome is Outcome.UNCERTAIN:
        return _waiting(turn, offer, answer)
    sentence = wording.SYSTEM_DOWN if answer.outcome is Outcome.VENDOR_DOWN else wording.BOOKING_FAILED
    why = " ".join(filter(None, ("Wanted to book and could not.", answer.message, answer.advice)))
    said = handover.hand_over(turn, why, sentence)
    memory.start_over()
    return said


def _booked(turn: Turn, offer: Offer, answer: BookingAnswer) -> Said:
    stored = turn.desk.stored_booking(answer.booking_id)
    time = said_of(stored, offer, turn.memory.patient_id)
    if stored is None or time is None:
        handover.leave_task(
            turn, handover.CHECK_BOOKING, "The stored booking does not match what was agreed; check it"
        )
        return _waiting(turn, offer, answer)
    missed = turn.memory.missed
    _close(turn, answer.booking_id, time)
    said = wording.booked(time, turn.today, text_follows=stored.text_follows)
    return sooner.offer(turn, said, missed, answer.appointment_id, time)


def said_of(stored: StoredBooking | None, offer: Offer, patient_id: str) -> OfferedTime | None:
    """What may be said of the stored row: its own time, with the names of what it shares with the offer."""
    time = offer.time
    if stored is None or not stored.booked or stored.patient_id != patient_id:
        return None
    row = (stored.practitioner_id, stored.location_id, stored.appointment_type_id)
    if row != (time.practitioner_id, time.location_id, time.appointment_type_id):
        return None
    return replace(time, starts_at=stored.starts_at)


def _close(turn: Turn, booking_id: str, time: OfferedTime) -> None:
    memory = turn.memory
    memory.booking_id, memory.arranged = booking_id, time.starts_at
    memory.waiting = False
    memory.start_over()


def _waiting(turn: Turn, offer: Offer, answer: BookingAnswer) -> Said:
    memory = turn.memory
    memory.booking_id = answer.booking_id
    memory.waiting = True
    memory.offers, memory.chosen = (offer,), offer.token
    memory.wants_booking = False
    return turn.ask(Question.ANYTHING_ELSE, f"{wording.NOT_CONFIRMED} {wording.ANYTHING_ELSE}")


def how_it_stands(turn: Turn, asked: AskBooking) -> Said | None:
    """Whether what was arranged in this conversation stands; ``None`` where that is not known for certain."""
    memory = turn.memory
    if asked.which is not None or memory.pending:
        return None
    if memory.waiting:
        return Said(wording.STILL_NOT_CONFIRMED)
    coming = turn.desk.coming_up(memory.patient_id) if memory.arranged else ()
    if not any(visit.time.starts_at == memory.arranged for visit in coming):
        return None
    return Said(f"{wording.STANDS} {handover.asked_again(turn)}")


def follow_up(turn: Turn) -> Said | None:
    """A booking that was not confirmed: has it been meanwhile? ``None`` when it has not."""
    memory = turn.memory
    offer = memory.offer(memory.chosen)
    stored = turn.desk.stored_booking(memory.booking_id) if memory.booking_id else None
    time = said_of(stored, offer, memory.patient_id) if offer else None
    if stored is None or time is None:
        return None
    _close(turn, memory.booking_id, time)
    return afterwards.ask_next(turn, wording.booked(time, turn.today, text_follows=stored.text_follows))
