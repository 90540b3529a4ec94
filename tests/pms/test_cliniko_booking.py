"""Finding times, booking, looking a booking up, taking it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import (
    KeyRejected,
    NotBookableOnline,
    NotFound,
    NotPermitted,
    VendorChanged,
    VendorUnavailable,
    WriteRefused,
    WriteUncertain,
)
from routiq.pms.gateway import Selection, Stream
from routiq.pms.records import AppointmentStatus
from tests.bookable import MONDAY
from tests.pms.diaries import Desk


def test_free_times_come_in_order_with_their_end(clinic: Any, desk: Desk) -> None:
    slots = desk.free()
    assert slots
    assert slots == sorted(slots, key=lambda slot: slot.starts_at)
    assert {slot.ends_at - slot.starts_at for slot in slots} == {timedelta(minutes=desk.kind.duration_minutes)}
    assert {slot.practitioner_id for slot in slots} == {desk.practitioner_id}


@pytest.mark.parametrize(("days", "pieces"), [(1, 1), (7, 1), (8, 2), (30, 5)])
def test_any_distance_is_asked_for_in_weeks(
    days: int, pieces: int, sandbox: RunningSandbox, clinic: Any, desk: Desk
) -> None:
    desk.free(days=days)
    asked = sandbox.requests()
    assert len(asked) == pieces
    assert all(entry["status"] == 200 for entry in asked)


def test_a_week_with_more_than_a_hundred_times_is_read_whole(
    sandbox: RunningSandbox, clinic: Any, desk: Desk
) -> None:
    sandbox.edit(
        [
            {
                "op": "update",
                "collection": "appointment_types",
                "id": desk.kind.id,
                "fields": {"duration_in_minutes": 5},
            }
        ]
    )
    sandbox.settings(online_bookings={"max_appointments_per_day_segment": 0, "daily_bookings_limit": 0})
    slots = clinic.gateway.available_times(
        **{**desk.where(), "duration_minutes": 5}, first=MONDAY, last=MONDAY + timedelta(days=6)
    )
    assert len(slots) > 100
    assert len(sandbox.requests()) == -(-len(slots) // 100)


def test_no_days_are_no_question(sandbox: RunningSandbox, clinic: Any, desk: Desk) -> None:
    assert clinic.gateway.available_times(**desk.where(), first=MONDAY, last=MONDAY - timedelta(days=1)) == []
    assert sandbox.requests() == []


@pytest.mark.parametrize("collection", ["practitioners", "businesses", "appointment_types"])
def test_a_switch_that_is_off_is_named_with_the_way_to_it(
    collection: str, sandbox: RunningSandbox, clinic: Any, desk: Desk
) -> None:
    record = {
        "practitioners": desk.practitioner_id,
        "businesses": desk.location_id,
        "appointment_types": desk.kind.id,
    }
    hidden = {"show_in_online_bookings": False}
    sandbox.edit([{"op": "update", "collection": collection, "id": record[collection], "fields": hidden}])
    with pytest.raises(NotBookableOnline) as refused:
        desk.free()
    assert "Show this practitioner in online bookings" in refused.value.advice
    assert "Settings > Our clinic > Business information" in refused.value.advice
    assert len(sandbox.requests()) == 1


def test_a_booking_stands_in_the_diary(sandbox: RunningSandbox, clinic: Any, desk: Desk) -> None:
    slot = desk.free()[0]
    booked = clinic.gateway.book(desk.draft(slot.starts_at, notes="Booked by phone")).record
    row = next(
        row for row in sandbox.world("individual_appointments")["individual_appointments"] if row["id"] == booked.id
    )
    assert row["notes"] == "Booked by phone"
    assert (booked.starts_at, booked.ends_at) == (slot.starts_at, slot.ends_at)
    assert booked.patient_id == desk.patient_id
    assert booked.status is AppointmentStatus.CONFIRMED
    assert not clinic.gateway.has_conflict(booked.id)
    assert clinic.gateway.appointment(booked.id) == booked


def test_a_start_in_another_zone_is_sent_as_the_same_instant(clinic: Any, desk: Desk) -> None:
    from zoneinfo import ZoneInfo

    slot = desk.free()[0]
    local = slot.starts_at.astimezone(ZoneInfo("Australia/Sydney"))
    assert clinic.gateway.book(desk.draft(local)).record.starts_at == slot.starts_at


def test_two_bookings_at_one_time_are_a_conflict_that_can_be_taken_back(clinic: Any, desk: Desk) -> None:
    slot = desk.free()[0]
    first = clinic.gateway.book(desk.draft(slot.starts_at)).record
    second = clinic.gateway.book(desk.draft(slot.starts_at)).record
    assert clinic.gateway.has_conflict(second.id)
    clinic.gateway.withdraw(second.id)
    clinic.gateway.withdraw(second.id)
    assert not clinic.gateway.has_conflict(first.id)
    assert clinic.gateway.appointment(second.id).deleted_at is not None
    assert [found.id for found in desk.find(slot.starts_at)] == [first.id]


def test_taking_back_mails_nobody_since_nothing_is_cancelled(clinic: Any, desk: Desk) -> None:
    booked = clinic.gateway.book(desk.draft(desk.free()[0].starts_at)).record
    clinic.gateway.withdraw(booked.id)
    assert clinic.gateway.appointment(booked.id).cancelled_at is None


def test_a_lost_answer_is_uncertain_and_then_found(sandbox: RunningSandbox, clinic: Any, desk: Desk) -> None:
    slot = desk.free()[0]
    sandbox.fault(kind="drop_after", method="POST", path="^individual_appointments$")
    with pytest.raises(WriteUncertain):
        clinic.gateway.book(desk.draft(slot.starts_at))
    (found,) = desk.find(slot.starts_at)
    assert (found.starts_at, found.patient_id) == (slot.starts_at, desk.patient_id)
    assert [entry["method"] for entry in sandbox.requests()].count("POST") == 1


def test_a_connection_lost_on_the_way_is_uncertain_and_nothing_is_found(
    sandbox: RunningSandbox, clinic: Any, desk: Desk
) -> None:
    slot = desk.free()[0]
    sandbox.fault(kind="drop_before", method="POST")
    with pytest.raises(WriteUncertain):
        clinic.gateway.book(desk.draft(slot.starts_at))
    assert desk.find(slot.starts_at) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 502},
        {"kind": "html200"},
        {"kind": "truncated"},
        {"kind": "missing_key", "key": "starts_at"},
    ],
)
def test_an_unclear_answer_to_a_booking_is_never_sent_again(
    fault: dict[str, Any], sandbox: RunningSandbox, clinic: Any, desk: Desk
) -> None:
    slot = desk.free()[0]
    sandbox.fault(method="POST", times=None, **fault)
    with pytest.raises(WriteUncertain):
        clinic.gateway.book(desk.draft(slot.starts_at))
    assert [entry["method"] for entry in sandbox.requests()].count("POST") == 1


def test_what_was_cancelled_or_archived_is_not_found_again(sandbox: RunningSandbox, clinic: Any, desk: Desk) -> None:
    slot = desk.free()[0]
    cancelled = clinic.gateway.book(desk.draft(slot.starts_at)).record
    sandbox.edit([{"op": "cancel", "collection": "individual_appointments", "id": cancelled.id}])
    assert desk.find(slot.starts_at) == []
    read = clinic.gateway.appointment(cancelled.id)
    assert (read.status, read.cancellation_reason) == (AppointmentStatus.CANCELLED, "Other")


def test_a_booking_that_cliniko_refuses_names_the_field_and_no_value(clinic: Any, desk: Desk) -> None:
    slot = desk.free()[0]
    draft = desk.draft(slot.starts_at, appointment_type_id="1999999999999999998")
    with pytest.raises(WriteRefused) as refused:
        clinic.gateway.book(draft)
    assert "max_attendees" in refused.value.evidence
    assert "1999999999999999998" not in str(vars(refused.value))


def test_an_unknown_patient_is_a_refusal_too(clinic: Any, desk: Desk) -> None:
    with pytest.raises(WriteRefused):
        clinic.gateway.book(desk.draft(desk.free()[0].starts_at, patient_id="1999999999999999998"))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [({"kind": "empty403"}, NotPermitted), ({"kind": "status", "status": 404}, WriteRefused)],
)
def test_a_clear_no_is_no_uncertainty(
    fault: dict[str, Any], expected: type[Exception], sandbox: RunningSandbox, clinic: Any, desk: Desk
) -> None:
    slot = desk.free()[0]
    sandbox.fault(method="POST", **fault)
    with pytest.raises(expected):
        clinic.gateway.book(desk.draft(slot.starts_at))


def test_a_revoked_key_books_nothing(sandbox: RunningSandbox, clinic: Any, desk: Desk) -> None:
    slot = desk.free()[0]
    sandbox.revoke("admin")
    with pytest.raises(KeyRejected):
        clinic.gateway.book(desk.draft(slot.starts_at))
    sandbox.restore("admin")
    assert desk.find(slot.starts_at) == []


def test_a_host_that_takes_no_connection_has_surely_booked_nothing(open_clinic: Any, desk: Desk) -> None:
    shut = open_clinic(base_url="http://127.0.0.1:9/v1")
    with pytest.raises(VendorUnavailable):
        shut.gateway.book(desk.draft(datetime(2026, 5, 5, tzinfo=UTC)))


def test_taking_back_is_tried_again_when_the_answer_is_lost(sandbox: RunningSandbox, clinic: Any, desk: Desk) -> None:
    booked = clinic.gateway.book(desk.draft(desk.free()[0].starts_at)).record
    sandbox.fault(kind="drop_after", method="POST", path="archive$")
    clinic.gateway.withdraw(booked.id)
    assert clinic.gateway.appointment(booked.id).deleted_at is not None


def test_an_archived_appointment_hidden_at_its_own_address_is_read_from_the_list(
    sandbox: RunningSandbox, clinic: Any, desk: Desk
) -> None:
    booked = clinic.gateway.book(desk.draft(desk.free()[0].starts_at)).record
    sandbox.fault(kind="status", status=404, path=r"^individual_appointments/\d+$", times=None)
    assert clinic.gateway.appointment(booked.id).id == booked.id


@pytest.mark.parametrize("unknown", ["1999999999999999998", "", "../users", "12?q=1"])
def test_an_appointment_that_does_not_exist_is_not_found(unknown: str, clinic: Any) -> None:
    with pytest.raises(NotFound):
        clinic.gateway.appointment(unknown)


def test_our_own_booking_is_seen_by_the_next_pull(clinic: Any, desk: Desk) -> None:
    booked = clinic.gateway.book(desk.draft(desk.free()[0].starts_at)).record
    pulled = clinic.all(Stream.APPOINTMENTS, Selection(updated_since=booked.updated_at))
    assert booked.id in {record.id for record in pulled}


def test_an_appointment_with_somebody_else_than_was_asked_for_does_not_stand(
    clinic: Any, desk: Desk, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vendor enters it with another practitioner and says yes (BOOK-07)."""
    slot = desk.free()[0]
    other = next(who.id for who in clinic.all(Stream.PRACTITIONERS) if who.id != desk.practitioner_id)
    transport = clinic.gateway._diary._transport
    write = transport.write

    def astray(method: str, path: str, content: bytes | None = None, **more: Any) -> bytes:
        if method == "POST" and content:
            content = content.replace(desk.practitioner_id.encode(), other.encode())
        return bytes(write(method, path, content, **more))

    monkeypatch.setattr(transport, "write", astray)
    with pytest.raises(VendorChanged) as changed:
        clinic.gateway.book(desk.draft(slot.starts_at, notes="Ref QX7Z"))
    assert changed.value.code == "VendorChanged.not_as_asked"
    rows = sandbox.world("individual_appointments")["individual_appointments"]
    (made,) = [held for held in rows if "QX7Z" in (held["notes"] or "")]
    assert made["archived_at"]
