"""kill -9 at every named point, then a new process: nothing is lost, nothing is done twice (S1)."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
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
