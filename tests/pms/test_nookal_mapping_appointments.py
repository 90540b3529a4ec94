"""Nookal's appointments and classes as records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from routiq.pms.nookal import mapping, payloads
from routiq.pms.records import AppointmentStatus
from tests.pms.nookal_objects import HABITS, appointment, read


def test_a_plain_appointment() -> None:
    record = appointment()
    assert record.starts_at == datetime(2026, 10, 5, 22, 30, tzinfo=UTC)
    assert record.ends_at == datetime(2026, 10, 5, 23, 15, tzinfo=UTC)
    assert (record.patient_id, record.practitioner_id, record.location_id) == ("713", "5", "1")
    assert record.appointment_type_id == "3"
    assert record.status is AppointmentStatus.CONFIRMED
    assert (record.arrived, record.completed, record.invoiced, record.cancelled_at) == (False, False, False, None)
    assert record.updated_at == datetime(2026, 9, 21, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "status", "arrived", "completed"),
    [
        ({"status": "Pending"}, AppointmentStatus.CONFIRMED, False, False),
        ({"status": "Confirmed", "arrived": "0"}, AppointmentStatus.CONFIRMED, False, False),
        ({"status": "Completed", "arrived": "1"}, AppointmentStatus.CONFIRMED, True, True),
        ({"status": "In Session", "arrived": 1}, AppointmentStatus.CONFIRMED, True, False),
        ({"status": "DNA", "DNA": "1"}, AppointmentStatus.DNA, False, False),
        ({"status": "Pending", "DNA": True}, AppointmentStatus.DNA, False, False),
        ({"status": "Cancelled", "cancelled": "1", "DNA": "1"}, AppointmentStatus.CANCELLED, False, False),
        ({"status": "Cancelled", "cancelled": None}, AppointmentStatus.CANCELLED, False, False),
        ({"status": "Completed", "cancelled": "1"}, AppointmentStatus.CANCELLED, False, False),
        ({"status": None, "cancelled": None, "DNA": None}, AppointmentStatus.CONFIRMED, False, False),
    ],
)
def test_how_an_appointment_stands(
    fields: dict[str, Any], status: AppointmentStatus, arrived: bool, completed: bool
) -> None:
    record = appointment(**fields)
    assert (record.status, record.arrived, record.completed) == (status, arrived, completed)


def test_a_day_of_cancellation_alone_cancels_nothing() -> None:
    record = appointment(cancellationDate="2026-09-30 00:00:00")
    assert record.status is AppointmentStatus.CONFIRMED
    assert record.cancelled_at is None


def test_what_was_cancelled_without_a_day_was_so_by_its_last_change() -> None:
    record = appointment(cancelled="1", cancellationDate="0000-00-00 00:00:00")
    assert record.cancelled_at == record.updated_at
    dated = appointment(cancelled="1", cancellationDate="2026-09-30 01:00:00")
    assert dated.cancelled_at == datetime(2026, 9, 30, 1, tzinfo=UTC)


@pytest.mark.parametrize(("said", "expected"), [("1", True), ("0", False), (None, None)])
def test_whether_it_is_invoiced(said: str | None, expected: bool | None) -> None:
    assert appointment(invoiceGenerated=said).invoiced is expected


def test_without_the_utc_pair_the_wall_clock_counts_in_the_zone_that_is_named() -> None:
    bare = {"appointmentStartDateTimeUTC": None, "appointmentEndDateTimeUTC": "0000-00-00 00:00:00"}
    assert appointment(**bare).starts_at == datetime(2026, 10, 5, 22, 30, tzinfo=UTC)
    assert appointment(**bare).ends_at == datetime(2026, 10, 5, 23, 15, tzinfo=UTC)
    there = appointment(**bare, TimeZone=None, locationID="2")
    assert there.starts_at == datetime(2026, 10, 6, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [
        {"appointmentType": "Class"},
        {"patientID": None},
        {"patientID": "0"},
        {"appointmentStartDateTimeUTC": None, "appointmentDate": "0000-00-00"},
        {"appointmentStartDateTimeUTC": None, "TimeZone": "Nowhere/Land", "locationID": "9"},
    ],
)
def test_what_is_no_appointment_of_somebody_at_some_time_is_left_out(fields: dict[str, Any]) -> None:
    assert appointment(**fields) is None


def test_an_appointment_over_midnight_ends_the_next_day() -> None:
    record = appointment(
        appointmentStartDateTimeUTC=None,
        appointmentEndDateTimeUTC=None,
        appointmentStartTime="23:30:00",
        appointmentEndTime="00:15:00",
    )
    assert (record.ends_at - record.starts_at).total_seconds() == 45 * 60


@pytest.mark.parametrize("prefix", ["class", "appointment"])
def test_a_class_by_its_new_and_its_old_names(prefix: str) -> None:
    given = {
        "ID": "77",
        f"{prefix}Date": "2026-05-04",
        f"{prefix}StartTime": "18:00:00",
        f"{prefix}EndTime": "19:00:00",
        "practitionerID": "5",
        "locationID": "2",
        "cancelled": "0",
        "classID": "4",
    }
    record = mapping.class_session(read(payloads.ClassSession, given), HABITS)
    assert record is not None
    assert record.starts_at == datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    assert (record.appointment_type_id, record.deleted_at) == ("class-4", None)
    gone = mapping.class_session(read(payloads.ClassSession, {**given, "cancelled": "1"}), HABITS)
    assert gone is not None
    assert gone.deleted_at is not None


def test_a_seat_is_named_by_class_and_patient_and_the_standing_one_counts() -> None:
    rows = [
        {"patientID": "713", "cancelled": "1", "cancellationDate": "2026-05-02 00:00:00"},
        {"patientID": 713, "cancelled": "0", "arrived": "1", "lastModified": "2026-05-01 00:00:00"},
        {"patientID": "714", "DNA": "1"},
        {"patientID": None},
    ]
    seats = mapping.attendances([read(payloads.Participant, row) for row in rows], "77")
    assert [(seat.id, seat.status, seat.arrived) for seat in seats] == [
        ("77-713", AppointmentStatus.CONFIRMED, True),
        ("77-714", AppointmentStatus.DNA, False),
    ]
    other_way = mapping.attendances([read(payloads.Participant, row) for row in reversed(rows)], "77")
    assert {seat.id: seat for seat in other_way} == {seat.id: seat for seat in seats}
