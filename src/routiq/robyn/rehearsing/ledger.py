"""What a rehearsal would have written, in the order in which it would have: plain values in ``Rehearsal.ledger``."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from routiq.frontdesk.wishes import OfferedTime


class Kind(StrEnum):
    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REGISTERED = "registered"
    WAITLISTED = "waitlisted"
    OPTED_OUT = "opted_out"


class Kept(msgspec.Struct, frozen=True):
    """One thing that would have been written."""

    kind: Kind
    key: str
    """Of the intent: the same key twice is one thing and one answer."""
    id: str
    """In place of the journal's."""
    patient_id: str = ""
    patient: str = ""
    """Their whole name, as the practice has it or as it was told."""
    appointment_id: str = ""
    time: OfferedTime | None = None
    """Where it would stand; of a cancellation, where it stood."""
    number: int = 0
    """In place of an id that is a number."""


class Left(msgspec.Struct, frozen=True):
    """A message that the team would have had."""

    kind: str
    """Of ``StaffTask.Kind``."""
    trigger: str
    reason: str
    by_email: bool = False
    as_task: bool = True
    number: int = 0
    """In place of the ids of the message and of its task."""


class Ledger(msgspec.Struct):
    kept: list[Kept] = msgspec.field(default_factory=list)
    left: list[Left] = msgspec.field(default_factory=list)
    numbers: int = 0
    """How many were given: none is given twice."""

    def keep(self, thing: Kept) -> Kept:
        """Add it, with a number of its own."""
        thing = msgspec.structs.replace(thing, number=self._next())
        self.kept.append(thing)
        return thing

    def leave(self, message: Left, number: int = 0) -> Left:
        """Put it in the place of the message that has ``number``, where there is one, else beside the others with a
        number of its own."""
        place = next((place for place, each in enumerate(self.left) if number and each.number == number), None)
        message = msgspec.structs.replace(message, number=self._next() if place is None else number)
        if place is None:
            self.left.append(message)
        else:
            self.left[place] = message
        return message

    def _next(self) -> int:
        self.numbers += 1
        return self.numbers

    def of(self, key: str) -> Kept | None:
        return next((each for each in self.kept if each.key == key), None)

    def by_id(self, id: str) -> Kept | None:
        return next((each for each in self.kept if each.id == id), None)


def to_plain(ledger: Ledger) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(ledger)
    return plain


def from_plain(plain: dict[str, Any]) -> Ledger:
    return msgspec.convert(plain, Ledger)
