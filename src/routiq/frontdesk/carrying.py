"""Carrying a write out: the one way out to the practice management system (law 2), whatever it is that is written.

The order is what makes it safe. Our own database lets one write hold a practitioner's time (B1). What it depends on
is read again at the vendor just before. The journal says "sent" before anything is sent, so a crash leaves a trace
that a worker follows up. The vendor's diary is read for conflicts afterwards, because the vendor accepts what
overlaps (B2). And a lost answer is looked up, never repeated (B5). What differs by kind is in :class:`Steps`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

import msgspec
from django.db import transaction
from django.utils import timezone

from routiq import faults
from routiq.connections import health
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.frontdesk import confirmations, journal, known_times, rehearsing
from routiq.frontdesk.models import StaffTask, Write
from routiq.frontdesk.tasks import leave_task
from routiq.mirror.published import publish
from routiq.mirror.writing import write_and_compare
from routiq.pms.errors import (
    NotBookableOnline,
    NotFound,
    PmsError,
    SlotTaken,
    VendorChanged,
    WriteRefused,
    WriteUncertain,
)
from routiq.pms.gateway import Gateway, Stream
from routiq.pms.records import AppointmentRecord, PatientRecord

#: A request that was sent may still arrive: only after this long is "not there" told as "not done", so that whoever
#: asked for it knows within a minute. It is longer than any vendor's own time limit for a request that we know of.
BELIEVED_AFTER = timedelta(seconds=45)
#: So often is it looked for before that is believed.
LOOKUPS = 3
#: And by then at the latest has it arrived: it is looked for once more (:mod:`routiq.frontdesk.late_arrivals`).
LATEST_ARRIVAL = timedelta(minutes=2)

#: Ends after which two appointments stand at one time; the task that is left then says all there is to say.
FOR_A_PERSON = ("not_taken_back", "old_time_lost")

Written = AppointmentRecord | PatientRecord


@dataclass(frozen=True)
class Sent:
    """What the vendor made of it, and whether somebody else was seen at its time; ``None``: that was not read."""

    record: Written
    conflict: bool | None = None


class Standing(Enum):
    """How things stand at the vendor, compared with what was asked for."""

    AS_ASKED = "as_asked"
    AS_BEFORE = "as_before"
    OTHERWISE = "otherwise"
    """Gone, or changed by somebody else."""


@dataclass(frozen=True)
class Seen:
    standing: Standing
    record: Written | None = None


class NotNow(Exception):
    """The last look before sending says that it may not be done. The text is a sentence for staff."""


class Already(Exception):
    """The last look before sending says that it is done."""

    def __init__(self, record: Written) -> None:
        super().__init__()
        self.record = record


class Steps:
    """What one kind of write does at each step. Each method may raise the errors of :mod:`routiq.pms.errors`."""

    kind: ClassVar[Write.Kind]
    done: ClassVar[Write.State] = Write.State.DONE
    looks_first: ClassVar[str] = ""
    """The name of the step of :meth:`is_free`; empty for a kind that has no such look."""
    no_longer_free: ClassVar[str] = "The time is not free any more."
    taken_back_as: ClassVar[str] = "withdrawn"
    was_taken_back: ClassVar[str] = ""
    never_arrived: ClassVar[str] = "The practice management system did not take it."
    gone: ClassVar[str] = "It was changed at the practice in the meantime."
    tells: ClassVar[Mapping[Write.State, str]] = {}
    """What staff do about it when it was settled only afterwards: the task names the write before that."""

    def is_free(self, gateway: Gateway, write: Write) -> bool:
        """The last look before sending. ``NotNow``, ``Already``."""
        return True

    def send(self, gateway: Gateway, write: Write) -> Sent:
        """Ask for it, once."""
        raise NotImplementedError

    def name(self, write: Write, record: Written) -> None:
        """Write down what the vendor calls the result; the caller saves."""

    def look(self, gateway: Gateway, write: Write) -> Seen:
        """How it stands now, asked of the vendor."""
        raise NotImplementedError

    def has_conflict(self, gateway: Gateway, write: Write) -> bool | None:
        """Was somebody quicker? ``None`` for what cannot be in anybody's way."""
        return None

    def take_back(self, gateway: Gateway, write: Write) -> Written | None:
        """Undo it, because somebody was quicker. Repeating is harmless."""
        raise NotImplementedError

    def has_lost_its_place(self, gateway: Gateway, write: Write) -> bool:
        """It stands again where it stood: has somebody taken that meanwhile?"""
        return False

    def settled(self, write: Write) -> None:
        """It is done: what else follows from it in our own database, in the same transaction."""


def carry_out(steps: Steps, write: Write, connection: Connection) -> None:
    """From the stored intent to its outcome, or to what a worker follows up. Never raises for what the vendor does.
    Must be called outside a transaction: each step is committed before the next begins."""
    rehearsing.refuse()
    gateway = gateway_of(connection)
    asked_at = timezone.now()
    try:
        if not steps.is_free(gateway, write):
            _was_not_true(connection, write)
            journal.close(write, Write.State.TAKEN, steps.looks_first, message=steps.no_longer_free)
            return
        if steps.looks_first:
            journal.note(write, steps.looks_first)
    except NotNow as refusal:
        journal.close(write, Write.State.REFUSED, steps.looks_first, message=str(refusal))
        return
    except Already as found:
        _mirror(connection, found.record, asked_at)
        finish(steps, write, "done_already")
        return
    except (NotBookableOnline, NotFound) as error:
        _was_not_true(connection, write)
        _close_with(write, Write.State.REFUSED, error)
        return
    except PmsError as error:
        blame(connection, error)
        _close_with(write, Write.State.UNAVAILABLE, error)
        return
    _send(steps, gateway, write, connection)


def _send(steps: Steps, gateway: Gateway, write: Write, connection: Connection) -> None:
    write.sent_at = timezone.now()
    journal.advance(write, Write.State.SENT, "sent")
    faults.point(f"{write.kind}_sent")
    try:
        sent = steps.send(gateway, write)
    except (WriteUncertain, VendorChanged) as error:
        # Something went out and nothing sensible came back: the vendor knows, we do not.
        journal.advance(write, Write.State.UNCERTAIN, "no_answer", code=error.code)
        look_up(steps, gateway, write, connection)
        return
    except SlotTaken as error:
        _was_not_true(connection, write)
        _close_with(write, Write.State.TAKEN, error)
        return
    except (WriteRefused, NotFound) as error:
        _close_with(write, Write.State.REFUSED, error)
        return
    except PmsError as error:
        blame(connection, error)
        _close_with(write, Write.State.UNAVAILABLE, error)
        return
    # What came back was read after the change: a look that began before it knows less.
    asked_at = timezone.now()
    faults.point(f"{write.kind}_answered")
    steps.name(write, sent.record)
    journal.advance(write, Write.State.CHECKING, "answered", record=sent.record.id)
    faults.point(f"{write.kind}_answer_stored")
    _check(steps, gateway, write, connection, sent.record, asked_at, sent.conflict)


def _was_not_true(connection: Connection, write: Write) -> None:
    """The time that was offered is not to be had: whatever else is known of that day is asked for again."""
    if write.starts_at is not None and write.ends_at is not None:
        known_times.forget(connection, write.practitioner_remote_id, write.starts_at, write.ends_at)


def _check(
    steps: Steps,
    gateway: Gateway,
    write: Write,
    connection: Connection,
    record: Written,
    asked_at: datetime,
    seen: bool | None = None,
) -> None:
    """Somebody may have taken the same time in the vendor's own pages meanwhile: then ours is taken back (B2).
    ``seen``: what the vendor showed of that when it was read after the change."""
    try:
        conflict = steps.has_conflict(gateway, write) if seen is None else seen
        if conflict is not None:
            journal.note(write, "conflicts_read", conflict=conflict)
        if conflict:
            _was_not_true(connection, write)
            faults.point(f"{write.kind}_conflict_seen")
            _take_back(steps, gateway, write, connection)
            return
    except NotFound:
        _close_as_gone(steps, write)
        return
    except PmsError as error:
        blame(connection, error)
        journal.note(write, "conflicts_unread", code=error.code)
        return  # It stays open; a worker reads them as soon as the vendor answers.
    faults.point(f"{write.kind}_checked")
    _mirror(connection, record, asked_at)
    finish(steps, write, "closed")


def _take_back(steps: Steps, gateway: Gateway, write: Write, connection: Connection) -> None:
    try:
        back = steps.take_back(gateway, write)
    except WriteRefused as error:
        message = f"Two appointments stand at this time, and ours could not be taken back: {error.message}"
        _close_for_a_person(write, "not_taken_back", message, error.code)
        return
    asked_at = timezone.now()
    faults.point(f"{write.kind}_taken_back")
    if back is not None:
        _mirror(connection, back, asked_at)
    _close_taken_back(steps, gateway, write)


def _close_taken_back(steps: Steps, gateway: Gateway, write: Write) -> None:
    """Errors of the vendor are the caller's: it stays open then."""
    if steps.has_lost_its_place(gateway, write):
        message = "Somebody took the new time and the old one; two appointments stand at the old time."
        _close_for_a_person(write, "old_time_lost", message)
        return
    journal.close(write, Write.State.TAKEN, steps.taken_back_as, message=steps.was_taken_back)


def _close_for_a_person(write: Write, step: str, message: str, code: str = "") -> None:
    """Only somebody at the practice can put it right."""
    journal.close(write, Write.State.TAKEN, step, code=code, message=message)
    leave_task(
        StaffTask.Kind.CHECK_BOOKING,
        f"{write.reference}: {message} Look in the diary, and ring the patient.",
        write=write,
    )


def look_up(steps: Steps, gateway: Gateway, write: Write, connection: Connection) -> None:
    """A lost answer: what does the vendor show? Done, it is carried on; not done, it is believed only when the
    request cannot arrive any more."""
    asked_at = timezone.now()
    seen = _look(steps, gateway, write, connection, "not_looked_up")
    if seen is None:
        return
    write.lookups += 1
    if seen.standing is Standing.OTHERWISE:
        _close_changed(steps, write, connection, seen, asked_at)
    elif seen.standing is Standing.AS_ASKED and seen.record is not None:
        steps.name(write, seen.record)
        journal.advance(write, Write.State.CHECKING, "found", record=seen.record.id)
        _check(steps, gateway, write, connection, seen.record, asked_at)
    else:
        journal.advance(write, Write.State.UNCERTAIN, "not_found", lookups=write.lookups)
        sent_at = write.sent_at or write.created_at
        if write.lookups >= LOOKUPS and timezone.now() - sent_at > BELIEVED_AFTER:
            journal.close(write, Write.State.UNAVAILABLE, "never_arrived", message=steps.never_arrived)


def _look(steps: Steps, gateway: Gateway, write: Write, connection: Connection, step: str) -> Seen | None:
    """``None``: it was closed as gone, or the vendor does not say, and ``step`` notes that."""
    try:
        return steps.look(gateway, write)
    except NotFound:
        _close_as_gone(steps, write)
    except PmsError as error:
        blame(connection, error)
        journal.note(write, step, code=error.code)
    return None


def arrived_late(steps: Steps, write: Write, connection: Connection) -> bool | None:
    """One that was told as not made: has it arrived since? It is carried on then. ``None`` when the vendor does not
    say."""
    asked_at = timezone.now()
    try:
        gateway = gateway_of(connection)
        seen = steps.look(gateway, write)
    except NotFound:
        return False
    except PmsError as error:
        blame(connection, error)
        return None
    if seen.standing is not Standing.AS_ASKED or seen.record is None:
        journal.note(write, "still_not_found")
        return False
    steps.name(write, seen.record)
    write.error_code = write.error_message = ""
    write.finished_at = None
    journal.advance(write, Write.State.CHECKING, "found_late", record=seen.record.id)
    _check(steps, gateway, write, connection, seen.record, asked_at)
    return True


def follow_up(steps: Steps, write: Write) -> None:
    """Bring an open write nearer to its end, whatever interrupted it. For workers."""
    connection = write.connection
    if write.state == Write.State.HELD:
        journal.close(write, Write.State.UNAVAILABLE, "interrupted", message="Interrupted before anything was sent.")
        return
    try:
        gateway = gateway_of(connection)
    except PmsError as error:
        journal.note(write, "not_settled", code=error.code)
        return
    if write.state != Write.State.CHECKING:
        look_up(steps, gateway, write, connection)
        return
    asked_at = timezone.now()
    seen = _look(steps, gateway, write, connection, "not_settled")
    if seen is None:
        return
    if seen.standing is Standing.AS_ASKED and seen.record is not None:
        _check(steps, gateway, write, connection, seen.record, asked_at)
    elif seen.standing is Standing.AS_BEFORE:
        # It had been done, so it was taken back since, by us or at the practice.
        if seen.record is not None:
            _mirror(connection, seen.record, asked_at)
        try:
            _close_taken_back(steps, gateway, write)
        except PmsError as error:
            blame(connection, error)
            journal.note(write, "not_settled", code=error.code)
    else:
        _close_changed(steps, write, connection, seen, asked_at)


@transaction.atomic
def finish(steps: Steps, write: Write, step: str) -> None:
    """The good end. What the patient is told of it by text is stored with it (B13)."""
    journal.close(write, steps.done, step)
    steps.settled(write)
    confirmations.owe(write)


def blame(connection: Connection, error: PmsError) -> None:
    """Pause the connection where only its owner can help."""
    if isinstance(error, health.NEEDS_THE_OWNER):
        health.pause(connection, error)


def _mirror(connection: Connection, record: Written, asked_at: datetime) -> None:
    if not connection.practice.keep_patient_notes:
        record = msgspec.structs.replace(record, notes="")
    stream = Stream.APPOINTMENTS if isinstance(record, AppointmentRecord) else Stream.PATIENTS
    with transaction.atomic():
        publish(connection, stream, write_and_compare(connection, [record], asked_at))


def _close_as_gone(steps: Steps, write: Write) -> None:
    journal.close(write, Write.State.REFUSED, "gone", message=steps.gone)


def _close_changed(steps: Steps, write: Write, connection: Connection, seen: Seen, asked_at: datetime) -> None:
    if seen.record is not None:
        _mirror(connection, seen.record, asked_at)
    _close_as_gone(steps, write)


def _close_with(
    write: Write, state: Write.State, error: PmsError, *, step: str = "failed", message: str = ""
) -> None:
    if not message:
        # A refusal is the team's to put right, and what is wrong with a key the owner's: it says how.
        says_how = state == Write.State.REFUSED or isinstance(error, health.NEEDS_THE_OWNER)
        message = f"{error.message} {error.advice}".strip() if says_how else error.message
    journal.close(write, state, step, code=error.code, message=message)
