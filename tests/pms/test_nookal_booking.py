"""Booking and looking up, as Nookal."""
# ruff: noqa: F811 - fixtures that are imported

from __future__ import annotations

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import (
    KeyRejected,
    NotFound,
    SlotTaken,
    VendorChanged,
    WriteRefused,
    WriteUncertain,
)
from tests.pms.nookal_desk import Desk, desk, on_monday_morning, rows, writes  # noqa: F401


def test_an_appointment_is_booked_and_read_back(sandbox: RunningSandbox, desk: Desk) -> None:
    slot = desk.free()[0]
    record = desk.clinic.gateway.book(desk.draft(slot.starts_at)).record
    assert (record.starts_at, record.ends_at) == (slot.starts_at, slot.ends_at)
    assert rows(sandbox)[record.id]["patient_id"] == desk.patient_id
    assert writes(sandbox) == ["addAppointmentBooking"]
    (sent,) = [e["params"] for e in sandbox.requests() if e["path"] == "addAppointmentBooking"]
    assert "allow_overlap_bookings" not in sent
    (found,) = desk.find(slot.starts_at)
    assert found.id == record.id
    assert "Ref AB12" in found.notes
    assert record.notes == ""


def test_a_time_that_somebody_else_took_is_refused_and_nothing_stands(sandbox: RunningSandbox, desk: Desk) -> None:
    slot = desk.free()[0]
    desk.clinic.gateway.book(desk.draft(slot.starts_at))
    before = rows(sandbox)
    with pytest.raises(SlotTaken):
        desk.clinic.gateway.book(desk.draft(slot.starts_at))
    assert rows(sandbox) == before


def test_a_refusal_of_a_free_time_is_not_called_taken(sandbox: RunningSandbox, desk: Desk) -> None:
    slot = desk.free()[0]
    with pytest.raises(WriteRefused) as refused:
        desk.clinic.gateway.book(desk.draft(slot.starts_at, patient_id="999"))
    assert refused.value.code == "WriteRefused.refused"


def test_a_service_that_is_not_open_for_online_bookings_is_refused_with_what_can_be_done(
    sandbox: RunningSandbox, desk: Desk
) -> None:
    """Nookal lists it like any other, so it is offered until somebody leaves it to the team."""
    slot = desk.free()[0]
    closed = {"show_in_online_bookings": False}
    sandbox.edit([{"op": "update", "collection": "appointment_types", "id": desk.kind.id, "fields": closed}])
    with pytest.raises(WriteRefused) as refused:
        desk.clinic.gateway.book(desk.draft(slot.starts_at))
    assert "leave one that is not to your team, in Routiq under Settings > Front desk" in refused.value.advice


@pytest.mark.parametrize("fault", ["drop_after", "html200", "truncated"])
def test_a_lost_answer_is_uncertain_and_the_booking_is_found_by_its_reference(
    fault: str, sandbox: RunningSandbox, desk: Desk
) -> None:
    slot = desk.free()[0]
    sandbox.fault(kind=fault, path="addAppointmentBooking")
    with pytest.raises(WriteUncertain):
        desk.clinic.gateway.book(desk.draft(slot.starts_at))
    assert writes(sandbox) == ["addAppointmentBooking"]
    found = desk.find(slot.starts_at)
    if fault != "html200":
        assert ["Ref AB12" in record.notes for record in found] == [True]


def test_a_booking_that_cannot_be_read_back_is_uncertain(sandbox: RunningSandbox, desk: Desk) -> None:
    slot = desk.free()[0]
    sandbox.fault(kind="status", status=503, path="getAppointments", times=3)
    with pytest.raises(WriteUncertain):
        desk.clinic.gateway.book(desk.draft(slot.starts_at))
    assert len(desk.find(slot.starts_at)) == 1


def test_a_success_that_did_nothing_is_a_changed_vendor(sandbox: RunningSandbox, desk: Desk) -> None:
    slot = desk.free()[0]
    before = rows(sandbox)
    sandbox.fault(kind="pretended", path="addAppointmentBooking")
    with pytest.raises(VendorChanged) as refused:
        desk.clinic.gateway.book(desk.draft(slot.starts_at))
    assert refused.value.code == "VendorChanged.not_done"
    assert "diary" in refused.value.advice
    assert rows(sandbox) == before


def test_a_key_that_died_books_nothing_and_says_so(sandbox: RunningSandbox, desk: Desk) -> None:
    slot = desk.free()[0]
    sandbox.control("PATCH", "keys/nookal", {"enabled": False})
    with pytest.raises(KeyRejected):
        desk.clinic.gateway.book(desk.draft(slot.starts_at))


def test_an_overlap_in_the_diary_is_seen(sandbox: RunningSandbox, desk: Desk) -> None:
    slot = desk.free()[0]
    record = desk.clinic.gateway.book(desk.draft(slot.starts_at)).record
    assert not desk.clinic.gateway.has_conflict(record.id, patient_id=desk.patient_id)
    row = rows(sandbox)[record.id]
    (other,) = sandbox.edit(
        [
            {
                "op": "create",
                "collection": "individual_appointments",
                "fields": {
                    **{name: row[name] for name in ("practitioner_id", "business_id", "appointment_type_id")},
                    "patient_id": sandbox.characters()["returning"]["patient_ids"][0],
                    "starts_at": row["starts_at"],
                },
            }
        ]
    )
    assert desk.clinic.gateway.has_conflict(record.id, patient_id=desk.patient_id)
    sandbox.edit([{"op": "cancel", "collection": "individual_appointments", "id": other}])
    assert not desk.clinic.gateway.has_conflict(record.id, patient_id=desk.patient_id)


def test_an_overlap_with_a_class_is_seen(sandbox: RunningSandbox, desk: Desk) -> None:
    slot = desk.free()[0]
    record = desk.clinic.gateway.book(desk.draft(slot.starts_at)).record
    row = rows(sandbox)[record.id]
    assert sandbox.server is not None
    group = next(iter(sandbox.server.sandbox.worlds["main"]["group_appointments"].rows.values()))
    sandbox.edit(
        [
            {
                "op": "create",
                "collection": "group_appointments",
                "fields": {
                    "practitioner_id": row["practitioner_id"],
                    "business_id": row["business_id"],
                    "appointment_type_id": group["appointment_type_id"],
                    "starts_at": row["starts_at"],
                },
            }
        ]
    )
    assert desk.clinic.gateway.has_conflict(record.id, patient_id=desk.patient_id)


def test_an_appointment_of_somebody_else_is_not_found(desk: Desk) -> None:
    slot = desk.free()[0]
    record = desk.clinic.gateway.book(desk.draft(slot.starts_at)).record
    assert desk.clinic.gateway.appointment(record.id, patient_id=desk.patient_id) == record
    for appointment_id, patient_id in ((record.id, "999"), ("999", desk.patient_id), (record.id, "")):
        with pytest.raises(NotFound):
            desk.clinic.gateway.appointment(appointment_id, patient_id=patient_id)


def test_taking_back_may_be_repeated(sandbox: RunningSandbox, desk: Desk) -> None:
    slot = desk.free()[0]
    record = desk.clinic.gateway.book(desk.draft(slot.starts_at)).record
    for _ in range(2):
        desk.clinic.gateway.withdraw(record.id, patient_id=desk.patient_id)
    desk.clinic.gateway.withdraw("999", patient_id=desk.patient_id)
    assert rows(sandbox)[record.id]["cancelled_at"]
    assert desk.find(slot.starts_at) == []
    sandbox.fault(kind="pretended", path="cancelAppointment", times=None)
    again = desk.clinic.gateway.book(desk.draft(slot.starts_at)).record
    with pytest.raises(VendorChanged):
        desk.clinic.gateway.withdraw(again.id, patient_id=desk.patient_id)
