"""Every stream against the practice it is read from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms.gateway import Selection, Stream
from routiq.pms.records import AppointmentStatus, PatientStatus

COLLECTIONS = {
    Stream.LOCATIONS: "businesses",
    Stream.PRACTITIONERS: "practitioners",
    Stream.APPOINTMENT_TYPES: "appointment_types",
    Stream.ROSTERS: "daily_availabilities",
    Stream.PATIENTS: "patients",
    Stream.DELETED_PATIENTS: "deleted_patients",
    Stream.APPOINTMENTS: "individual_appointments",
    Stream.CLASSES: "group_appointments",
    Stream.ATTENDANCES: "attendees",
    Stream.BLOCKS: "unavailable_blocks",
}


def last_id(record: dict[str, Any], name: str) -> str:
    return str(record[name]["links"]["self"]).rsplit("/", 1)[-1] if record.get(name) else ""


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("stream", COLLECTIONS)
def test_a_whole_stream_has_every_record_of_the_practice_hidden_ones_too(
    stream: Stream, sandbox: RunningSandbox, clinic: Any
) -> None:
    name = COLLECTIONS[stream]
    there = {row["id"] for row in sandbox.world(name)[name]}
    read = [record.id for record in clinic.all(stream)]
    assert len(read) == len(set(read))
    assert set(read) == there


@pytest.mark.parametrize("stream", [Stream.PATIENTS, Stream.APPOINTMENTS, Stream.ATTENDANCES, Stream.CLASSES])
def test_a_whole_stream_costs_one_request_per_hundred_records(
    stream: Stream, sandbox: RunningSandbox, clinic: Any
) -> None:
    name = COLLECTIONS[stream]
    count = len(sandbox.world(name)[name])
    clinic.all(stream)
    assert len(sandbox.requests()) == -(-count // 100)


def test_progress_counts_down_to_the_end(clinic: Any) -> None:
    pages = list(clinic.pages(Stream.APPOINTMENTS))
    remaining = [page.remaining for page in pages]
    assert remaining == sorted(remaining, reverse=True)
    assert remaining[-1] == 0
    assert remaining[0] == sum(len(page.records) for page in pages[1:])


def test_patients_are_mapped_as_they_are(sandbox: RunningSandbox, clinic: Any) -> None:
    characters = sandbox.characters()
    patients = {patient.id: patient for patient in clinic.all(Stream.PATIENTS)}
    regular = patients[characters["returning"]["patient_ids"][0]]
    assert regular.phones[0].e164 == "+61491570006"
    assert regular.status is PatientStatus.ACTIVE
    assert regular.notes == ""
    assert patients[characters["archived"]["patient_ids"][0]].status is PatientStatus.INACTIVE
    loser, survivor = characters["merged"]["patient_ids"]
    assert patients[loser].merged_into == survivor
    assert patients[characters["no_mobile"]["patient_ids"][0]].phones[0].e164 == "+61255500199"


def test_notes_come_only_when_they_are_wanted(sandbox: RunningSandbox, open_clinic: Any) -> None:
    someone = sandbox.characters()["returning"]["patient_ids"][0]
    sandbox.edit([{"op": "update", "collection": "patients", "id": someone, "fields": {"notes": "likes mornings"}}])
    chosen = Selection(ids=(someone,))
    assert open_clinic().all(Stream.PATIENTS, chosen)[0].notes == ""
    assert open_clinic(include_notes=True).all(Stream.PATIENTS, chosen)[0].notes == "likes mornings"


def test_appointments_are_mapped_as_they_are(sandbox: RunningSandbox, clinic: Any) -> None:
    rows = {row["id"]: row for row in sandbox.world("individual_appointments")["individual_appointments"]}
    records = clinic.all(Stream.APPOINTMENTS)
    assert {record.status for record in records} == set(AppointmentStatus)
    for record in records:
        row = rows[record.id]
        assert record.patient_id == last_id(row, "patient")
        assert record.practitioner_id == last_id(row, "practitioner")
        assert record.location_id == last_id(row, "business")
        assert record.appointment_type_id == last_id(row, "appointment_type")
        assert record.starts_at == moment(row["starts_at"])
        assert record.ends_at == moment(row["ends_at"])
        cancelled = row["cancelled_at"] is not None
        assert (record.status is AppointmentStatus.CANCELLED) == cancelled
        if not cancelled:
            assert (record.status is AppointmentStatus.DNA) == bool(row["did_not_arrive"])


def test_those_who_left_are_practitioners_too_but_not_active(sandbox: RunningSandbox, clinic: Any) -> None:
    active = {row["id"]: row["active"] for row in sandbox.world("practitioners")["practitioners"]}
    assert {record.id: record.active for record in clinic.all(Stream.PRACTITIONERS)} == active
    assert set(active.values()) == {True, False}


def test_offerings_say_who_does_what_where(sandbox: RunningSandbox, clinic: Any) -> None:
    offerings = clinic.all(Stream.OFFERINGS)
    types = {row["id"] for row in sandbox.world("appointment_types")["appointment_types"]}
    assert offerings
    assert {offering.appointment_type_id for offering in offerings} <= types
    assert all(offering.practitioner_ids for offering in offerings)


def test_booking_rules_are_one_record(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.settings(online_bookings={"enabled": False, "allow_bookings_days_in_advance": 28, "policy": "Be kind."})
    (rules,) = clinic.all(Stream.BOOKING_RULES)
    assert (rules.online_bookings_enabled, rules.days_in_advance, rules.policy) == (False, 28, "Be kind.")


def test_a_window_brings_the_bookings_that_start_in_it_and_no_others(sandbox: RunningSandbox, clinic: Any) -> None:
    first, last = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    for stream in (Stream.APPOINTMENTS, Stream.CLASSES):
        rows = sandbox.world(COLLECTIONS[stream])[COLLECTIONS[stream]]
        expected = {row["id"] for row in rows if first <= moment(row["starts_at"]) < last}
        read = clinic.all(stream, Selection(starts_from=first, starts_before=last))
        assert {record.id for record in read} == expected
        assert expected


def test_changes_since_a_moment_come_oldest_first(sandbox: RunningSandbox, clinic: Any) -> None:
    rows = sandbox.world("individual_appointments")["individual_appointments"]
    since = sorted(moment(row["updated_at"]) for row in rows)[len(rows) // 2]
    read = clinic.all(Stream.APPOINTMENTS, Selection(updated_since=since))
    assert {record.id for record in read} == {row["id"] for row in rows if moment(row["updated_at"]) >= since}
    stamps = [record.updated_at for record in read]
    assert stamps == sorted(stamps)


def test_nothing_new_costs_one_request(sandbox: RunningSandbox, clinic: Any) -> None:
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert clinic.all(Stream.PATIENTS, Selection(updated_since=later)) == []
    assert len(sandbox.requests()) == 1


def test_an_import_of_hundreds_in_one_second_is_read_whole(sandbox: RunningSandbox, clinic: Any) -> None:
    second = "2026-05-04T03:00:00Z"
    names = [
        {"first_name": f"Import {n}", "last_name": "Batch", "created_at": second, "updated_at": second}
        for n in range(250)
    ]
    created = sandbox.edit([{"op": "create", "collection": "patients", "fields": fields} for fields in names])
    read = clinic.all(Stream.PATIENTS, Selection(updated_since=moment(second) - timedelta(hours=1)))
    assert set(created) <= {record.id for record in read}
    assert len(sandbox.requests()) <= 6


def test_edits_between_the_pages_hide_no_record(sandbox: RunningSandbox, clinic: Any) -> None:
    rows = sandbox.world("individual_appointments")["individual_appointments"]
    by_id = sorted(rows, key=lambda row: int(row["id"]))
    by_change = sorted(rows, key=lambda row: (row["updated_at"], int(row["id"])))
    for selection, order in (
        (Selection(), by_id),
        (Selection(updated_since=datetime(2020, 1, 1, tzinfo=UTC)), by_change),
    ):
        for page in range(4):
            touched = [*order[page * 100 : page * 100 + 60], *order[-60 + page * 10 : -50 + page * 10]]
            sandbox.fault(
                kind="edit_after",
                path="^individual_appointments$",
                after=page,
                edits=[
                    {"op": operation, "collection": "individual_appointments", "id": row["id"], "fields": {}}
                    for row, operation in zip(touched, ["update", "cancel", "archive", "arrive"] * 20, strict=False)
                ],
            )
        read = clinic.all(Stream.APPOINTMENTS, selection)
        assert {record.id for record in read} == {row["id"] for row in rows}
        sandbox.clear_faults()


def test_exactly_the_ids_asked_for_come_however_many(sandbox: RunningSandbox, clinic: Any) -> None:
    rows = sandbox.world("individual_appointments")["individual_appointments"]
    wanted = tuple(row["id"] for row in rows[::2][:250])
    read = clinic.all(Stream.APPOINTMENTS, Selection(ids=wanted))
    assert sorted(record.id for record in read) == sorted(wanted)
    assert len(sandbox.requests()) == 3


def test_practitioners_can_be_asked_for_by_id_wherever_they_are(sandbox: RunningSandbox, clinic: Any) -> None:
    ids = tuple(row["id"] for row in sandbox.world("practitioners")["practitioners"])
    assert {record.id for record in clinic.all(Stream.PRACTITIONERS, Selection(ids=ids))} == set(ids)


def test_the_seats_of_given_classes_come_with_those_who_cancelled(sandbox: RunningSandbox, clinic: Any) -> None:
    world = sandbox.world("group_appointments", "attendees")
    classes = tuple(row["id"] for row in world["group_appointments"][:150])
    expected = {row["id"] for row in world["attendees"] if last_id(row, "booking") in classes}
    read = clinic.all(Stream.ATTENDANCES, Selection(class_ids=classes))
    assert {record.id for record in read} == expected
    assert {record.class_id for record in read} <= set(classes)


def test_a_deleted_patient_is_known_by_id_and_stamp(sandbox: RunningSandbox, clinic: Any) -> None:
    (row,) = sandbox.world("deleted_patients")["deleted_patients"]
    (record,) = clinic.all(Stream.DELETED_PATIENTS)
    assert (record.id, record.deleted_at) == (row["id"], moment(row["deleted_at"]))


def test_an_id_of_nineteen_digits_comes_through_unharmed(sandbox: RunningSandbox, clinic: Any) -> None:
    long = "1999999999999999999"
    fields = {"id": long, "first_name": "Long", "last_name": "Number"}
    sandbox.edit([{"op": "create", "collection": "patients", "fields": fields}])
    assert clinic.all(Stream.PATIENTS, Selection(ids=(long,)))[0].id == long
    assert clinic.all(Stream.PATIENTS)[-1].id == long


def test_a_page_says_when_it_was_asked_for(clinic: Any) -> None:
    before = datetime.now(UTC)
    page = clinic.gateway.fetch(Stream.PATIENTS, Selection())
    assert before <= page.asked_at <= datetime.now(UTC)


def test_a_practice_without_any_of_it_has_an_empty_stream(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.edit(
        [
            {"op": "delete", "collection": "group_appointments", "id": row["id"]}
            for row in sandbox.world("group_appointments")["group_appointments"]
        ]
    )
    (page,) = clinic.pages(Stream.CLASSES)
    assert (list(page.records), page.remaining) == ([], 0)
