"""Where each stream is found at Cliniko, what its lists hide, and how a selection becomes a query.

Reference: Cliniko API, Filtering results, Sorting, Pagination; and the filter table of each resource.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import msgspec

from routiq.pms.cliniko import mapping, payloads
from routiq.pms.cliniko.mapping import Mapper
from routiq.pms.gateway import Selection, Stream

PAGE_SIZE = 100

Params = list[tuple[str, str]]


class Walk(Enum):
    """How a list is gone through."""

    BY_ID = "by_id"
    """Each page asks for ids beyond the last one seen, so that edits between pages shift nothing."""
    BY_NUMBER = "by_number"
    """Page numbers, where records have no id to ask for: deletions, which never leave their list (a shift
    repeats one and loses none), and the short table of who does what where, which is read whole each time."""
    SINGLE = "single"
    """One object, no list."""


class Part(msgspec.Struct, frozen=True):
    """One address a stream is read from."""

    path: str
    mapper: Mapper


class StreamSource(msgspec.Struct, frozen=True, kw_only=True):
    """Everything needed to ask for one stream."""

    parts: tuple[Part, ...]
    decoder: Any
    walk: Walk = Walk.BY_ID
    lifted: tuple[str, ...] = ()
    """The stamps by which Cliniko hides records from its lists; asking for any value shows them."""
    has_updated_at: bool = True
    has_starts_at: bool = False


def _source(
    envelope: type[payloads.Envelope] | type[payloads.PublicSettings],
    *parts: tuple[str, Mapper],
    walk: Walk = Walk.BY_ID,
    lifted: str = "",
    has_updated_at: bool = True,
    has_starts_at: bool = False,
) -> StreamSource:
    return StreamSource(
        parts=tuple(Part(path, mapper) for path, mapper in parts),
        decoder=msgspec.json.Decoder(envelope),
        walk=walk,
        lifted=tuple(lifted.split()),
        has_updated_at=has_updated_at,
        has_starts_at=has_starts_at,
    )


SOURCES: dict[Stream, StreamSource] = {
    Stream.BOOKING_RULES: _source(
        payloads.PublicSettings,
        ("/settings/public", mapping.booking_rules),
        walk=Walk.SINGLE,
        has_updated_at=False,
    ),
    Stream.LOCATIONS: _source(
        payloads.Businesses, ("/businesses", mapping.location), lifted="archived_at deleted_at"
    ),
    # The plain list has those who work here now; the others have an address of their own.
    Stream.PRACTITIONERS: _source(
        payloads.Practitioners,
        ("/practitioners", mapping.practitioner),
        ("/practitioners/inactive", mapping.former_practitioner),
    ),
    Stream.APPOINTMENT_TYPES: _source(
        payloads.AppointmentTypes, ("/appointment_types", mapping.appointment_type), lifted="archived_at"
    ),
    Stream.OFFERINGS: _source(
        payloads.Services, ("/services", mapping.offering), walk=Walk.BY_NUMBER, has_updated_at=False
    ),
    Stream.ROSTERS: _source(payloads.DailyAvailabilities, ("/daily_availabilities", mapping.roster)),
    Stream.PATIENTS: _source(payloads.Patients, ("/patients", mapping.patient), lifted="archived_at"),
    Stream.DELETED_PATIENTS: _source(
        payloads.DeletedPatients,
        ("/patients/deleted", mapping.deleted_patient),
        walk=Walk.BY_NUMBER,
        has_updated_at=False,
    ),
    Stream.APPOINTMENTS: _source(
        payloads.IndividualAppointments,
        ("/individual_appointments", mapping.appointment),
        lifted="archived_at cancelled_at deleted_at",
        has_starts_at=True,
    ),
    Stream.CLASSES: _source(
        payloads.GroupAppointments,
        ("/group_appointments", mapping.class_session),
        lifted="archived_at deleted_at",
        has_starts_at=True,
    ),
    Stream.ATTENDANCES: _source(
        payloads.Attendees, ("/attendees", mapping.attendance), lifted="archived_at cancelled_at deleted_at"
    ),
    Stream.BLOCKS: _source(
        payloads.UnavailableBlocks,
        ("/unavailable_blocks", mapping.block),
        lifted="archived_at deleted_at",
        has_starts_at=True,
    ),
}


class Cursor(msgspec.Struct, omit_defaults=True, frozen=True, kw_only=True):
    """Where a walk stands. Outside this folder it is opaque text."""

    part: int = 0
    """Which of the stream's addresses."""
    batch: int = 0
    """Which hundred of the given ids."""
    after: str = ""
    """The greatest id seen in a walk by id."""
    page: int = 1
    since: datetime | None = None
    """In a walk by change: the second to go on from, inclusive."""
    seen: tuple[str, ...] = ()
    """Ids of that second that were handed out already."""
    draining: bool = False
    """A whole page fell into that second: it is emptied by id before the walk goes on."""

    def text(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def read(cls, text: str | None) -> Cursor:
        return msgspec.json.decode(text, type=cls) if text else cls()


def stamp(moment: datetime) -> str:
    """``2026-05-04T01:30:00Z``. ``ValueError`` for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be asked for")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def hidden_too(lifted: tuple[str, ...]) -> Params:
    """Cancelled, archived and deleted records are left out unless any value of their stamp is asked for."""
    return [("q[]", f"{name}:*") for name in lifted]


def batches(selection: Selection) -> list[tuple[str, ...]]:
    """The given ids in hundreds, the most one address should carry; empty when no ids were given."""
    ids = selection.ids or selection.class_ids
    return [ids[start : start + PAGE_SIZE] for start in range(0, len(ids), PAGE_SIZE)]


def parameters(source: StreamSource, selection: Selection, cursor: Cursor) -> Params:
    """The query for the page that the cursor points at."""
    if source.walk is Walk.SINGLE:
        return []
    if source.walk is Walk.BY_NUMBER:
        return [("per_page", str(PAGE_SIZE)), ("page", str(cursor.page))]
    filters = [f"{name}:*" for name in source.lifted]
    if selection.starts_from is not None:
        filters.append(f"starts_at:>={stamp(selection.starts_from)}")
    if selection.starts_before is not None:
        filters.append(f"starts_at:<{stamp(selection.starts_before)}")
    if selection.ids:
        filters.append("id:=" + ",".join(batches(selection)[cursor.batch]))
    if selection.class_ids:
        filters.append("booking_id:=" + ",".join(batches(selection)[cursor.batch]))
    since = cursor.since or selection.updated_since
    if since is not None:
        filters.append(f"updated_at:>={stamp(since)}")
    if since is not None and cursor.draining:
        filters.append(f"updated_at:<{stamp(since + timedelta(seconds=1))}")
    if cursor.after:
        filters.append(f"id:>{cursor.after}")
    by_change = since is not None and not cursor.draining
    sort = "updated_at:asc,id:asc" if by_change else "id:asc"
    return [("per_page", str(PAGE_SIZE)), ("sort", sort), *(("q[]", text) for text in filters)]


def check_selection(stream: Stream, selection: Selection) -> None:
    """``ValueError`` for what this stream cannot be narrowed by: asking would silently bring everything."""
    source = SOURCES[stream]
    narrowed = [bool(selection.ids), bool(selection.class_ids), selection.updated_since is not None]
    if sum(narrowed) > 1:
        raise ValueError("a selection is narrowed in one way at a time")
    if (selection.starts_from or selection.starts_before) and not source.has_starts_at:
        raise ValueError(f"{stream} has no start to select by")
    if selection.class_ids and stream is not Stream.ATTENDANCES:
        raise ValueError(f"{stream} has no classes to select by")
    if selection.ids and source.walk is not Walk.BY_ID:
        raise ValueError(f"{stream} has no ids to select by")
    if any(not number.isdecimal() for number in (*selection.ids, *selection.class_ids)):
        raise ValueError("an id is made of digits")
