"""What a conversation needs of the front desk, as one small protocol, and the real one behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from routiq.consent import ledger
from routiq.frontdesk import (
    booking,
    cancelling,
    confirmations,
    holding,
    identity,
    moving,
    owing,
    people,
    registering,
    times,
    visits,
    waitlist,
)
from routiq.frontdesk.changes import CancelRequest, ChangeAnswer, Late, MoveRequest, RegisterRequest
from routiq.frontdesk.intake import Field
from routiq.frontdesk.intake import Question as IntakeQuestion
from routiq.frontdesk.models import Write
from routiq.frontdesk.rules import desk_rules
from routiq.frontdesk.waitlist import JoinAnswer, JoinRequest
from routiq.frontdesk.wishes import (
    BookingAnswer,
    BookingRequest,
    Caller,
    ComingVisit,
    Habit,
    KnownPatient,
    Menu,
    OfferedTime,
    Owed,
    Times,
    Wish,
)
from routiq.mirror.models import Location
from routiq.practices.tenancy import current_practice_id
from routiq.robyn import manner
from routiq.robyn.escalation import handing
from routiq.robyn.escalation.message import Message
from routiq.robyn.escalation.triggers import Rule, Trigger
from routiq.robyn.manner import Manner


@dataclass(frozen=True)
class PracticeFacts:
    name: str
    zone: ZoneInfo
    country_code: str
    live: bool
    manner: Manner = field(default_factory=Manner)

    @property
    def language(self) -> str:
        """A BCP 47 tag: the English of the practice's country."""
        return f"en-{self.country_code or 'AU'}"


@dataclass(frozen=True)
class HandedOver:
    """What became of a message for the team."""

    id: int
    task_id: int | None
    by_email: bool


@dataclass(frozen=True)
class StoredBooking:
    """The journal's row, as much as may be said of it (B7)."""

    booking_id: str
    booked: bool
    """The vendor's id is stored and the row says booked."""
    patient_id: str
    practitioner_id: str
    location_id: str
    appointment_type_id: str
    starts_at: datetime
    text_follows: bool = False
    """A text to the patient about it is stored, or has gone."""


@dataclass(frozen=True)
class StoredChange:
    """The journal's row of a move, a cancellation or a registration, as much as may be said of it (B7)."""

    write_id: str
    kind: str
    """As :class:`routiq.frontdesk.models.Write.Kind` has it."""
    done: bool
    open: bool
    """It is not known yet how it ends."""
    patient_id: str
    appointment_id: str
    practitioner_id: str
    location_id: str
    appointment_type_id: str
    starts_at: datetime | None
    text_follows: bool = False


class Desk(Protocol):
    """All for the practice in force."""

    def practice(self) -> PracticeFacts: ...

    def booking_instructions(self) -> str:
        """What the practice wants said before each booking and move, word for word (BOOK-14); empty for nothing."""
        ...

    def recognise_caller(self, number: str) -> Caller: ...

    def who_is(self, name: str, date_of_birth: date) -> KnownPatient | None:
        """The one active patient of this whole name who was born on this day (V5)."""
        ...

    def habit_of(self, patient_id: str) -> Habit: ...

    def coming_up(self, patient_id: str) -> tuple[ComingVisit, ...]: ...

    def menu(self) -> Menu: ...

    def find_times(self, wish: Wish) -> Times: ...

    def hold(self, offer: OfferedTime, holder: str) -> bool:
        """Keep it for them while they think about it, and nothing else any more; False when somebody else has it."""
        ...

    def let_go(self, holder: str) -> None: ...

    def hung_up(self, holder: str) -> None: ...

    def book(self, request: BookingRequest) -> BookingAnswer: ...

    def move(self, request: MoveRequest) -> ChangeAnswer: ...

    def cancel(self, request: CancelRequest) -> ChangeAnswer: ...

    def late_rule(self, patient_id: str, appointment_id: str) -> tuple[Late | None, bool]:
        """What cancelling it now means, and whether the practice leaves it to its team."""
        ...

    def intake_questions(self) -> tuple[IntakeQuestion, ...]: ...

    def problem_with(self, field: Field, said: str) -> str:
        """What is wrong with an answer of a new patient; empty when it is good."""
        ...

    def register(self, request: RegisterRequest) -> ChangeAnswer: ...

    def join_waitlist(self, request: JoinRequest) -> JoinAnswer: ...

    def opt_out(self, number: str, patient_id: str, words: str, source: str) -> None:
        """No more messages to this number and this patient, at once and on every channel."""
        ...

    def tells_invoices(self) -> bool: ...

    def owed(self, patient_id: str) -> Owed | None: ...

    def was_asked(self, intent_key: str) -> bool:
        """Whether a write with this key was ever begun."""
        ...

    def stored_booking(self, booking_id: str) -> StoredBooking | None: ...

    def stored_change(self, write_id: str) -> StoredChange | None: ...

    def hand_over(self, message: Message) -> HandedOver:
        """Keep a message for the team, or complete the one that it names."""
        ...

    def rule_of(self, trigger: Trigger) -> Rule:
        """What the practice set for this reason to hand over."""
        ...

    def country_of(self, location_id: str) -> str:
        """The country of a location, as two letters; empty when it is not known."""
        ...


class FrontDesk:
    """The practice in force, its mirror and its practice management system."""

    def practice(self) -> PracticeFacts:
        own = manner.settings_of_practice()
        name = own.clinic_called or own.practice.name
        return PracticeFacts(
            name, own.practice.zone, own.practice.country_code, own.practice.is_live, manner.manner_of(own)
        )

    def booking_instructions(self) -> str:
        return " ".join(desk_rules().booking_instructions.split())

    def recognise_caller(self, number: str) -> Caller:
        return people.recognise_caller(number)

    def who_is(self, name: str, date_of_birth: date) -> KnownPatient | None:
        return identity.show_named(identity.Identity(), name=name, date_of_birth=date_of_birth).patient

    def habit_of(self, patient_id: str) -> Habit:
        return people.habit_of(patient_id)

    def coming_up(self, patient_id: str) -> tuple[ComingVisit, ...]:
        return visits.coming_up(patient_id)

    def menu(self) -> Menu:
        return times.menu()

    def find_times(self, wish: Wish) -> Times:
        return times.find_times(wish)

    def hold(self, offer: OfferedTime, holder: str) -> bool:
        return holding.hold(offer, holder)

    def let_go(self, holder: str) -> None:
        holding.let_go(holder)

    def hung_up(self, holder: str) -> None:
        holding.hung_up(holder)

    def book(self, request: BookingRequest) -> BookingAnswer:
        return booking.book(request)

    def move(self, request: MoveRequest) -> ChangeAnswer:
        return moving.reschedule(request)

    def cancel(self, request: CancelRequest) -> ChangeAnswer:
        return cancelling.cancel(request)

    def late_rule(self, patient_id: str, appointment_id: str) -> tuple[Late | None, bool]:
        return cancelling.rule_for(patient_id, appointment_id)

    def intake_questions(self) -> tuple[IntakeQuestion, ...]:
        return registering.intake_questions()

    def problem_with(self, field: Field, said: str) -> str:
        return registering.problem_with(field, said)

    def register(self, request: RegisterRequest) -> ChangeAnswer:
        return registering.register_patient(request)

    def join_waitlist(self, request: JoinRequest) -> JoinAnswer:
        return waitlist.join(request)

    def opt_out(self, number: str, patient_id: str, words: str, source: str) -> None:
        ledger.withdraw(number=number, patient_id=patient_id, words=words, source=source)

    def tells_invoices(self) -> bool:
        return owing.tells_invoices()

    def owed(self, patient_id: str) -> Owed | None:
        return owing.owed(patient_id)

    def was_asked(self, intent_key: str) -> bool:
        return Write.objects.filter(practice_id=current_practice_id(), intent_key=intent_key).exists()

    def stored_booking(self, booking_id: str) -> StoredBooking | None:
        row = _row(booking_id)
        if row is None or row.starts_at is None:
            return None
        return StoredBooking(
            booking_id=str(row.pk),
            booked=row.state == Write.State.BOOKED and bool(row.appointment_remote_id),
            patient_id=row.patient_remote_id,
            practitioner_id=row.practitioner_remote_id,
            location_id=row.location_remote_id,
            appointment_type_id=row.appointment_type_remote_id,
            starts_at=row.starts_at,
            text_follows=confirmations.is_owed(row),
        )

    def stored_change(self, write_id: str) -> StoredChange | None:
        row = _row(write_id)
        if row is None:
            return None
        return StoredChange(
            write_id=str(row.pk),
            kind=row.kind,
            done=row.state == Write.State.DONE,
            open=row.is_open,
            patient_id=row.patient_remote_id,
            appointment_id=row.appointment_remote_id,
            practitioner_id=row.practitioner_remote_id,
            location_id=row.location_remote_id,
            appointment_type_id=row.appointment_type_remote_id,
            starts_at=row.starts_at,
            text_follows=confirmations.is_owed(row),
        )

    def hand_over(self, message: Message) -> HandedOver:
        kept = handing.hand_over(message)
        return HandedOver(kept.pk, kept.task_id, kept.by_email)

    def rule_of(self, trigger: Trigger) -> Rule:
        return manner.rule_of(trigger)

    def country_of(self, location_id: str) -> str:
        found = Location.objects.filter(active=True, removed_at=None).exclude(country_code="")
        if location_id:
            found = found.filter(remote_id=location_id)
        countries = set(found.values_list("country_code", flat=True))
        return countries.pop().upper() if len(countries) == 1 else ""


def _row(write_id: str) -> Write | None:
    return Write.objects.filter(practice_id=current_practice_id(), pk=write_id).first() if write_id else None
