"""What every gateway must do in the vendor's diary and among its patients, and say truthfully."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import (
    KeyRejected,
    NotBookableOnline,
    NotFound,
    NotOffered,
    SlotTaken,
    WriteRefused,
    WriteUncertain,
)
from routiq.pms.gateway import Stream
from routiq.pms.records import AppointmentStatus, Cancellation, CancellationReason, PatientDraft
from tests.contract.conftest import MONDAY, NOW, Clinic, Desk, changes_of

BORN = date(1991, 4, 17)


def person(**fields: Any) -> PatientDraft:
    given = {
        "first_name": "Tamsin",
        "last_name": "Oyelaran",
        "date_of_birth": BORN,
        "mobile": "0491 570 156",
        **fields,
    }
    return PatientDraft(**given)


def find(clinic: Clinic, first: str, last: str, born: date | None) -> list[Any]:
    return clinic.gateway.find_patients(first_name=first, last_name=last, date_of_birth=born)


# Times


def test_free_times_come_in_order_within_the_days_and_hold_the_type(desk: Desk) -> None:
    assert desk.slots == sorted(desk.slots, key=lambda slot: slot.starts_at)
    length = timedelta(minutes=desk.kind.duration_minutes)
    for slot in desk.slots:
        assert NOW < slot.starts_at < NOW + timedelta(days=8)
        assert slot.ends_at - slot.starts_at == length
        assert slot.starts_at.utcoffset() == timedelta(0)
        assert (slot.practitioner_id, slot.location_id) == (desk.practitioner_id, desk.location_id)
        assert slot.appointment_type_id == desk.kind.id


def test_days_that_are_asked_for_together_and_apart_give_the_same(desk: Desk) -> None:
    apart = [slot for day in range(10) for slot in desk.free(MONDAY + timedelta(days=day), days=1)]
    assert desk.free(MONDAY, days=10) == apart
    assert desk.free(MONDAY, days=0) == []


@pytest.mark.parametrize("wrong", ["location_id", "practitioner_id", "appointment_type_id"])
def test_a_combination_that_does_not_exist_is_named_with_what_to_switch_on(wrong: str, desk: Desk) -> None:
    with pytest.raises(NotBookableOnline) as refused:
        desk.gateway.available_times(**{**desk.where(), wrong: "999"}, first=MONDAY, last=MONDAY)
    assert desk.clinic.can.label in refused.value.advice


# Booking


def test_a_free_time_is_booked_once_and_is_free_no_more(desk: Desk, sandbox: RunningSandbox) -> None:
    slot = desk.slots[0]
    record = desk.gateway.book(desk.draft(slot.starts_at)).record
    assert len(changes_of(sandbox)) == 1
    assert (record.starts_at, record.ends_at) == (slot.starts_at, slot.ends_at)
    assert (record.patient_id, record.practitioner_id) == (desk.patient_id, desk.practitioner_id)
    assert (record.location_id, record.appointment_type_id) == (desk.location_id, desk.kind.id)
    assert record.status is AppointmentStatus.CONFIRMED
    length = timedelta(minutes=desk.kind.duration_minutes)
    assert not [other for other in desk.free() if abs(other.starts_at - slot.starts_at) < length]
    again = desk.gateway.appointment(record.id, patient_id=desk.patient_id)
    assert (again.id, again.starts_at) == (record.id, record.starts_at)
    assert record.id in {visit.id for visit in desk.clinic.all(Stream.APPOINTMENTS)}


def test_a_booking_is_found_by_who_when_and_its_reference(desk: Desk) -> None:
    slot = desk.slots[0]
    assert desk.find(slot.starts_at) == []
    record = desk.gateway.book(desk.draft(slot.starts_at)).record
    (found,) = desk.find(slot.starts_at)
    assert found.id == record.id
    assert "Ref QX7Z" in found.notes
    assert desk.find(slot.starts_at + timedelta(minutes=5)) == []


def test_two_at_the_same_time_are_a_conflict_and_one_alone_is_none(desk: Desk, sandbox: RunningSandbox) -> None:
    slot = desk.slots[0]
    record = desk.gateway.book(desk.draft(slot.starts_at)).record
    assert not desk.gateway.has_conflict(record.id, patient_id=desk.patient_id)
    fields = {
        "patient_id": desk.somebody_else,
        "practitioner_id": desk.practitioner_id,
        "business_id": desk.location_id,
        "appointment_type_id": desk.kind.id,
        "starts_at": slot.starts_at.isoformat(),
    }
    (other,) = sandbox.edit([{"op": "create", "collection": "individual_appointments", "fields": fields}])
    assert desk.gateway.has_conflict(record.id, patient_id=desk.patient_id)
    sandbox.edit([{"op": "cancel", "collection": "individual_appointments", "id": other}])
    assert not desk.gateway.has_conflict(record.id, patient_id=desk.patient_id)


def test_a_time_that_was_taken_meanwhile_is_refused_or_seen_as_a_conflict(
    desk: Desk, sandbox: RunningSandbox
) -> None:
    slot = desk.slots[0]
    first = desk.gateway.book(desk.draft(slot.starts_at, patient_id=desk.somebody_else)).record
    later = desk.gateway.book(desk.draft(desk.later(slot).starts_at)).record
    for attempt in (
        lambda: desk.gateway.book(desk.draft(slot.starts_at)),
        lambda: desk.gateway.reschedule(desk.move(later, slot.starts_at)),
    ):
        try:
            entered = attempt()
        except SlotTaken:
            continue
        assert entered.conflict is not False
        assert desk.gateway.has_conflict(entered.record.id, patient_id=desk.patient_id)
        desk.gateway.withdraw(entered.record.id, patient_id=desk.patient_id)
    assert desk.gateway.appointment(first.id, patient_id=desk.somebody_else).starts_at == slot.starts_at


def test_what_must_not_stand_is_taken_back_and_may_be_taken_back_again(desk: Desk) -> None:
    slot = desk.slots[0]
    record = desk.gateway.book(desk.draft(slot.starts_at)).record
    for _ in range(2):
        desk.gateway.withdraw(record.id, patient_id=desk.patient_id)
    desk.gateway.withdraw("999000999", patient_id=desk.patient_id)
    assert desk.find(slot.starts_at) == []
    assert slot in desk.free()


@pytest.mark.parametrize("fault", ["drop_after", "truncated"])
def test_a_lost_answer_is_uncertain_sent_once_and_found_again(
    fault: str, desk: Desk, sandbox: RunningSandbox
) -> None:
    slot = desk.slots[0]
    sandbox.fault(kind=fault, path="addAppointmentBooking|individual_appointments", method="POST")
    with pytest.raises(WriteUncertain) as unclear:
        desk.gateway.book(desk.draft(slot.starts_at))
    assert unclear.value.advice
    assert len(changes_of(sandbox)) == 1
    assert ["Ref QX7Z" in record.notes for record in desk.find(slot.starts_at)] == [True]


def test_a_dead_key_books_nothing(desk: Desk, dead_key: Callable[[], object]) -> None:
    dead_key()
    with pytest.raises(KeyRejected):
        desk.gateway.book(desk.draft(desk.slots[0].starts_at))


def test_an_appointment_that_is_not_there_is_not_found(desk: Desk) -> None:
    for ask in (desk.gateway.appointment, desk.gateway.has_conflict):
        with pytest.raises(NotFound):
            ask("999000999", patient_id=desk.patient_id)


# Moving and cancelling


def test_an_appointment_moves_in_one_step_and_keeps_its_id(desk: Desk, sandbox: RunningSandbox) -> None:
    slot = desk.slots[0]
    later = desk.later(slot)
    record = desk.gateway.book(desk.draft(slot.starts_at)).record
    sandbox.clear_requests()
    moved = desk.gateway.reschedule(desk.move(record, later.starts_at)).record
    assert len(changes_of(sandbox)) == 1
    assert (moved.id, moved.starts_at, moved.ends_at) == (record.id, later.starts_at, later.ends_at)
    assert desk.find(slot.starts_at) == []
    assert [found.id for found in desk.find(later.starts_at)] == [record.id]
    assert slot in desk.free()
    assert desk.gateway.appointment(record.id, patient_id=desk.patient_id).starts_at == later.starts_at


@pytest.mark.parametrize("reason", list(CancellationReason))
def test_an_appointment_is_cancelled_and_cancelling_again_is_no_error(reason: CancellationReason, desk: Desk) -> None:
    slot = desk.slots[0]
    record = desk.gateway.book(desk.draft(slot.starts_at)).record
    for _ in range(2):
        cancelled = desk.gateway.cancel(
            Cancellation(appointment_id=record.id, patient_id=desk.patient_id, reason=reason)
        )
        assert (cancelled.id, cancelled.status) == (record.id, AppointmentStatus.CANCELLED)
        assert cancelled.cancelled_at is not None
    assert desk.find(slot.starts_at) == []
    assert slot in desk.free()
    if desk.clinic.can.stores_cancellation_reason:
        assert cancelled.cancellation_reason
    seen = {visit.id: visit for visit in desk.clinic.all(Stream.APPOINTMENTS)}
    assert seen[record.id].status is AppointmentStatus.CANCELLED


def test_what_is_not_there_is_neither_moved_nor_cancelled(desk: Desk) -> None:
    slot = desk.slots[0]
    record = desk.gateway.book(desk.draft(slot.starts_at)).record
    with pytest.raises(NotFound):
        desk.gateway.reschedule(desk.move(record, desk.later(slot).starts_at, appointment_id="999000999"))
    with pytest.raises(NotFound):
        desk.gateway.cancel(Cancellation(appointment_id="999000999", patient_id=desk.patient_id))


@pytest.mark.parametrize("kind", ["move", "cancel", "register"])
def test_a_change_whose_answer_is_lost_is_uncertain_and_sent_once(
    kind: str, desk: Desk, sandbox: RunningSandbox
) -> None:
    slot = desk.slots[0]
    record = desk.gateway.book(desk.draft(slot.starts_at)).record
    sandbox.clear_requests()
    wish = Cancellation(appointment_id=record.id, patient_id=desk.patient_id)
    acts: dict[str, Callable[[], object]] = {
        "move": lambda: desk.gateway.reschedule(desk.move(record, desk.later(slot).starts_at)),
        "cancel": lambda: desk.gateway.cancel(wish),
        "register": lambda: desk.gateway.register_patient(person()),
    }
    # Only the change itself is struck, not what is read around it.
    sandbox.fault(kind="drop_after", path=r"^(update|cancel|add)|individual_appointments/.+|^patients$", times=1)
    with pytest.raises(WriteUncertain):
        acts[kind]()
    assert len(changes_of(sandbox)) == 1


# Patients


def test_a_new_patient_is_registered_and_found_by_name_and_day(clinic: Clinic, sandbox: RunningSandbox) -> None:
    assert find(clinic, "Tamsin", "Oyelaran", BORN) == []
    sandbox.clear_requests()
    record = clinic.gateway.register_patient(person(email="tamsin@patient.example", city="Port Demo", state="NSW"))
    assert len(changes_of(sandbox)) == 1
    assert (record.first_name, record.last_name, record.date_of_birth) == ("Tamsin", "Oyelaran", BORN)
    assert "+61491570156" in {phone.e164 for phone in record.phones}
    assert record.email == "tamsin@patient.example"
    for first, last in (("Tamsin", "Oyelaran"), ("TAMSIN", "oyelaran"), (" tamsin ", "Oyelaran")):
        assert [one.id for one in find(clinic, first, last, BORN)] == [record.id]
    assert find(clinic, "Tamsin", "Oyelaran", date(1990, 1, 1)) == []
    assert find(clinic, "Tam", "Oyel", BORN) == []
    assert [one.id for one in find(clinic, "Tamsin", "Oyelaran", None)] == [record.id]


def test_accents_come_through_both_ways(clinic: Clinic) -> None:
    record = clinic.gateway.register_patient(person(first_name="Zoë", last_name="D’Angelo-Nuñez"))
    assert (record.first_name, record.last_name) == ("Zoë", "D’Angelo-Nuñez")
    assert [one.id for one in find(clinic, "Zoë", "D’Angelo-Nuñez", BORN)] == [record.id]


def test_a_new_patient_can_be_booked_for_at_once(desk: Desk) -> None:
    record = desk.gateway.register_patient(person())
    slot = desk.slots[0]
    booked = desk.gateway.book(desk.draft(slot.starts_at, patient_id=record.id)).record
    assert booked.patient_id == record.id


def test_a_patient_without_a_last_name_is_refused_or_not_made(clinic: Clinic, sandbox: RunningSandbox) -> None:
    with pytest.raises(WriteRefused):
        clinic.gateway.register_patient(person(last_name=""))


# Treatment notes


def test_treatment_notes_are_read_or_plainly_not(clinic: Clinic, sandbox: RunningSandbox) -> None:
    if not clinic.can.reads_treatment_notes:
        with pytest.raises(NotOffered):
            clinic.gateway.treatment_notes("1")
        return
    assert sandbox.server is not None
    whose = next(iter(sandbox.server.sandbox.worlds["main"]["treatment_notes"].rows.values()))["patient_id"]
    found = clinic.gateway.treatment_notes(whose)
    assert found == sorted(found, key=lambda note: note.written_at, reverse=True)
    assert all(note.text and isinstance(note.written_at, datetime) for note in found)
    assert not [note for note in found if note.text in repr(note)]
