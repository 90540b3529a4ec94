"""Which questions make up each stream at Nookal, and how a selection becomes parameters.

Reference: Nookal API v2, parameters of each method; Pagination; last_modified.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec

from routiq.pms.gateway import Selection, Stream
from routiq.pms.nookal import events, mapping, payloads
from routiq.pms.nookal.mapping import Habits
from routiq.pms.nookal.values import record_id, stamp
from routiq.pms.nookal.zones import first_day, last_day
from routiq.pms.records import AttendanceRecord
from routiq.pms.transport import Params

#: Nookal names neither the zone of ``last_modified`` nor whether it is inclusive: a day more covers any answer.
OVERLAP = timedelta(hours=24)
#: Classes and events are always asked for between two days: so far before and after all that a practice keeps.
_EVER = (date(2000, 1, 1), timedelta(days=730))
#: Whose seats are read again when somebody asks what has changed: Nookal cannot be asked for changed seats.
_NEAR = timedelta(days=14)

STREAMS = (
    Stream.LOCATIONS,
    Stream.PRACTITIONERS,
    Stream.APPOINTMENT_TYPES,
    Stream.OFFERINGS,
    Stream.PATIENTS,
    Stream.APPOINTMENTS,
    Stream.CLASSES,
    Stream.ATTENDANCES,
    Stream.BLOCKS,
    Stream.WAITING_LIST,
    Stream.INVOICES,
)
#: Of these Nookal tells what has changed.
BY_CHANGE = (Stream.PATIENTS, Stream.APPOINTMENTS, Stream.WAITING_LIST, Stream.INVOICES)
_WITH_STARTS = (Stream.APPOINTMENTS, Stream.CLASSES, Stream.BLOCKS)

Mapper = Callable[[Any, Habits], msgspec.Struct | None]


def _own_id(row: Any) -> str:
    return record_id(getattr(row, "id", None))


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """One list to be read to its end."""

    method: str
    key: str
    """Under which the list comes; empty: the only list there is."""
    kind: Any
    mapper: Mapper
    params: Params = ()
    wanted: frozenset[str] | None = None
    """Only these ids; ``None``: all."""
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    seats_of: str = ""
    """The class whose seats these are."""
    leads_to_seats: bool = False
    """The rows are classes, and what is wanted are their seats."""
    or_else: Params | None = None
    """Asked once more with these when nothing came."""
    row_id: Callable[[Any], str] = _own_id
    """By what a row is known when it is met again."""
    beyond: Params | None = None
    """What comes beyond the answer to these is void."""

    def records(self, rows: Sequence[Any], habits: Habits) -> list[msgspec.Struct]:
        """The wanted ones of these rows."""
        if self.seats_of:
            found: list[Any] = list(mapping.attendances(list(rows), self.seats_of))
        else:
            found = [record for row in rows if (record := self.mapper(row, habits)) is not None]
        if self.wanted is not None:
            found = [record for record in found if record.id in self.wanted]
        # In the records' own zone: two moments of different ones are compared much more slowly.
        if self.starts_from is not None:
            first = self.starts_from.astimezone(UTC)
            found = [record for record in found if record.starts_at >= first]
        if self.starts_before is not None:
            end = self.starts_before.astimezone(UTC)
            found = [record for record in found if record.starts_at < end]
        return found


class Zones(Protocol):
    """Asked only where a window has to be turned into local days."""

    def __call__(self) -> list[ZoneInfo]: ...


def queries(stream: Stream, selection: Selection, zones: Zones) -> list[Query]:
    """The lists that make up this selection, in order."""
    changed = selection.updated_since
    if stream is Stream.LOCATIONS:
        return [_list("getLocations", "locations", payloads.Location, mapping.location)]
    if stream is Stream.PRACTITIONERS:
        params = [("include_inactive_practitioners", "1")]
        return [_list("getPractitioners", "practitioners", payloads.Practitioner, mapping.practitioner, params)]
    if stream is Stream.APPOINTMENT_TYPES:
        return [
            _list("getAppointmentTypes", "services", payloads.Service, mapping.service),
            _list("getClassTypes", "classes", payloads.Service, mapping.class_type),
        ]
    if stream is Stream.PATIENTS:
        return _patients(selection)
    if stream is Stream.APPOINTMENTS:
        return _appointments(selection, zones)
    if stream is Stream.CLASSES:
        return [_classes(selection, zones)]
    if stream is Stream.ATTENDANCES:
        return _attendances(selection, zones)
    if stream is Stream.BLOCKS:
        return _events(selection, zones)
    if stream is Stream.WAITING_LIST:
        params = [("lastmodified", stamp(changed - OVERLAP))] if changed else []
        query = _list("getWaitingList", "waitingList", payloads.Waiting, mapping.waiting, params)
        return [msgspec.structs.replace(query, wanted=_wanted(selection))]
    return _invoices(selection)


def _list(method: str, key: str, kind: Any, mapper: Mapper, params: Params = ()) -> Query:
    return Query(method=method, key=key, kind=kind, mapper=mapper, params=params)


def _wanted(selection: Selection) -> frozenset[str] | None:
    return frozenset(selection.ids) if selection.ids else None


def _modified(selection: Selection) -> list[tuple[str, str]]:
    changed = selection.updated_since
    return [("last_modified", stamp(changed - OVERLAP))] if changed is not None else []


def _patients(selection: Selection) -> list[Query]:
    """The living and the dead are asked for apart: whether the plain list has both is not documented. One by its id
    is searched for, since the list takes none."""
    if selection.ids:
        return [
            Query(
                method="searchPatients",
                key="patients",
                kind=payloads.Patient,
                mapper=mapping.patient,
                params=[("patient_id", one)],
                wanted=frozenset({one}),
                or_else=[("patient_id", one), ("deceased", "1")],
            )
            for one in selection.ids
        ]
    plain = _list("getPatients", "patients", payloads.Patient, mapping.patient, _modified(selection))
    return [plain, msgspec.structs.replace(plain, params=[*plain.params, ("deceased", "1")])]


def _appointments(selection: Selection, zones: Zones) -> list[Query]:
    """No appointment can be asked for by its id: it is looked for among its patient's, or, where nobody says whose it
    is, among all."""
    plain = _list("getAppointments", "appointments", payloads.Appointment, mapping.appointment)
    if selection.ids and selection.patient_ids:
        return [
            msgspec.structs.replace(plain, params=[("patient_id", whose)], wanted=_wanted(selection))
            for whose in sorted(set(selection.patient_ids))
        ]
    params = _modified(selection)
    if selection.starts_from is not None:
        params.append(("date_from", first_day(selection.starts_from, zones()).isoformat()))
    if selection.starts_before is not None:
        params.append(("date_to", last_day(selection.starts_before, zones()).isoformat()))
    return [
        msgspec.structs.replace(
            plain,
            params=params,
            wanted=_wanted(selection),
            starts_from=selection.starts_from,
            starts_before=selection.starts_before,
        )
    ]


def _classes(selection: Selection, zones: Zones) -> Query:
    """Nookal cannot be asked for changed classes: all from shortly before then on are read."""
    since = selection.updated_since
    starts_from, starts_before = selection.starts_from, selection.starts_before
    if since is not None:
        starts_from = since - OVERLAP
    plain = _list("getClasses", "classes", payloads.ClassSession, mapping.class_session)
    return msgspec.structs.replace(
        plain,
        params=_days(starts_from, starts_before, zones),
        wanted=_wanted(selection),
        starts_from=starts_from,
        starts_before=starts_before,
    )


def _events(selection: Selection, zones: Zones) -> list[Query]:
    """As with classes. One by its id is looked for among those of its day."""
    plain = _list("getEvents", "events", payloads.Event, events.block)
    plain = msgspec.structs.replace(plain, wanted=_wanted(selection), row_id=events.block_id)
    if selection.ids:
        days = sorted(set(filter(None, map(events.day_of, selection.ids)))) or [_EVER[0]]
        return [msgspec.structs.replace(plain, params=_between(each, each)) for each in days]
    since = selection.updated_since
    starts_from = since - OVERLAP if since is not None else selection.starts_from
    return [
        msgspec.structs.replace(
            plain,
            params=_days(starts_from, selection.starts_before, zones),
            starts_from=starts_from,
            starts_before=selection.starts_before,
        )
    ]


def _days(starts_from: datetime | None, starts_before: datetime | None, zones: Zones) -> list[tuple[str, str]]:
    first = first_day(starts_from, zones()) if starts_from is not None else _EVER[0]
    last = last_day(starts_before, zones()) if starts_before is not None else datetime.now(UTC).date() + _EVER[1]
    return _between(first, last)


def _between(first: date, last: date) -> list[tuple[str, str]]:
    return [("date_from", first.isoformat()), ("date_to", last.isoformat())]


def _attendances(selection: Selection, zones: Zones) -> list[Query]:
    """Seats are asked for class by class. Those of an unnamed selection: of the classes near in time when changes are
    asked for, otherwise of all."""
    wanted = _wanted(selection)
    classes = selection.class_ids or tuple(sorted({one.rpartition("-")[0] for one in selection.ids}))
    if classes:
        return [seats(one, wanted) for one in classes]
    since = selection.updated_since
    near = (since - OVERLAP, since + _NEAR) if since is not None else (None, None)
    found = _classes(Selection(starts_from=near[0], starts_before=near[1]), zones)
    return [msgspec.structs.replace(found, leads_to_seats=True, wanted=None)]


def seats(class_id: str, wanted: frozenset[str] | None = None) -> Query:
    """The seats of one class."""
    return Query(
        method="getClassParticipants",
        key="",
        kind=payloads.Participant,
        mapper=_no_mapper,
        params=[("appt_id", class_id)],
        seats_of=class_id,
        wanted=wanted,
    )


def _no_mapper(found: Any, habits: Habits) -> AttendanceRecord | None:
    raise AssertionError("seats are mapped together")


def _invoices(selection: Selection) -> list[Query]:
    """Void ones are asked for apart: whether the plain list has them is not documented."""
    plain = _list("getInvoices", "invoices", payloads.Invoice, mapping.invoice)
    params = [("expanded", "1"), *_modified(selection)]
    return [
        msgspec.structs.replace(plain, params=params, wanted=_wanted(selection)),
        msgspec.structs.replace(plain, params=[*params, ("void", "1")], wanted=_wanted(selection), beyond=params),
    ]


def check_selection(stream: Stream, selection: Selection) -> None:
    """``ValueError`` for what this stream cannot be narrowed by: asking would silently bring everything."""
    if stream not in STREAMS:
        raise ValueError(f"Nookal has no {stream}")
    narrowed = [bool(selection.ids), bool(selection.class_ids), selection.updated_since is not None]
    if sum(narrowed) > 1:
        raise ValueError("a selection is narrowed in one way at a time")
    if (selection.starts_from or selection.starts_before) and stream not in _WITH_STARTS:
        raise ValueError(f"{stream} has no start to select by")
    if selection.class_ids and stream is not Stream.ATTENDANCES:
        raise ValueError(f"{stream} has no classes to select by")
    if selection.patient_ids and not (selection.ids and stream is Stream.APPOINTMENTS):
        raise ValueError("only appointments with ids are looked for among their patients'")
    if selection.ids and stream is Stream.OFFERINGS:
        raise ValueError(f"{stream} has no ids to select by")
    for one in (*selection.ids, *selection.class_ids, *selection.patient_ids):
        if not record_id(one) or not one.replace("-", "").isalnum():
            raise ValueError("an id is made of letters and digits")
