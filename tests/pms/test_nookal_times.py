"""Finding free times, as Nookal."""
# ruff: noqa: F811 - fixtures that are imported

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import (
    NotBookableOnline,
)
from routiq.pms.gateway import Stream
from tests.pms.nookal_desk import MONDAY, NOW, Desk, desk, on_monday_morning  # noqa: F401


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
