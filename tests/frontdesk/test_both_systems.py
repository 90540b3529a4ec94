"""What the front desk promises, on every system: booked, moved, cancelled, registered, whatever is lost."""

from __future__ import annotations

from typing import Any

import pytest

from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.changes import RegisterRequest
from routiq.frontdesk.models import SlotHold, Write
from routiq.frontdesk.moving import reschedule
from routiq.frontdesk.people import habit_of, recognise_caller
from routiq.frontdesk.registering import register_patient
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import OfferedTime, Outcome, Wish
from routiq.mirror.models import Appointment, Patient
from tests.frontdesk.desk import booked_at, cancellation, move, reception, row, settle, standing
from tests.systems import At

#: How each system is asked to write: what a fault strikes at.
ASKED = {
    "cliniko": {
        "move": {"method": "PATCH", "path": r"individual_appointments/\d+$"},
        "cancel": {"method": "PATCH", "path": "cancel$"},
        "register": {"method": "POST", "path": "^patients$"},
    },
    "nookal": {
        "move": {"method": "POST", "path": "updateAppointmentBooking"},
        "cancel": {"method": "POST", "path": "cancelAppointment"},
        "register": {"method": "POST", "path": "addPatient"},
    },
}
LOST = ["", "drop_after", "drop_before"]
GIVEN = {"first_name": "Ottilie", "last_name": "Brandt", "date_of_birth": "17/3/1991", "mobile": "0491 570 313"}


def lose(at: At, what: str, kind: str) -> None:
    if kind:
        at.sandbox.fault(kind=kind, **ASKED[at.system.vendor][what])


def somebody() -> str:
    return recognise_caller("0491 570 006").patients[0].remote_id


def two_times(patient: str) -> tuple[OfferedTime, OfferedTime]:
    found = find_times(Wish(appointment_type_id=habit_of(patient).appointment_type_id, count=3)).offers
    return found[0], found[-1]


def outcome_of(write_id: str) -> Any:
    """The state at last, after the workers have looked as often as they would."""
    settle()
    return Write.objects.get(pk=write_id).state


@pytest.mark.parametrize("lost", LOST)
def test_an_appointment_is_moved_or_stays_whole(mirrored: At, lost: str) -> None:
    patient = somebody()
    first, second = two_times(patient)
    appointment = booked_at(patient, first)
    lose(mirrored, "move", lost)
    answer = reschedule(move(patient, appointment, second))
    moved = lost != "drop_before"

    assert answer.outcome is (Outcome.DONE if moved else Outcome.UNCERTAIN), answer
    assert outcome_of(answer.write_id) == (Write.State.DONE if moved else Write.State.UNAVAILABLE)
    here, gone = (second, first) if moved else (first, second)
    assert (standing(mirrored.sandbox, here), standing(mirrored.sandbox, gone)) == ([appointment], [])
    assert Appointment.objects.get(remote_id=appointment).starts_at == here.starts_at
    assert not SlotHold.objects.exists()


def test_an_appointment_whose_new_time_was_taken_at_that_moment_stands_at_its_old(mirrored: At) -> None:
    patient = somebody()
    first, second = two_times(patient)
    appointment = booked_at(patient, first)
    other = Patient.objects.filter(status="active").exclude(remote_id=patient)[0].remote_id
    mirrored.sandbox.fault(
        kind="edit_before", edits=[reception(second, other)], **ASKED[mirrored.system.vendor]["move"]
    )
    answer = reschedule(move(patient, appointment, second))

    assert answer.outcome in (Outcome.SLOT_TAKEN, Outcome.NOT_ALLOWED), answer
    assert standing(mirrored.sandbox, first) == [appointment]
    assert len(standing(mirrored.sandbox, second)) == 1
    assert Appointment.objects.get(remote_id=appointment).starts_at == first.starts_at


@pytest.mark.parametrize("lost", LOST)
def test_an_appointment_is_cancelled_or_stands(mirrored: At, lost: str) -> None:
    patient = somebody()
    first, _ = two_times(patient)
    appointment = booked_at(patient, first)
    lose(mirrored, "cancel", lost)
    answer = cancel(cancellation(patient, appointment, first, warned=True))
    cancelled = lost != "drop_before"

    assert answer.outcome is (Outcome.DONE if cancelled else Outcome.UNCERTAIN), answer
    assert outcome_of(answer.write_id) == (Write.State.DONE if cancelled else Write.State.UNAVAILABLE)
    assert bool(row(mirrored.sandbox, appointment)["cancelled_at"]) is cancelled
    assert (Appointment.objects.get(remote_id=appointment).status == "cancelled") is cancelled


@pytest.mark.parametrize("lost", LOST)
def test_a_patient_is_registered_once_or_not_at_all(mirrored: At, lost: str) -> None:
    lose(mirrored, "register", lost)
    wanted = RegisterRequest(given=GIVEN, intent_key="new", channel="test", asked_by="conversation:1")
    answer = register_patient(wanted)
    registered = lost != "drop_before"

    assert answer.outcome is (Outcome.DONE if registered else Outcome.UNCERTAIN), answer
    assert outcome_of(answer.write_id) == (Write.State.DONE if registered else Write.State.UNAVAILABLE)
    there = [held["id"] for held in mirrored.sandbox.world("patients")["patients"] if held["last_name"] == "Brandt"]
    assert there == ([answer.patient_id] if registered else [])
    mirror = Patient.objects.filter(last_name="Brandt").values_list("remote_id", flat=True)
    assert list(mirror) == there


def test_somebody_alike_is_asked_about(mirrored: At) -> None:
    given = {**GIVEN, "first_name": "Margaret", "last_name": "Okafor", "date_of_birth": "14/3/1961"}
    asked = register_patient(RegisterRequest(given=given, intent_key="x", channel="test", asked_by="conversation:1"))
    assert asked.outcome is Outcome.ASK_FIRST
    assert somebody() in [known.remote_id for known in asked.alike]
