"""Finding times, booking, moving, cancelling and looking up, as Nookal."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import (
    KeyRejected,
    NotBookableOnline,
    NotFound,
    PmsError,
    SlotTaken,
    VendorChanged,
    WriteRefused,
    WriteUncertain,
)
from routiq.pms.gateway import Stream
from routiq.pms.records import AppointmentDraft, AppointmentMove, AppointmentStatus, Cancellation, CancellationReason

MONDAY = date(2026, 5, 4)
NOW = datetime(2026, 5, 3, 20, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_monday_morning(sandbox: RunningSandbox) -> Any:
    """Six in the morning in Sydney, for the sandbox and for us."""
    with time_machine.travel(NOW, tick=True):
        sandbox.clock(now="2026-05-03T20:00:00Z")
        yield


class Desk:
    """A combination that can be booked, and who it is for."""

    def __init__(self, sandbox: RunningSandbox, clinic: Any) -> None:
        self.clinic = clinic
        types = {kind.id: kind for kind in clinic.all(Stream.APPOINTMENT_TYPES)}
        self.patient_id = sandbox.characters()["returning"]["patient_ids"][0]
        self.offers = clinic.all(Stream.OFFERINGS)
        for offer in self.offers:
            self.location_id, self.practitioner_id = offer.location_id, offer.practitioner_ids[0]
            self.kind = types[offer.appointment_type_id]
            if self.free():
                break
        sandbox.clear_requests()

    def where(self) -> dict[str, Any]:
        return {
            "location_id": self.location_id,
            "practitioner_id": self.practitioner_id,
            "appointment_type_id": self.kind.id,
            "duration_minutes": self.kind.duration_minutes,
        }

    def free(self, days: int = 14, first: date = MONDAY) -> list[Any]:
        found: list[Any] = self.clinic.gateway.available_times(
            **self.where(), first=first, last=first + timedelta(days=days - 1)
        )
        return found

    def draft(self, starts_at: datetime, **fields: Any) -> AppointmentDraft:
        given = {
            "patient_id": self.patient_id,
            "practitioner_id": self.practitioner_id,
            "location_id": self.location_id,
            "appointment_type_id": self.kind.id,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=self.kind.duration_minutes),
            "notes": "Booked by Robyn. Ref AB12",
            **fields,
        }
        return AppointmentDraft(**given)

    def move(self, record: Any, starts_at: datetime, **fields: Any) -> AppointmentMove:
        given = {
            "appointment_id": record.id,
            "patient_id": record.patient_id,
            "practitioner_id": record.practitioner_id,
            "location_id": record.location_id,
            "appointment_type_id": record.appointment_type_id,
            "starts_at": starts_at,
            "ends_at": starts_at + (record.ends_at - record.starts_at),
            **fields,
        }
        return AppointmentMove(**given)

    def find(self, starts_at: datetime) -> list[Any]:
        found: list[Any] = self.clinic.gateway.find_appointments(
            patient_id=self.patient_id, practitioner_id=self.practitioner_id, starts_at=starts_at
        )
        return found


@pytest.fixture
def desk(sandbox: RunningSandbox, nookal: Any) -> Desk:
    return Desk(sandbox, nookal)


def rows(sandbox: RunningSandbox) -> dict[str, dict[str, Any]]:
    assert sandbox.server is not None
    return dict(sandbox.server.sandbox.worlds["main"]["individual_appointments"].rows)


def writes(sandbox: RunningSandbox) -> list[str]:
    return [
        entry["path"] for entry in sandbox.requests() if not entry["path"].startswith(("get", "verify", "search"))
    ]


# Times


def test_free_times_come_in_order_and_each_can_be_booked(desk: Desk) -> None:
    slots = desk.free()
    assert slots == sorted(slots, key=lambda slot: slot.starts_at)
    assert {slot.ends_at - slot.starts_at for slot in slots} == {timedelta(minutes=desk.kind.duration_minutes)}
    assert min(slot.starts_at for slot in slots) > NOW
    for slot in slots[:: max(len(slots) // 6, 1)]:
        record = desk.clinic.gateway.book(desk.draft(slot.starts_at)).record
        assert not desk.clinic.gateway.has_conflict(record.id, patient_id=desk.patient_id)
        desk.clinic.gateway.withdraw(record.id, patient_id=desk.patient_id)


def test_a_booked_time_is_free_no_more_nor_is_one_that_reaches_into_it(desk: Desk) -> None:
    slot = desk.free()[0]
    desk.clinic.gateway.book(desk.draft(slot.starts_at))
    length = timedelta(minutes=desk.kind.duration_minutes)
    assert not [other for other in desk.free() if abs(other.starts_at - slot.starts_at) < length]


def test_only_the_days_that_were_asked_for_come_and_one_more_is_asked(sandbox: RunningSandbox, desk: Desk) -> None:
    slots = desk.free(days=1, first=MONDAY + timedelta(days=1))
    assert {slot.starts_at.astimezone(tz(desk)).date() for slot in slots} <= {MONDAY + timedelta(days=1)}
    (asked,) = [e["params"] for e in sandbox.requests() if e["path"] == "getAppointmentAvailabilities"]
    assert (asked["date_from"], asked["date_to"]) == ("2026-05-05", "2026-05-06")


def tz(desk: Desk) -> Any:
    return desk.clinic.gateway._catalogue.zone_of(desk.location_id)


def test_a_long_stretch_is_asked_for_in_pieces(sandbox: RunningSandbox, desk: Desk) -> None:
    whole = desk.free(days=30)
    asked = [entry for entry in sandbox.requests() if entry["path"] == "getAppointmentAvailabilities"]
    assert len(asked) == 3
    assert whole == [*desk.free(days=14), *desk.free(days=16, first=MONDAY + timedelta(days=14))]


def test_no_days_are_no_question(sandbox: RunningSandbox, desk: Desk) -> None:
    assert desk.free(days=0) == []
    assert sandbox.requests() == []


def test_what_has_passed_is_not_offered(sandbox: RunningSandbox, desk: Desk) -> None:
    slots = desk.free(days=7)
    with time_machine.travel(slots[3].starts_at, tick=False):
        assert min(slot.starts_at for slot in desk.free(days=7)) > slots[3].starts_at


@pytest.mark.parametrize("wrong", ["location_id", "practitioner_id", "appointment_type_id"])
def test_a_combination_that_does_not_exist_cannot_be_booked_online(wrong: str, desk: Desk) -> None:
    with pytest.raises(NotBookableOnline) as refused:
        desk.clinic.gateway.available_times(**{**desk.where(), wrong: "999"}, first=MONDAY, last=MONDAY)
    assert "enabled for online booking" in refused.value.advice


def test_a_practitioner_who_was_switched_off_is_noticed_within_minutes(sandbox: RunningSandbox, desk: Desk) -> None:
    sandbox.edit(
        [{"op": "update", "collection": "practitioners", "id": desk.practitioner_id, "fields": {"active": False}}]
    )
    desk.clinic.gateway._catalogue._lists = None
    with pytest.raises(NotBookableOnline):
        desk.free()


def test_many_who_look_for_times_at_once_ask_for_the_lists_once(
    sandbox: RunningSandbox, desk: Desk, open_nookal: Any
) -> None:
    desk.clinic = open_nookal()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: desk.free(days=7), range(8)))
    assert all(slots == found[0] for slots in found)
    asked = Counter(entry["path"] for entry in sandbox.requests())
    assert asked["getAppointmentAvailabilities"] == 8
    assert asked["getLocations"] == asked["getPractitioners"] == asked["getAppointmentTypes"] == 1
    assert asked["getServiceMatrix"] == len(desk.clinic.all(Stream.LOCATIONS))


# Booking


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


# Moving and cancelling


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
