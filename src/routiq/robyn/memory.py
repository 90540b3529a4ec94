"""What a conversation remembers: plain state in ``Conversation.state``, so that it survives a restart."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from routiq.frontdesk.wishes import OfferedTime
from routiq.robyn.understanding.commands import What
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


class CallBack(msgspec.Struct):
    """What is being taken down for the team."""

    reason: str = ""
    name: str = ""


class Memory(msgspec.Struct):
    version: int = 1
    question: Question = Question.OPEN
    caller: str = ""
    """E.164, empty when withheld."""
    patient_id: str = ""
    patient_called: str = ""
    wants_booking: bool = False
    name_heard: str = ""
    """Who it is for, as said, while several patients are told apart."""
    tries: int = 0
    """How often the open identity question was answered in vain."""
    misses: int = 0
    """How many turns on end were not understood."""
    want: Want = msgspec.field(default_factory=Want)
    listed_what: What | None = None
    listed: tuple[str, ...] = ()
    """Ids of the names that were offered to pick from."""
    offers: tuple[Offer, ...] = ()
    declined: tuple[datetime, ...] = ()
    rounds: int = 0
    chosen: str = ""
    """Token of what was read back."""
    in_flight: str = ""
    """Token of what is being booked: set before the front desk is asked, cleared with the answer."""
    booking_id: str = ""
    waiting: bool = False
    """The last booking was sent and is not confirmed."""
    call_back: CallBack = msgspec.field(default_factory=CallBack)
    handed_over: bool = False
    alerts: tuple[str, ...] = ()
    last_said: str = ""

    def offer(self, token: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.token == token), None)

    def start_over(self) -> None:
        """Forget the wish and what was offered; who is calling stays known."""
        self.want = Want()
        self.wants_booking = False
        self.clear_table()
        self.declined = ()

    def clear_table(self) -> None:
        self.offers = ()
        self.chosen = ""
        self.listed_what, self.listed = None, ()


def to_state(memory: Memory) -> dict[str, Any]:
    state: dict[str, Any] = msgspec.to_builtins(memory)
    return state


def from_state(state: dict[str, Any]) -> Memory:
    return msgspec.convert(state, Memory)
