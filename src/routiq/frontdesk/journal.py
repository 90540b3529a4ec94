"""The journal of one booking: what is about to be done is written before it, what came of it after it (law 2)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db import connection as database
from django.utils import timezone
from psycopg.types.range import TimestamptzRange

from routiq import faults
from routiq.connections.models import Connection
from routiq.frontdesk.models import Booking, JournalStep, SlotHold
from routiq.frontdesk.wishes import BookingRequest
from routiq.mirror.models import Practitioner
from routiq.practices import audit
from routiq.practices.live import announce

#: How long a slot stays ours while nothing is heard of its booking (B11).
HOLD = timedelta(minutes=5)
#: Letters and digits that are told apart when read aloud.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOCK_CLASS = 727407003


class Taken(Exception):
    """Another booking of ours holds this time."""


@contextmanager
def working_on(booking_key: str) -> Iterator[bool]:
    """One process at a time works on an intent; yields whether it is this one. The lock dies with the process."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [_LOCK_CLASS, booking_key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with database.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [_LOCK_CLASS, booking_key])


def open_entry(connection: Connection, request: BookingRequest) -> Booking:
    """Write the intent down and hold its time; ``Taken`` when somebody of ours has it (the entry says so then)."""
    offer = request.offer
    booking = Booking(
        practice_id=connection.practice_id,
        connection=connection,
        intent_key=request.intent_key,
        reference="RTQ-" + "".join(secrets.choice(_ALPHABET) for _ in range(6)),
        patient_remote_id=request.patient_id,
        practitioner_remote_id=offer.practitioner_id,
        location_remote_id=offer.location_id,
        appointment_type_remote_id=offer.appointment_type_id,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        channel=request.channel,
        asked_by=request.asked_by,
        accepting_words=request.accepting_words,
    )
    now = timezone.now()
    with transaction.atomic():
        booking.save(force_insert=True)
        SlotHold.objects.filter(expires_at__lt=now).exclude(
            booking__state__in=[Booking.State.SENT, Booking.State.CHECKING, Booking.State.UNCERTAIN]
        ).delete()
        try:
            with transaction.atomic():
                SlotHold.objects.create(
                    practice_id=booking.practice_id,
                    booking=booking,
                    practitioner_pk=Practitioner.objects.values_list("pk", flat=True).get(
                        connection=connection, remote_id=offer.practitioner_id
                    ),
                    during=TimestamptzRange(offer.starts_at, offer.ends_at, "[)"),
                    expires_at=now + HOLD,
                )
        except IntegrityError:
            close(booking, Booking.State.TAKEN, "held_by_another")
        else:
            note(booking, "held")
    if booking.state == Booking.State.TAKEN:
        raise Taken
    faults.point("booking_held")
    return booking


def note(booking: Booking, step: str, **detail: Any) -> None:
    """Add a step. ``detail`` holds ids, codes and times, nothing that a patient said."""
    JournalStep.objects.create(practice_id=booking.practice_id, booking=booking, step=step, detail=detail)


@transaction.atomic
def advance(booking: Booking, state: Booking.State, step: str, **detail: Any) -> None:
    booking.state = state
    booking.save()
    note(booking, step, **detail)


@transaction.atomic
def close(booking: Booking, state: Booking.State, step: str, *, code: str = "", message: str = "") -> None:
    """The outcome: the entry is final and its time is free for others (or stands in the vendor's diary)."""
    booking.state = state
    booking.error_code, booking.error_message = code, message
    booking.finished_at = timezone.now()
    booking.save()
    SlotHold.objects.filter(booking=booking).delete()
    note(booking, step, **({"code": code} if code else {}))
    audit.record(
        audit.Actor(*booking.asked_by.split(":", 1)) if ":" in booking.asked_by else audit.SYSTEM,
        f"booking.{state}",
        f"booking:{booking.pk}",
        channel=booking.channel,
        appointment=booking.appointment_remote_id,
    )
    announce(booking.practice_id, "booking")
