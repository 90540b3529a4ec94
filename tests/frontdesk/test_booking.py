from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg.types.range import TimestamptzRange

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.frontdesk import carrying, checks, settling
from routiq.frontdesk.booking import begin, book
from routiq.frontdesk.jobs import look_once_more
from routiq.frontdesk.models import Booking, SlotHold, StaffTask
from routiq.frontdesk.people import habit_of, recognise_caller
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import BookingRequest, OfferedTime, Outcome, Wish
from routiq.mirror.models import Appointment, Patient, Practitioner
from routiq.practices.live import CHANNEL
from routiq.practices.models import AuditEntry, Practice
from routiq.practices.tenancy import acting_for


@pytest.fixture
def patient(synced: Connection) -> str:
    return recognise_caller("0491 570 006").patients[0].remote_id


@pytest.fixture
def offer(patient: str) -> OfferedTime:
    habit = habit_of(patient)
    return find_times(Wish(appointment_type_id=habit.appointment_type_id)).offers[0]


def ask(patient: str, offer: OfferedTime, key: str = "one") -> BookingRequest:
    return BookingRequest(
        patient_id=patient,
        offer=offer,
        intent_key=key,
        channel="test",
        asked_by="conversation:1",
        accepting_words="yes please",
    )


def standing(sandbox: RunningSandbox, offer: OfferedTime) -> list[dict[str, Any]]:
    """What the sandbox's diary holds at this time for this practitioner."""
    start = offer.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        record
        for record in sandbox.world("individual_appointments")["individual_appointments"]
        if record["starts_at"] == start
        and record["practitioner"]["links"]["self"].endswith(offer.practitioner_id)
        and not record["cancelled_at"]
        and not record["archived_at"]
    ]


def test_a_booking_stands_in_the_diary_in_the_mirror_and_in_the_journal(
    patient: str, offer: OfferedTime, sandbox: RunningSandbox
) -> None:
    answer = book(ask(patient, offer))

    assert answer.outcome is Outcome.BOOKED
    assert answer.steps == ("held", "times_read", "sent", "answered", "conflicts_read", "closed")
    assert [record["id"] for record in standing(sandbox, offer)] == [answer.appointment_id]
    row = Appointment.objects.get(remote_id=answer.appointment_id)
    assert (row.starts_at, row.patient_remote_id) == (offer.starts_at, patient)
    stored = Booking.objects.get(pk=answer.booking_id)
    assert stored.accepting_words == "yes please"
    assert not SlotHold.objects.exists()
    assert AuditEntry.objects.filter(action="booking.booked").count() == 1


def test_the_same_intent_twice_is_one_booking_and_one_answer(
    patient: str, offer: OfferedTime, sandbox: RunningSandbox
) -> None:
    first, second = book(ask(patient, offer)), book(ask(patient, offer))
    assert first == second
    assert len(standing(sandbox, offer)) == 1


def test_two_conversations_for_one_slot_make_one_booking(
    patient: str, offer: OfferedTime, sandbox: RunningSandbox, practice: Practice
) -> None:
    outcomes: list[Outcome] = []
    start = threading.Barrier(4)

    def conversation(number: int) -> None:
        with acting_for(practice.pk):
            start.wait()
            outcomes.append(book(ask(patient, offer, f"conversation {number}")).outcome)
        connections.close_all()

    threads = [threading.Thread(target=conversation, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == [Outcome.BOOKED, *[Outcome.SLOT_TAKEN] * 3]
    assert len(standing(sandbox, offer)) == 1


def test_many_who_begin_at_the_same_instant_wait_for_each_other_and_one_has_the_time(
    patient: str, offer: OfferedTime, synced: Connection
) -> None:
    """Left to the constraint alone they would wait for each other in a circle, and all but one end in an error."""
    ended: list[str] = []
    start = threading.Barrier(6)

    def conversation(number: int) -> None:
        with acting_for(synced.practice_id):
            for turn in range(4):
                start.wait()
                try:
                    begin(synced, ask(patient, offer, f"{turn} {number}"))
                    ended.append("held")
                except Exception as error:
                    ended.append(type(error).__name__)
        connections.close_all()

    threads = [threading.Thread(target=conversation, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == [*["Taken"] * 23, "held"]


def test_one_patient_is_not_booked_in_two_places_by_two_conversations_at_once(
    patient: str, offer: OfferedTime, synced: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked before either had begun: the last look is the one that counts."""
    begin(synced, ask(patient, offer))
    monkeypatch.setattr(checks, "not_this_time", lambda *given, **named: None)
    elsewhere = Practitioner.objects.exclude(remote_id=offer.practitioner_id)[0].remote_id
    answer = book(ask(patient, replace(offer, practitioner_id=elsewhere), "two"))
    assert (answer.outcome, answer.message) == (
        Outcome.NOT_ALLOWED,
        "The patient has another appointment at this time.",
    )
    assert Booking.objects.count() == 1


def test_the_database_itself_lets_no_two_holds_overlap(patient: str, offer: OfferedTime, synced: Connection) -> None:
    first = begin(synced, ask(patient, offer, "first"))
    later = Booking.objects.create(
        practice_id=synced.practice_id,
        connection=synced,
        intent_key="second",
        reference="RTQ-TESTS1",
        patient_remote_id=patient,
        practitioner_remote_id=offer.practitioner_id,
        location_remote_id=offer.location_id,
        appointment_type_remote_id=offer.appointment_type_id,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        channel="test",
        asked_by="conversation:2",
    )
    with pytest.raises(IntegrityError, match="no_two_holds_overlap"), transaction.atomic():
        SlotHold.objects.create(
            practice_id=synced.practice_id,
            write=later,
            practitioner_pk=Practitioner.objects.get(remote_id=offer.practitioner_id).pk,
            during=TimestamptzRange(offer.starts_at + timedelta(minutes=5), offer.ends_at),
            expires_at=timezone.now() + timedelta(minutes=5),
        )
    assert SlotHold.objects.get().write_id == first.pk


def test_open_pages_hear_of_a_booking(patient: str, offer: OfferedTime) -> None:
    page = connections["default"].copy()
    with page.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    try:
        assert book(ask(patient, offer)).outcome is Outcome.BOOKED
        heard = [json.loads(notice.payload)["topic"] for notice in page.connection.notifies(timeout=1, stop_after=1)]
    finally:
        page.close()
    assert heard == ["booking"]


def test_a_held_time_is_offered_to_nobody_else(patient: str, offer: OfferedTime, synced: Connection) -> None:
    begun = timezone.now()
    begin(synced, ask(patient, offer))
    wish = Wish(
        appointment_type_id=offer.appointment_type_id,
        practitioner_id=offer.practitioner_id,
        days=(offer.local_start.date(),),
        count=50,
    )
    for minutes, is_offered in ((0, False), (4.8, False), (5.2, True)):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            assert (offer.starts_at in [found.starts_at for found in find_times(wish).offers]) is is_offered, minutes


def test_a_time_that_went_meanwhile_is_not_booked(patient: str, offer: OfferedTime, sandbox: RunningSandbox) -> None:
    reception_books(sandbox, offer, patient)
    answer = book(ask(patient, offer))
    assert answer.outcome is Outcome.SLOT_TAKEN
    assert len(standing(sandbox, offer)) == 1
    assert not [entry for entry in sandbox.requests() if entry["method"] == "POST"]


def reception_books(sandbox: RunningSandbox, offer: OfferedTime, patient: str) -> None:
    sandbox.edit([reception(offer, patient)])


def reception(offer: OfferedTime, patient: str) -> dict[str, Any]:
    return {
        "op": "create",
        "collection": "individual_appointments",
        "fields": {
            "patient_id": patient,
            "practitioner_id": offer.practitioner_id,
            "business_id": offer.location_id,
            "appointment_type_id": offer.appointment_type_id,
            "starts_at": offer.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ends_at": offer.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    }


def test_a_booking_made_by_reception_in_the_gap_is_noticed_and_ours_taken_back(
    patient: str, offer: OfferedTime, sandbox: RunningSandbox
) -> None:
    sandbox.fault(
        kind="edit_before",
        method="POST",
        path="individual_appointments",
        times=1,
        edits=[reception(offer, patient)],
    )
    answer = book(ask(patient, offer))

    assert answer.outcome is Outcome.SLOT_TAKEN
    assert "withdrawn" in answer.steps
    assert len(standing(sandbox, offer)) == 1
    assert not Appointment.objects.filter(starts_at=offer.starts_at, notes__contains="Robyn").exists()


def test_a_lost_answer_is_looked_up_and_never_sent_again(
    patient: str, offer: OfferedTime, sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="drop_after", method="POST", path="individual_appointments", times=1)
    answer = book(ask(patient, offer))

    assert answer.outcome is Outcome.BOOKED
    assert answer.steps[-4:] == ("no_answer", "found", "conflicts_read", "closed")
    assert len(standing(sandbox, offer)) == 1


def test_a_request_that_never_arrived_is_followed_up_and_said_truthfully(
    patient: str, offer: OfferedTime, sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="drop_before", method="POST", path="individual_appointments", times=1)
    answer = book(ask(patient, offer))
    assert answer.outcome is Outcome.UNCERTAIN
    assert not answer.appointment_id

    an_hour_ago = timezone.now() - timedelta(hours=1)
    Booking.objects.update(created_at=an_hour_ago, sent_at=an_hour_ago)
    for _ in range(carrying.LOOKUPS):
        settling.settle_open_bookings()

    assert Booking.objects.get().state == Booking.State.UNAVAILABLE
    assert standing(sandbox, offer) == []
    assert StaffTask.objects.get().kind == StaffTask.Kind.CALL_BACK
    assert not SlotHold.objects.exists()


def test_a_late_arrival_is_found_by_its_reference(patient: str, offer: OfferedTime, sandbox: RunningSandbox) -> None:
    sandbox.fault(kind="drop_before", method="POST", path="individual_appointments", times=1)
    book(ask(patient, offer))
    booking = Booking.objects.get()
    arrived = reception(offer, patient)
    arrived["fields"]["notes"] = f"Booked by Robyn. Ref {booking.reference}"
    sandbox.edit([arrived])
    Booking.objects.update(created_at=timezone.now() - timedelta(minutes=1))

    assert settling.settle_open_bookings() == 1
    booking.refresh_from_db()
    assert booking.state == Booking.State.BOOKED


def test_what_arrives_after_it_was_told_as_not_made_is_found_all_the_same(
    patient: str, offer: OfferedTime, sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="drop_before", method="POST", path="individual_appointments", times=1)
    book(ask(patient, offer))
    sent = timezone.now()
    for tick in range(6):
        with time_machine.travel(sent + tick * settling.EVERY, tick=False):
            settling.settle_open_bookings()
    booking = Booking.objects.get()
    assert booking.state == Booking.State.UNAVAILABLE
    to_ring = StaffTask.objects.get()
    assert to_ring.summary.startswith(f"Booking {booking.reference} for Margaret Okafor, {offer.local_start:%A}")
    assert (
        f"with {offer.practitioner_name}: asked for, and not made. Ring the patient and book it." in to_ring.summary
    )
    assert offer.appointment_type_name in to_ring.summary
    (job,) = ProcrastinateJob.objects.filter(
        task_name="frontdesk.look_once_more", status="todo", args__write_id=str(booking.pk)
    )
    assert timedelta(seconds=90) < job.scheduled_at - sent < timedelta(minutes=3)

    arrived = reception(offer, patient)
    arrived["fields"]["notes"] = f"Booked by Robyn. Ref {booking.reference}"
    sandbox.edit([arrived])
    with time_machine.travel(sent + carrying.LATEST_ARRIVAL, tick=False):
        look_once_more(**job.args)
        look_once_more(**job.args)
    booking.refresh_from_db()
    assert (booking.state, booking.error_message) == (Booking.State.BOOKED, "")
    assert Appointment.objects.get(remote_id=booking.appointment_remote_id).starts_at == offer.starts_at
    to_ring.refresh_from_db()
    assert to_ring.note == "It arrived after all."
    assert "confirmed only afterwards" in StaffTask.objects.get(done_at=None).summary


@pytest.mark.parametrize("step", ["times", "post", "conflicts"])
def test_a_vendor_that_is_down_books_nothing_or_says_that_it_is_uncertain(
    patient: str, offer: OfferedTime, sandbox: RunningSandbox, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    path = {"times": "available_times", "post": "individual_appointments$", "conflicts": "conflicts"}[step]
    sandbox.fault(kind="status", status=503, method="POST" if step == "post" else "GET", path=path, times=None)
    answer = book(ask(patient, offer))

    assert answer.outcome is (Outcome.VENDOR_DOWN if step == "times" else Outcome.UNCERTAIN)
    assert not answer.appointment_id
    sandbox.clear_faults()
    if step == "conflicts":
        Booking.objects.update(created_at=timezone.now() - timedelta(minutes=1))
        assert settling.settle_open_bookings() == 1
        assert Booking.objects.get().state == Booking.State.BOOKED
        assert len(standing(sandbox, offer)) == 1


def test_a_pending_practice_books_nothing(
    patient: str, offer: OfferedTime, sandbox: RunningSandbox, practice: Practice
) -> None:
    Practice.objects.update(status=Practice.Status.PENDING)
    answer = book(ask(patient, offer))
    assert answer.outcome is Outcome.NOT_ALLOWED
    assert not Booking.objects.exists()
    assert standing(sandbox, offer) == []


def test_a_refused_key_pauses_and_books_nothing(
    patient: str, offer: OfferedTime, sandbox: RunningSandbox, synced: Connection
) -> None:
    sandbox.revoke("admin")
    assert book(ask(patient, offer)).outcome is Outcome.VENDOR_DOWN
    synced.refresh_from_db()
    assert synced.state == Connection.State.PAUSED
    assert book(ask(patient, offer, "again")).outcome is Outcome.NOT_ALLOWED


def test_an_archived_patient_is_not_booked(patient: str, offer: OfferedTime, sandbox: RunningSandbox) -> None:
    Patient.objects.filter(remote_id=patient).update(status="inactive")
    assert book(ask(patient, offer)).outcome is Outcome.NOT_ALLOWED


def test_what_a_crash_left_before_sending_is_closed_and_somebody_rings(
    patient: str, offer: OfferedTime, synced: Connection
) -> None:
    begin(synced, ask(patient, offer))
    Booking.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    assert settling.settle_open_bookings() == 1
    assert Booking.objects.get().state == Booking.State.UNAVAILABLE
    assert StaffTask.objects.count() == 1
    assert not SlotHold.objects.exists()
