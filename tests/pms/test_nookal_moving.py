"""Moving and cancelling, as Nookal."""
# ruff: noqa: F811 - fixtures that are imported

from __future__ import annotations

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import (
    NotFound,
    PmsError,
    SlotTaken,
    VendorChanged,
    WriteUncertain,
)
from routiq.pms.records import AppointmentStatus, Cancellation, CancellationReason
from tests.pms.nookal_desk import Desk, desk, on_monday_morning, writes  # noqa: F401


def test_an_appointment_is_moved_in_place_and_read_back(sandbox: RunningSandbox, desk: Desk) -> None:
    first, *_, last = desk.free()
    record = desk.clinic.gateway.book(desk.draft(first.starts_at)).record
    moved = desk.clinic.gateway.reschedule(desk.move(record, last.starts_at)).record
    assert (moved.id, moved.starts_at) == (record.id, last.starts_at)
    assert desk.find(first.starts_at) == []
    assert [found.id for found in desk.find(last.starts_at)] == [record.id]
    assert writes(sandbox) == ["addAppointmentBooking", "updateAppointmentBooking"]
    (sent,) = [e["params"] for e in sandbox.requests() if e["path"] == "updateAppointmentBooking"]
    assert sent.keys() == {
        *("appointment_id", "location_id", "appointment_date", "start_time"),
        *("practitioner_id", "appointment_type_id", "patient_id"),
    }


def test_a_move_onto_somebody_elses_time_leaves_the_old_one_whole(sandbox: RunningSandbox, desk: Desk) -> None:
    first, *_, last = desk.free()
    record = desk.clinic.gateway.book(desk.draft(first.starts_at)).record
    desk.clinic.gateway.book(desk.draft(last.starts_at))
    with pytest.raises(SlotTaken):
        desk.clinic.gateway.reschedule(desk.move(record, last.starts_at))
    assert desk.clinic.gateway.appointment(record.id, patient_id=desk.patient_id).starts_at == first.starts_at


def test_a_move_that_nookal_only_pretended_is_told(sandbox: RunningSandbox, desk: Desk) -> None:
    first, *_, last = desk.free()
    record = desk.clinic.gateway.book(desk.draft(first.starts_at)).record
    sandbox.fault(kind="pretended", path="updateAppointmentBooking")
    with pytest.raises(VendorChanged) as refused:
        desk.clinic.gateway.reschedule(desk.move(record, last.starts_at))
    assert refused.value.cause == "not_done"


def test_what_is_not_there_cannot_be_moved_or_cancelled(desk: Desk) -> None:
    first, *_, last = desk.free()
    record = desk.clinic.gateway.book(desk.draft(first.starts_at)).record
    with pytest.raises(NotFound):
        desk.clinic.gateway.reschedule(desk.move(record, last.starts_at, appointment_id="999"))
    with pytest.raises(NotFound):
        desk.clinic.gateway.cancel(Cancellation(appointment_id="999", patient_id=desk.patient_id))


@pytest.mark.parametrize("reason", list(CancellationReason))
def test_an_appointment_is_cancelled_once_and_for_all(
    reason: CancellationReason, sandbox: RunningSandbox, desk: Desk
) -> None:
    slot = desk.free()[0]
    record = desk.clinic.gateway.book(desk.draft(slot.starts_at)).record
    wish = Cancellation(appointment_id=record.id, patient_id=desk.patient_id, reason=reason, note="private")
    for _ in range(2):
        cancelled = desk.clinic.gateway.cancel(wish)
        assert cancelled.status is AppointmentStatus.CANCELLED
        assert cancelled.cancelled_at is not None
    assert not [entry for entry in sandbox.requests() if "private" in str(entry["params"])]
    assert slot in desk.free()


def test_a_cancellation_that_nookal_only_pretended_is_told(sandbox: RunningSandbox, desk: Desk) -> None:
    slot = desk.free()[0]
    record = desk.clinic.gateway.book(desk.draft(slot.starts_at)).record
    sandbox.fault(kind="pretended", path="cancelAppointment")
    with pytest.raises(VendorChanged):
        desk.clinic.gateway.cancel(Cancellation(appointment_id=record.id, patient_id=desk.patient_id))


@pytest.mark.parametrize("method", ["updateAppointmentBooking", "cancelAppointment"])
def test_a_change_whose_answer_is_lost_is_uncertain_and_sent_once(
    method: str, sandbox: RunningSandbox, desk: Desk
) -> None:
    first, *_, last = desk.free()
    record = desk.clinic.gateway.book(desk.draft(first.starts_at)).record
    sandbox.clear_requests()
    sandbox.fault(kind="drop_after", path=method)
    gateway, wish = desk.clinic.gateway, Cancellation(appointment_id=record.id, patient_id=desk.patient_id)
    change = {
        "cancelAppointment": lambda: gateway.cancel(wish),
        "updateAppointmentBooking": lambda: gateway.reschedule(desk.move(record, last.starts_at)),
    }
    with pytest.raises(WriteUncertain):
        change[method]()
    assert writes(sandbox) == [method]


def test_no_error_of_a_write_tells_of_whom(sandbox: RunningSandbox, desk: Desk) -> None:
    slot = desk.free()[0]
    for kind in ("pretended", "html200", "drop_before", "drop_after"):
        sandbox.clear_faults()
        sandbox.fault(kind=kind, path="addAppointmentBooking")
        with pytest.raises(PmsError) as failed:
            desk.clinic.gateway.book(desk.draft(slot.starts_at))
        told = f"{failed.value!r} {vars(failed.value)}"
        assert desk.patient_id not in told
        assert sandbox.key("nookal") not in told
        for record in desk.find(slot.starts_at):
            desk.clinic.gateway.withdraw(record.id, patient_id=desk.patient_id)
