"""A front desk in memory: one invented practice, with a diary that the tests can fill, break and move in time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from routiq.frontdesk import intake
from routiq.frontdesk.changes import CancelRequest, ChangeAnswer, Late, MoveRequest, RegisterRequest
from routiq.frontdesk.waitlist import JoinAnswer, Joining, JoinRequest
from routiq.frontdesk.wishes import (
    BookingAnswer,
    BookingRequest,
    Caller,
    Choice,
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
from routiq.robyn.desk import HandedOver, PracticeFacts, StoredBooking, StoredChange
from routiq.robyn.escalation.message import Message
from routiq.robyn.escalation.triggers import Rule, Trigger
from routiq.robyn.manner import Manner
from routiq.robyn.understanding.names import tokens

SYDNEY = ZoneInfo("Australia/Sydney")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=SYDNEY)
"""The moment at which the tests begin."""
MOBILE = "+61491570006"
FAMILY = "+61491570156"
STRANGER = "+61491570157"
FORMER = "+61491570158"
SAM = KnownPatient("501", "Samuel", "Sam", "Nguyen", date(1990, 4, 2))
TOM = KnownPatient("502", "Tom", "Tom", "Brown", date(2012, 6, 1))
ZOE = KnownPatient("503", "Zoë", "Zoë", "Brown", date(2014, 6, 1))
TOM_SENIOR = KnownPatient("504", "Tom", "Tom", "Brown", date(1980, 1, 31))
MINA = Choice("p1", "Mina Patel", ("Mina", "Patel", "Dr Patel"))
OLIVER = Choice("p2", "Oliver Stone", ("Oliver", "Stone", "Mr Stone"))
FIRST_VISIT = Choice("t1", "Initial Consultation")
FOLLOW_UP = Choice("t2", "Standard Follow Up")
MASSAGE = Choice("t3", "Remedial Massage")
HARBOUR = Choice("l1", "Harbour Street")
NORTH = Choice("l2", "Northside")
MENU = Menu((MINA, OLIVER), (FIRST_VISIT, FOLLOW_UP, MASSAGE), (HARBOUR, NORTH))


def at(day: int, clock: str, month: int = 11) -> datetime:
    """A Sydney time in November 2026."""
    hour, minute = clock.split(":")
    return datetime(2026, month, day, int(hour), int(minute), tzinfo=SYDNEY)


def visit(id: str, starts_at: datetime, who: Choice = MINA, kind: Choice = FOLLOW_UP) -> ComingVisit:
    """An appointment at Harbour Street that a patient has."""
    time = OfferedTime(
        starts_at, starts_at + timedelta(minutes=30), "Australia/Sydney",
        who.id, who.name, HARBOUR.id, HARBOUR.name, kind.id, kind.name,
    )  # fmt: skip
    return ComingVisit(id, time)


@dataclass
class Clock:
    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **how_much: int) -> None:
        self.now += timedelta(**how_much)


@dataclass
class InMemoryDesk:
    live: bool = True
    country: str = "AU"
    patients: dict[str, tuple[KnownPatient, ...]] = field(
        default_factory=lambda: {MOBILE: (SAM,), FAMILY: (TOM, ZOE)}
    )
    habit: Habit = field(default_factory=lambda: Habit("p1", "t2", "l1"))
    the_menu: Menu = MENU
    free: list[datetime] = field(
        default_factory=lambda: [
            at(day, clock) for day in (24, 26, 27, 30) for clock in ("9:00", "11:15", "14:15", "15:00", "16:30")
        ]
    )
    reason: NoTimes | None = None
    not_offered: set[str] = field(default_factory=set)
    away: set[str] = field(default_factory=set)
    """Practitioners who have no free time at all."""
    outcomes: list[Outcome] = field(default_factory=list)
    stored_wrong: bool = False
    texts: bool = False
    """A text is stored with whatever is done."""
    searches: list[Wish] = field(default_factory=list)
    requests: list[BookingRequest] = field(default_factory=list)
    booked: dict[str, tuple[BookingRequest, BookingAnswer]] = field(default_factory=dict)
    tasks: list[tuple[str, str]] = field(default_factory=list)
    held: dict[str, datetime] = field(default_factory=dict)
    """What is being thought about in which conversation."""
    held_by_others: set[datetime] = field(default_factory=set)
    instructions: str = ""
    visits: dict[str, list[ComingVisit]] = field(
        default_factory=lambda: {SAM.remote_id: [visit("801", at(25, "10:00"))]}
    )
    late: dict[str, Late] = field(default_factory=dict)
    """By appointment: what cancelling it now means."""
    blocked: set[str] = field(default_factory=set)
    """Appointments whose cancellation is left to the team."""
    waiting: list[JoinRequest] = field(default_factory=list)
    joining: Joining = Joining.JOINED
    opted_out: list[tuple[str, str, str]] = field(default_factory=list)
    invoices: bool = True
    owing: Owed = field(default_factory=lambda: Owed(Decimal("90.00"), date(2026, 11, 3), 1))
    asked: list[MoveRequest | CancelRequest | RegisterRequest] = field(default_factory=list)
    """Changes that the desk was asked for, in order."""
    changed: dict[str, tuple[MoveRequest | CancelRequest | RegisterRequest, ChangeAnswer]] = field(
        default_factory=dict
    )
    questions: tuple[intake.Question, ...] = intake.USUAL
    alike: tuple[KnownPatient, ...] = ()
    messages: list[Message] = field(default_factory=list)
    rules: dict[Trigger, Rule] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    manner: Manner = field(default_factory=Manner)

    def practice(self) -> PracticeFacts:
        return PracticeFacts("Harbour Street Physiotherapy", SYDNEY, self.country, self.live, self.manner)

    def booking_instructions(self) -> str:
        return self.instructions

    def recognise_caller(self, number: str) -> Caller:
        return Caller(number, self.patients.get(number, ()), is_of_former_patient=number == FORMER)

    def who_is(self, name: str, date_of_birth: date) -> KnownPatient | None:
        everyone = {patient.remote_id: patient for group in self.patients.values() for patient in group}
        found = [
            one
            for one in everyone.values()
            if one.date_of_birth == date_of_birth
            and tokens(name) in (tokens(f"{first} {one.last_name}") for first in (one.first_name, one.called))
        ]
        return found[0] if len(found) == 1 else None

    def coming_up(self, patient_id: str) -> tuple[ComingVisit, ...]:
        return tuple(self.visits.get(patient_id, ()))

    def late_rule(self, patient_id: str, appointment_id: str) -> tuple[Late | None, bool]:
        return self.late.get(appointment_id), appointment_id in self.blocked

    def move(self, request: MoveRequest) -> ChangeAnswer:
        answer = self._change(request, request.appointment_id, request.patient_id)
        if answer.outcome is Outcome.DONE:
            own = self.visits[request.patient_id]
            place = next(i for i, one in enumerate(own) if one.id == request.appointment_id)
            own[place] = ComingVisit(request.appointment_id, request.offer)
        return answer

    def cancel(self, request: CancelRequest) -> ChangeAnswer:
        late = self.late.get(request.appointment_id)
        if late and not request.warned:
            self.asked.append(request)
            return ChangeAnswer(outcome=Outcome.ASK_FIRST, late=late)
        answer = self._change(request, request.appointment_id, request.patient_id)
        if answer.outcome is Outcome.DONE:
            own = self.visits[request.patient_id]
            self.visits[request.patient_id] = [one for one in own if one.id != request.appointment_id]
        return answer

    def register(self, request: RegisterRequest) -> ChangeAnswer:
        unasked = tuple(one for one in self.alike if one.remote_id not in request.not_these)
        if unasked:
            self.asked.append(request)
            return ChangeAnswer(outcome=Outcome.ASK_FIRST, alike=unasked)
        return self._change(request, "", "901")

    def _change(
        self, request: MoveRequest | CancelRequest | RegisterRequest, appointment: str, patient: str
    ) -> ChangeAnswer:
        self.asked.append(request)
        if request.intent_key in self.changed:
            return self.changed[request.intent_key][1]
        outcome = self.outcomes.pop(0) if self.outcomes else Outcome.DONE
        outcome = Outcome.DONE if outcome is Outcome.BOOKED else outcome
        done = outcome is Outcome.DONE
        answer = ChangeAnswer(
            outcome=outcome, write_id=f"w{len(self.changed) + 1}", message="As the vendor said.",
            appointment_id=appointment if done else "", patient_id=patient if done else "",
        )  # fmt: skip
        self.changed[request.intent_key] = (request, answer)
        return answer

    def intake_questions(self) -> tuple[intake.Question, ...]:
        return self.questions

    def problem_with(self, field: intake.Field, said: str) -> str:
        return intake.problem(field, said, self.country, MONDAY.date())

    def join_waitlist(self, request: JoinRequest) -> JoinAnswer:
        self.waiting.append(request)
        return JoinAnswer(outcome=self.joining, entry_id=len(self.waiting))

    def opt_out(self, number: str, patient_id: str, words: str, source: str) -> None:
        self.opted_out.append((number, patient_id, words))

    def tells_invoices(self) -> bool:
        return self.invoices

    def owed(self, patient_id: str) -> Owed | None:
        return self.owing if self.invoices else None

    def stored_change(self, write_id: str) -> StoredChange | None:
        for request, answer in self.changed.values():
            if answer.write_id == write_id:
                return self._stored(request, answer)
        return None

    def _stored(self, request: MoveRequest | CancelRequest | RegisterRequest, answer: ChangeAnswer) -> StoredChange:
        done, is_open = answer.outcome is Outcome.DONE, answer.outcome is Outcome.UNCERTAIN
        if isinstance(request, RegisterRequest):
            return StoredChange(
                answer.write_id, "registration", done, is_open, answer.patient_id, "", "", "", "", None
            )
        patient, appointment = request.patient_id, request.appointment_id
        if isinstance(request, CancelRequest):
            start = request.starts_at
            return StoredChange(
                answer.write_id, "cancellation", done, is_open, patient, appointment, "", "", "", start,
                text_follows=self.texts and done,
            )  # fmt: skip
        offer, who = request.offer, "p9" if self.stored_wrong else request.offer.practitioner_id
        return StoredChange(
            answer.write_id, "move", done, is_open, patient, appointment, who, offer.location_id,
            offer.appointment_type_id, offer.starts_at, text_follows=self.texts and done,
        )  # fmt: skip

    def habit_of(self, patient_id: str) -> Habit:
        return self.habit

    def menu(self) -> Menu:
        return self.the_menu

    def find_times(self, wish: Wish) -> Times:
        self.searches.append(wish)
        if self.reason:
            return Times(reason=self.reason, advice="Switch on online bookings.")
        if wish.practitioner_id in self.not_offered or wish.location_id in self.not_offered:
            return Times(reason=NoTimes.NOT_OFFERED)
        if wish.practitioner_id in self.away:
            return Times(reason=NoTimes.FULL)
        offers = [self._offer(start, wish) for start in sorted(self.free) if self._fits(start, wish)]
        return Times(offers=tuple(offers[: wish.count])) if offers else Times(reason=NoTimes.FULL)

    def _fits(self, start: datetime, wish: Wish) -> bool:
        day, clock = start.date(), start.time()
        return (
            (not wish.days or day in wish.days)
            and (not wish.weekdays or day.isoweekday() in wish.weekdays)
            and (wish.first_day is None or day >= wish.first_day)
            and (wish.last_day is None or day <= wish.last_day)
            and (wish.not_before or time(0)) <= clock <= (wish.not_after or time(23, 59))
            and start not in wish.leave_out
        )

    def _offer(self, start: datetime, wish: Wish) -> OfferedTime:
        people, away = self.the_menu.practitioners, {*self.not_offered, *self.away}
        usual = wish.prefer.practitioner_id if wish.prefer.practitioner_id not in away else ""
        who = next((p for p in people if p.id == (wish.practitioner_id or usual)), people[-1])
        wanted = wish.location_id or wish.prefer.location_id
        where = next((p for p in self.the_menu.locations if p.id == wanted), HARBOUR)
        kind = next(p for p in self.the_menu.appointment_types if p.id == wish.appointment_type_id)
        return OfferedTime(
            start, start + timedelta(minutes=30), "Australia/Sydney",
            who.id, who.name, where.id, where.name, kind.id, kind.name,
        )  # fmt: skip

    def hold(self, offer: OfferedTime, holder: str) -> bool:
        if offer.starts_at in self.held_by_others:
            return False
        self.held[holder] = offer.starts_at
        return True

    def let_go(self, holder: str) -> None:
        self.held.pop(holder, None)

    def hung_up(self, holder: str) -> None:
        self.let_go(holder)

    def book(self, request: BookingRequest) -> BookingAnswer:
        self.requests.append(request)
        if request.intent_key in self.booked:
            return self.booked[request.intent_key][1]
        outcome = self.outcomes.pop(0) if self.outcomes else Outcome.BOOKED
        answer = BookingAnswer(
            outcome,
            booking_id=f"b{len(self.booked) + 1}",
            appointment_id="9001" if outcome is Outcome.BOOKED else "",
            message="As the vendor said.",
        )
        self.booked[request.intent_key] = (request, answer)
        if outcome in {Outcome.BOOKED, Outcome.SLOT_TAKEN}:
            self.free = [start for start in self.free if start != request.offer.starts_at]
        return answer

    def was_asked(self, intent_key: str) -> bool:
        return intent_key in self.booked or intent_key in self.changed

    def stored_booking(self, booking_id: str) -> StoredBooking | None:
        for request, answer in self.booked.values():
            if answer.booking_id == booking_id:
                offer = request.offer
                stored = StoredBooking(
                    booking_id, answer.outcome is Outcome.BOOKED, request.patient_id, offer.practitioner_id,
                    offer.location_id, offer.appointment_type_id, offer.starts_at, text_follows=self.texts,
                )  # fmt: skip
                return replace(stored, practitioner_id="p9") if self.stored_wrong else stored
        return None

    def confirm_late(self) -> None:
        """The diary confirms what was uncertain."""
        for key, (request, answer) in self.booked.items():
            self.booked[key] = (request, replace(answer, outcome=Outcome.BOOKED, appointment_id="9001"))
        for key, (change, told) in self.changed.items():
            self.changed[key] = (change, replace(told, outcome=Outcome.DONE))

    def hand_over(self, message: Message) -> HandedOver:
        kept = (message.kind, message.summary)
        if message.id:
            self.tasks[message.id - 1], self.messages[message.id - 1] = kept, message
            return HandedOver(message.id, message.id, by_email=False)
        self.tasks.append(kept)
        self.messages.append(message)
        return HandedOver(len(self.tasks), len(self.tasks), by_email=False)

    def rule_of(self, trigger: Trigger) -> Rule:
        return self.rules.get(trigger, Rule())

    def country_of(self, location_id: str) -> str:
        return self.countries.get(location_id, "")

    @property
    def appointments(self) -> list[BookingRequest]:
        return [request for request, answer in self.booked.values() if answer.outcome is Outcome.BOOKED]
