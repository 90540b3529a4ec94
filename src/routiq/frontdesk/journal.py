"""The journal of what is written to the practice management system: what is about to be done stands there before it
is, what came of it after it (law 2)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db import connection as database
from django.utils import timezone
from psycopg.types.range import TimestamptzRange

from routiq import faults
from routiq.frontdesk import rehearsing
from routiq.frontdesk.checks import Refusal
from routiq.frontdesk.models import JournalStep, SlotHold, Write
from routiq.mirror.models import Practitioner
from routiq.practices import audit
from routiq.practices.live import announce
from routiq.practices.locks import alone
from routiq.practices.tenancy import current_practice_id

#: How long a slot stays ours while nothing is heard of its write (B11).
HOLD = timedelta(minutes=5)
#: Letters and digits that are told apart when read aloud.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_BEGIN_CLASS = 727407004
EXPIRED = """(
  h.expires_at < %(now)s AND NOT EXISTS (
    SELECT FROM frontdesk_booking w WHERE w.id = h.booking_id AND w.state = ANY(%(goes_on)s)
  )
)"""
"""Of a hold ``h``: what was sent keeps its time until its outcome is known. With :func:`values_of_expired`."""


class Taken(Exception):
    """Another write of ours holds this time; the entry says so."""


class Refused(Exception):
    """Nothing is begun, for what another write has begun meanwhile."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self.refusal = refusal


@dataclass(frozen=True)
class Span:
    """A stretch of a practitioner's time."""

    practitioner_id: str
    starts_at: datetime
    ends_at: datetime


def working_on(key: str) -> AbstractContextManager[bool]:
    """One at a time works on an intent; yields whether we are the one. The lock dies with the process."""
    return alone("intent", key)


def new_reference() -> str:
    """``RTQ-7KQ2MX``."""
    return "RTQ-" + "".join(secrets.choice(_ALPHABET) for _ in range(6))


def open_entry(
    write: Write, spans: Sequence[Span] = (), last_check: Callable[[], Refusal | None] = lambda: None
) -> Write:
    """Store the intent and hold these times of practitioners; ``Taken`` when somebody of ours has one of them.
    ``IntegrityError`` when the intent is stored already, or another change of the same appointment is open.

    Of one connection's writes one at a time is begun. So what ``last_check`` sees of the others holds until this one
    is stored (``Refused`` with what it says), and two that come for one time at the same instant do not wait for each
    other, which the constraint alone would end as a deadlock, in an error for both."""
    rehearsing.refuse()
    now = timezone.now()
    with transaction.atomic():
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_BEGIN_CLASS, write.connection_id])
        if (refusal := last_check()) is not None:
            raise Refused(refusal)
        write.save(force_insert=True)
        forget_expired_holds(now)
        # What was held for the one who asks while they thought about it becomes this write's.
        SlotHold.objects.filter(write=None, holder=write.asked_by).delete()
        try:
            with transaction.atomic():
                for span in _joined(spans):
                    _hold(write, span, now + HOLD)
        except IntegrityError:
            close(write, Write.State.TAKEN, "held_by_another")
        else:
            note(write, "held" if spans else "opened")
    if write.state == Write.State.TAKEN:
        raise Taken
    faults.point(f"{write.kind}_held")
    return write


def forget_expired_holds(now: datetime) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM frontdesk_slothold h WHERE h.practice_id = %(practice)s AND {EXPIRED}",
            {"practice": current_practice_id(), **values_of_expired(now)},
        )


def values_of_expired(now: datetime) -> dict[str, Any]:
    goes_on = (Write.State.SENT, Write.State.CHECKING, Write.State.UNCERTAIN)
    return {"now": now, "goes_on": list(map(str, goes_on))}


def _hold(write: Write, span: Span, until: datetime) -> None:
    """Of somebody whom we do not know nobody can be offered a time, so there is nothing to hold."""
    who = Practitioner.objects.filter(connection=write.connection_id, remote_id=span.practitioner_id)
    practitioner_pk = who.values_list("pk", flat=True).first()
    if practitioner_pk is None:
        return
    SlotHold.objects.create(
        practice_id=write.practice_id,
        write=write,
        practitioner_pk=practitioner_pk,
        during=TimestamptzRange(span.starts_at, span.ends_at, "[)"),
        expires_at=until,
    )


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Those of one practitioner that overlap are one: the database lets no two holds overlap, not even our own."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.practitioner_id, span.starts_at)):
        last = joined[-1] if joined else None
        if last and last.practitioner_id == span.practitioner_id and span.starts_at < last.ends_at:
            joined[-1] = Span(last.practitioner_id, last.starts_at, max(last.ends_at, span.ends_at))
        else:
            joined.append(span)
    return joined


def note(write: Write, step: str, **detail: Any) -> None:
    """Add a step. ``detail`` holds ids, codes and times, nothing that a patient said."""
    JournalStep.objects.create(practice_id=write.practice_id, write=write, step=step, detail=detail)


@transaction.atomic
def advance(write: Write, state: Write.State, step: str, **detail: Any) -> None:
    write.state = state
    write.save()
    note(write, step, **detail)


@transaction.atomic
def close(write: Write, state: Write.State, step: str, *, code: str = "", message: str = "") -> None:
    """The outcome: the entry is final and its time is free for others (or stands in the vendor's diary)."""
    write.state = state
    write.error_code, write.error_message = code, message
    write.finished_at = timezone.now()
    write.save()
    SlotHold.objects.filter(write=write).delete()
    note(write, step, **({"code": code} if code else {}))
    audit.record(
        audit.Actor(*write.asked_by.split(":", 1)) if ":" in write.asked_by else audit.SYSTEM,
        f"{write.kind}.{state}",
        f"{write.kind}:{write.pk}",
        channel=write.channel,
        appointment=write.appointment_remote_id,
        **({"patient": write.patient_remote_id} if write.kind == Write.Kind.REGISTRATION else {}),
    )
    announce(write.practice_id, "booking")
    if write.kind == Write.Kind.REGISTRATION:
        announce(write.practice_id, "patients")


def close_unsent(write: Write, step: str, *, code: str, message: str) -> bool:
    """Close one of which nothing was sent yet and at which nobody is just now; returns whether it was."""
    with working_on(write.intent_key) as mine:
        if mine:
            write.refresh_from_db()
        if not mine or write.state != Write.State.HELD:
            return False
        close(write, Write.State.UNAVAILABLE, step, code=code, message=message)
    return True
