"""The journal of one write as staff read it: what was asked for, what was done and when, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from routiq.dashboard import textwords
from routiq.dashboard.context import vendor_label
from routiq.dashboard.taskpage import Line, lines_of
from routiq.dashboard.who import names_of
from routiq.frontdesk.models import StaffTask, Write
from routiq.frontdesk.restored import CODE as RESTORED
from routiq.mirror.models import AppointmentType, Location, Patient, Practitioner
from routiq.mirror.sight import Sight

_CHANNELS = {
    "test": "Test Robyn",
    "api": "API",
    "calendar": "By hand, on the calendar",
    "voice": "Call",
    "waitlist": "Waiting list",
}
_STEPS = {
    "held": "Written down, and the time held for it here",
    "opened": "Written down",
    "held_by_another": "Another booking here was holding this time",
    "times_read": "Free times read again in {vendor}",
    "appointment_read": "The appointment read again in {vendor}",
    "patients_read": "Looked for the patient in {vendor}",
    "sent": "Sent to {vendor}",
    "answered": "{vendor} answered",
    "conflicts_read": "{vendor}’s diary checked for overlaps",
    "conflicts_unread": "{vendor}’s diary could not be checked for overlaps yet",
    "no_answer": "No answer came",
    "not_looked_up": "{vendor} could not be asked how it ended",
    "found": "Found in {vendor}",
    "not_found": "Not found in {vendor} yet",
    "never_arrived": "It never reached {vendor}",
    "still_not_found": "Looked for once more, and not in {vendor}",
    "found_late": "Arrived in {vendor} after all",
    "withdrawn": "Taken back in {vendor}",
    "moved_back": "Moved back to its old time in {vendor}",
    "not_taken_back": "Could not be taken back in {vendor}",
    "old_time_lost": "Moved back in {vendor}, where somebody has the old time now",
    "done_already": "{vendor} had it like this already",
    "gone": "Changed at the practice meanwhile",
    "failed": "Not done",
    "interrupted": "Interrupted before anything was sent",
    "disconnected": "{vendor} was disconnected first",
    "restored": "Closed, because Routiq was restored from a backup",
    "not_settled": "{vendor} could not be asked how it ended",
    "closed": "Done, and noted",
}
#: Steps that are requests to the practice management system, or their answers.
_REQUESTS = frozenset(
    {
        *("times_read", "appointment_read", "patients_read", "sent", "answered", "no_answer"),
        *("conflicts_read", "conflicts_unread", "found", "not_found", "found_late", "still_not_found"),
        *("not_looked_up", "not_settled"),
        *("withdrawn", "moved_back", "not_taken_back", "old_time_lost", "done_already"),
    }
)
#: Of those, the ones that are the answer to the step before.
_ANSWERS = frozenset({"answered", "no_answer"})
_TOLD = {
    "record": "record {}",
    "appointment": "record {}",
    "code": "code {}",
    "lookups": "look {}",
}
_BADGES = {
    Write.State.BOOKED: "good",
    Write.State.DONE: "good",
    Write.State.TAKEN: "warn",
    Write.State.REFUSED: "warn",
    Write.State.UNAVAILABLE: "bad",
}
_STANDS = {
    Write.Kind.BOOKING: "Booked. It stands in {vendor}’s calendar.",
    Write.Kind.MOVE: "Moved. It stands at the new time in {vendor}’s calendar.",
    Write.Kind.CANCELLATION: "Cancelled in {vendor}.",
    Write.Kind.REGISTRATION: "Registered in {vendor}.",
}
_ENDED = {
    Write.State.TAKEN: "Not done: the time went to somebody else.",
    Write.State.REFUSED: "Not done: it was not allowed.",
    Write.State.UNAVAILABLE: "Not done: {vendor} could not be reached.",
}
_OPEN = (
    "Not certain yet. It was sent, and Routiq keeps asking {vendor} how it ended. Book or change nothing else for "
    "this until it is known; you get a task then."
)
_HELD = "Just begun: nothing has been sent yet."


@dataclass(frozen=True)
class StepLine:
    at: datetime
    after: timedelta | None
    """Since the step before."""
    words: str
    told: str
    """Ids and codes that go with it."""
    is_request: bool


@dataclass(frozen=True)
class Journal:
    write: Write
    badge: str
    outcome: str
    patient: Patient | None
    practitioner: str
    type_name: str
    location: str
    local_start: datetime | None
    local_before: datetime | None
    """Of a move: where it stood."""
    asked_by: str
    channel: str
    reason: str
    overruled: str
    """Why somebody cancelled late against the practice's rule."""
    conversation_id: str
    steps: tuple[StepLine, ...]
    requests: int
    took: timedelta | None
    tasks: tuple[Line, ...]
    text: str
    """How the text to the patient about it stands; empty where none was meant to be."""


def journal_of(write: Write, reader: str = "") -> Journal:
    """For somebody who may see the patient: see :func:`routiq.dashboard.views.journal.may_read`."""
    vendor = vendor_label(write.connection)
    steps = tuple(_lines(write, vendor))
    same = {"connection": write.connection_id}
    patient = Patient.objects.filter(**same, remote_id=write.patient_remote_id or "-").first()
    location = Location.objects.filter(**same, remote_id=write.location_remote_id).first()
    zone = ZoneInfo(location.time_zone) if location else write.connection.practice.zone
    before = write.asked.get("before")
    kind, _, number = write.asked_by.partition(":")
    return Journal(
        write=write,
        badge=_BADGES.get(Write.State(write.state), "warn"),
        outcome=outcome_of(write, vendor),
        patient=patient,
        practitioner=_name(Practitioner, write, write.practitioner_remote_id),
        type_name=_name(AppointmentType, write, write.appointment_type_remote_id),
        location=location.name if location else "",
        local_start=write.starts_at.astimezone(zone) if write.starts_at else None,
        local_before=datetime.fromisoformat(before["starts_at"]).astimezone(zone) if before else None,
        asked_by=names_of([write.asked_by]).get(write.asked_by, ""),
        channel=_CHANNELS.get(write.channel, write.channel),
        reason=str(write.asked.get("reason", "")).replace("_", " "),
        overruled=str(write.asked.get("overruled", "")),
        conversation_id=number if kind == "conversation" else "",
        steps=steps,
        requests=write.steps.filter(step__in=_REQUESTS - _ANSWERS).count(),
        took=write.finished_at - write.created_at if write.finished_at else None,
        tasks=tuple(lines_of(list(StaffTask.objects.filter(write=write).order_by("pk")), reader, Sight(None))),
        text=textwords.of_write(write),
    )


def outcome_of(write: Write, vendor: str) -> str:
    """How it stands, from its stored row alone: "booked" only when the vendor said so."""
    state = Write.State(write.state)
    if state in (Write.State.BOOKED, Write.State.DONE):
        return _STANDS[Write.Kind(write.kind)].format(vendor=vendor)
    if state == Write.State.HELD:
        return _HELD
    if write.error_code == RESTORED:
        return write.error_message
    return _ENDED.get(state, _OPEN).format(vendor=vendor)


def _lines(write: Write, vendor: str) -> Iterable[StepLine]:
    before: datetime | None = None
    for step in write.steps.all():
        words = _STEPS.get(step.step, step.step.replace("_", " ").capitalize()).format(vendor=vendor)
        yield StepLine(
            step.at, step.at - before if before else None, words, _told(step.detail), step.step in _REQUESTS
        )
        before = step.at


def _told(detail: dict[str, Any]) -> str:
    """Only what is known to be an id, a code or a count: nothing else is shown, whatever a step may hold."""
    parts = [words.format(detail[name]) for name, words in _TOLD.items() if name in detail]
    if "conflict" in detail:
        parts.append("an overlap" if detail["conflict"] else "none found")
    return ", ".join(parts)


def _name(model: Any, write: Write, remote_id: str) -> str:
    found = model.objects.filter(connection=write.connection_id, remote_id=remote_id).values_list("name", flat=True)
    return str(found.first() or "")


def journals_of(patient: Patient) -> dict[str, Write]:
    """The latest write about each of this patient's appointments, by the vendor's id."""
    rows = Write.objects.filter(connection=patient.connection_id, patient_remote_id=patient.remote_id)
    return {row.appointment_remote_id: row for row in rows.order_by("created_at") if row.appointment_remote_id}
