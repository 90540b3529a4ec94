"""Recent treatment notes beside a conversation: who may read them when, and how they are shown (N8).

A conversation that was left to people needs what the practitioner knows. So whoever has taken its task, or answers in
it instead of Robyn, may read the patient's latest notes, live, until it is done or handed back. They stand in that
one answer and nowhere else: not on the conversation's page, not in its turns, and nothing that Robyn or the API reads
can reach them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.connections.treatment_notes import may_be_read, read_treatment_notes
from routiq.frontdesk.models import StaffTask
from routiq.mirror.models import Patient, Practitioner
from routiq.mirror.sight import sight_of
from routiq.practices.audit import Actor
from routiq.practices.models import Membership
from routiq.practices.permissions import Right, may
from routiq.robyn import memory
from routiq.robyn.models import Conversation
from routiq.robyn.taking_over import in_charge

SHOWN = 5


@dataclass(frozen=True)
class Offer:
    """That notes can be read here, now or once the task is taken."""

    conversation: Conversation
    connection: Connection
    patient: Patient
    task: StaffTask | None
    """The one to take; ``None`` where whoever asks answers in Robyn's place and no task is open."""
    is_readers: bool
    """Whoever asks has taken the task or the conversation itself: they may read."""


@dataclass(frozen=True)
class Shown:
    written_at: datetime
    practitioner: str
    case_title: str
    text: str


def offer_of(talk: Conversation, membership: Membership, reader: Actor) -> Offer | None:
    """``None``: no notes here. The practice has not allowed them or its system has none to read, nobody knows whose
    conversation it is, it was not left to people or that is done, or it is not for this login."""
    connection = live_connection()
    if connection is None or not may_be_read(connection) or not may(membership, Right.NOTES):
        return None
    patient_id = memory.from_state(talk.state).patient_id if talk.state else ""
    patient = Patient.objects.filter(connection=connection, remote_id=patient_id or "-", removed_at=None).first()
    if patient is None or not sight_of(membership).sees(patient):
        return None
    open_tasks = list(StaffTask.objects.filter(conversation_id=talk.pk, done_at=None).order_by("pk"))
    answers = talk.ended_at is None and in_charge(talk) == str(reader)
    if not open_tasks and not answers:
        return None
    taken = next((each for each in open_tasks if each.taken_by == str(reader)), None)
    task = taken or next(iter(open_tasks), None)
    return Offer(talk, connection, patient, task, is_readers=answers or taken is not None)


def read(offer: Offer, reader: Actor) -> list[Shown]:
    """The latest notes, as they stand at the vendor now. Raises what the gateway raises. Outside a transaction."""
    found = read_treatment_notes(offer.connection, offer.patient.remote_id, offer.conversation.pk, reader)[:SHOWN]
    names = dict(Practitioner.objects.filter(connection=offer.connection).values_list("remote_id", "name"))
    return [Shown(note.written_at, names.get(note.practitioner_id, ""), note.case_title, note.text) for note in found]
