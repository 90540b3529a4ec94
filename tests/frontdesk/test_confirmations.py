"""After each change the patient is told by text what is so: once, on the own mobile, or it is known why not (B13)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from routiq.consent import ledger
from routiq.frontdesk import rehearsing
from routiq.frontdesk.booking import book
from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.confirmations import _useful_until, is_owed, mobile_of, ring_instead, text_about
from routiq.frontdesk.describing import in_words
from routiq.frontdesk.models import DeskRules, StaffTask, Write
from routiq.frontdesk.moving import reschedule
from routiq.frontdesk.wishes import BookingRequest, OfferedTime, Outcome
from routiq.messaging import jobs
from routiq.messaging.models import Text
from routiq.mirror.models import Appointment, Patient, PatientPhone
from routiq.practices.clocks import short_clock
from tests.carriers import StandIn
from tests.frontdesk.desk import booked_at, cancellation, move, settle
from tests.frontdesk.test_both_systems import lose, somebody, two_times
from tests.messaging.owing import minutes_pass, work
from tests.systems import At

NUMBER = "+61491570006"


@pytest.fixture
def here(mirrored: At, twilio: StandIn) -> StandIn:
    return twilio


def told(twilio: StandIn) -> list[str]:
    """What was said, each to the right number."""
    assert {number for number, _ in twilio.told} <= {NUMBER}
    return [words for _, words in twilio.told]


def when(offer: OfferedTime) -> str:
    start = offer.local_start
    noon = (start.hour, start.minute) == (12, 0)
    return f"{start:%A} {start.day} {start:%B} at {'12 noon' if noon else short_clock(start)}"


def patient_of(remote_id: str) -> Patient:
    return Patient.objects.get(remote_id=remote_id)


def test_booked_moved_and_cancelled_each_is_told_as_it_stands(here: StandIn) -> None:
    patient = somebody()
    first, second = two_times(patient)
    appointment = booked_at(patient, first)
    work()
    reschedule(move(patient, appointment, second))
    work()
    cancel(cancellation(patient, appointment, second, warned=True))
    work()

    booked, moved, cancelled = told(here)
    called = patient_of(patient).called
    assert booked.startswith(f"Harbour Street Physiotherapy: Hello {called}, you are booked for {when(first)}, ")
    assert f"{first.appointment_type_name} with {first.practitioner_name} at {first.location_name}." in booked
    assert f"Hello {called}, your appointment is moved to {when(second)}, " in moved
    assert f"Hello {called}, your appointment on {when(second)} is cancelled, " in cancelled
    assert all(
        words.endswith("Replies are not read: please ring us if anything is not right.") for words in told(here)
    )
    assert [text.state for text in Text.objects.order_by("pk")] == [Text.State.SENT] * 3


def test_one_that_is_known_only_afterwards_is_told_then_and_one_that_failed_never(
    here: StandIn, mirrored: At
) -> None:
    patient = somebody()
    first, second = two_times(patient)
    appointment = booked_at(patient, first)
    work()
    lose(mirrored, "move", "drop_before")
    assert reschedule(move(patient, appointment, second)).outcome is Outcome.UNCERTAIN
    settle()
    work()
    assert len(told(here)) == 1
    lose(mirrored, "cancel", "drop_after")
    cancel(cancellation(patient, appointment, first, warned=True))
    settle()
    work()
    assert len(told(here)) == 2
    assert "is cancelled" in told(here)[1]


def test_the_same_request_twice_is_one_text(here: StandIn) -> None:
    patient = somebody()
    offer = two_times(patient)[0]
    assert booked_at(patient, offer) == booked_at(patient, offer)
    work()
    assert len(told(here)) == 1


def numbers(patient: str, *numbers: tuple[str, str]) -> Patient:
    row = patient_of(patient)
    row.phones.all().delete()
    for position, (number, kind) in enumerate(numbers):
        PatientPhone.objects.create(
            practice_id=row.practice_id, patient=row, position=position, number=number, e164=number, kind=kind
        )
    return row


@pytest.mark.parametrize(
    ("on_record", "mobile"),
    [
        ([], ""),
        ([("+61255501234", "home")], ""),
        ([("+447911123456", "mobile")], ""),
        ([("", "mobile")], ""),
        ([("+61255501234", "home"), ("+61491570156", "mobile")], "+61491570156"),
        ([("+61491570157", "other"), ("+61491570156", "mobile")], "+61491570156"),
        ([("+61491570157", "other")], "+61491570157"),
        ([("+64211234567", "mobile")], "+64211234567"),
    ],
)
def test_only_the_patients_own_mobile_of_here_is_texted(
    synced: Any, patient: str, on_record: list[tuple[str, str]], mobile: str
) -> None:
    assert mobile_of(numbers(patient, *on_record)) == mobile


def last_text() -> Text:
    return Text.objects.latest("pk")


def reason_after_booking(patient: str, number: int) -> str:
    offer = two_times(patient)[number - 1]
    request = BookingRequest(patient, offer, intent_key=f"k{number}", channel="test", asked_by="conversation:1")
    assert book(request).outcome is Outcome.BOOKED
    work()
    return last_text().reason


def test_without_a_mobile_or_after_a_stop_there_is_none_and_it_is_known_why(here: StandIn) -> None:
    patient = somebody()
    numbers(patient, ("+61255501234", "home"))
    assert reason_after_booking(patient, 1) == Text.Reason.NO_MOBILE
    numbers(patient, (NUMBER, "mobile"))
    ledger.withdraw(patient_id=patient, source="person:1")
    assert reason_after_booking(patient, 2) == Text.Reason.STOPPED
    write = Write.objects.latest("created_at")
    assert (here.told, is_owed(write), StaffTask.objects.count()) == ([], False, 0)


def test_switched_off_there_is_not_even_a_row(here: StandIn, mirrored: At) -> None:
    DeskRules.objects.create(practice=mirrored.connection.practice, text_confirmations=False)
    patient = somebody()
    booked_at(patient, two_times(patient)[0])
    work()
    assert (here.asked, Text.objects.count()) == ([], 0)


def test_where_nobody_carries_texts_none_is_made(mirrored: At) -> None:
    patient = somebody()
    booked_at(patient, two_times(patient)[0])
    write = Write.objects.get()
    assert (text_about(write), is_owed(write)) == (None, False)


def test_a_rehearsal_owes_nobody_a_text(here: StandIn) -> None:
    from routiq.frontdesk import confirmations

    patient = somebody()
    booked_at(patient, two_times(patient)[0])
    with rehearsing.nothing_is_written(), pytest.raises(rehearsing.OnlyRehearsing):
        confirmations.owe(Write.objects.get())


def test_what_changed_before_it_went_out_is_not_told_any_more(here: StandIn) -> None:
    patient = somebody()
    first, second = two_times(patient)
    appointment = booked_at(patient, first)
    Appointment.objects.filter(remote_id=appointment).update(starts_at=second.starts_at)
    work()
    assert (here.told, last_text().reason, StaffTask.objects.count()) == ([], Text.Reason.CHANGED, 0)


def test_one_that_could_not_be_sent_leaves_a_task_once(here: StandIn) -> None:
    here.troubles = ["21614"]
    patient = somebody()
    booked_at(patient, two_times(patient)[0])
    work()
    minutes_pass(3)
    task = StaffTask.objects.get()
    write = Write.objects.get()
    assert task.summary == (
        f"Could not text the patient about this: {in_words(write)}. The number on the patient’s record takes no "
        "texts. Ring them."
    )
    assert (task.write, task.conversation_id, is_owed(write)) == (write, 1, False)


@pytest.mark.parametrize(
    ("asked_by", "asked_for"), [("person:1", False), ("conversation:1", True), ("token:1", True)]
)
def test_only_what_the_practice_does_by_hand_is_held_at_night(here: StandIn, asked_by: str, asked_for: bool) -> None:
    patient = somebody()
    offer = two_times(patient)[0]
    book(BookingRequest(patient, offer, intent_key="k", channel="calendar", asked_by=asked_by))
    text = last_text()
    assert (text.asked_for_at is not None) is asked_for
    assert text.useful_until <= min(offer.starts_at, timezone.now() + timedelta(days=1))


def test_nobody_rings_about_an_appointment_that_has_begun_but_in_time_before_it(here: StandIn) -> None:
    here.token = "another"
    patient = somebody()
    offer = two_times(patient)[1]
    booked_at(patient, offer)
    text = last_text()
    with time_machine.travel(text.useful_until):
        jobs.send_due(0)
        work()
    assert (last_text().reason, StaffTask.objects.count()) == (Text.Reason.TOO_LATE, 1)
    StaffTask.objects.all().delete()
    with time_machine.travel(offer.starts_at + timedelta(minutes=1)):
        ring_instead(last_text())
    assert StaffTask.objects.count() == 0


@pytest.mark.parametrize(
    ("minutes", "useful"), [(10, 10), (15, 15), (60, 45), (24 * 60, 24 * 60 - 15), (3000, 24 * 60)]
)
def test_it_is_given_up_while_there_is_time_to_ring(minutes: int, useful: int) -> None:
    now = timezone.now()
    assert _useful_until(now + timedelta(minutes=minutes), now) == now + timedelta(minutes=useful)
