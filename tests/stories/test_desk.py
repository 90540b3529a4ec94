"""A day at the front desk, on every system: whoever stands there is registered, booked, moved and cancelled."""

from __future__ import annotations

from typing import Any

import pytest

from routiq.frontdesk.booking import book
from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.changes import RegisterRequest
from routiq.frontdesk.models import SlotHold, StaffTask, Write
from routiq.frontdesk.moving import reschedule
from routiq.frontdesk.people import habit_of
from routiq.frontdesk.registering import register_patient
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import BookingRequest, OfferedTime, Outcome, Wish
from routiq.mirror.models import Appointment, Patient
from routiq.sync.looking import look
from tests.frontdesk.desk import cancellation, move, row, standing
from tests.systems import At

BY_HAND = {"channel": "page", "asked_by": "person:1"}


@pytest.fixture
def cast(mirrored: At) -> dict[str, Any]:
    """The invented practice's characters by label."""
    return mirrored.sandbox.characters()


def registered(first_name: str, last_name: str, mobile: str) -> str:
    given = {"first_name": first_name, "last_name": last_name, "date_of_birth": "17/3/1991", "mobile": mobile}
    answer = register_patient(RegisterRequest(given=given, intent_key=f"new {last_name}", **BY_HAND))
    assert answer.outcome is Outcome.DONE, answer
    return answer.patient_id


def booked(patient: str, offer: OfferedTime) -> str:
    answer = book(BookingRequest(patient, offer, intent_key=f"for {patient}", **BY_HAND))
    assert answer.outcome is Outcome.BOOKED, answer
    return answer.appointment_id


def test_newcomers_are_registered_booked_moved_and_cancelled(mirrored: At, cast: dict[str, Any]) -> None:
    type_id = habit_of(cast["returning"]["patient_ids"][0]).appointment_type_id
    first, *_, second = find_times(Wish(appointment_type_id=type_id, count=3)).offers
    ottilie = registered("Ottilie", "Brandt", "0491 570 313")
    appointment = booked(ottilie, first)
    assert standing(mirrored.sandbox, first) == [appointment]

    moved = reschedule(move(ottilie, appointment, second, **BY_HAND))
    assert (moved.outcome, moved.appointment_id) == (Outcome.DONE, appointment)
    assert (standing(mirrored.sandbox, first), standing(mirrored.sandbox, second)) == ([], [appointment])

    jarrah = registered("Jarrah", "Quill", "0491 570 156")
    next_one = booked(jarrah, first)
    assert standing(mirrored.sandbox, first) == [next_one], "the time that was given up is the next one's"

    cancelled = cancel(cancellation(ottilie, appointment, second, warned=True, **BY_HAND))
    assert cancelled.outcome is Outcome.DONE, cancelled
    assert standing(mirrored.sandbox, second) == []
    assert row(mirrored.sandbox, appointment)["cancelled_at"]

    assert sorted(Write.objects.values_list("kind", "state")) == [
        ("booking", "booked"),
        ("booking", "booked"),
        ("cancellation", "done"),
        ("move", "done"),
        ("registration", "done"),
        ("registration", "done"),
    ]
    assert not SlotHold.objects.exists()
    assert not StaffTask.objects.exists()
    assert Patient.objects.filter(remote_id__in=[ottilie, jarrah], status="active").count() == 2
    assert Appointment.objects.get(remote_id=appointment).status == "cancelled"
    look(mirrored.connection)
    assert mirrored.differences() == []
