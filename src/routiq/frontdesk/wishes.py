"""What a patient wants and what can be offered: plain values that conversations, pages and the API share.

Times are aware. ``OfferedTime.starts_at`` is UTC; ``zone`` is the location's IANA zone, in which it is spoken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class KnownPatient:
    """A patient of the mirror, as much as a conversation needs."""

    remote_id: str
    first_name: str
    called: str
    """The preferred name, or the first name."""
    last_name: str
    date_of_birth: date | None = None


@dataclass(frozen=True)
class Caller:
    """Who may be calling from a number."""

    number: str
    """E.164, or empty when withheld or no number at all."""
    patients: tuple[KnownPatient, ...] = ()
    """Active patients with this number; several when a family shares it. Archived and merged ones are left out."""
    is_of_former_patient: bool = False
    """Only of archived or deceased patients: nobody to greet or to register anew, but for the team to talk with."""


@dataclass(frozen=True)
class Habit:
    """What a patient had last, where it can still be booked online: what an offer starts from (BOOK-06)."""

    practitioner_id: str = ""
    appointment_type_id: str = ""
    location_id: str = ""


@dataclass(frozen=True)
class Choice:
    """Something that can be named: a practitioner, a location, an appointment type."""

    id: str
    name: str
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Menu:
    """What the practice lets be booked online, by the vendor's ids and names."""

    practitioners: tuple[Choice, ...]
    appointment_types: tuple[Choice, ...]
    locations: tuple[Choice, ...]


@dataclass(frozen=True)
class Wish:
    """What is asked for. Empty ids mean "any"; all limits are in the practice's zone and may be left open."""

    appointment_type_id: str
    practitioner_id: str = ""
    location_id: str = ""
    days: tuple[date, ...] = ()
    """Only these days; empty: any day from ``first_day`` on."""
    first_day: date | None = None
    last_day: date | None = None
    not_before: time | None = None
    """Earliest start in a day, inclusive."""
    not_after: time | None = None
    """Latest start in a day, inclusive."""
    weekdays: tuple[int, ...] = ()
    """ISO weekdays, 1 is Monday; empty: any."""
    count: int = 3
    leave_out: tuple[datetime, ...] = ()
    """Starts that were already offered and declined."""
    prefer: Habit = Habit()
    """With whom and where first, as far as there are enough times; no limit (BOOK-06)."""
    held_for: str = ""
    """Who asks, as in ``SlotHold.holder``: what is held for them is free for them."""


@dataclass(frozen=True)
class OfferedTime:
    starts_at: datetime
    ends_at: datetime
    zone: str
    practitioner_id: str
    practitioner_name: str
    location_id: str
    location_name: str
    appointment_type_id: str
    appointment_type_name: str

    @cached_property
    def local_start(self) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.zone))


@dataclass(frozen=True)
class ComingVisit:
    """An appointment or a seat in a class that has not begun."""

    id: str
    """The vendor's id of the appointment; of a seat in a class the vendor's id of the seat."""
    time: OfferedTime
    is_class: bool = False
    """A seat: it can be told, and is neither moved nor cancelled by us."""


@dataclass(frozen=True)
class Owed:
    """What a patient still has to pay, as our copy has it."""

    amount: Decimal
    """In the practice's currency, by the patient; what a third party owes is left out. Zero: nothing."""
    since: date | None = None
    """The day of the oldest invoice that is not paid, in the practice's zone."""
    invoices: int = 0


class NoTimes(StrEnum):
    """Why nothing can be offered."""

    FULL = "full"
    """Everything is on; nothing free fits the wish."""
    BEYOND = "beyond"
    """All the wished days lie past the furthest day the practice opens for booking."""
    TOO_SOON = "too_soon"
    """All the wished times lie within the notice that the practice wants, or have passed."""
    SWITCHED_OFF = "switched_off"
    """Online bookings are off for the account, or for everyone and everything that was asked for."""
    NOT_OFFERED = "not_offered"
    """This practitioner does not do this type, or not at this location."""
    UNAVAILABLE = "unavailable"
    """The practice management system does not answer, its key is refused, or nothing is connected."""


@dataclass(frozen=True)
class Times:
    """The answer to a wish: a few real times, or the reason why there are none."""

    offers: tuple[OfferedTime, ...] = ()
    reason: NoTimes | None = None
    advice: str = ""
    """For staff: what to switch on and where, or what is wrong."""
    until: datetime | None = None
    """From when it is worth asking again (UTC), where the vendor or the request budget said so."""
    requests: int = 0
    """How many requests it took."""


class Outcome(StrEnum):
    BOOKED = "booked"
    """The vendor has it, its id is stored, and its diary shows no conflict."""
    DONE = "done"
    """What ``BOOKED`` is to a booking, for a move, a cancellation and a registration."""
    ASK_FIRST = "ask_first"
    """Nothing was done: the patient has to be told or asked something before."""
    SLOT_TAKEN = "slot_taken"
    NOT_ALLOWED = "not_allowed"
    """Practice pending, connection paused or gone, patient not active, or the vendor refused."""
    UNCERTAIN = "uncertain"
    """Sent, no answer, not found yet: a worker keeps looking, and staff ring the patient with how it ended."""
    VENDOR_DOWN = "vendor_down"
    """Nothing was sent."""


@dataclass(frozen=True)
class BookingRequest:
    patient_id: str
    offer: OfferedTime
    intent_key: str
    """The same key twice is one booking and one answer."""
    channel: str
    asked_by: str
    """``conversation:12``, ``token:3``, ``person:1``."""
    accepting_words: str = ""


@dataclass(frozen=True)
class BookingAnswer:
    outcome: Outcome
    booking_id: str = ""
    """Id of the journal entry."""
    appointment_id: str = ""
    """The vendor's id; only with ``BOOKED``."""
    message: str = ""
    """One sentence for staff; the patient's wording is Robyn's."""
    advice: str = ""
    steps: tuple[str, ...] = field(default=())
    """What was done, in order: ``held``, ``times_read``, ``sent``, ``answered``, ``conflicts_read``, ``closed``."""
