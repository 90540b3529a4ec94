"""kill -9 at every named point of a move, a cancellation and a registration, then the workers: the practice
management system, the mirror and the journal agree, nothing is done twice, and somebody tells the patient (B5)."""

from __future__ import annotations

import base64
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connections

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.changes import RegisterRequest
from routiq.frontdesk.models import SlotHold, StaffTask, Write
from routiq.frontdesk.moving import reschedule
from routiq.frontdesk.people import recognise_caller
from routiq.frontdesk.registering import register_patient
from routiq.frontdesk.wishes import OfferedTime
from routiq.mirror.models import Appointment, Patient
from tests.crash.test_killed import environment
from tests.frontdesk.desk import (
    booked_at,
    cancellation,
    changes_sent,
    move,
    offers_for,
    reception,
    row,
    settle,
    standing,
)

pytestmark = pytest.mark.crash

CARRY_OUT = """
import base64, pickle, sys, django
django.setup()
from routiq.practices.tenancy import acting_for
with acting_for(int(sys.argv[1])):
    command, request = pickle.loads(base64.b64decode(sys.argv[2]))
    command(request)
"""


def killed(
    synced: Connection, sandbox: RunningSandbox, fault: str, command: Callable[[Any], object], request: object
) -> None:
    """Carry it out in a process of its own that dies at this point."""
    connections.close_all()
    given = base64.b64encode(pickle.dumps((command, request))).decode()
    done = subprocess.run(
        [sys.executable, "-c", CARRY_OUT, str(synced.practice_id), given],
        env=environment(sandbox, fault),
        check=False,
    )
    assert done.returncode == -signal.SIGKILL


@pytest.fixture
def patient(synced: Connection) -> str:
    return recognise_caller("0491 570 006").patients[0].remote_id


@pytest.fixture
def offers(patient: str) -> Sequence[OfferedTime]:
    return offers_for(patient, 2)


@pytest.fixture
def booked(patient: str, offers: Sequence[OfferedTime], sandbox: RunningSandbox) -> str:
    appointment = booked_at(patient, offers[0])
    sandbox.clear_requests()
    return appointment


def settled(kind: str, state: str, outcome_tasks: int = 1) -> Write:
    settle()
    write = Write.objects.get(kind=kind)
    assert write.state == state
    assert not SlotHold.objects.exists()
    assert StaffTask.objects.filter(write=write).count() == outcome_tasks, "whoever asked is told how it ended"
    return write


@pytest.mark.parametrize(
    ("fault", "moved"),
    [
        ("move_held", False),
        ("move_sent", False),
        ("move_answered", True),
        ("move_answer_stored", True),
        ("move_checked", True),
    ],
)
def test_a_move_killed_anywhere_is_settled_to_the_truth(
    synced: Connection,
    sandbox: RunningSandbox,
    patient: str,
    booked: str,
    offers: Sequence[OfferedTime],
    fault: str,
    moved: bool,
) -> None:
    killed(synced, sandbox, fault, reschedule, move(patient, booked, offers[1]))
    settled("move", "done" if moved else "unavailable")

    here, gone = (offers[1], offers[0]) if moved else (offers[0], offers[1])
    assert (standing(sandbox, here), standing(sandbox, gone)) == ([booked], [])
    assert Appointment.objects.get(remote_id=booked).starts_at == here.starts_at
    assert len(changes_sent(sandbox)) == int(moved)


@pytest.mark.parametrize("fault", ["move_conflict_seen", "move_taken_back"])
def test_a_move_back_killed_in_the_middle_is_finished(
    synced: Connection,
    sandbox: RunningSandbox,
    patient: str,
    booked: str,
    offers: Sequence[OfferedTime],
    fault: str,
) -> None:
    other = Patient.objects.filter(status="active").exclude(remote_id=patient)[0].remote_id
    sandbox.fault(kind="edit_before", method="PATCH", path="individual_app", edits=[reception(offers[1], other)])
    killed(synced, sandbox, fault, reschedule, move(patient, booked, offers[1]))
    settled("move", "taken")

    assert standing(sandbox, offers[0]) == [booked]
    assert len(standing(sandbox, offers[1])) == 1, "the one whom reception booked"
    assert Appointment.objects.get(remote_id=booked).starts_at == offers[0].starts_at
    assert len(changes_sent(sandbox)) == 2, "there and back"


@pytest.mark.parametrize(
    ("fault", "cancelled"),
    [
        ("cancellation_held", False),
        ("cancellation_sent", False),
        ("cancellation_answered", True),
        ("cancellation_answer_stored", True),
        ("cancellation_checked", True),
    ],
)
def test_a_cancellation_killed_anywhere_is_settled_to_the_truth(
    synced: Connection,
    sandbox: RunningSandbox,
    patient: str,
    booked: str,
    offers: Sequence[OfferedTime],
    fault: str,
    cancelled: bool,
) -> None:
    killed(synced, sandbox, fault, cancel, cancellation(patient, booked, offers[0], warned=True))
    settled("cancellation", "done" if cancelled else "unavailable")

    assert bool(row(sandbox, booked)["cancelled_at"]) is cancelled
    assert (Appointment.objects.get(remote_id=booked).status == Appointment.Status.CANCELLED) is cancelled
    assert len(changes_sent(sandbox)) == int(cancelled)


@pytest.mark.parametrize(
    ("fault", "registered"),
    [
        ("registration_held", False),
        ("registration_sent", False),
        ("registration_answered", True),
        ("registration_answer_stored", True),
        ("registration_checked", True),
    ],
)
def test_a_registration_killed_anywhere_is_settled_to_the_truth(
    synced: Connection, sandbox: RunningSandbox, fault: str, registered: bool
) -> None:
    given = {
        "first_name": "Ottilie",
        "last_name": "Brandt-Okonjo",
        "date_of_birth": "17/3/1991",
        "mobile": "0491 570 313",
    }
    sandbox.clear_requests()
    wanted = RegisterRequest(given=given, intent_key="crash", channel="test", asked_by="conversation:1")
    killed(synced, sandbox, fault, register_patient, wanted)
    write = settled("registration", "done" if registered else "unavailable")

    there = [held["id"] for held in sandbox.world("patients")["patients"] if held["last_name"] == "Brandt-Okonjo"]
    assert there == ([write.patient_remote_id] if registered else [])
    assert list(Patient.objects.filter(last_name="Brandt-Okonjo").values_list("remote_id", flat=True)) == there
    assert len(changes_sent(sandbox)) == int(registered)
