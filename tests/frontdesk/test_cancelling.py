"""Cancelling, and the practice's rule for those who cancel late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
import time_machine

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.models import DeskRules, SlotHold, StaffTask, Write
from routiq.frontdesk.wishes import OfferedTime, Outcome
from routiq.mirror.models import Appointment, Patient
from routiq.pms.records import CancellationReason
from routiq.practices.models import AuditEntry, Practice
from tests.frontdesk.desk import (
    APPOINTMENTS,
    booked_at,
    cancellation,
    changes_sent,
    offers_for,
    row,
    settle,
    stamp,
    standing,
)

#: A window in which every appointment is late, and one in which none is.
ALWAYS, NEVER = 30_000, 0


@pytest.fixture
def offers(patient: str) -> Sequence[OfferedTime]:
    return offers_for(patient, 2)


@pytest.fixture
def booked(patient: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox, practice: Practice) -> str:
    set_rules(practice, cancellation_window_hours=NEVER)
    appointment = booked_at(patient, offers[0])
    sandbox.clear_requests()
    return appointment


def set_rules(practice: Practice, **rules: object) -> None:
    DeskRules.objects.update_or_create(practice=practice, defaults=rules)


def test_a_cancellation_stands_in_the_diary_in_the_mirror_and_in_the_journal(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    wanted = cancellation(
        patient, booked, offers[0], reason=CancellationReason.SICK, note="Asked to be rung on Monday."
    )
    answer = cancel(wanted)

    assert answer.outcome is Outcome.DONE, answer
    assert answer.steps == ("opened", "appointment_read", "sent", "answered", "closed")
    assert changes_sent(sandbox) == [f"PATCH individual_appointments/{booked}/cancel"]
    held, stored = row(sandbox, booked), Write.objects.get(pk=answer.write_id)
    assert held["cancellation_reason"] == 30
    assert held["cancellation_note"] == (f"Cancelled by Robyn. Ref {stored.reference}. Asked to be rung on Monday.")
    assert standing(sandbox, offers[0]) == []
    assert Appointment.objects.get(remote_id=booked).status == Appointment.Status.CANCELLED
    assert stored.accepting_words == "yes, cancel it"
    assert AuditEntry.objects.get(action="cancellation.done").detail["channel"] == "test"
    assert not SlotHold.objects.exists()


def test_the_same_intent_twice_is_one_cancellation_and_one_answer(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    first = cancel(cancellation(patient, booked, offers[0]))
    assert cancel(cancellation(patient, booked, offers[0])) == first
    assert len(changes_sent(sandbox)) == 1


def test_what_the_practice_has_cancelled_already_is_done(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    sandbox.edit([{"op": "cancel", "collection": APPOINTMENTS, "id": booked}])
    answer = cancel(cancellation(patient, booked, offers[0]))
    assert answer.outcome is Outcome.DONE
    assert answer.steps[-1] == "done_already"
    assert changes_sent(sandbox) == []
    assert Appointment.objects.get(remote_id=booked).status == Appointment.Status.CANCELLED


@pytest.mark.parametrize("where", ["vendor", "mirror"])
def test_another_time_than_the_one_read_back_is_not_cancelled(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox, where: str
) -> None:
    if where == "vendor":
        moved = {"op": "update", "collection": APPOINTMENTS, "id": booked, "fields": {"starts_at": stamp(offers[1])}}
        sandbox.edit([moved])
    else:
        Appointment.objects.filter(remote_id=booked).update(starts_at=offers[1].starts_at)
    answer = cancel(cancellation(patient, booked, offers[0]))
    assert answer.outcome is Outcome.NOT_ALLOWED
    assert "changed at the practice" in answer.message
    assert changes_sent(sandbox) == []


def test_a_lost_answer_is_looked_up_and_never_sent_again(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="drop_after", method="PATCH", path="cancel")
    answer = cancel(cancellation(patient, booked, offers[0]))
    assert answer.outcome is Outcome.DONE
    assert answer.steps[-3:] == ("no_answer", "found", "closed")
    assert len(changes_sent(sandbox)) == 1


def test_a_request_that_never_arrived_is_followed_up_and_the_appointment_stands(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="drop_before", method="PATCH", path="cancel")
    assert cancel(cancellation(patient, booked, offers[0])).outcome is Outcome.UNCERTAIN
    assert settle() == 1
    assert Write.objects.get(kind="cancellation").state == Write.State.UNAVAILABLE
    assert standing(sandbox, offers[0]) == [booked]
    assert "asked for, and not made" in StaffTask.objects.get().summary


@pytest.mark.parametrize("step", ["read", "write"])
def test_a_vendor_that_is_down_cancels_nothing_or_says_that_it_is_uncertain(
    patient: str,
    booked: str,
    offers: Sequence[OfferedTime],
    sandbox: RunningSandbox,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    method = "PATCH" if step == "write" else "GET"
    sandbox.fault(kind="status", status=503, method=method, path=APPOINTMENTS, times=None)
    answer = cancel(cancellation(patient, booked, offers[0], reason=CancellationReason.CONDITION_WORSE))
    if step == "write":
        assert answer.outcome is Outcome.UNCERTAIN
        return
    assert answer.outcome is Outcome.VENDOR_DOWN
    task = StaffTask.objects.get()
    assert answer.task_id == task.pk
    for part in ("Cancellation", "Margaret Okafor", offers[0].practitioner_name, "Reason: condition worse."):
        assert part in task.summary


def test_a_refused_key_pauses_and_cancels_nothing(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox, synced: Connection
) -> None:
    sandbox.revoke("admin")
    refused = cancel(cancellation(patient, booked, offers[0]))
    assert refused.outcome is Outcome.VENDOR_DOWN
    synced.refresh_from_db()
    assert synced.state == Connection.State.PAUSED
    assert refused.message == f"{synced.paused_message} {synced.paused_advice}", "what helps is said at once"
    again = cancel(cancellation(patient, booked, offers[0], key="again"))
    assert again.outcome is Outcome.NOT_ALLOWED
    assert again.task_id is not None


def test_somebody_elses_appointment_is_not_cancelled(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox
) -> None:
    other = Patient.objects.filter(status="active").exclude(remote_id=patient)[0].remote_id
    assert cancel(cancellation(other, booked, offers[0])).outcome is Outcome.NOT_ALLOWED
    assert changes_sent(sandbox) == []


def test_the_usual_rule_is_to_warn_within_a_day(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox, practice: Practice
) -> None:
    DeskRules.objects.all().delete()
    rules = DeskRules()
    assert (rules.late_cancellation, rules.cancellation_window_hours) == (DeskRules.LateCancellation.WARN, 24)
    soon = offers[0].starts_at - timedelta(hours=23, minutes=59)
    early = offers[0].starts_at - timedelta(hours=24, minutes=1)
    with time_machine.travel(soon, tick=False):
        asked = cancel(cancellation(patient, booked, offers[0], key="soon"))
    assert (asked.outcome, asked.late and asked.late.window_hours) == (Outcome.ASK_FIRST, 24)
    assert changes_sent(sandbox) == []
    with time_machine.travel(early, tick=False):
        assert cancel(cancellation(patient, booked, offers[0], key="early")).outcome is Outcome.DONE


@pytest.mark.parametrize("rule", ["warn", "auto_dna"])
def test_who_cancels_late_is_warned_first_and_cancelled_when_they_still_want_to(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox, practice: Practice, rule: str
) -> None:
    set_rules(practice, late_cancellation=rule, cancellation_window_hours=ALWAYS, cancellation_fee="$45")
    asked = cancel(cancellation(patient, booked, offers[0]))
    assert asked.outcome is Outcome.ASK_FIRST
    assert asked.late is not None
    assert (asked.late.fee, asked.late.counts_as_dna) == ("$45", rule == "auto_dna")
    assert not Write.objects.filter(kind="cancellation").exists()

    answer = cancel(cancellation(patient, booked, offers[0], warned=True))
    assert answer.outcome is Outcome.DONE
    counted = "counts as did not arrive" in row(sandbox, booked)["cancellation_note"]
    assert counted is (rule == "auto_dna")
    tasks = StaffTask.objects.filter(kind=StaffTask.Kind.MARK_DNA)
    assert tasks.count() == int(counted)
    if counted:
        assert "Margaret Okafor" in tasks.get().summary


def test_a_practice_may_leave_late_cancellations_to_its_team(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox, practice: Practice
) -> None:
    set_rules(practice, late_cancellation="block", cancellation_window_hours=ALWAYS)
    answer = cancel(cancellation(patient, booked, offers[0], warned=True))
    assert answer.outcome is Outcome.NOT_ALLOWED
    assert answer.late is not None
    assert standing(sandbox, offers[0]) == [booked]


def test_one_of_the_team_may_cancel_late_all_the_same_and_says_why(
    patient: str, booked: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox, practice: Practice
) -> None:
    set_rules(practice, late_cancellation="block", cancellation_window_hours=ALWAYS)
    by_hand = {"asked_by": "person:1", "channel": "calendar"}
    assert cancel(cancellation(patient, booked, offers[0], **by_hand)).outcome is Outcome.NOT_ALLOWED
    why = "Rang from the hospital."
    for somebody_else in ("conversation:1", "token:1"):
        asked = cancellation(patient, booked, offers[0], asked_by=somebody_else, overruled=why, warned=True)
        assert cancel(asked).outcome is Outcome.NOT_ALLOWED
    answer = cancel(cancellation(patient, booked, offers[0], overruled=why, **by_hand))

    assert answer.outcome is Outcome.DONE
    assert standing(sandbox, offers[0]) == []
    assert Write.objects.get(pk=answer.write_id).asked["overruled"] == why
    entry = AuditEntry.objects.get(action="cancellation.rule_overruled")
    assert (entry.actor_kind, entry.actor_id, entry.detail) == ("person", "1", {"channel": "calendar"})


def test_a_practice_may_let_everybody_cancel(
    patient: str, booked: str, offers: Sequence[OfferedTime], practice: Practice
) -> None:
    set_rules(practice, late_cancellation="allow", cancellation_window_hours=ALWAYS)
    assert cancel(cancellation(patient, booked, offers[0])).outcome is Outcome.DONE
