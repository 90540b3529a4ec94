"""The same conversations on every system, with the same outcome."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from routiq.frontdesk import carrying, settling
from routiq.frontdesk.models import Booking, SlotHold
from routiq.frontdesk.people import habit_of
from routiq.mirror.models import Appointment
from routiq.robyn.models import Conversation
from tests.stories.telling import Call, taken_by_reception, visits_of
from tests.systems import At

#: The request with which each system is told of a new appointment.
BOOKING_CALL = "individual_appointments$|addAppointmentBooking$"


@pytest.fixture
def cast(mirrored: At) -> dict[str, Any]:
    """The invented practice's characters by label."""
    return mirrored.sandbox.characters()


def booked(at: At, call: Call) -> Booking:
    """The call's booking, which stands in our copy and once in the practice's own diary."""
    booking = call.booking
    assert booking is not None, call.replies
    assert booking.state == Booking.State.BOOKED
    (row,) = [
        each for each in visits_of(at, booking.patient_remote_id) if each["id"] == booking.appointment_remote_id
    ]
    assert row["starts_at"] == booking.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    copy = Appointment.objects.get(remote_id=booking.appointment_remote_id)
    assert (copy.starts_at, copy.practitioner_remote_id) == (booking.starts_at, booking.practitioner_remote_id)
    assert not SlotHold.objects.exists()
    return booking


def test_a_regular_books_the_first_time_offered(mirrored: At, cast: dict[str, Any]) -> None:
    regular = cast["returning"]
    (patient,) = regular["patient_ids"]
    before = len(visits_of(mirrored, patient))
    call = Call(regular["phone"])
    call.say("I'd like to book an appointment")
    first = call.offers[0]
    assert call.say("the first one please").endswith("Shall I book it?")
    assert len(visits_of(mirrored, patient)) == before, "nothing is written before the yes"
    assert call.say("yes please").startswith("It is booked:")
    booking = booked(mirrored, call)
    habit = habit_of(patient)
    assert (booking.patient_remote_id, booking.starts_at) == (patient, first.starts_at)
    assert booking.appointment_type_remote_id == habit.appointment_type_id
    assert booking.practitioner_remote_id == habit.practitioner_id
    assert len(visits_of(mirrored, patient)) == before + 1


def test_a_no_books_nothing(mirrored: At, cast: dict[str, Any]) -> None:
    (patient,) = cast["returning"]["patient_ids"]
    before = visits_of(mirrored, patient)
    call = Call(cast["returning"]["phone"])
    call.say("I'd like to book an appointment", "the first one please", "no, leave it")
    assert call.booking is None
    assert visits_of(mirrored, patient) == before
    assert not Booking.objects.exists()


def test_yes_twice_is_one_booking(mirrored: At, cast: dict[str, Any]) -> None:
    (patient,) = cast["returning"]["patient_ids"]
    before = len(visits_of(mirrored, patient))
    call = Call(cast["returning"]["phone"])
    call.say("I'd like to book an appointment", "the first one please", "yes please", "yes please")
    booked(mirrored, call)
    assert len(visits_of(mirrored, patient)) == before + 1
    assert Booking.objects.count() == 1


def test_a_time_that_reception_gave_away_meanwhile_is_not_promised(mirrored: At, cast: dict[str, Any]) -> None:
    (patient,) = cast["returning"]["patient_ids"]
    somebody = cast["accented"]["patient_ids"][0]
    call = Call(cast["returning"]["phone"])
    call.say("I'd like to book an appointment")
    first = call.offers[0]
    call.say("the first one please")
    mirrored.sandbox.edit([taken_by_reception(mirrored, first, somebody)])
    reply = call.say("yes please")
    assert "It is booked" not in reply
    assert all(
        (row["starts_at"], row["patient"]["links"]["self"].rpartition("/")[2])
        != (first.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"), patient)
        for row in visits_of(mirrored, patient)
    )
    assert call.offers, "other times are offered at once"
    assert all(each.starts_at != first.starts_at for each in call.offers)
    call.say("the first one please", "yes please")
    booked(mirrored, call)


def test_a_lost_answer_becomes_one_appointment(mirrored: At, cast: dict[str, Any]) -> None:
    (patient,) = cast["returning"]["patient_ids"]
    before = len(visits_of(mirrored, patient))
    call = Call(cast["returning"]["phone"])
    call.say("I'd like to book an appointment", "the first one please")
    mirrored.sandbox.fault(kind="drop_after", method="POST", path=BOOKING_CALL, times=1)
    assert call.say("yes please").startswith("It is booked:")
    booking = booked(mirrored, call)
    assert {"no_answer", "found"} <= set(booking.steps.values_list("step", flat=True))
    assert len(visits_of(mirrored, patient)) == before + 1
    sent = [entry for entry in mirrored.sandbox.requests() if entry["path"].endswith("addAppointmentBooking")]
    assert len(sent) <= 1


def test_a_request_that_never_arrived_is_said_truthfully_and_settled(mirrored: At, cast: dict[str, Any]) -> None:
    (patient,) = cast["returning"]["patient_ids"]
    before = visits_of(mirrored, patient)
    call = Call(cast["returning"]["phone"])
    call.say("I'd like to book an appointment", "the first one please")
    mirrored.sandbox.fault(kind="drop_before", method="POST", path=BOOKING_CALL, times=1)
    assert "It is booked" not in call.say("yes please")
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Booking.objects.update(created_at=an_hour_ago, sent_at=an_hour_ago)
    for _ in range(carrying.LOOKUPS):
        settling.settle_open_bookings()
    assert "no_answer" in set(Booking.objects.get().steps.values_list("step", flat=True))
    assert Booking.objects.get().state not in Booking.OPEN
    assert Booking.objects.get().state != Booking.State.BOOKED
    assert visits_of(mirrored, patient) == before


def test_a_family_on_one_number_is_asked_apart(mirrored: At, cast: dict[str, Any]) -> None:
    family = cast["family"]
    call = Call(family["phone"])
    reply = call.say("I'd like to book an appointment")
    assert "name" in reply.lower() or "who" in reply.lower()
    assert call.offers == []
    people = {row["id"]: row for row in mirrored.sandbox.world("patients")["patients"]}
    child = people[family["patient_ids"][1]]
    call.say(f"{child['first_name']} {child['last_name']}")
    said = " ".join(call.replies)
    others = [people[one] for one in family["patient_ids"] if one != child["id"]]
    assert not any(other["date_of_birth"] in said for other in others)
    assert Conversation.objects.get(pk=call.id).ended_at is None


@pytest.mark.parametrize("label", ["archived", "deceased"])
def test_who_is_no_patient_any_more_is_not_recognised(mirrored: At, cast: dict[str, Any], label: str) -> None:
    held = cast[label]
    people = {row["id"]: row for row in mirrored.sandbox.world("patients")["patients"]}
    person = people[held["patient_ids"][0]]
    call = Call(held["phone"])
    call.say("I'd like to book an appointment")
    assert person["first_name"] not in " ".join(call.replies)
    assert call.booking is None
