"""What every gateway must bring of a practice, and how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms import records
from routiq.pms.gateway import Selection, Stream
from routiq.pms.records import UNSTAMPED, AppointmentStatus, PatientStatus
from routiq.pms.registry import vendors
from tests.contract.conftest import NOW, Clinic

RECORDS: dict[Stream, type[msgspec.Struct]] = {
    Stream.BOOKING_RULES: records.BookingRulesRecord,
    Stream.LOCATIONS: records.LocationRecord,
    Stream.PRACTITIONERS: records.PractitionerRecord,
    Stream.APPOINTMENT_TYPES: records.AppointmentTypeRecord,
    Stream.OFFERINGS: records.OfferingRecord,
    Stream.ROSTERS: records.RosterRecord,
    Stream.PATIENTS: records.PatientRecord,
    Stream.DELETED_PATIENTS: records.DeletionRecord,
    Stream.APPOINTMENTS: records.AppointmentRecord,
    Stream.CLASSES: records.ClassRecord,
    Stream.ATTENDANCES: records.AttendanceRecord,
    Stream.BLOCKS: records.BlockRecord,
    Stream.WAITING_LIST: records.WaitingListRecord,
    Stream.INVOICES: records.InvoiceRecord,
}
#: Without these nothing can be booked.
NEEDED = {
    *(Stream.LOCATIONS, Stream.PRACTITIONERS, Stream.APPOINTMENT_TYPES, Stream.OFFERINGS),
    *(Stream.PATIENTS, Stream.APPOINTMENTS, Stream.CLASSES, Stream.ATTENDANCES),
}
STAMPED = [Stream.PATIENTS, Stream.APPOINTMENTS]


def moments(record: Any) -> list[datetime]:
    values = [getattr(record, field) for field in record.__struct_fields__]
    return [value for value in values if isinstance(value, datetime)]


def test_what_a_vendor_says_before_an_account_is_open_its_gateway_says_too(clinic: Clinic) -> None:
    assert clinic.can == clinic.vendor.capabilities
    assert (clinic.can.vendor, clinic.can.label) == (clinic.vendor.name, clinic.vendor.label)
    assert set(clinic.can.streams) >= NEEDED
    assert set(clinic.can.streams_by_change or clinic.can.streams) <= set(clinic.can.streams)
    assert clinic.can.reads_invoices == (Stream.INVOICES in clinic.can.streams)


@pytest.mark.parametrize("stream", list(Stream))
def test_every_stream_is_read_to_its_end(stream: Stream, clinic: Clinic) -> None:
    if stream not in clinic.can.streams:
        pytest.skip("not offered by this vendor")
    selection = Selection()
    if stream is Stream.ATTENDANCES:
        selection = Selection(class_ids=tuple(session.id for session in clinic.all(Stream.CLASSES))[:120])
    pages = list(clinic.pages(stream, selection))
    found = [record for page in pages for record in page.records]
    assert found or stream is Stream.DELETED_PATIENTS
    assert {type(record) for record in found} <= {RECORDS[stream]}
    assert pages[-1].remaining in (0, None)
    for page in pages:
        assert page.asked_at.utcoffset() == timedelta(0)
        assert len(page.records) <= clinic.can.page_size or stream in (Stream.OFFERINGS, Stream.ATTENDANCES)
    ids = [record.id for record in found if isinstance(record, records.Record)]
    assert all(ids)
    # Twice does no harm, where two lists of the vendor overlap.
    assert len(ids) - len(set(ids)) <= len(ids) // 10
    for record in found:
        assert all(moment.utcoffset() == timedelta(0) for moment in moments(record))


@pytest.mark.parametrize("stream", [Stream.PATIENTS, Stream.APPOINTMENTS, Stream.CLASSES])
def test_a_walk_goes_on_in_another_process_where_it_was_left(
    stream: Stream, clinic: Clinic, open_clinic: Callable[..., Clinic]
) -> None:
    whole = {record.id for record in clinic.all(stream)}
    met: set[str] = set()
    cursor: str | None = None
    while True:
        page = open_clinic().gateway.fetch(stream, Selection(), cursor)
        met |= {record.id for record in page.records}  # type: ignore[attr-defined]
        cursor = page.next_cursor
        if cursor is None:
            break
        assert isinstance(cursor, str)
        assert len(cursor) < 6000
    assert met == whole


@pytest.mark.parametrize("stream", [Stream.APPOINTMENTS, Stream.CLASSES])
@pytest.mark.parametrize(("first", "days"), [(0, 7), (-90, 60), (-400, 400)])
def test_a_window_is_half_open_and_to_the_second(stream: Stream, first: int, days: int, clinic: Clinic) -> None:
    start = NOW + timedelta(days=first)
    end = start + timedelta(days=days)
    every = {record.id: record.starts_at for record in clinic.all(stream)}
    some = sorted(at for at in every.values() if start <= at < end)
    if some:
        start, end = some[0], some[-1]
    expected = {number for number, at in every.items() if start <= at < end}
    found = clinic.all(stream, Selection(starts_from=start, starts_before=end))
    assert {record.id for record in found} == expected


@pytest.mark.parametrize("stream", [Stream.PATIENTS, Stream.APPOINTMENTS, Stream.CLASSES])
def test_exactly_these_are_found_and_what_is_not_there_is_not(stream: Stream, clinic: Clinic) -> None:
    some = clinic.all(stream)[5:9]
    ids = (*(record.id for record in some), "999000999")
    found = clinic.all(stream, Selection(ids=ids))
    assert sorted(record.id for record in found) == sorted(record.id for record in some)
    if stream is Stream.APPOINTMENTS:
        whose = (*(record.patient_id for record in some), some[0].patient_id)
        hinted = clinic.all(stream, Selection(ids=ids, patient_ids=whose))
        assert sorted(record.id for record in hinted) == sorted(record.id for record in some)


@pytest.mark.parametrize("stream", STAMPED)
def test_what_has_changed_since_its_own_stamp_is_among_the_changes(stream: Stream, clinic: Clinic) -> None:
    newest = max(clinic.all(stream), key=lambda record: record.updated_at)
    assert newest.updated_at > UNSTAMPED
    found = clinic.all(stream, Selection(updated_since=newest.updated_at))
    assert newest.id in {record.id for record in found}


def test_an_edit_is_among_the_changes(clinic: Clinic, sandbox: RunningSandbox) -> None:
    before = {patient.id: patient for patient in clinic.all(Stream.PATIENTS)}
    someone = next(patient for patient in before.values() if patient.status is PatientStatus.ACTIVE)
    sandbox.edit(
        [{"op": "update", "collection": "patients", "id": someone.id, "fields": {"last_name": "Papadopoulos"}}]
    )
    since = NOW - timedelta(minutes=1)
    found = {patient.id: patient for patient in clinic.all(Stream.PATIENTS, Selection(updated_since=since))}
    assert found[someone.id].last_name == "Papadopoulos"
    assert found[someone.id].updated_at > someone.updated_at


@pytest.mark.parametrize("stream", [Stream.PATIENTS, Stream.APPOINTMENTS])
def test_an_edit_between_two_pages_hides_nobody(stream: Stream, clinic: Clinic, sandbox: RunningSandbox) -> None:
    whole = clinic.all(stream)
    collection = "patients" if stream is Stream.PATIENTS else "individual_appointments"
    sandbox.fault(
        kind="edit_before",
        after=1,
        edits=[{"op": "update", "collection": collection, "id": whole[0].id, "fields": {"notes": "touched"}}],
    )
    assert {record.id for record in clinic.all(stream)} == {record.id for record in whole}


def test_a_time_without_a_zone_is_never_asked_for(clinic: Clinic, sandbox: RunningSandbox) -> None:
    naive = datetime(2026, 5, 4, 9, 0)
    sandbox.clear_requests()
    with pytest.raises(ValueError, match=r"\S"):
        clinic.gateway.fetch(Stream.PATIENTS, Selection(updated_since=naive))
    with pytest.raises(ValueError, match=r"\S"):
        clinic.gateway.fetch(Stream.PATIENTS, Selection(starts_from=NOW))
    with pytest.raises(ValueError, match=r"\S"):
        clinic.gateway.fetch(Stream.PATIENTS, Selection(ids=("1",), updated_since=NOW))
    assert sandbox.requests() == []


def test_the_dead_the_archived_and_the_cancelled_are_there(clinic: Clinic) -> None:
    statuses = {patient.status for patient in clinic.all(Stream.PATIENTS)}
    assert {PatientStatus.ACTIVE, PatientStatus.INACTIVE} <= statuses
    assert {visit.status for visit in clinic.all(Stream.APPOINTMENTS)} == set(AppointmentStatus)


def test_notes_are_read_only_where_the_practice_keeps_them(clinic: Clinic, sandbox: RunningSandbox) -> None:
    someone = clinic.all(Stream.PATIENTS)[0]
    sandbox.edit([{"op": "update", "collection": "patients", "id": someone.id, "fields": {"notes": "private"}}])
    assert not [patient for patient in clinic.all(Stream.PATIENTS) if patient.notes]
    assert not [visit for visit in clinic.all(Stream.APPOINTMENTS) if visit.notes]


def test_whoever_is_asked_it_is_the_same_practice(
    sandbox: RunningSandbox, open_clinic: Callable[..., Clinic]
) -> None:
    """One story on every system: the same people have the same appointments."""
    seen = []
    for each in vendors():
        clinic = open_clinic(of=each.name)
        people = {
            patient.id: (patient.first_name, patient.last_name, patient.date_of_birth)
            for patient in clinic.all(Stream.PATIENTS)
        }
        visits = {
            visit.id: (
                *(visit.starts_at, visit.ends_at, visit.status),
                *(visit.patient_id, visit.practitioner_id, visit.location_id, visit.appointment_type_id),
            )
            for visit in clinic.all(Stream.APPOINTMENTS)
            if visit.deleted_at is None
        }
        places = {place.id: (place.name, place.time_zone) for place in clinic.all(Stream.LOCATIONS)}
        staff = {person.id: (person.name, person.active) for person in clinic.all(Stream.PRACTITIONERS)}
        seen.append((people, visits, places, staff))
    assert all(other == seen[0] for other in seen[1:])
