"""The typed commands that understanding yields. The only things a flow ever hears of the patient's words.

Tagged structs, so that a command is stored and shown as ``{"type": "wish_time", ...}`` and a reader that is not made
of rules can be held to the same schema.
"""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec


def _tag(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class _Command(msgspec.Struct, frozen=True, omit_defaults=True, tag=_tag, tag_field="type"):
    pass


class What(StrEnum):
    """What can be named from the menu."""

    PRACTITIONER = "practitioner"
    APPOINTMENT_TYPE = "appointment_type"
    LOCATION = "location"


class Danger(StrEnum):
    EMERGENCY = "emergency"
    SELF_HARM = "self_harm"


class StartBooking(_Command, frozen=True):
    """Wants an appointment. What was named with it comes as its own ``NameChoice`` and ``WishTime``."""

    another: bool = False
    """Said to be a further one."""


class NameChoice(_Command, frozen=True):
    """Names something of the menu. Several ids: the words fit them about equally, and it has to be asked."""

    what: What
    ids: tuple[str, ...] = ()
    other: bool = False
    """"The other clinic": not the one talked about."""
    close: bool = False
    """Spelled nearly like it: it has to be asked whether it is meant."""


class AnyChoice(_Command, frozen=True):
    """Does not mind which."""

    what: What


class WishTime(_Command, frozen=True):
    """When, in the practice's zone. Several in one turn are alternatives."""

    days: tuple[date, ...] = ()
    weekdays: tuple[int, ...] = ()
    """ISO weekdays, 1 is Monday."""
    not_days: tuple[date, ...] = ()
    not_weekdays: tuple[int, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    at: time | None = None
    """This time; or about this time, when ``not_before`` and ``not_after`` stand around it."""
    not_before: time | None = None
    not_after: time | None = None
    """Latest start, inclusive."""
    soonest: bool = False
    later: bool = False
    """Later than what is on the table."""
    earlier: bool = False
    any_day: bool = False
    any_time: bool = False
    past: bool = False
    """A day or time was said that has gone."""
    unsure: bool = False
    """``days`` are readings of one day: it has to be asked which is meant."""

    @property
    def names_day(self) -> bool:
        return bool(self.days or self.weekdays or self.first_day or self.last_day)

    @property
    def names_time(self) -> bool:
        return bool(self.at or self.not_before or self.not_after)


class StartReschedule(_Command, frozen=True):
    """Wants an appointment moved. Where to comes as its own ``WishTime``."""

    which: WishTime | None = None
    """When the appointment is now, as far as that was said."""


class StartCancel(_Command, frozen=True):
    which: WishTime | None = None
    """When the appointment is, as far as that was said."""
    every: bool = False
    """All of them."""


class AskBooking(_Command, frozen=True):
    """Asks about an appointment that there is: when, where, with whom, whether."""

    which: WishTime | None = None
    arranged: bool = False
    """Whether what was just arranged stands: "is it booked?"."""


class AskInvoice(_Command, frozen=True):
    """Asks about an invoice, a receipt or what is owed; a dispute is an ``AskPerson``."""

    copy: bool = False
    """Wants one sent."""


class JoinWaitlist(_Command, frozen=True):
    """Wants to be told when something comes free. For when comes as its own ``WishTime``."""


class OptOut(_Command, frozen=True):
    """Wants no more messages."""


class Choose(_Command, frozen=True):
    """Takes one of what is on the table: by place in the list, as the earlier or later one, or by leaving out."""

    position: int = 0
    """1 is the first, -1 the last; 0 says no more than "that one"."""
    earlier: bool = False
    later: bool = False
    but: int = 0
    """Not the one in this place."""
    other: bool = False
    """"The other one": not the one talked about."""


class Affirm(_Command, frozen=True):
    """An unreserved yes."""


class Deny(_Command, frozen=True):
    pass


class GiveUp(_Command, frozen=True):
    """Nothing of what is under way is wanted any more: all stays as it is."""


class Correct(_Command, frozen=True):
    """Sets right what was read back: the command beside it says what is meant instead."""


class AskOthers(_Command, frozen=True):
    """Wants to hear other times than those on the table."""


class GiveName(_Command, frozen=True):
    name: str
    written: str = ""
    """With its capitals, accents and marks, where a new patient gives it."""


class GiveDateOfBirth(_Command, frozen=True):
    date: date


class GivePhone(_Command, frozen=True):
    number: str


class GiveEmail(_Command, frozen=True):
    address: str


class GiveDetail(_Command, frozen=True):
    """The answer to a question that takes any words: an address, a note."""

    text: str


class NameDetail(_Command, frozen=True):
    """Which of the details read back is meant, by its intake field."""

    field: str


class SayNew(_Command, frozen=True):
    """Was not a patient here before."""


class ForAnother(_Command, frozen=True):
    """It is for somebody else than who speaks."""


class ForSelf(_Command, frozen=True):
    """It is for who speaks."""


class ForSeveral(_Command, frozen=True):
    """It is for more than one person."""

    own: bool = False
    """Who speaks is one of them."""
    others: int = 1
    """How many others, at least."""
    also: bool = False
    """Besides whom it is about already."""


class AskPerson(_Command, frozen=True):
    """Wants a person, complains, or disputes a bill: not for a machine."""

    reason: str = "asked"
    """``asked``, ``late`` (is on the way), ``complaint`` or ``billing``."""
    practitioners: tuple[str, ...] = ()
    """Ids of the practitioner who was asked for by name; several when the name fits several."""


class Ask(_Command, frozen=True):
    """A question that no command answers."""


class Greet(_Command, frozen=True):
    pass


class Thank(_Command, frozen=True):
    pass


class End(_Command, frozen=True):
    pass


class Repeat(_Command, frozen=True):
    pass


class Emergency(_Command, frozen=True):
    danger: Danger


class Clinical(_Command, frozen=True):
    """Asks for a judgement that only a clinician may give."""


class AskMachine(_Command, frozen=True):
    """Asks whether a machine is speaking (V3)."""


class SentPicture(_Command, frozen=True):
    """A message with a picture and no words (CH-06)."""


class NotUnderstood(_Command, frozen=True):
    pass


Command: TypeAlias = (
    StartBooking
    | StartReschedule
    | StartCancel
    | AskBooking
    | AskInvoice
    | JoinWaitlist
    | OptOut
    | NameChoice
    | AnyChoice
    | WishTime
    | Choose
    | Affirm
    | Deny
    | GiveUp
    | Correct
    | AskOthers
    | GiveName
    | GiveDateOfBirth
    | GivePhone
    | GiveEmail
    | GiveDetail
    | NameDetail
    | SayNew
    | ForAnother
    | ForSelf
    | ForSeveral
    | AskPerson
    | Ask
    | Greet
    | Thank
    | End
    | Repeat
    | Emergency
    | Clinical
    | AskMachine
    | SentPicture
    | NotUnderstood
)


def as_plain(commands: tuple[Command, ...]) -> list[dict[str, Any]]:
    plain: list[dict[str, Any]] = msgspec.to_builtins(list(commands))
    return plain


def from_plain(plain: list[dict[str, Any]]) -> tuple[Command, ...]:
    """``msgspec.ValidationError`` when it is not made of commands."""
    return msgspec.convert(plain, tuple[Command, ...])
