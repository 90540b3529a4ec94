"""How an offer of a time that came free ends, and that it is nobody's twice (B12)."""
# ruff: noqa: F811 - fixtures that are imported

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.utils import timezone

from routiq.connections.disconnecting import disconnect
from routiq.connections.models import Connection
from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.models import FreedTime, SlotOffer, StaffTask, WaitlistEntry, Write
from routiq.frontdesk.offered import Came, accept, answer, decline, keep_offering, run_out, time_of
from routiq.frontdesk.waitlist import join
from routiq.frontdesk.wishes import OfferedTime
from routiq.mirror.models import Appointment, Patient
from routiq.practices.audit import Actor
from routiq.sync.looking import look
from tests.frontdesk.desk import booked_at, cancellation, reception, standing
from tests.frontdesk.freed_times import (  # noqa: F401
    RECEPTION,
    freed,
    go_on,
    offer,
    offers_for_type,
    office_is_open,
    on_offer,
    side_by_side,
    state,
    waiting,
)
from tests.frontdesk.test_waitlist import request, somebody, two_times, usual
from tests.systems import At


def test_no_and_silence_go_to_the_next_and_a_late_yes_is_told_the_truth(mirrored: At, freed: OfferedTime) -> None:
    first = offer()
    assert decline(first.pk, RECEPTION).came is Came.DECLINED
    second = offer()
    assert second.patient_remote_id != first.patient_remote_id
    with time_machine.travel(second.expires_at - timedelta(seconds=1), tick=False):
        keep_offering()
        assert state(second) == "open"
    with time_machine.travel(second.expires_at, tick=False):
        keep_offering()
        assert state(second) == "expired"
        late = accept(second.pk, RECEPTION)
    assert late.came is Came.GONE
    assert late.message.startswith("Gone: nobody said yes by ")
    assert not standing(mirrored.sandbox, freed)
    assert go_on() is None, "nobody is offered the same time twice"
    assert list(WaitlistEntry.objects.values_list("state", flat=True)) == ["waiting"] * 2
    assert not StaffTask.objects.filter(kind="offer_time", done_at=None).exists()


def test_a_yes_before_the_clock_comes_by_is_late_all_the_same(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    with time_machine.travel(made.expires_at, tick=False):
        assert accept(made.pk, RECEPTION).came is Came.GONE
    assert state(made) == "expired"


def test_who_comes_first_in_the_practice_system_has_it(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    other = Patient.objects.exclude(remote_id=made.patient_remote_id).filter(status="active").last()
    assert other is not None
    mirrored.sandbox.edit([reception(freed, other.remote_id)])
    answer = accept(made.pk, RECEPTION)
    assert (answer.came, answer.message) == (
        Came.GONE,
        "Gone: somebody else has just taken this time. They still wait.",
    )
    assert len(standing(mirrored.sandbox, freed)) == 1
    assert state(FreedTime.objects.get()) == "gone"


def test_an_offer_ends_as_soon_as_a_look_finds_the_time_taken(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    other = Patient.objects.exclude(remote_id=made.patient_remote_id).filter(status="active").last()
    assert other is not None
    mirrored.sandbox.edit([reception(freed, other.remote_id)])
    look(mirrored.connection, thorough=True)
    assert (state(made), state(FreedTime.objects.get())) == ("gone", "gone")
    assert StaffTask.objects.get(pk=made.task_id).done_at is not None
    assert accept(made.pk, RECEPTION).came is Came.GONE


def test_a_yes_that_the_system_did_not_hear_is_kept_and_told_when_its_time_runs_out(
    mirrored: At, freed: OfferedTime
) -> None:
    made = offer()
    mirrored.sandbox.fault(kind="status", status=503, times=None)
    answer = accept(made.pk, RECEPTION)
    assert answer.came is Came.NOT_YET, answer
    assert (state(made), made.attempts) == ("open", 1)
    mirrored.sandbox.clear_faults()
    with time_machine.travel(made.expires_at, tick=False):
        keep_offering()
    (task,) = StaffTask.objects.filter(kind="call_back")
    assert "said yes" in task.summary
    assert state(made) == "expired"


def test_the_same_yes_after_a_failed_try_books(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    mirrored.sandbox.fault(kind="status", status=503, times=None)
    accept(made.pk, RECEPTION)
    mirrored.sandbox.clear_faults()
    assert accept(made.pk, RECEPTION).came is Came.BOOKED
    assert len(standing(mirrored.sandbox, freed)) == 1


def test_a_yes_moves_the_appointment_that_they_have_meanwhile(mirrored: At) -> None:
    patient = somebody()
    soon, _ = two_times(patient)
    waits, _ = waiting(patient)
    late = offers_for_type(usual(patient), after=soon)
    mine = booked_at(patient, soon, "mine")
    theirs = booked_at(waits, late, "theirs")
    join(request(waits, usual(patient), sooner_than=theirs, reach_by="sms"))
    cancel(cancellation(patient, mine, soon, warned=True))
    made = offer()
    assert "A yes moves their appointment of " in StaffTask.objects.get(pk=made.task_id).summary
    assert "told by SMS" in StaffTask.objects.get(pk=made.task_id).summary
    answer = accept(made.pk, RECEPTION)
    assert (answer.came, answer.appointment_id) == (Came.BOOKED, theirs)
    assert Appointment.objects.get(remote_id=theirs).starts_at == time_of(made).starts_at
    assert not standing(mirrored.sandbox, late)
    assert FreedTime.objects.filter(starts_at=late.starts_at, left_by=waits, state="open").exists()


def test_two_yeses_at_once_are_one_booking(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    answers = side_by_side(*[lambda: accept(made.pk, RECEPTION)] * 3)
    assert {answer.came for answer in answers} <= {Came.BOOKED, Came.NOT_YET}
    assert accept(made.pk, RECEPTION).came is Came.BOOKED
    assert len(standing(mirrored.sandbox, freed)) == 1
    assert Write.objects.filter(intent_key__startswith="offer:").count() == 1


def test_a_yes_a_no_and_the_clock_at_the_same_instant_have_one_end(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    SlotOffer.objects.filter(pk=made.pk).update(expires_at=timezone.now() + timedelta(milliseconds=30))
    yes, no, _clock = side_by_side(
        lambda: accept(made.pk, RECEPTION),
        lambda: decline(made.pk, Actor("person", "2")),
        lambda: run_out(made.pk) or answer(SlotOffer.objects.get(pk=made.pk)),
    )
    stands = standing(mirrored.sandbox, freed)
    end = state(made)
    assert end in ("booked", "declined", "expired")
    assert len(stands) == (1 if end == "booked" else 0)
    assert (yes.came is Came.BOOKED) is (end == "booked")
    assert (no.came is Came.DECLINED) is (end == "declined")


def test_a_yes_that_a_crash_interrupted_is_booked_by_the_clock(synced: Connection, patient: str) -> None:
    made = on_offer(synced, patient)
    long_ago = timezone.now() - timedelta(minutes=2)
    SlotOffer.objects.filter(pk=made.pk).update(state="accepted", answered_at=long_ago, answered_by="person:1")
    keep_offering()
    assert state(made) == "booked"


def test_a_practice_that_is_paused_keeps_the_yes(synced: Connection, patient: str) -> None:
    made = on_offer(synced, patient)
    Connection.objects.update(state="paused", paused_message="The key was refused.")
    answer = accept(made.pk, RECEPTION)
    assert (answer.came, state(made)) == (Came.NOT_YET, "open")
    assert "The key was refused." in answer.message


def test_disconnecting_ends_the_offers_and_keeps_the_list(synced: Connection, patient: str) -> None:
    made = on_offer(synced, patient)
    disconnect(synced, actor=RECEPTION)
    assert state(made) == "withdrawn"
    assert state(FreedTime.objects.get()) == "gone"
    assert WaitlistEntry.objects.get().state == "waiting"
