"""Our own waiting list: who joins it, and who comes off it (WL-01, WL-05).

The list that a practice keeps in its practice management system stays there, and is only shown
(:mod:`routiq.mirror.waiting`). An entry of ours is a wish with four keys: appointment type, practitioner or anyone,
location or anywhere, and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.frontdesk import wanted
from routiq.frontdesk.changes import Asking
from routiq.frontdesk.ending import end_entry
from routiq.frontdesk.models import FreedTime, WaitlistEntry
from routiq.frontdesk.standing import appointment_of, cannot_be_changed
from routiq.frontdesk.wanted import When
from routiq.mirror.models import AppointmentType, Location, Offering, Patient, Practitioner
from routiq.practices import audit
from routiq.practices.audit import Actor
from routiq.practices.live import announce

ANY_TIME = When()
Priority = WaitlistEntry.Priority
ReachBy = WaitlistEntry.ReachBy
_LONGEST_NOTE = 500


@dataclass(frozen=True, kw_only=True)
class JoinRequest(Asking):
    """``intent_key``: the same key twice is one entry."""

    patient_id: str
    appointment_type_id: str
    practitioner_id: str = ""
    """Empty: anyone."""
    location_id: str = ""
    """Empty: anywhere."""
    when: When = ANY_TIME
    sooner_than: str = ""
    """The vendor's id of the appointment that the patient has meanwhile (WL-01). Book it first, join after: whoever
    is booked for what they wait for comes off the list. A yes to an offer moves this one."""
    priority: int = Priority.NORMAL
    reach_by: str = ReachBy.PHONE
    note: str = ""
    """For staff; nothing that belongs to a practitioner's notes."""


class Joining(StrEnum):
    JOINED = "joined"
    ON_IT_ALREADY = "on_it_already"
    """The patient waits for just this; ``entry_id`` is that entry, with what was new in the request."""
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, kw_only=True)
class JoinAnswer:
    outcome: Joining
    entry_id: int | None = None
    message: str = ""
    """One sentence for staff; the patient's wording is Robyn's."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """With ``NOT_ALLOWED``: what is wrong, by field of the request."""


def join(request: JoinRequest) -> JoinAnswer:
    """Put the patient on the list, for the practice in force. Writes nothing at the vendor, and so may be done while
    it does not answer."""
    earlier = WaitlistEntry.objects.filter(intent_key=request.intent_key).first()
    if earlier is not None:
        return JoinAnswer(outcome=Joining.JOINED, entry_id=earlier.pk)
    connection = live_connection()
    if connection is None:
        return JoinAnswer(outcome=Joining.NOT_ALLOWED, message="No practice management system is connected.")
    problems = _problems(connection, request)
    if problems:
        return JoinAnswer(outcome=Joining.NOT_ALLOWED, message=next(iter(problems.values())), problems=problems)
    try:
        with transaction.atomic():
            return _store(connection, request)
    except IntegrityError:
        same = WaitlistEntry.objects.get(intent_key=request.intent_key)
        return JoinAnswer(outcome=Joining.JOINED, entry_id=same.pk)


def leave(entry_id: int, actor: Actor) -> WaitlistEntry:
    """Take the entry off the list; whoever comes second changes nothing. ``WaitlistEntry.DoesNotExist``."""
    with transaction.atomic():
        entry = WaitlistEntry.objects.select_for_update().get(pk=entry_id)
        if entry.state == WaitlistEntry.State.WAITING:
            end_entry(entry, WaitlistEntry.State.LEFT, actor)
    return entry


def entries_of(patient_id: str) -> QuerySet[WaitlistEntry]:
    """What this patient waits for, the oldest first."""
    return WaitlistEntry.objects.filter(patient_remote_id=patient_id, state=WaitlistEntry.State.WAITING).order_by(
        "created_at", "pk"
    )


def _store(connection: Connection, request: JoinRequest) -> JoinAnswer:
    same = (
        WaitlistEntry.objects.select_for_update()
        .filter(
            connection=connection,
            state=WaitlistEntry.State.WAITING,
            patient_remote_id=request.patient_id,
            appointment_type_remote_id=request.appointment_type_id,
            practitioner_remote_id=request.practitioner_id,
            location_remote_id=request.location_id,
        )
        .first()
    )
    said = {
        "wanted": wanted.stored(request.when),
        "last_day": request.when.last_day,
        "priority": request.priority,
        "reach_by": request.reach_by,
        "sooner_than": request.sooner_than or (same.sooner_than if same else ""),
        "note": request.note or (same.note if same else ""),
    }
    if same is not None:
        # They keep their place; what they say now is what counts.
        for name, value in said.items():
            setattr(same, name, value)
        same.save(update_fields=list(said))
        entry, outcome, action = same, Joining.ON_IT_ALREADY, "waitlist.changed"
    else:
        entry = WaitlistEntry.objects.create(
            practice_id=connection.practice_id,
            connection=connection,
            intent_key=request.intent_key,
            patient_remote_id=request.patient_id,
            appointment_type_remote_id=request.appointment_type_id,
            practitioner_remote_id=request.practitioner_id,
            location_remote_id=request.location_id,
            channel=request.channel,
            asked_by=request.asked_by,
            **said,
        )
        outcome, action = Joining.JOINED, "waitlist.joined"
    # What nobody wanted yet may be just what they wait for.
    FreedTime.objects.filter(connection=connection, state=FreedTime.State.OPEN).update(looked_at=None)
    audit.record(_actor(request), action, f"waitlist:{entry.pk}", channel=request.channel)
    announce(entry.practice_id, "waitlist")
    return JoinAnswer(outcome=outcome, entry_id=entry.pk)


def _actor(request: JoinRequest) -> Actor:
    kind, _, number = request.asked_by.partition(":")
    return Actor(kind, number)


def _problems(connection: Connection, request: JoinRequest) -> dict[str, str]:
    here = {"connection": connection, "removed_at": None}
    now = {**here, "active": True}
    today = timezone.now().astimezone(connection.practice.zone).date()
    found: dict[str, str] = {}
    active = Patient.objects.filter(**here, status=Patient.Status.ACTIVE, merged_into="")
    if not active.filter(remote_id=request.patient_id).exists():
        found["patient_id"] = "This is no active patient of the practice."
    types = AppointmentType.objects.filter(**now, max_attendees=1)
    if not types.filter(remote_id=request.appointment_type_id).exists():
        found["appointment_type_id"] = "There is no such appointment type."
    who = Practitioner.objects.filter(**now, remote_id=request.practitioner_id)
    if request.practitioner_id and not who.exists():
        found["practitioner_id"] = "There is no such practitioner."
    where = Location.objects.filter(**now, remote_id=request.location_id)
    if request.location_id and not where.exists():
        found["location_id"] = "There is no such location."
    if not found and not _is_done_there(connection, request):
        found["practitioner_id"] = "Nobody does this appointment type in this combination."
    if request.sooner_than:
        held = appointment_of(request.patient_id, request.sooner_than)
        if held is None or cannot_be_changed(held) is not None:
            found["sooner_than"] = "The patient has no such appointment to come."
        elif held.appointment_type_remote_id != request.appointment_type_id:
            found["sooner_than"] = "That appointment is of another type, so that a yes could not move it."
    if request.priority not in Priority.values:
        found["priority"] = "A priority is 1 (normal), 2 (high) or 3 (urgent)."
    if request.reach_by not in ReachBy.values:
        found["reach_by"] = "Patients are reached by phone, sms or email."
    if len(request.note) > _LONGEST_NOTE:
        found["note"] = f"A note has at most {_LONGEST_NOTE} characters."
    return found | request.when.problems(today)


def _is_done_there(connection: Connection, request: JoinRequest) -> bool:
    offerings = Offering.objects.filter(connection=connection, appointment_type_remote_id=request.appointment_type_id)
    if request.practitioner_id:
        offerings = offerings.filter(practitioner_remote_id=request.practitioner_id)
    if request.location_id:
        offerings = offerings.filter(location_remote_id=request.location_id)
    return offerings.exists()
