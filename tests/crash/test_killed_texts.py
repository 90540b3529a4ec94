"""kill -9 while a text is handed over, then the workers: the patient gets it once (B13)."""

from __future__ import annotations

import signal

import pytest
from django.db import connections

from routiq.frontdesk.booking import book
from routiq.frontdesk.models import StaffTask
from routiq.frontdesk.wishes import BookingRequest
from routiq.messaging import sending
from routiq.messaging.models import Text
from tests.carriers import StandIn
from tests.crash.doomed import Kill
from tests.frontdesk.desk import booked_at, settle
from tests.frontdesk.test_both_systems import somebody, two_times
from tests.messaging.owing import minutes_pass, work
from tests.systems import At

pytestmark = pytest.mark.crash


@pytest.mark.parametrize("point", ["text_claimed", "text_taken"])
def test_a_text_killed_anywhere_reaches_the_patient_once(
    mirrored: At, twilio: StandIn, kill: Kill, point: str
) -> None:
    patient = somebody()
    booked_at(patient, two_times(patient)[0])
    text = Text.objects.get()
    connections.close_all()
    assert kill(point, mirrored.connection.practice_id, sending.send, text.pk) == -signal.SIGKILL
    text.refresh_from_db()
    assert (text.state, len(twilio.told)) == (Text.State.UNCERTAIN, int(point == "text_taken"))

    work()
    minutes_pass(6)
    text.refresh_from_db()
    assert (text.state, len(twilio.told), StaffTask.objects.count()) == (Text.State.SENT, 1, 0)


@pytest.mark.parametrize("point", ["booking_sent", "booking_answer_stored", "booking_checked"])
def test_of_a_booking_killed_anywhere_there_is_a_text_when_it_stands_and_only_then(
    mirrored: At, twilio: StandIn, kill: Kill, point: str
) -> None:
    patient = somebody()
    wanted = BookingRequest(
        patient, two_times(patient)[0], intent_key=point, channel="test", asked_by="conversation:1"
    )
    connections.close_all()
    assert kill(point, mirrored.connection.practice_id, book, wanted) == -signal.SIGKILL
    assert not Text.objects.exists()
    settle()
    work()
    assert len(twilio.told) == int(point != "booking_sent")
