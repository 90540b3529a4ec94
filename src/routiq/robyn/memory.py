"""What a conversation remembers: plain state in ``Conversation.state``, so that it survives a restart."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from routiq.frontdesk.wishes import OfferedTime
from routiq.robyn.understanding.commands import What, WishTime
from routiq.robyn.understanding.reader import Question

OFFER_LASTS = timedelta(minutes=5)
"""How long an offered time may be chosen and confirmed, by the conversation's clock (B11)."""


class Offer(msgspec.Struct, frozen=True):
    """A time that was said to the patient. Nothing else can be booked (B3)."""

    token: str
    time: OfferedTime
    expires_at: datetime


class Window(msgspec.Struct, frozen=True):
    """When: the sum of what was wished so far. Several windows are alternatives."""

    days: tuple[date, ...] = ()
    weekdays: tuple[int, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    at: time | None = None
    not_before: time | None = None
    not_after: time | None = None
    unsure: bool = False
    """``days`` are readings of one day, to be asked about."""


class Want(msgspec.Struct):
    """What was asked for by name; empty is "the usual, or any"."""

    practitioner_id: str = ""
    anyone: bool = False
    appointment_type_id: str = ""
    location_id: str = ""
    anywhere: bool = False
    windows: tuple[Window, ...] = ()


class Flow(StrEnum):
    """What the conversation is about at the moment."""

    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    REGISTER = "register"
    TELL_BOOKING = "tell_booking"
    TELL_INVOICE = "tell_invoice"
    WAIT = "wait"


class Whose(StrEnum):
    """For whom an appointment is still to be made, of several people."""

    SELF = "self"
    """Who speaks."""
    OTHER = "other"
    OF_FAMILY = "of_family"
    """One of those who share the number, told apart by first name."""


class Visit(msgspec.Struct, frozen=True):
    """An appointment that the patient has."""

    id: str
    time: OfferedTime


class Claim(msgspec.Struct):
    """Who somebody says they are, until it is compared."""

    name: str = ""
    born: date | None = None


class Change(msgspec.Struct):
    """Which of the patient's appointments shall be moved or cancelled."""

    which: WishTime | None = None
    """When it is now, as far as that was said."""
    every: bool = False
    listed: tuple[Visit, ...] = ()
    """Those that are being asked apart."""
    about: tuple[Visit, ...] = ()
    """Those that it is about: to be moved, or read back to be cancelled. Nothing else is touched."""
    round: int = 0
    """Which reading back this is: a yes is to this one."""
    read_at: datetime | None = None
    warned: bool = False
    """What a late cancellation means was said with it."""
    towards: str = ""
    """``earlier`` or ``later`` than it is now, when no more was said."""


class Intake(msgspec.Struct):
    """What a new patient has told so far, by intake field, as it will be written."""

    given: dict[str, str] = msgspec.field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    field: str = ""
    """What is being asked."""
    spelled: bool = False
    """The name was spelled back and is right."""
    not_these: tuple[str, ...] = ()
    """Ids of patients who look alike and are somebody else."""
    alike: tuple[str, ...] = ()
    """Ids of those who look alike and are being asked about. Nothing of them is ever said."""
    tries: int = 0
    own_number: bool = True
    """The number that is being called from may be their mobile."""
    round: int = 0
    read_at: datetime | None = None
    then: Flow = Flow.BOOK
    """What it was begun for."""


class Aside(msgspec.Struct, frozen=True):
    """Where to go on when what came between is done."""

    flow: Flow
    question: Question


class Missed(msgspec.Struct, frozen=True):
    """What was wished for and was not free; empty ids are "any"."""

    window: Window
    practitioner_id: str
    location_id: str


class Sooner(msgspec.Struct, frozen=True):
    """What was booked or moved to instead, while it is asked whether something sooner is still wanted."""

    appointment_id: str
    time: OfferedTime
    missed: Missed


class CallBack(msgspec.Struct):
    """What is being taken down for the team."""

    reason: str = ""
    name: str = ""
    trigger: str = ""
    practitioners: tuple[str, ...] = ()
    window: str = ""
    """When to ring, as it was said."""
    message: str = ""
    handed: int = 0
    """Id of the message that the team has already; it is completed while the patient tells more."""
    asked: tuple[Question, ...] = ()
    """What of it was asked, and told without being asked."""
    done: bool = False


class Memory(msgspec.Struct):
    version: int = 1
    question: Question = Question.OPEN
    caller: str = ""
    """E.164, empty when withheld."""
    patient_id: str = ""
    patient_called: str = ""
    shown: bool = False
    """Name and day of birth were right: ``patient_id``'s bookings may be told and changed (V5)."""
    wrong: int = 0
    """How often somebody tried to show who they are in vain."""
    proving: bool = False
    """They are being asked who they are."""
    claim: Claim = msgspec.field(default_factory=Claim)
    flow: Flow = Flow.BOOK
    aside: Aside | None = None
    for_another: bool = False
    """It is for somebody else than the one whose number this is."""
    anybody: bool = False
    """It may be for somebody who is not among those with this number."""
    intake: Intake = msgspec.field(default_factory=Intake)
    change: Change = msgspec.field(default_factory=Change)
    pending: str = ""
    """The journal's id of a change that was sent and is not known to be done."""
    wants_booking: bool = False
    name_heard: str = ""
    """Who it is for, as said, while several patients are told apart."""
    tries: int = 0
    """How often the open identity question was answered in vain."""
    misses: int = 0
    """How many turns on end were not understood."""
    want: Want = msgspec.field(default_factory=Want)
    queue: tuple[Whose, ...] = ()
    """Who else wants an appointment: each is booked after the one before."""
    listed_what: What | None = None
    listed: tuple[str, ...] = ()
    """Ids of the names that were offered to pick from."""
    offers: tuple[Offer, ...] = ()
    declined: tuple[datetime, ...] = ()
    rounds: int = 0
    chosen: str = ""
    """Token of what was read back."""
    missed: Missed | None = None
    sooner: Sooner | None = None
    in_flight: str = ""
    """What is being written, by the token of its offer or the number of its reading back: set before the front
    desk is asked, cleared with the answer."""
    booking_id: str = ""
    arranged: datetime | None = None
    """When that is which was booked, moved or told of last in this conversation and not cancelled since."""
    waiting: bool = False
    """The last booking was sent and is not confirmed."""
    call_back: CallBack = msgspec.field(default_factory=CallBack)
    handed_over: bool = False
    alerts: tuple[str, ...] = ()
    last_said: str = ""

    def offer(self, token: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.token == token), None)

    def start_over(self) -> None:
        """Forget the wish and what was offered or read back; who is calling stays known."""
        self.flow = Flow.BOOK
        self.change = Change()
        self.intake = Intake()
        self.aside = None
        self.proving = False
        self.want = Want()
        self.wants_booking = False
        self.clear_table()
        self.declined = ()
        self.missed = self.sooner = None

    def leave(self) -> None:
        """No move or cancellation is under way any more; a wish to book is kept, and so is what was
        sent and has not been answered."""
        self.proving = False
        if self.flow is not Flow.BOOK and not self.in_flight:
            self.start_over()

    def void(self) -> None:
        """Whatever was read back is not agreed to by any yes that follows."""
        self.chosen = ""
        self.change.read_at = None
        self.intake.read_at = None

    def clear_table(self) -> None:
        self.offers = ()
        self.chosen = ""
        self.listed_what, self.listed = None, ()


def on_table(memory: Memory) -> tuple[OfferedTime, ...]:
    """What a patient may point at: the offered times, or their own appointments that are being asked apart."""
    if memory.question is Question.WHICH_VISIT:
        return tuple(visit.time for visit in memory.change.listed)
    return tuple(offer.time for offer in memory.offers)


def read_back(memory: Memory) -> OfferedTime | None:
    """What a yes is waited for, if it is one thing."""
    if memory.question is Question.CANCEL:
        return memory.change.about[0].time if len(memory.change.about) == 1 else None
    chosen = memory.offer(memory.chosen) if memory.question is Question.CONFIRM else None
    return chosen.time if chosen else None


def location_of(memory: Memory) -> str:
    """The id of the location that is talked about, if it is one."""
    chosen = memory.offer(memory.chosen)
    shown = [chosen.time] if chosen else [offer.time for offer in memory.offers]
    shown = shown or [visit.time for visit in memory.change.about]
    places = {time.location_id for time in shown}
    return places.pop() if len(places) == 1 else memory.want.location_id


def to_state(memory: Memory) -> dict[str, Any]:
    state: dict[str, Any] = msgspec.to_builtins(memory)
    return state


def from_state(state: dict[str, Any]) -> Memory:
    return msgspec.convert(state, Memory)
