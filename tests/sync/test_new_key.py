"""A new key while work is under way: the swap is instant and nothing is lost (C73-C76)."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connections

from pms_sandbox.testing import RunningSandbox
from routiq.connections.disconnecting import disconnect
from routiq.connections.models import Connection
from routiq.mirror.models import Patient
from routiq.practices.audit import SYSTEM
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from routiq.sync import engine
from routiq.sync.models import SyncRun
from routiq.sync.start import request_run
from tests.sandboxes import carry_open_run, connect
from tests.worlds import differences


def carried_meanwhile(connection: Connection, sandbox: RunningSandbox) -> tuple[threading.Thread, list[engine.Ended]]:
    """A first sync under way in another thread, a few pages in."""
    sandbox.fault(kind="slow", delay_ms=60, method="GET", path=".", times=None)
    ended: list[engine.Ended] = []

    def carry() -> None:
        with acting_for(connection.practice_id):
            ended.append(carry_open_run(connection))
        connections.close_all()

    thread = threading.Thread(target=carry)
    thread.start()
    while len([entry for entry in sandbox.requests() if entry["status"] == 200]) < 12:
        assert thread.is_alive(), "the sync is under way"
        time.sleep(0.01)
    return thread, ended


def test_running_work_goes_on_with_the_new_key_at_its_next_request(
    connection: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    thread, ended = carried_meanwhile(connection, sandbox)
    connect(practice, sandbox, "spare")
    used_until_now = len(sandbox.requests())
    time.sleep(0.2)
    sandbox.revoke("admin")
    thread.join(60)

    assert ended == [engine.Ended.DONE]
    connection.refresh_from_db()
    assert connection.state == Connection.State.ACTIVE
    assert differences(connection, sandbox) == []
    later = sandbox.requests()[used_until_now + 8 :]
    assert {entry["key"] for entry in later} == {"spare"}


def test_a_new_key_of_the_same_account_touches_no_row(
    synced: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    rows = list(Patient.objects.order_by("pk").values())
    connect(practice, sandbox, "spare")
    assert list(Patient.objects.order_by("pk").values()) == rows
    assert Connection.objects.count() == 1


def test_disconnecting_ends_a_run_under_way_and_nothing_is_asked_any_more(
    connection: Connection, sandbox: RunningSandbox
) -> None:
    thread, ended = carried_meanwhile(connection, sandbox)
    disconnect(Connection.objects.get(), SYSTEM)
    asked = len(sandbox.requests())
    thread.join(60)

    assert ended != [engine.Ended.DONE]
    assert SyncRun.objects.get().state == SyncRun.State.FAILED
    assert len(sandbox.requests()) - asked <= 8, "only what was on its way already"


def test_reconnecting_the_same_account_goes_on_with_what_was_kept(
    synced: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    kept = Patient.objects.count()
    disconnect(synced, SYSTEM)
    again = connect(practice, sandbox, "spare")
    assert again.pk == synced.pk
    assert Patient.objects.count() == kept
    run = request_run(again)
    assert run.kind == SyncRun.Kind.CHANGES
    assert carry_open_run(again) is engine.Ended.DONE
    assert differences(again, sandbox) == []


def test_pages_that_follow_each_other_at_once_share_a_look_at_the_connection(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOOK_EVERY", 60.0)
    stored = engine._AsStored(connection.pk)
    first = stored.read()
    Connection.objects.update(state=Connection.State.DISCONNECTED)

    assert stored.read() is first
    monkeypatch.setattr(engine, "LOOK_EVERY", 0.0)
    assert not stored.read().is_active
