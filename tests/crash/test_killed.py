"""kill -9 at every named point, then a new process: nothing is lost, nothing is done twice (S1, B5, B7)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.frontdesk import settling
from routiq.frontdesk.models import Booking, SlotHold, StaffTask
from routiq.frontdesk.people import habit_of, recognise_caller
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import Wish
from routiq.mirror.models import Appointment, Patient
from routiq.processes import routiq_command
from routiq.sync.models import SyncPart, SyncRun
from tests.worlds import differences

pytestmark = pytest.mark.crash

PATIENCE = 60.0


def environment(sandbox: RunningSandbox, fault: str = "") -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "routiq.settings",
        "ROUTIQ_CLINIKO_URL": sandbox.cliniko_url,
        "ROUTIQ_PMS_REQUESTS": "0",
        "ROUTIQ_FAULT": fault,
    }


def worker(sandbox: RunningSandbox, fault: str = "") -> subprocess.Popen[bytes]:
    return subprocess.Popen(routiq_command("worker"), env=environment(sandbox, fault), stderr=subprocess.DEVNULL)


def wait_until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


@pytest.mark.parametrize(
    "fault", ["page_fetched:4", "page_written:9", "checkpoint_written:14", "page_committed:20", "stage_done:3"]
)
def test_a_first_sync_killed_anywhere_resumes_and_ends_equal_to_the_world(
    connection: Connection, sandbox: RunningSandbox, fault: str
) -> None:
    doomed = worker(sandbox, fault)
    assert doomed.wait(PATIENCE) == -signal.SIGKILL
    assert SyncRun.objects.get().state == SyncRun.State.RUNNING
    done_before = dict(SyncPart.objects.filter(state="done").values_list("pk", "pages"))

    sandbox.clear_requests()
    second = worker(sandbox)
    try:
        wait_until(lambda: SyncRun.objects.get().state == SyncRun.State.DONE, "the run's end")
    finally:
        second.terminate()
        assert second.wait(PATIENCE) == 0

    assert differences(connection, sandbox) == []
    again = dict(SyncPart.objects.filter(pk__in=done_before).values_list("pk", "pages"))
    assert again == done_before, "what was finished was not fetched again"


def test_a_worker_asked_to_stop_ends_soon_and_the_next_one_goes_on(
    connection: Connection, sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="slow", delay_ms=200, method="GET", path=".", times=None)
    first = worker(sandbox)
    wait_until(lambda: SyncPart.objects.filter(state="done").count() > 2, "some parts")
    first.terminate()
    assert first.wait(20) == 0
    assert SyncRun.objects.get().state == SyncRun.State.RUNNING

    sandbox.clear_faults()
    second = worker(sandbox)
    try:
        wait_until(lambda: SyncRun.objects.get().state == SyncRun.State.DONE, "the run's end")
    finally:
        second.terminate()
        second.wait(PATIENCE)
    assert differences(connection, sandbox) == []


BOOK = """
import sys, django
django.setup()
from datetime import timedelta
from routiq.practices.tenancy import acting_for
from routiq.frontdesk.booking import book
from routiq.frontdesk.people import habit_of, recognise_caller
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import BookingRequest, Wish
with acting_for(int(sys.argv[1])):
    patient = recognise_caller("0491 570 006").patients[0].remote_id
    offer = find_times(Wish(appointment_type_id=habit_of(patient).appointment_type_id)).offers[0]
    book(BookingRequest(patient, offer, intent_key="crash", channel="test", asked_by="conversation:1"))
"""


def first_offer() -> Any:
    patient = recognise_caller("0491 570 006").patients[0].remote_id
    return find_times(Wish(appointment_type_id=habit_of(patient).appointment_type_id)).offers[0]


@pytest.mark.parametrize(
    ("fault", "booked"),
    [
        ("booking_held", False),
        ("booking_sent", False),
        ("booking_answered", True),
        ("booking_answer_stored", True),
        ("booking_checked", True),
    ],
)
def test_a_booking_killed_anywhere_is_settled_to_the_truth(
    synced: Connection, sandbox: RunningSandbox, fault: str, booked: bool
) -> None:
    offer = first_offer()
    connections.close_all()
    done = subprocess.run(
        [sys.executable, "-c", BOOK, str(synced.practice_id)], env=environment(sandbox, fault), check=False
    )
    assert done.returncode == -signal.SIGKILL

    for _ in range(4):
        long_ago = timezone.now() - timedelta(hours=1)
        Booking.objects.update(created_at=long_ago)
        Booking.objects.exclude(sent_at=None).update(sent_at=long_ago)
        settling.settle_open_bookings()

    booking = Booking.objects.get()
    start = offer.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    diary = [
        record
        for record in sandbox.world("individual_appointments")["individual_appointments"]
        if booking.reference in (record["notes"] or "") and record["starts_at"] == start
    ]
    assert len(diary) == (1 if booked else 0)
    assert booking.state == (Booking.State.BOOKED if booked else Booking.State.UNAVAILABLE)
    assert not SlotHold.objects.exists()
    assert Appointment.objects.filter(remote_id=booking.appointment_remote_id).exists() is booked
    assert StaffTask.objects.count() == 1, "whoever asked is told how it ended"
    assert Patient.objects.exists()


@pytest.mark.parametrize("fault", ["booking_conflict_seen", "booking_taken_back"])
def test_a_withdrawal_killed_in_the_middle_is_finished(
    synced: Connection, sandbox: RunningSandbox, fault: str
) -> None:
    offer = first_offer()
    sandbox.fault(
        kind="edit_before",
        method="POST",
        path="individual_appointments",
        times=1,
        edits=[
            {
                "op": "create",
                "collection": "individual_appointments",
                "fields": {
                    "patient_id": Patient.objects.filter(status="active")[5].remote_id,
                    "practitioner_id": offer.practitioner_id,
                    "business_id": offer.location_id,
                    "appointment_type_id": offer.appointment_type_id,
                    "starts_at": offer.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "ends_at": offer.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                },
            }
        ],
    )
    connections.close_all()
    done = subprocess.run(
        [sys.executable, "-c", BOOK, str(synced.practice_id)],
        env=environment(sandbox, fault),
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    Booking.objects.update(created_at=timezone.now() - timedelta(minutes=1))

    assert settling.settle_open_bookings() == 1
    booking = Booking.objects.get()
    assert booking.state == Booking.State.TAKEN
    standing = [
        record
        for record in sandbox.world("individual_appointments")["individual_appointments"]
        if booking.reference in (record["notes"] or "") and not record["archived_at"]
    ]
    assert standing == []
    assert StaffTask.objects.count() == 1
