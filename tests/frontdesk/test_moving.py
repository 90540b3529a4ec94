"""Rescheduling: one change of the same appointment, and the old time kept whole if it fails."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections.disconnecting import disconnect
from routiq.connections.models import Connection
from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.models import SlotHold, StaffTask, Write
from routiq.frontdesk.moving import reschedule
from routiq.frontdesk.wishes import OfferedTime, Outcome
from routiq.mirror.models import Appointment, Offering, Patient
from routiq.practices import audit
from routiq.practices.models import AuditEntry, Practice
from routiq.practices.tenancy import acting_for
from tests.frontdesk.desk import (
    APPOINTMENTS,
    booked_at,
    cancellation,
    changes_sent,
    move,
    offers_for,
    reception,
    settle,
    stamp,
    standing,
)

MOVING = "individual_appointments/"


@pytest.fixture
def offers(patient: str) -> Sequence[OfferedTime]:
    return offers_for(patient)


@pytest.fixture
def booked(patient: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox) -> str:
    """The patient's appointment, at the second of three free times: it can be moved either way."""
    appointment = booked_at(patient, offers[1])
    sandbox.clear_requests()
    return appointment


@pytest.mark.parametrize("where", [0, 2])
def test_a_move_earlier_or_later_is_the_same_appointment_at_another_time(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox, where: int
) -> None:
    answer = reschedule(move(patient, booked, offers[where]))

    assert answer.outcome is Outcome.DONE, answer
    assert answer.steps == ("held", "times_read", "sent", "answered", "conflicts_read", "closed")
    assert answer.appointment_id == booked
    assert changes_sent(sandbox) == [f"PATCH individual_appointments/{booked}"]
    assert standing(sandbox, offers[where]) == [booked]
    assert standing(sandbox, offers[1]) == []
    assert Appointment.objects.get(remote_id=booked).starts_at == offers[where].starts_at
    assert not SlotHold.objects.exists()
    stored = Write.objects.get(pk=answer.write_id)
    assert (stored.accepting_words, stored.channel) == ("yes, move it", "test")
    entry = AuditEntry.objects.get(action="move.done")
    assert (entry.actor_kind, entry.actor_id, entry.detail["channel"]) == ("conversation", "1", "test")
    assert entry.target == f"move:{stored.pk}"


def test_the_same_intent_twice_is_one_move_and_one_answer(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    first = reschedule(move(patient, booked, offers[2]))
    assert reschedule(move(patient, booked, offers[2])) == first
    assert len(changes_sent(sandbox)) == 1


def test_a_time_that_went_meanwhile_leaves_the_old_one(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    sandbox.edit([reception(offers[2], patient)])
    answer = reschedule(move(patient, booked, offers[2]))
    assert answer.outcome is Outcome.SLOT_TAKEN
    assert changes_sent(sandbox) == []
    assert standing(sandbox, offers[1]) == [booked]


def test_somebody_quicker_in_the_gap_is_noticed_and_the_appointment_moved_back(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    other = Patient.objects.filter(status="active").exclude(remote_id=patient)[0].remote_id
    sandbox.fault(kind="edit_before", method="PATCH", path=MOVING, edits=[reception(offers[2], other)])
    answer = reschedule(move(patient, booked, offers[2]))

    assert answer.outcome is Outcome.SLOT_TAKEN
    assert answer.steps[-2:] == ("conflicts_read", "moved_back")
    assert standing(sandbox, offers[1]) == [booked]
    assert booked not in standing(sandbox, offers[2])
    assert Appointment.objects.get(remote_id=booked).starts_at == offers[1].starts_at
    assert not SlotHold.objects.exists()


def test_an_appointment_that_cannot_be_moved_back_is_for_a_person_to_look_at(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    other = Patient.objects.filter(status="active").exclude(remote_id=patient)[0].remote_id
    sandbox.fault(kind="edit_before", method="PATCH", path=MOVING, edits=[reception(offers[2], other)])
    sandbox.fault(kind="status", status=422, method="PATCH", path=MOVING, after=1)
    answer = reschedule(move(patient, booked, offers[2]))

    assert answer.outcome is Outcome.SLOT_TAKEN
    task = StaffTask.objects.get()
    assert task.kind == StaffTask.Kind.CHECK_BOOKING
    assert "Two appointments stand at this time" in task.summary


def test_an_appointment_that_lost_its_old_time_as_well_is_for_a_person_to_look_at(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    """Until it is moved back its old time looks free in the vendor's own pages."""
    other = Patient.objects.filter(status="active").exclude(remote_id=patient)[0].remote_id
    for number, offer in enumerate((offers[2], offers[1])):
        sandbox.fault(kind="edit_before", method="PATCH", path=MOVING, after=number, edits=[reception(offer, other)])
    answer = reschedule(move(patient, booked, offers[2]))

    assert (answer.outcome, answer.steps[-1]) == (Outcome.SLOT_TAKEN, "old_time_lost")
    assert "and the old one" in answer.message
    assert [task.kind for task in StaffTask.objects.all()] == [StaffTask.Kind.CHECK_BOOKING]
    assert not SlotHold.objects.exists()


def test_a_move_back_whose_answer_was_lost_is_finished_by_a_worker(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    other = Patient.objects.filter(status="active").exclude(remote_id=patient)[0].remote_id
    sandbox.fault(kind="edit_before", method="PATCH", path=MOVING, edits=[reception(offers[2], other)])
    sandbox.fault(kind="drop_after", method="PATCH", path=MOVING, after=1)
    assert reschedule(move(patient, booked, offers[2])).outcome is Outcome.UNCERTAIN

    assert settle(1) == 1
    assert Write.objects.get(kind="move").state == Write.State.TAKEN
    assert standing(sandbox, offers[1]) == [booked]
    assert Appointment.objects.get(remote_id=booked).starts_at == offers[1].starts_at


def test_a_lost_answer_is_looked_up_and_never_sent_again(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="drop_after", method="PATCH", path=MOVING)
    answer = reschedule(move(patient, booked, offers[2]))
    assert answer.outcome is Outcome.DONE
    assert answer.steps[-4:] == ("no_answer", "found", "conflicts_read", "closed")
    assert len(changes_sent(sandbox)) == 1
    assert standing(sandbox, offers[2]) == [booked]


def test_a_request_that_never_arrived_is_followed_up_and_the_old_time_stands(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="drop_before", method="PATCH", path=MOVING)
    answer = reschedule(move(patient, booked, offers[2]))
    assert answer.outcome is Outcome.UNCERTAIN
    assert not answer.appointment_id

    assert settle() == 1
    assert Write.objects.get(kind="move").state == Write.State.UNAVAILABLE
    assert standing(sandbox, offers[1]) == [booked]
    assert "the old time stands" in StaffTask.objects.get().summary


def test_while_a_move_is_uncertain_nobody_else_gets_either_time_and_nothing_else_changes_it(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="drop_before", method="PATCH", path=MOVING)
    reschedule(move(patient, booked, offers[2]))
    held = {hold.during.lower for hold in SlotHold.objects.all()}
    assert held == {offers[1].starts_at, offers[2].starts_at}
    again = reschedule(move(patient, booked, offers[0], key="another"))
    assert (again.outcome, again.message) == (Outcome.NOT_ALLOWED, "This appointment is being changed already.")
    gone = cancel(cancellation(patient, booked, offers[1], warned=True))
    assert gone.outcome is Outcome.NOT_ALLOWED


def test_an_uncertain_move_that_reception_undid_by_hand_is_told_as_it_is(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="drop_after", method="PATCH", path=MOVING)
    sandbox.fault(kind="status", status=503, method="GET", path=MOVING, after=1, times=3)
    assert reschedule(move(patient, booked, offers[2])).outcome is Outcome.UNCERTAIN
    sandbox.clear_faults()
    sandbox.edit([{"op": "cancel", "collection": APPOINTMENTS, "id": booked}])
    assert settle(1) == 1
    assert Write.objects.get(kind="move").state == Write.State.REFUSED
    assert Appointment.objects.get(remote_id=booked).status == Appointment.Status.CANCELLED


@pytest.mark.parametrize("step", ["appointment", "times", "write", "conflicts"])
def test_a_vendor_that_is_down_moves_nothing_or_says_that_it_is_uncertain(
    patient: str,
    booked: str,
    offers: Sequence[OfferedTime],
    sandbox: RunningSandbox,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    path = {"appointment": r"individual_appointments/\d+$", "times": "available_times", "conflicts": "conflicts"}
    method = "PATCH" if step == "write" else "GET"
    sandbox.fault(kind="status", status=503, method=method, path=path.get(step, MOVING), times=None)
    answer = reschedule(move(patient, booked, offers[2]))

    if step in ("appointment", "times"):
        assert answer.outcome is Outcome.VENDOR_DOWN
        task = StaffTask.objects.get()
        assert answer.task_id == task.pk
        assert (task.kind, task.conversation_id) == (StaffTask.Kind.CALL_BACK, 1)
        for part in ("Margaret Okafor", offers[2].practitioner_name, "yes, move it", offers[2].location_name):
            assert part in task.summary
    else:
        assert answer.outcome is Outcome.UNCERTAIN
    sandbox.clear_faults()
    if step == "conflicts":
        assert settle(1) == 1
        assert Write.objects.get(kind="move").state == Write.State.DONE
    assert standing(sandbox, offers[2] if step == "conflicts" else offers[1]) == [booked]


def test_what_the_practice_changed_meanwhile_is_not_moved(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    changed = {"op": "update", "collection": APPOINTMENTS, "id": booked, "fields": {"starts_at": stamp(offers[0])}}
    sandbox.edit([changed])
    answer = reschedule(move(patient, booked, offers[2]))
    assert (answer.outcome, answer.message) == (
        Outcome.NOT_ALLOWED,
        "The appointment was changed at the practice in the meantime.",
    )
    assert changes_sent(sandbox) == []


def test_only_the_patients_own_standing_appointment_is_moved(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    other = Patient.objects.filter(status="active").exclude(remote_id=patient)[0].remote_id
    assert reschedule(move(other, booked, offers[2], key="1")).outcome is Outcome.NOT_ALLOWED
    assert reschedule(move(patient, "404", offers[2], key="2")).outcome is Outcome.NOT_ALLOWED
    assert reschedule(move(patient, booked, offers[1], key="3")).outcome is Outcome.NOT_ALLOWED
    Appointment.objects.filter(remote_id=booked).update(starts_at=timezone.now() - timedelta(minutes=1))
    assert reschedule(move(patient, booked, offers[2], key="4")).outcome is Outcome.NOT_ALLOWED
    Appointment.objects.filter(remote_id=booked).update(starts_at=offers[1].starts_at, status="cancelled")
    assert reschedule(move(patient, booked, offers[2], key="5")).outcome is Outcome.NOT_ALLOWED
    assert changes_sent(sandbox) == []
    assert not Write.objects.filter(kind="move").exists()


def test_a_move_keeps_the_type(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    other = Offering.objects.exclude(appointment_type_remote_id=offers[2].appointment_type_id).filter(
        practitioner_remote_id=offers[2].practitioner_id, location_remote_id=offers[2].location_id
    )[0]
    offer = replace(offers[2], appointment_type_id=other.appointment_type_remote_id)
    answer = reschedule(move(patient, booked, offer))
    assert (answer.outcome, answer.message) == (
        Outcome.NOT_ALLOWED,
        "This time is for another appointment type; a move keeps the type.",
    )
    assert "cancel it and book the other" in answer.advice
    assert changes_sent(sandbox) == []
    assert standing(sandbox, offers[1]) == [booked]


def test_two_conversations_that_want_one_time_move_one_appointment(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox, practice: Practice
) -> None:
    other = Patient.objects.filter(status="active").exclude(remote_id=patient)[0].remote_id
    second = booked_at(other, offers[0], "other")
    outcomes: list[Outcome] = []
    start = threading.Barrier(2)

    def conversation(who: str, appointment: str) -> None:
        with acting_for(practice.pk):
            start.wait()
            outcomes.append(reschedule(move(who, appointment, offers[2], key=who)).outcome)
        connections.close_all()

    threads = [threading.Thread(target=conversation, args=args) for args in ((patient, booked), (other, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [Outcome.DONE, Outcome.SLOT_TAKEN]
    assert len(standing(sandbox, offers[2])) == 1


@pytest.mark.parametrize("why", ["pending", "key", "disconnected"])
def test_where_nothing_may_be_written_the_wish_becomes_one_task(
    patient: str,
    booked: str,
    offers: Sequence[OfferedTime],
    sandbox: RunningSandbox,
    synced: Connection,
    why: str,
) -> None:
    if why == "pending":
        Practice.objects.update(status=Practice.Status.PENDING)
    elif why == "key":
        Connection.objects.update(state=Connection.State.PAUSED, paused_message="The key was revoked.")
    else:
        disconnect(synced, audit.SYSTEM)
    sandbox.clear_requests()
    answers = [reschedule(move(patient, booked, offers[2])) for _ in range(2)]

    assert {answer.outcome for answer in answers} == {Outcome.NOT_ALLOWED}
    assert sandbox.requests() == []
    task = StaffTask.objects.get()
    assert [answer.task_id for answer in answers] == [task.pk] * 2
    assert "Margaret Okafor" in task.summary
    assert answers[0].message in task.summary


def test_a_call_of_the_api_leaves_no_task(
    patient: str, booked: str, offers: Sequence[OfferedTime], synced: Connection
) -> None:
    Practice.objects.update(status=Practice.Status.PENDING)
    answer: Any = reschedule(move(patient, booked, offers[2], asked_by="token:1"))
    assert (answer.outcome, answer.task_id) == (Outcome.NOT_ALLOWED, None)
    assert not StaffTask.objects.exists()
