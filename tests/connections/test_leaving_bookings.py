"""Bookings under way when a practice disconnects: a person takes them over, and nothing more is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq import faults
from routiq.connections.disconnecting import consequences, disconnect
from routiq.connections.models import Connection
from routiq.frontdesk.booking import begin, book
from routiq.frontdesk.models import Booking, SlotHold, StaffTask
from routiq.frontdesk.people import habit_of, recognise_caller
from routiq.frontdesk.settling import settle_open_bookings
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import BookingRequest, OfferedTime, Outcome, Wish
from routiq.messaging.models import Text
from routiq.mirror.models import Patient
from routiq.practices.audit import Actor
from routiq.practices.models import Practice
from tests.carriers import StandIn
from tests.messaging.owing import work
from tests.sandboxes import connect

OWNER = Actor("person", "1")


@pytest.fixture
def patient(synced: Connection) -> str:
    return recognise_caller("0491 570 006").patients[0].remote_id


@pytest.fixture
def offer(patient: str) -> OfferedTime:
    return find_times(Wish(appointment_type_id=habit_of(patient).appointment_type_id)).offers[0]


def ask(patient: str, offer: OfferedTime, key: str = "one") -> BookingRequest:
    return BookingRequest(patient, offer, intent_key=key, channel="test", asked_by="conversation:1")


def sent(sandbox: RunningSandbox) -> list[str]:
    return [entry["path"] for entry in sandbox.requests() if entry["method"] != "GET"]


def disconnect_at(monkeypatch: pytest.MonkeyPatch, point: str, connection: Connection) -> None:
    """Somebody disconnects just when a booking is at this point."""

    def point_reached(name: str) -> None:
        if name == point:
            disconnect(Connection.objects.get(pk=connection.pk), OWNER)

    monkeypatch.setattr(faults, "point", point_reached)


def test_a_lost_answer_becomes_a_task_that_names_patient_and_time(
    synced: Connection, patient: str, offer: OfferedTime, sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="drop_after", method="POST", path="individual_appointments")
    sandbox.fault(kind="status", method="GET", path="individual_appointments", status=500, times=None)
    assert book(ask(patient, offer)).outcome is Outcome.UNCERTAIN
    sandbox.clear_faults()
    assert consequences(synced).count("bookings") == 1
    disconnect(synced, OWNER)

    task, entry = StaffTask.objects.get(), Booking.objects.get()
    assert (task.kind, task.write) == (StaffTask.Kind.CHECK_BOOKING, entry)
    local = offer.starts_at.astimezone(ZoneInfo(offer.zone))
    who = Patient.objects.get(remote_id=patient)
    for part in (entry.reference, who.full_name, offer.practitioner_name, f"{local:%A} {local.day} {local:%B %Y}"):
        assert part in task.summary
    assert "Look in the diary there" in task.summary

    sandbox.clear_requests()
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=False):
        assert settle_open_bookings() == 0
    assert sandbox.requests() == []
    disconnect(synced, OWNER)
    assert StaffTask.objects.count() == 1, "done twice it is done once"


def test_what_was_held_and_never_sent_is_closed_with_a_task_to_ring(
    synced: Connection, patient: str, offer: OfferedTime, sandbox: RunningSandbox
) -> None:
    begin(synced, ask(patient, offer))
    disconnect(synced, OWNER)
    entry, task = Booking.objects.get(), StaffTask.objects.get()
    assert (entry.state, entry.error_code) == (Booking.State.UNAVAILABLE, "Disconnected")
    assert task.kind == StaffTask.Kind.CALL_BACK
    assert "was not made" in task.summary
    assert not SlotHold.objects.exists()
    assert sent(sandbox) == []


@pytest.mark.parametrize("limit", [0, 200])
def test_a_booking_about_to_go_out_is_not_sent_any_more(
    synced: Connection,
    patient: str,
    offer: OfferedTime,
    sandbox: RunningSandbox,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    limit: int,
) -> None:
    settings.PMS_REQUESTS = limit
    Connection.objects.update(key_set_at=timezone.now())
    disconnect_at(monkeypatch, "booking_sent", synced)
    answer = book(ask(patient, offer))
    assert answer.outcome is Outcome.VENDOR_DOWN
    assert sent(sandbox) == []
    assert Booking.objects.get().error_code == "Disconnected"
    assert StaffTask.objects.get().kind == StaffTask.Kind.CHECK_BOOKING


def test_one_that_the_vendor_has_answered_is_looked_at_by_a_person_and_settled_after_coming_back(
    synced: Connection,
    patient: str,
    offer: OfferedTime,
    sandbox: RunningSandbox,
    practice: Practice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disconnect_at(monkeypatch, "booking_answer_stored", synced)
    assert book(ask(patient, offer)).outcome is Outcome.UNCERTAIN
    monkeypatch.undo()
    assert len(sent(sandbox)) == 1, "only what was sent before"
    assert StaffTask.objects.get().kind == StaffTask.Kind.CHECK_BOOKING

    connect(practice, sandbox)
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        assert settle_open_bookings() == 1
    assert Booking.objects.get().state == Booking.State.BOOKED
    assert len(sent(sandbox)) == 1 + sent(sandbox).count("webhooks")


def test_a_text_that_waits_is_not_sent_any_more_and_the_team_rings(
    synced: Connection, patient: str, offer: OfferedTime, twilio: StandIn
) -> None:
    assert book(ask(patient, offer)).outcome is Outcome.BOOKED
    assert [consequences(synced).count(code) for code in ("texts", "texts_waiting")] == [1, 1]
    disconnect(synced, OWNER)
    assert Text.objects.get().reason == Text.Reason.DISCONNECTED
    work()
    assert twilio.asked == []
    assert "Could not text the patient" in StaffTask.objects.get().summary
