"""Which walks a run is made of, and in which order.

A first sync brings what Robyn needs first: the practice itself, then what is coming up and whose it is, then
everybody, then the history. Walks of one stage run side by side. At the end comes what changed while
it ran: the walks themselves go by id, which no edit shifts, so between them nothing is missed (S2).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.mirror.models import Appointment, Attendance, ClassSession, Patient
from routiq.pms.gateway import Capabilities, Selection, Stream
from routiq.sync.models import SyncRun
from routiq.sync.window import midnight, window_start

#: The lists that are read whole, each in one go.
REFERENCE = (
    Stream.BOOKING_RULES,
    Stream.LOCATIONS,
    Stream.PRACTITIONERS,
    Stream.APPOINTMENT_TYPES,
    Stream.OFFERINGS,
    Stream.ROSTERS,
)
LABELS = {
    Stream.BOOKING_RULES: "Online-booking rules",
    Stream.LOCATIONS: "Locations",
    Stream.PRACTITIONERS: "Practitioners",
    Stream.APPOINTMENT_TYPES: "Appointment types",
    Stream.OFFERINGS: "Who does what where",
    Stream.ROSTERS: "Rosters",
    Stream.PATIENTS: "Patients",
    Stream.DELETED_PATIENTS: "Deleted patients",
    Stream.APPOINTMENTS: "Appointments",
    Stream.CLASSES: "Classes",
    Stream.ATTENDANCES: "Class attendances",
    Stream.BLOCKS: "Unavailable times",
    Stream.WAITING_LIST: "Waiting list",
    Stream.INVOICES: "Invoices and payments",
}
#: How far back a pull of changes overlaps the one before: stamps have whole seconds, and clocks differ.
OVERLAP = timedelta(minutes=3)
#: Whose patients come first in a first sync.
SOON = timedelta(days=7)
#: The history is walked in this many stretches side by side, and so are the seats of its classes.
STRETCHES = 4
#: What is to come is walked in three: the days from today on at which the second and the third begin.
LATER = (timedelta(days=7), timedelta(days=21))
#: So many patients, or the seats of so many classes, are asked for at once.
_BATCH = 100


@dataclass(frozen=True)
class Walk:
    stream: Stream
    selection: Selection


Stage = Callable[[SyncRun], Iterable[Walk]]
"""Called when all stages before it are done, so that it may look at what they brought."""


def stages(kind: str, capabilities: Capabilities) -> tuple[Stage, ...]:
    """What a run of this kind does, in order."""
    every: tuple[Stage, ...]
    if kind == SyncRun.Kind.FIRST:
        if capabilities.reads_many_by_id:
            every = (reference, coming_up, whose_it_is, everybody_and_history)
        else:
            # To ask for each patient of the coming days costs more requests than the whole list of them.
            every = (reference, coming_up, everybody_and_seats, history_and_seats)
    elif kind == SyncRun.Kind.RECONCILIATION:
        every = (reference, everything, all_seats)
    else:
        every = (reference_when_due,)
    return tuple(_only_offered(stage, capabilities) for stage in (*every, changed_records, changed_seats))


def _only_offered(stage: Stage, capabilities: Capabilities) -> Stage:
    return lambda run: [walk for walk in stage(run) if walk.stream in capabilities.streams]


def reference(run: SyncRun) -> list[Walk]:
    return [Walk(stream, Selection()) for stream in REFERENCE]


def reference_when_due(run: SyncRun) -> list[Walk]:
    """The practice's own lists seldom change: read again after a quarter of an hour."""
    states = {state.stream: state.last_success_at for state in run.connection.streams.all()}
    due = timezone.now() - timedelta(minutes=15)
    return [walk for walk in reference(run) if states.get(walk.stream) is None or states[walk.stream] < due]


def coming_up(run: SyncRun) -> list[Walk]:
    today = midnight(run.connection)
    soon, later = (today + days for days in LATER)
    return [
        Walk(Stream.APPOINTMENTS, Selection(starts_from=today, starts_before=soon)),
        Walk(Stream.APPOINTMENTS, Selection(starts_from=soon, starts_before=later)),
        Walk(Stream.APPOINTMENTS, Selection(starts_from=later)),
        Walk(Stream.CLASSES, Selection(starts_from=today)),
        *past_classes(run),
    ]


def whose_it_is(run: SyncRun) -> list[Walk]:
    today = midnight(run.connection)
    known = Patient.objects.filter(connection=run.connection).values("remote_id")
    soon = (
        Appointment.objects.filter(connection=run.connection, starts_at__gte=today, starts_at__lt=today + SOON)
        .exclude(patient_remote_id__in=known)
        .values_list("patient_remote_id", flat=True)
        .distinct()
    )
    return [
        *(Walk(Stream.PATIENTS, Selection(ids=ids)) for ids in _stretches(tuple(sorted(soon)))),
        *_seats(run, ClassSession.objects.filter(connection=run.connection, starts_at__gte=today)),
    ]


def everybody_and_seats(run: SyncRun) -> list[Walk]:
    today = midnight(run.connection)
    return [
        Walk(Stream.PATIENTS, Selection()),
        *_seats(run, ClassSession.objects.filter(connection=run.connection, starts_at__gte=today)),
    ]


def past_classes(run: SyncRun) -> list[Walk]:
    """A short list, and read before the history: then the seats of its classes are fetched beside the history."""
    return [
        Walk(
            Stream.CLASSES,
            Selection(starts_from=window_start(run.connection), starts_before=midnight(run.connection)),
        )
    ]


def everybody_and_history(run: SyncRun) -> list[Walk]:
    return [Walk(Stream.PATIENTS, Selection()), *history_and_seats(run)]


def history_and_seats(run: SyncRun) -> list[Walk]:
    return [*history(run), *seats_of_history(run)]


def history(run: SyncRun) -> list[Walk]:
    today, oldest = midnight(run.connection), window_start(run.connection)
    step = (today - oldest) / STRETCHES
    edges = [today - step * number for number in range(STRETCHES)] + [oldest]
    return [
        Walk(Stream.BLOCKS, Selection(starts_from=oldest)),
        Walk(Stream.WAITING_LIST, Selection()),
        # One long walk, which cannot be divided: begun late it would be the last one, alone.
        Walk(Stream.INVOICES, Selection()),
        *(
            Walk(Stream.APPOINTMENTS, Selection(starts_from=older, starts_before=newer))
            for newer, older in itertools.pairwise(edges)
        ),
    ]


def everything(run: SyncRun) -> list[Walk]:
    """Each stream whole, inside the window, and what is to come."""
    return [*coming_up(run), Walk(Stream.PATIENTS, Selection()), *history(run)]


def all_seats(run: SyncRun) -> list[Walk]:
    return _seats(
        run, ClassSession.objects.filter(connection=run.connection, starts_at__gte=window_start(run.connection))
    )


def seats_of_history(run: SyncRun) -> list[Walk]:
    today = midnight(run.connection)
    return _seats(run, ClassSession.objects.filter(connection=run.connection, starts_at__lt=today))


def changed_records(run: SyncRun) -> list[Walk]:
    return [
        *(
            Walk(stream, Selection(updated_since=changed_since(run, stream)))
            for stream in (
                Stream.PATIENTS,
                Stream.APPOINTMENTS,
                Stream.CLASSES,
                Stream.BLOCKS,
                Stream.WAITING_LIST,
                Stream.INVOICES,
            )
        ),
        Walk(Stream.DELETED_PATIENTS, Selection()),
    ]


def changed_seats(run: SyncRun) -> list[Walk]:
    return [
        *_seats(run, _first_met(run)),
        Walk(Stream.ATTENDANCES, Selection(updated_since=changed_since(run, Stream.ATTENDANCES))),
    ]


def _first_met(run: SyncRun) -> QuerySet[ClassSession]:
    """Classes that this run stored and that have no seat here yet: when a class moves into the window, nobody stamps
    its seats. (A first sync has asked for all of them.)"""
    if run.kind == SyncRun.Kind.FIRST:
        return ClassSession.objects.none()
    seats = Attendance.objects.filter(connection=run.connection, class_remote_id=OuterRef("remote_id"))
    stored = ClassSession.objects.filter(connection=run.connection, seen_at__gte=run.began_at, removed_at=None)
    return stored.filter(~Exists(seats))


def never_seen(connection: Connection) -> datetime:
    """From when on changes are asked for in a stream that was never pulled: since the first sync began."""
    first = connection.runs.filter(kind=SyncRun.Kind.FIRST).order_by("pk").first()
    began = first.began_at if first is not None else None
    return (began or timezone.now()) - OVERLAP


def changed_since(run: SyncRun, stream: Stream) -> datetime:
    """From when on the vendor is asked for changes of a stream: where the mirror is known to be complete."""
    state = run.connection.streams.filter(stream=stream).first()
    complete_to = state.complete_to if state else run.began_at
    assert complete_to is not None, "a run has begun before its changes are asked for"
    return complete_to - OVERLAP


def _seats(run: SyncRun, sessions: QuerySet[ClassSession]) -> list[Walk]:
    ids = tuple(sessions.order_by("remote_id").values_list("remote_id", flat=True))
    return [Walk(Stream.ATTENDANCES, Selection(class_ids=stretch)) for stretch in _stretches(ids)]


def _stretches(ids: tuple[str, ...]) -> list[tuple[str, ...]]:
    """To be asked for side by side; in whole batches, so that dividing them costs no request."""
    batches = -(-len(ids) // _BATCH)
    length = max(-(-batches // STRETCHES), 1) * _BATCH
    return [ids[first : first + length] for first in range(0, len(ids), length)]
