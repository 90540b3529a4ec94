"""How a rehearsal ended, and how one ending compares with another. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from routiq.practices.clocks import clock
from routiq.robyn.rehearsing.ledger import Kept, Kind, Ledger


class Verdict(StrEnum):
    SAME = "same"
    BETTER = "better"
    WORSE = "worse"


class Done(msgspec.Struct, frozen=True):
    """One thing that would have been written, as far as it can be expected again on another day."""

    kind: Kind
    patient: str = ""
    practitioner: str = ""
    location: str = ""
    type: str = ""
    starts_at: datetime | None = None
    zone: str = "UTC"

    @property
    def what(self) -> tuple[str, ...]:
        """All of it but the time, which the diary may have given away since."""
        return (self.kind.value, self.patient, self.practitioner, self.location, self.type)


class Ending(msgspec.Struct, frozen=True):
    done: tuple[Done, ...] = ()
    left: tuple[str, ...] = ()
    """The kinds of the messages that the team would have had."""
    not_understood: int = 0
    """Turns in which nothing was understood."""
    turns: int = 0

    @property
    def outcome(self) -> str:
        """``done``, ``handed_over``, or ``talked``: neither."""
        return "done" if self.done else "handed_over" if self.left else "talked"


class Comparison(msgspec.Struct, frozen=True):
    verdict: Verdict
    remarks: tuple[str, ...] = ()


def ending_of(ledger: Ledger, turns: Sequence[Any]) -> Ending:
    """``turns`` have ``heard`` and ``commands``, as they are stored."""
    heard = [turn for turn in turns if turn.heard]
    missed = [turn for turn in heard if any(each.get("type") == "not_understood" for each in turn.commands)]
    return Ending(
        tuple(_done(each) for each in ledger.kept),
        tuple(sorted(each.kind for each in ledger.left)),
        len(missed),
        len(heard),
    )


def _done(kept: Kept) -> Done:
    time = kept.time
    if time is None:
        return Done(kept.kind, kept.patient)
    return Done(
        kept.kind, kept.patient, time.practitioner_name, time.location_name, time.appointment_type_name,
        time.starts_at, time.zone,
    )  # fmt: skip


def compare(saved: Ending, now: Ending) -> Comparison:
    """Whatever would be written and was not expected is worse, and so is what was expected and is missing: staff say
    when it is right after all. Better is what needs a person, or to be said again, less than before."""
    missing, unexpected = _without(saved.done, now.done), _without(now.done, saved.done)
    worse = [f"Does not happen any more: {in_words(each)}." for each in missing]
    worse += [f"Was not expected: {in_words(each)}." for each in unexpected]
    better: list[str] = []
    for kind in sorted({*saved.left, *now.left}):
        before, after = saved.left.count(kind), now.left.count(kind)
        words = kind.replace("_", " ")
        if after > before:
            worse.append(f"The team gets a message that it did not get before: {words}.")
        elif after < before and kind in _NEVER_LESS:
            worse.append(f"The team gets no message any more: {words}.")
        elif after < before:
            better.append(f"The team is no longer needed for this: {words}.")
    if now.not_understood != saved.not_understood:
        words = f"Sentences not understood: {now.not_understood}, before {saved.not_understood}."
        (worse if now.not_understood > saved.not_understood else better).append(words)
    if better and not saved.done and not now.done and not now.left:
        worse, better = [*worse, *better, _NOBODY], []
    verdict = Verdict.WORSE if worse else Verdict.BETTER if better else Verdict.SAME
    return Comparison(verdict, (*worse, *better, *_other_times(saved, now)))


_NOBODY = "Nobody has it now. If Robyn answered it herself, take this as right."
_NEVER_LESS = frozenset({"emergency"})
"""Messages whose absence is never an improvement."""


def _without(some: Sequence[Done], others: Sequence[Done]) -> list[Done]:
    left = [each.what for each in others]
    found = []
    for each in some:
        if each.what in left:
            left.remove(each.what)
        else:
            found.append(each)
    return found


def _other_times(saved: Ending, now: Ending) -> list[str]:
    """Remarked and no fault: the diary has changed since, and only what is free can be offered."""
    left = list(now.done)
    remarks = []
    for before in saved.done:
        after = next((each for each in left if each.what == before.what), None)
        if after is None:
            continue
        left.remove(after)
        if before.starts_at and after.starts_at and _clock(before) != _clock(after):
            remarks.append(f"At another time: {_clock(after)}, before {_clock(before)}.")
    return remarks


_VERBS = {
    Kind.BOOKED: "booked",
    Kind.MOVED: "moved",
    Kind.CANCELLED: "cancelled",
    Kind.REGISTERED: "registered",
    Kind.WAITLISTED: "put on the waiting list",
    Kind.OPTED_OUT: "recorded: no more messages",
}


def in_words(done: Done, *, with_day: bool = False) -> str:
    """Such as ``Standard consultation with Noah Fitzgerald booked for Maggie Okafor, Thursday at 2:15 pm``."""
    verb, patient = _VERBS[done.kind], done.patient or "the caller"
    if done.starts_at is None:
        return f"{patient} {verb}"
    when = _moment(done) if with_day else _clock(done)
    return f"{done.type} with {done.practitioner} {verb} for {patient}, {when}"


def _clock(done: Done) -> str:
    if done.starts_at is None:
        return ""
    local = done.starts_at.astimezone(ZoneInfo(done.zone))
    return f"{local:%A} at {clock(local)}"


def _moment(done: Done) -> str:
    if done.starts_at is None:
        return ""
    local = done.starts_at.astimezone(ZoneInfo(done.zone))
    return f"{local:%A} {local.day} {local:%B} at {clock(local)}"


def to_plain(ending: Ending) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(ending)
    return plain


def from_plain(plain: dict[str, Any]) -> Ending:
    return msgspec.convert(plain, Ending)
