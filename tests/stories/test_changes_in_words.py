"""Moving, cancelling, registering and asking in words, with the same outcome on every system."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from routiq.frontdesk.models import DeskRules, SlotHold, StaffTask, WaitlistEntry, Write
from routiq.mirror.models import Appointment, Patient
from routiq.robyn.memory import from_state
from routiq.robyn.models import Conversation
from tests.stories.telling import Call, visits_of
from tests.systems import At


@pytest.fixture
def cast(mirrored: At) -> dict[str, Any]:
    """The invented practice's characters by label."""
    return mirrored.sandbox.characters()


def said_out(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def booked(at: At, cast: dict[str, Any]) -> tuple[Call, str, str]:
    """A regular with an appointment made in words: the call, the patient and the appointment."""
    (patient,) = cast["returning"]["patient_ids"]
    call = Call(cast["returning"]["phone"])
    call.say("I'd like to book an appointment", "the first one please", "yes please")
    assert call.booking is not None, call.replies
    return call, patient, call.booking.appointment_remote_id


def show(call: Call, patient_id: str) -> str:
    """Say who it is, as the practice knows them."""
    patient = Patient.objects.get(remote_id=patient_id)
    assert patient.date_of_birth is not None
    assert "first and last name" in call.replies[-1], call.replies
    return call.say(f"{patient.first_name} {patient.last_name}", said_out(patient.date_of_birth))


def pick(call: Call, appointment: str) -> str:
    """The one that is meant, where several are asked apart."""
    listed = from_state(Conversation.objects.get(pk=call.id).state).change.listed
    if not listed:
        return call.replies[-1]
    place = [visit.id for visit in listed].index(appointment)
    return call.say(("the first one", "the second one", "the third one", "the last one")[place])


def row(at: At, appointment: str) -> dict[str, Any]:
    world = at.sandbox.world("individual_appointments")["individual_appointments"]
    return next(each for each in world if each["id"] == appointment)


def test_an_appointment_is_moved_in_words(mirrored: At, cast: dict[str, Any]) -> None:
    _, patient, appointment = booked(mirrored, cast)
    before = len(visits_of(mirrored, patient))
    old = row(mirrored, appointment)["starts_at"]
    call = Call(cast["returning"]["phone"])
    call.say("can I move my appointment please?")
    assert not Write.objects.filter(kind="move").exists()
    show(call, patient)
    pick(call, appointment)
    new = call.offers[0]
    read = call.say("the first one")
    assert read.endswith("Shall I move it?"), call.replies
    assert row(mirrored, appointment)["starts_at"] == old, "nothing is written before the yes"
    assert call.say("yes please").startswith("It is moved:")
    assert row(mirrored, appointment)["starts_at"] == new.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert Appointment.objects.get(remote_id=appointment).starts_at == new.starts_at
    assert len(visits_of(mirrored, patient)) == before
    write = Write.objects.get(kind="move")
    assert (write.state, write.accepting_words) == (Write.State.DONE, "yes please")
    assert not SlotHold.objects.exists()


def test_an_abandoned_move_leaves_it_as_it_is(mirrored: At, cast: dict[str, Any]) -> None:
    _, patient, appointment = booked(mirrored, cast)
    before = visits_of(mirrored, patient)
    call = Call(cast["returning"]["phone"])
    call.say("can I move my appointment please?")
    show(call, patient)
    pick(call, appointment)
    assert "have not moved anything" in call.say("the first one", "bye")
    assert visits_of(mirrored, patient) == before
    assert not Write.objects.filter(kind="move").exists()


def test_an_appointment_is_cancelled_in_words_with_the_rule_said_before(mirrored: At, cast: dict[str, Any]) -> None:
    DeskRules.objects.create(
        practice_id=mirrored.connection.practice_id, cancellation_fee="$45", cancellation_window_hours=24 * 365
    )
    _, patient, appointment = booked(mirrored, cast)
    call = Call(cast["returning"]["phone"])
    call.say("I need to cancel my appointment")
    show(call, patient)
    assert "fee for that is $45" in pick(call, appointment)
    assert not row(mirrored, appointment)["cancelled_at"]
    done = call.say("yes")
    assert done.startswith("It is cancelled:"), call.replies
    assert done.endswith("Shall I find you another time?")
    assert row(mirrored, appointment)["cancelled_at"]
    assert Appointment.objects.get(remote_id=appointment).status == "cancelled"
    assert "Which would suit you?" in call.say("yes please")


def test_a_late_one_that_is_left_to_the_team_is_not_touched(mirrored: At, cast: dict[str, Any]) -> None:
    DeskRules.objects.create(
        practice_id=mirrored.connection.practice_id, late_cancellation="block", cancellation_window_hours=24 * 365
    )
    _, patient, appointment = booked(mirrored, cast)
    call = Call(cast["returning"]["phone"])
    call.say("I need to cancel my appointment")
    show(call, patient)
    assert "our team looks after those" in pick(call, appointment)
    assert not row(mirrored, appointment)["cancelled_at"]
    assert "Wants to cancel late" in StaffTask.objects.get().summary


def test_a_wrong_birthday_is_told_nothing(mirrored: At, cast: dict[str, Any]) -> None:
    _, patient, appointment = booked(mirrored, cast)
    known = Patient.objects.get(remote_id=patient)
    call = Call(cast["returning"]["phone"])
    call.say("when is my appointment?")
    for _ in range(3):
        call.say(f"{known.first_name} {known.last_name}", "1/1/1901")
    practitioner = Appointment.objects.get(remote_id=appointment).practitioner_remote_id
    assert "ring you back" in call.replies[-1]
    assert practitioner not in " ".join(call.replies[1:])
    assert "Which" not in call.replies[-1]


def test_a_newcomer_is_registered_in_words_and_booked(mirrored: At, cast: dict[str, Any]) -> None:
    call = Call("0491 570 313")
    call.say("I'd like to book an appointment", "no, I'm new", "Ottilie", "Brandt", "yes", "17 March 1991", "yes")
    read = call.say("ottilie@mail.example")
    assert "Ottilie Brandt, born 17 March 1991" in read, call.replies
    assert not Write.objects.exists()
    call.say("yes")
    write = Write.objects.get(kind="registration")
    assert write.state == Write.State.DONE
    people = {each["id"]: each for each in mirrored.sandbox.world("patients")["patients"]}
    assert people[write.patient_remote_id]["last_name"] == "Brandt"
    if "Which type" in call.replies[-1]:
        call.say("the first one")
    assert call.offers, call.replies
    call.say("the first one")
    assert "for Ottilie" in call.replies[-1]
    assert call.say("yes").startswith("It is booked:")
    assert call.booking is not None
    assert call.booking.patient_remote_id == write.patient_remote_id


def test_the_waiting_list_is_joined_in_words(mirrored: At, cast: dict[str, Any]) -> None:
    (patient,) = cast["returning"]["patient_ids"]
    call = Call(cast["returning"]["phone"])
    assert "You are on the waiting list for" in call.say("can you put me on the waiting list please"), call.replies
    entry = WaitlistEntry.objects.get()
    assert (entry.patient_remote_id, entry.asked_by) == (patient, f"conversation:{call.id}")


def test_what_is_owed_is_told_where_the_system_tells_it(mirrored: At, cast: dict[str, Any]) -> None:
    (patient,) = cast["returning"]["patient_ids"]
    call = Call(cast["returning"]["phone"])
    said = call.say("how much do I owe?")
    if not mirrored.system.capabilities.reads_invoices:
        assert "one for our team" in said
        assert StaffTask.objects.count() == 1
        return
    assert "outstanding" in show(call, patient)
