"""A text to the patient after each change, stored in the transaction that knows the change to be done (B13).

It goes to the patient's own mobile as our copy has it, never to the number that somebody rang from. What it says is
derived from the stored row, in the words of the room above (:func:`worded_by`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from routiq.connections.connecting import live_connection
from routiq.consent import ledger
from routiq.frontdesk import rehearsing
from routiq.frontdesk.describing import in_words
from routiq.frontdesk.models import StaffTask, Write
from routiq.frontdesk.rules import desk_rules
from routiq.frontdesk.tasks import leave_task
from routiq.frontdesk.wishes import OfferedTime
from routiq.messaging import outbox
from routiq.messaging.carrier import carrier
from routiq.messaging.models import Text
from routiq.mirror.models import Appointment, AppointmentType, Location, Patient, Practitioner
from routiq.pms.phones import is_mobile
from routiq.practices.models import Practice

#: A confirmation that is a day old tells nobody anything.
USEFUL_FOR = timedelta(days=1)
#: So long before the appointment it is given up: there is still time to ring.
TIME_TO_RING = timedelta(minutes=15)
_TOLD = (Write.Kind.BOOKING, Write.Kind.MOVE, Write.Kind.CANCELLATION)
#: Ends of a text that leave nothing for a person to do: the patient wants none, or is told by a later one.
_NOBODY_RINGS = (Text.Reason.STOPPED, Text.Reason.CHANGED)


@dataclass(frozen=True)
class Confirmed:
    """A change that is done, as much as a text tells of it."""

    kind: Write.Kind
    called: str
    """What to call the patient."""
    time: OfferedTime
    """Where it stands now; of a cancellation where it stood."""


Words = Callable[[Confirmed], str]
_words: list[Words] = []


def worded_by(words: Words) -> None:
    """The room that talks with patients says in which words."""
    _words[:] = [words]


def are_on() -> bool:
    """Whether the practice in force has texts sent, and the installation can send any."""
    return carrier() is not None and desk_rules().text_confirmations


def owe(write: Write) -> None:
    """Store the text about a change that was just done, or why there is none; in the caller's transaction."""
    rehearsing.refuse()
    if write.kind not in _TOLD or write.starts_at is None or not _words or not are_on():
        return
    practice = Practice.objects.get(pk=write.practice_id)
    time = _time_of(write, practice)
    owed = outbox.Owed(
        intent_key=_key(write),
        purpose=Text.Purpose.CONFIRMATION,
        about=f"appointment:{write.appointment_remote_id}",
        patient_id=write.patient_remote_id,
        time_zone=time.zone,
        # By hand it is the practice that acts: then nights are kept quiet.
        asked_for_at=None if write.asked_by.startswith("person:") else write.created_at,
        useful_until=_useful_until(write.starts_at, timezone.now()),
    )
    patient = Patient.objects.filter(connection=write.connection_id, remote_id=write.patient_remote_id).first()
    number = mobile_of(patient) if patient else ""
    reason = _why_none(patient, number)
    if reason is None and write.starts_at <= timezone.now():
        reason = Text.Reason.TOO_LATE
    if reason is not None or patient is None:
        outbox.leave_out(owed, reason or Text.Reason.NOT_CURRENT)
        return
    outbox.store(owed, number, _words[0](Confirmed(Write.Kind(write.kind), patient.called, time)))


def mobile_of(patient: Patient) -> str:
    """The patient's first Australian or New Zealand mobile, in E.164; empty when there is none. What the practice
    calls a mobile comes before what only looks like one."""
    phones = sorted(patient.phones.all(), key=lambda phone: phone.kind != "mobile")
    return next((phone.e164 for phone in phones if is_mobile(phone.e164)), "")


def would_be_texted(patient_id: str) -> bool:
    """Whether a change for this patient would be told by text, for whoever rehearses one."""
    if not are_on():
        return False
    patient = Patient.objects.filter(connection=live_connection(), remote_id=patient_id).first()
    return patient is not None and _why_none(patient, mobile_of(patient)) is None


def _useful_until(starts_at: datetime, now: datetime) -> datetime:
    ring_at = starts_at - TIME_TO_RING
    return min(ring_at if ring_at > now else starts_at, now + USEFUL_FOR)


def _why_none(patient: Patient | None, number: str) -> Text.Reason | None:
    if patient is None or patient.status != Patient.Status.ACTIVE or patient.removed_at is not None:
        return Text.Reason.NOT_CURRENT
    if not number:
        return Text.Reason.NO_MOBILE
    if ledger.has_opted_out(number=number, patient_id=patient.remote_id):
        return Text.Reason.STOPPED
    return None


def _time_of(write: Write, practice: Practice) -> OfferedTime:
    assert write.starts_at is not None
    same = {"connection": write.connection_id}
    place = Location.objects.filter(**same, remote_id=write.location_remote_id).first()
    who = Practitioner.objects.filter(**same, remote_id=write.practitioner_remote_id).first()
    kind = AppointmentType.objects.filter(**same, remote_id=write.appointment_type_remote_id).first()
    return OfferedTime(
        starts_at=write.starts_at,
        ends_at=write.ends_at or write.starts_at,
        zone=place.time_zone if place else practice.time_zone,
        practitioner_id=write.practitioner_remote_id,
        practitioner_name=who.name if who else "",
        location_id=write.location_remote_id,
        location_name=place.name if place else "",
        appointment_type_id=write.appointment_type_remote_id,
        appointment_type_name=kind.name if kind else "",
    )


def _key(write: Write) -> str:
    return f"write:{write.pk}"


def text_about(write: Write) -> Text | None:
    """The text about this change, or the row that says why there is none; ``None`` where none was meant to be."""
    return Text.objects.filter(intent_key=_key(write)).first()


def is_owed(write: Write) -> bool:
    """Whether the patient may be told that a text follows: it is stored, and not given up (B7)."""
    return Text.objects.filter(intent_key=_key(write)).exclude(state=Text.State.NOT_SENT).exists()


def _write_of(text: Text) -> Write | None:
    kind, _, key = text.intent_key.partition(":")
    return Write.objects.filter(pk=key).select_related("connection__practice").first() if kind == "write" else None


def still_holds(text: Text) -> bool:
    """Whether the appointment stands as the text says, by our copy."""
    write = _write_of(text)
    if write is None:
        return False
    row = Appointment.objects.filter(connection=write.connection_id, remote_id=write.appointment_remote_id).first()
    is_off = row is None or row.removed_at is not None or row.status == Appointment.Status.CANCELLED
    if write.kind == Write.Kind.CANCELLATION:
        return is_off
    return (
        row is not None
        and not is_off
        and (row.starts_at, row.practitioner_remote_id) == (write.starts_at, write.practitioner_remote_id)
    )


def ring_instead(text: Text) -> None:
    """Somebody was to get it and will not: the team rings, unless the appointment has begun."""
    write = _write_of(text)
    if write is None or text.reason in _NOBODY_RINGS:
        return
    if write.starts_at is not None and write.starts_at <= timezone.now():
        return
    kind, _, number = write.asked_by.partition(":")
    why = f"{Text.Reason(text.reason).label[0].upper()}{Text.Reason(text.reason).label[1:]}."
    leave_task(
        StaffTask.Kind.CALL_BACK,
        f"Could not text the patient about this: {in_words(write)}. {why} Ring them.",
        write=write,
        conversation_id=int(number) if kind == "conversation" and number.isdecimal() else None,
    )
