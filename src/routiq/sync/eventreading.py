"""Reading the event log: page by page, narrowed, with words for a person and the patient that a line is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.mirror import queries
from routiq.mirror.models import Appointment, Attendance, Invoice, Patient, WaitingListEntry
from routiq.pms.gateway import Stream
from routiq.sync.models import SyncEvent

PAGE = 50
#: So long a refused delivery stands out.
RECENT = timedelta(hours=24)

KINDS = (
    ("created", "Created"),
    ("updated", "Updated"),
    ("rescheduled", "Moved"),
    ("cancelled", "Cancelled"),
    ("arrived", "Arrived"),
    ("did_not_arrive", "Did not arrive"),
    ("completed", "Completed"),
    ("paid", "Paid"),
    ("voided", "Voided"),
    ("archived", "Archived"),
    ("merged", "Merged"),
    ("deleted", "Deleted"),
    ("returned", "There again"),
)
_NOUNS = {
    Stream.PATIENTS: "Patient",
    Stream.DELETED_PATIENTS: "Patient",
    Stream.APPOINTMENTS: "Appointment",
    Stream.CLASSES: "Class",
    Stream.ATTENDANCES: "Class place",
    Stream.BLOCKS: "Unavailable time",
    Stream.LOCATIONS: "Location",
    Stream.PRACTITIONERS: "Practitioner",
    Stream.APPOINTMENT_TYPES: "Appointment type",
    Stream.ROSTERS: "Roster",
    Stream.WAITING_LIST: "Waiting-list entry",
    Stream.INVOICES: "Invoice",
}
_VERBS = {
    "rescheduled": "{} moved",
    "arrived": "{}: arrived",
    "did_not_arrive": "{}: did not arrive",
    "merged": "{} merged into another",
    "returned": "{} is there again",
}


@dataclass(frozen=True)
class Refusal:
    """Why a delivery was refused: in words, and what it means for the practice."""

    words: str
    meaning: str


_OLD_SECRET = "Somebody else may have sent it, or it was signed with a secret that no longer counts."
_NOT_THEIRS = "A genuine delivery always has it. Somebody else may have found the address."
_CLOCKS = "Either it was held up on the way, or the clocks of the two systems differ."
REFUSALS = {
    "bad_signature": Refusal("The signature does not match", _OLD_SECRET),
    "too_old": Refusal("It was sent more than five minutes before it came in", _CLOCKS),
    "from_the_future": Refusal("It is dated in the future", _CLOCKS),
    "no_id": Refusal("It carries no delivery number", _NOT_THEIRS),
    "no_timestamp": Refusal("It does not say when it was sent", _NOT_THEIRS),
    "no_signature": Refusal("It is not signed", _NOT_THEIRS),
    "retired_address": Refusal(
        "It was sent to an address that we gave up when webhooks were registered anew",
        "The system was told so and stops sending there. If it goes on for days, press Re-register Webhooks.",
    ),
    "too_large": Refusal("It is larger than a delivery can be", _NOT_THEIRS),
    "unreadable": Refusal(
        "It is genuine but cannot be read", "The system may have changed how it writes them. Tell support."
    ),
}


class BadMark(ValueError):
    """The paging mark was cut or made up: start again from the first page."""


@dataclass(frozen=True)
class Wanted:
    """Which lines. Empty: no matter. ``search`` is a record's id or a patient's name."""

    outcome: str = ""
    source: str = ""
    kind: str = ""
    search: str = ""
    older: str = ""
    newer: str = ""

    @property
    def is_latest(self) -> bool:
        """The first page: the one that new lines join."""
        return not self.older and not self.newer


@dataclass(frozen=True)
class Line:
    event: SyncEvent
    what: str
    """``Appointment moved``."""
    patient: Patient | None
    """Whom it is about, where our copy knows."""
    refusal: Refusal | None

    @property
    def delay(self) -> timedelta | None:
        """From received to applied."""
        if self.event.applied_at is None:
            return None
        return max(self.event.applied_at - self.event.received_at, timedelta())


@dataclass(frozen=True)
class Lines:
    rows: tuple[Line, ...]
    older: str | None
    """Hand back as ``older``."""
    newer: str | None
    """Hand back as ``newer``."""


@dataclass(frozen=True)
class RefusedLately:
    """The refused deliveries of the last day that share a reason."""

    refusal: Refusal
    times: int
    last_at: datetime


def page(connection: Connection, wanted: Wanted, size: int = PAGE) -> Lines:
    """The latest first. ``BadMark`` for a paging mark that is none of ours."""
    found = _narrowed(connection, wanted)
    backwards = bool(wanted.newer)
    if backwards:
        at, pk = _place(wanted.newer)
        found = found.filter(Q(received_at__gte=at) & (Q(received_at__gt=at) | Q(pk__gt=pk)))
    elif wanted.older:
        at, pk = _place(wanted.older)
        found = found.filter(Q(received_at__lte=at) & (Q(received_at__lt=at) | Q(pk__lt=pk)))
    order = ("received_at", "pk") if backwards else ("-received_at", "-pk")
    rows = list(found.order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_older = bool(rows) and (backwards or more)
    has_newer = bool(rows) and (more if backwards else bool(wanted.older))
    return Lines(
        rows=told(rows),
        older=_mark(rows[-1]) if has_older else None,
        newer=_mark(rows[0]) if has_newer else None,
    )


def latest(connection: Connection, number: int) -> tuple[Line, ...]:
    return told(SyncEvent.objects.filter(connection=connection).order_by("-received_at", "-pk")[:number])


def refused_lately(connection: Connection) -> tuple[RefusedLately, ...]:
    """By reason, the one that came last first."""
    since = timezone.now() - RECENT
    refused = SyncEvent.objects.filter(
        connection=connection, outcome=SyncEvent.Outcome.REFUSED, received_at__gte=since
    ).values_list("reason", "received_at")
    by_reason: dict[str, list[datetime]] = {}
    for reason, at in refused.order_by("-received_at"):
        by_reason.setdefault(reason, []).append(at)
    return tuple(RefusedLately(refusal_of(reason), len(times), times[0]) for reason, times in by_reason.items())


def refusal_of(reason: str) -> Refusal:
    return REFUSALS.get(reason, Refusal(reason.replace("_", " ").capitalize() or "Refused", ""))


def in_words(stream: str, kind: str) -> str:
    """``Appointment moved`` for what a comparison found, ``Patient updated`` for what was delivered."""
    subject, _, verb = kind.rpartition(".")
    if kind == "delivery":
        return "Delivery"
    noun = _NOUNS[Stream(stream)] if stream in set(_NOUNS) else subject.replace("_", " ").capitalize() or "Record"
    return _VERBS.get(verb, "{} " + verb.replace("_", " ")).format(noun)


def told(events: Iterable[SyncEvent]) -> tuple[Line, ...]:
    events = list(events)
    patients = _patients_of(events)
    return tuple(
        Line(
            event=event,
            what=in_words(event.stream, event.kind),
            patient=patients.get((event.stream, event.record_id)),
            refusal=refusal_of(event.reason) if event.outcome == SyncEvent.Outcome.REFUSED else None,
        )
        for event in events
    )


#: The streams whose records are about a patient. Ids are a vendor's, and only within a stream name one record.
_ABOUT_A_PATIENT: dict[Stream, Any] = {
    Stream.APPOINTMENTS: Appointment,
    Stream.ATTENDANCES: Attendance,
    Stream.WAITING_LIST: WaitingListEntry,
    Stream.INVOICES: Invoice,
}
_PATIENTS = (Stream.PATIENTS, Stream.DELETED_PATIENTS)


def _patients_of(events: list[SyncEvent]) -> dict[tuple[str, str], Patient]:
    """(Stream, record id) -> the patient whom it is about."""
    owners = {
        (event.stream, event.record_id): event.record_id
        for event in events
        if event.stream in _PATIENTS and event.record_id
    }
    for stream, model in _ABOUT_A_PATIENT.items():
        ids = {event.record_id for event in events if event.stream == stream and event.record_id}
        if ids:
            rows = model.objects.filter(remote_id__in=ids).values_list("remote_id", "patient_remote_id")
            owners |= {(str(stream), record): patient for record, patient in rows}
    patients = {each.remote_id: each for each in Patient.objects.filter(remote_id__in=set(owners.values()))}
    return {key: patients[owner] for key, owner in owners.items() if owner in patients}


def _narrowed(connection: Connection, wanted: Wanted) -> QuerySet[SyncEvent]:
    found = SyncEvent.objects.filter(connection=connection)
    if wanted.outcome:
        found = found.filter(outcome=wanted.outcome)
    if wanted.source:
        found = found.filter(source=wanted.source)
    if wanted.kind:
        found = found.filter(Q(kind=wanted.kind) | Q(kind__endswith=f".{wanted.kind}"))
    return found.filter(_about(wanted.search)) if wanted.search else found


def _about(search: str) -> Q:
    """A record's id as it stands, or everything about the patients of that name."""
    exact = Q(record_id=search)
    ids = [row.patient.remote_id for row in queries.patients(search=search, status="all").rows]
    if not ids:
        return exact
    about = exact | Q(stream__in=_PATIENTS, record_id__in=ids)
    for stream, model in _ABOUT_A_PATIENT.items():
        theirs = model.objects.filter(patient_remote_id__in=ids).values("remote_id")
        about |= Q(stream=stream, record_id__in=theirs)
    return about


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _mark(event: SyncEvent) -> str:
    return f"{(event.received_at - _EPOCH) // timedelta(microseconds=1)}-{event.pk}"


def _place(mark: str) -> tuple[datetime, int]:
    try:
        micros, _, pk = mark.partition("-")
        place = _EPOCH + timedelta(microseconds=int(micros)), int(pk)
    except (ValueError, OverflowError):
        raise BadMark("This page link is not valid any more.") from None
    if not 0 <= place[1] < 2**63:
        raise BadMark("This page link is not valid any more.")
    return place
