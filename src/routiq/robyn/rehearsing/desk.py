"""The front desk of a rehearsal: reads what the practice's own says, and answers every write itself.

It names each method of :class:`routiq.robyn.desk.Desk` and inherits none from the real one, so that a way of writing
that is added there one day is not open here by accident.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime

from routiq.connections.connecting import live_connection
from routiq.frontdesk import cancelling, confirmations, intake
from routiq.frontdesk.changes import CancelRequest, ChangeAnswer, Late, MoveRequest, RegisterRequest
from routiq.frontdesk.intake import Field
from routiq.frontdesk.intake import Question as IntakeQuestion
from routiq.frontdesk.people import alike
from routiq.frontdesk.waitlist import JoinAnswer, Joining, JoinRequest
from routiq.frontdesk.wishes import (
    BookingAnswer,
    BookingRequest,
    Caller,
    ComingVisit,
    Habit,
    KnownPatient,
    Menu,
    NoTimes,
    OfferedTime,
    Outcome,
    Owed,
    Times,
    Wish,
)
from routiq.mirror.models import Patient
from routiq.robyn.clock import Clock
from routiq.robyn.desk import Desk, FrontDesk, HandedOver, PracticeFacts, StoredBooking, StoredChange
from routiq.robyn.escalation import handing
from routiq.robyn.escalation.message import Message
from routiq.robyn.escalation.triggers import Rule, Trigger
from routiq.robyn.models import Rehearsal
from routiq.robyn.rehearsing import ledger as ledgers
from routiq.robyn.rehearsing.ledger import Kept, Kind, Left

NEW = "rehearsed:"
"""Begins the ids of patients and appointments that there are in the rehearsal alone."""
ROUNDS = 4
"""So often is asked again, when all the times that were found lie before the pretended moment."""
_CHANGES = {Kind.MOVED: "move", Kind.CANCELLED: "cancellation", Kind.REGISTERED: "registration"}


class RehearsalDesk:
    """Of one rehearsal, in the turn in hand. ``clock`` tells the pretended time."""

    def __init__(self, row: Rehearsal, clock: Clock, real: Desk | None = None) -> None:
        self._row = row
        self._clock = clock
        self._real: Desk = real or FrontDesk()
        self.ledger = ledgers.from_plain(row.ledger)

    # What is read.

    def practice(self) -> PracticeFacts:
        return self._real.practice()

    def booking_instructions(self) -> str:
        return self._real.booking_instructions()

    def recognise_caller(self, number: str) -> Caller:
        return self._real.recognise_caller(number)

    def who_is(self, name: str, date_of_birth: date) -> KnownPatient | None:
        return self._real.who_is(name, date_of_birth)

    def habit_of(self, patient_id: str) -> Habit:
        return self._real.habit_of(patient_id)

    def menu(self) -> Menu:
        return self._real.menu()

    def intake_questions(self) -> tuple[IntakeQuestion, ...]:
        return self._real.intake_questions()

    def problem_with(self, field: Field, said: str) -> str:
        return self._real.problem_with(field, said)

    def tells_invoices(self) -> bool:
        return self._real.tells_invoices()

    def owed(self, patient_id: str) -> Owed | None:
        return self._real.owed(patient_id)

    def rule_of(self, trigger: Trigger) -> Rule:
        return self._real.rule_of(trigger)

    def country_of(self, location_id: str) -> str:
        return self._real.country_of(location_id)

    def coming_up(self, patient_id: str) -> tuple[ComingVisit, ...]:
        """As they would stand by now, from the pretended moment on."""
        visits = {each.id: each for each in self._real.coming_up(patient_id)}
        for kept in self.ledger.kept:
            if kept.patient_id != patient_id or kept.time is None:
                continue
            if kept.kind is Kind.CANCELLED:
                visits.pop(kept.appointment_id, None)
            elif kept.kind in (Kind.BOOKED, Kind.MOVED):
                visits[kept.appointment_id] = ComingVisit(kept.appointment_id, kept.time)
        ahead = [each for each in visits.values() if each.time.starts_at > self._clock()]
        return tuple(sorted(ahead, key=lambda each: each.time.starts_at))

    def find_times(self, wish: Wish) -> Times:
        """Real times of the practice's system, but none before the pretended moment or taken in this rehearsal."""
        today = self._clock().astimezone(self.practice().zone).date()
        wish = replace(wish, first_day=max(wish.first_day or today, today))
        found = self._real.find_times(wish)
        for _ in range(ROUNDS):
            ahead = tuple(each for each in found.offers if self._is_free(each))
            if ahead or not found.offers:
                return replace(found, offers=ahead)
            gone = tuple(each.starts_at for each in found.offers)
            wish = replace(wish, leave_out=(*wish.leave_out, *gone))
            found = self._real.find_times(wish)
        return Times(reason=NoTimes.TOO_SOON, requests=found.requests)

    def _is_free(self, offer: OfferedTime) -> bool:
        if offer.starts_at <= self._clock():
            return False
        return not any(
            kept.time.practitioner_id == offer.practitioner_id
            and kept.time.starts_at < offer.ends_at
            and offer.starts_at < kept.time.ends_at
            for kept in self.ledger.kept
            if kept.time is not None and kept.kind in (Kind.BOOKED, Kind.MOVED)
        )

    def late_rule(self, patient_id: str, appointment_id: str) -> tuple[Late | None, bool]:
        return cancelling.rule_for(patient_id, appointment_id, self._clock())

    # What would be written.

    def hold(self, offer: OfferedTime, holder: str) -> bool:
        return True

    def let_go(self, holder: str) -> None:
        """Nothing is held."""

    def hung_up(self, holder: str) -> None:
        """Nothing is held."""

    def book(self, request: BookingRequest) -> BookingAnswer:
        kept = self.ledger.of(request.intent_key) or self._keep(
            Kind.BOOKED, request.intent_key, request.patient_id, _new_id(), request.offer
        )
        return BookingAnswer(
            Outcome.BOOKED, kept.id, kept.appointment_id, message="It would be booked.", steps=("rehearsed",)
        )

    def move(self, request: MoveRequest) -> ChangeAnswer:
        kept = self.ledger.of(request.intent_key) or self._keep(
            Kind.MOVED, request.intent_key, request.patient_id, request.appointment_id, request.offer
        )
        return _done(kept)

    def cancel(self, request: CancelRequest) -> ChangeAnswer:
        if earlier := self.ledger.of(request.intent_key):
            return _done(earlier)
        late, is_by_team = self.late_rule(request.patient_id, request.appointment_id)
        visit = next((each for each in self.coming_up(request.patient_id) if each.id == request.appointment_id), None)
        if visit is None or is_by_team:
            left = self.ledger.leave(Left("call_back", "", "Wants to cancel"))
            self._save()
            return ChangeAnswer(outcome=Outcome.NOT_ALLOWED, late=late, task_id=left.number)
        if late is not None and not request.warned:
            return ChangeAnswer(outcome=Outcome.ASK_FIRST, late=late)
        return _done(
            self._keep(Kind.CANCELLED, request.intent_key, request.patient_id, request.appointment_id, visit.time)
        )

    def register(self, request: RegisterRequest) -> ChangeAnswer:
        """Who looks alike is looked for in our copy; the practice's system is not asked once more."""
        if earlier := self.ledger.of(request.intent_key):
            return _done(earlier)
        facts = self.practice()
        today = self._clock().astimezone(facts.zone).date()
        read = intake.read(request.given, self.intake_questions(), facts.country_code, today)
        connection = live_connection()
        if read.draft is None or connection is None:
            return ChangeAnswer(outcome=Outcome.NOT_ALLOWED, problems=read.problems)
        known = alike(connection, read.draft)
        unasked = tuple(each for each in known if each.remote_id not in request.not_these)
        if unasked:
            return ChangeAnswer(outcome=Outcome.ASK_FIRST, alike=unasked)
        name = f"{read.draft.first_name} {read.draft.last_name}".strip()
        return _done(self._keep(Kind.REGISTERED, request.intent_key, _new_id(), "", None, name))

    def join_waitlist(self, request: JoinRequest) -> JoinAnswer:
        kept = self.ledger.of(request.intent_key)
        if kept is None:
            kept = self._keep(Kind.WAITLISTED, request.intent_key, request.patient_id, "", None)
        return JoinAnswer(outcome=Joining.JOINED, entry_id=kept.number)

    def opt_out(self, number: str, patient_id: str, words: str, source: str) -> None:
        if self.ledger.of(f"opt_out:{source}") is None:
            self._keep(Kind.OPTED_OUT, f"opt_out:{source}", patient_id, "", None)

    def hand_over(self, message: Message) -> HandedOver:
        as_task, by_email = handing.ways(message)
        left = self.ledger.leave(Left(message.kind, message.trigger, message.reason, by_email, as_task), message.id)
        self._save()
        return HandedOver(left.number, left.number if as_task else None, by_email)

    # What is remembered of it.

    def was_asked(self, intent_key: str) -> bool:
        return self.ledger.of(intent_key) is not None

    def stored_booking(self, booking_id: str) -> StoredBooking | None:
        kept = self.ledger.by_id(booking_id)
        if kept is None or kept.time is None:
            return None
        time = kept.time
        return StoredBooking(
            kept.id, True, kept.patient_id, time.practitioner_id, time.location_id, time.appointment_type_id,
            time.starts_at, text_follows=confirmations.would_be_texted(kept.patient_id),
        )  # fmt: skip

    def stored_change(self, write_id: str) -> StoredChange | None:
        kept = self.ledger.by_id(write_id)
        if kept is None:
            return None
        time = kept.time
        return StoredChange(
            write_id=kept.id,
            kind=_CHANGES.get(kept.kind, ""),
            done=True,
            open=False,
            patient_id=kept.patient_id,
            appointment_id=kept.appointment_id,
            practitioner_id=time.practitioner_id if time else "",
            location_id=time.location_id if time else "",
            appointment_type_id=time.appointment_type_id if time else "",
            starts_at=time.starts_at if time else None,
            text_follows=kept.kind is not Kind.REGISTERED and confirmations.would_be_texted(kept.patient_id),
        )

    def _keep(
        self, kind: Kind, key: str, patient_id: str, appointment_id: str, time: OfferedTime | None, name: str = ""
    ) -> Kept:
        thing = Kept(kind, key, str(uuid.uuid4()), patient_id, name or self._name(patient_id), appointment_id, time)
        kept = self.ledger.keep(thing)
        self._save()
        return kept

    def _name(self, patient_id: str) -> str:
        here = next((each.patient for each in self.ledger.kept if each.patient_id == patient_id), "")
        found = None if here or not patient_id else Patient.objects.filter(remote_id=patient_id).first()
        return found.full_name if found else here

    def _save(self) -> None:
        self._row.ledger = ledgers.to_plain(self.ledger)
        self._row.save(update_fields=["ledger"])


def clock_of(row: Rehearsal, clock: Clock) -> Clock:
    """The pretended time: as long after the pretended moment as it is since the rehearsal began."""
    began = row.conversation.started_at

    def pretended() -> datetime:
        return row.moment + (clock() - began)

    return pretended


def _new_id() -> str:
    return f"{NEW}{uuid.uuid4().hex[:12]}"


def _done(kept: Kept) -> ChangeAnswer:
    return ChangeAnswer(
        outcome=Outcome.DONE, write_id=kept.id, appointment_id=kept.appointment_id, patient_id=kept.patient_id,
        message="It would be done.", steps=("rehearsed",),
    )  # fmt: skip
