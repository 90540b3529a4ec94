"""What a conversation needs of the front desk, as one small protocol, and the real one behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from routiq.frontdesk import booking, holding, people, times
from routiq.frontdesk.models import Booking, StaffTask
from routiq.frontdesk.rules import desk_rules
from routiq.frontdesk.tasks import leave_task
from routiq.frontdesk.wishes import BookingAnswer, BookingRequest, Caller, Habit, Menu, OfferedTime, Times, Wish
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id


@dataclass(frozen=True)
class PracticeFacts:
    name: str
    zone: ZoneInfo
    country_code: str
    live: bool
    booking_instructions: str = ""
    """What the practice wants said before each booking, word for word (BOOK-14)."""

    @property
    def language(self) -> str:
        """A BCP 47 tag: the English of the practice's country."""
        return f"en-{self.country_code or 'AU'}"


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


class Desk(Protocol):
    """All for the practice in force."""

    def practice(self) -> PracticeFacts: ...

    def recognise_caller(self, number: str) -> Caller: ...

    def habit_of(self, patient_id: str) -> Habit: ...

    def menu(self) -> Menu: ...

    def find_times(self, wish: Wish) -> Times: ...

    def hold(self, offer: OfferedTime, holder: str) -> bool:
        """Keep it for them while they think about it, and nothing else any more; False when somebody else has it."""
        ...

    def let_go(self, holder: str) -> None: ...

    def hung_up(self, holder: str) -> None: ...

    def book(self, request: BookingRequest) -> BookingAnswer: ...

    def was_asked(self, intent_key: str) -> bool:
        """Whether a booking with this key was ever begun."""
        ...

    def stored_booking(self, booking_id: str) -> StoredBooking | None: ...

    def leave_task(self, kind: str, summary: str, conversation_id: int) -> int:
        """Id of the task left for staff. ``kind`` is one of ``StaffTask.Kind``."""
        ...


class FrontDesk:
    """The practice in force, its mirror and its practice management system."""

    def practice(self) -> PracticeFacts:
        practice = Practice.objects.get(pk=current_practice_id())
        said_first = " ".join(desk_rules().booking_instructions.split())
        return PracticeFacts(practice.name, practice.zone, practice.country_code, practice.is_live, said_first)

    def recognise_caller(self, number: str) -> Caller:
        return people.recognise_caller(number)

    def habit_of(self, patient_id: str) -> Habit:
        return people.habit_of(patient_id)

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

    def was_asked(self, intent_key: str) -> bool:
        return Booking.objects.filter(practice_id=current_practice_id(), intent_key=intent_key).exists()

    def stored_booking(self, booking_id: str) -> StoredBooking | None:
        row = Booking.objects.filter(practice_id=current_practice_id(), pk=booking_id).first()
        if row is None:
            return None
        return StoredBooking(
            booking_id=str(row.pk),
            booked=row.state == Booking.State.BOOKED and bool(row.appointment_remote_id),
            patient_id=row.patient_remote_id,
            practitioner_id=row.practitioner_remote_id,
            location_id=row.location_remote_id,
            appointment_type_id=row.appointment_type_remote_id,
            starts_at=row.starts_at,
        )

    def leave_task(self, kind: str, summary: str, conversation_id: int) -> int:
        return int(leave_task(StaffTask.Kind(kind), summary, conversation_id=conversation_id).pk)
