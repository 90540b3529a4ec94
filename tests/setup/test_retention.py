"""What is kept after a practice left, for how long, and that nothing of it is there afterwards."""

from __future__ import annotations

import inspect
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection as database
from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from pms_sandbox.testing import RunningSandbox
from routiq import retention
from routiq.connections import jobs
from routiq.connections.connecting import connect, kept_connection
from routiq.connections.disconnecting import disconnect
from routiq.connections.models import Connection
from routiq.frontdesk.models import DeskRules, JournalStep, SlotHold, StaffTask, Write
from routiq.frontdesk.tasks import leave_task
from routiq.knowledge import gaps, sources
from routiq.knowledge.models import KnowledgeRules
from routiq.mirror.models import Patient, PatientPhone
from routiq.pms.errors import KeyRejected
from routiq.practices import audit
from routiq.practices.letters import tell_owners
from routiq.practices.models import AuditEntry, Letter, Membership, Practice
from routiq.practices.owned import count, owned_models
from routiq.practices.tenancy import acting_for
from routiq.processes import routiq_command
from routiq.robyn import conversation
from routiq.robyn.models import Conversation
from routiq.sync.models import SyncEvent, WebhookEndpoint
from routiq.sync.start import request_run
from tests.conftest import make_practice
from tests.sandboxes import carry_open_run
from tests.sandboxes import connect as connect_to

OWNER = audit.Actor("person", "1")


def counts() -> dict[str, int]:
    return {model._meta.label: count(model) for model in owned_models()}


def of_patients(found: dict[str, int]) -> int:
    return sum(number for kind, number in found.items() if kind not in retention.KEPT)


def gone(found: dict[str, int]) -> bool:
    return of_patients(found) == 0


def jobs_naming(practice: Practice) -> list[str]:
    named = ProcrastinateJob.objects.filter(args__practice_id=practice.pk)
    return sorted(named.values_list("task_name", flat=True))


@pytest.fixture(autouse=True)
def empty_queue(transactional_db: None) -> None:
    """Jobs of earlier tests would be found here: the queue's own tables are not cleared between tests."""
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def something_of_the_front_desk(link: Connection) -> None:
    """A move with its step and its held time, and rules of the practice's own."""
    moved = Write.objects.create(
        practice_id=link.practice_id,
        connection=link,
        kind=Write.Kind.MOVE,
        intent_key="moved",
        reference="R-1",
        state=Write.State.DONE,
        patient_remote_id="1",
        channel="test",
        asked_by="conversation:1",
    )
    now = timezone.now()
    JournalStep.objects.create(practice_id=link.practice_id, write=moved, step="done")
    SlotHold.objects.create(
        practice_id=link.practice_id,
        write=moved,
        practitioner_pk=1,
        during=(now, now + timedelta(minutes=30)),
        expires_at=now + timedelta(minutes=5),
    )
    DeskRules.objects.create(practice_id=link.practice_id, cancellation_fee="$45")


def something_that_was_told(link: Connection) -> None:
    """A note, a document with its file, a question without an answer, and how often to write of those."""
    sources.add_note("Parking", "Parking is free in the lane.", OWNER)
    sources.add_document("prices.pdf", b"%PDF-1.7", OWNER)
    gaps.note("Do you have wifi?")
    KnowledgeRules.objects.create(practice_id=link.practice_id)


@pytest.fixture
def left(synced: Connection) -> Connection:
    """A practice with something in every room, that has disconnected."""
    begun = conversation.start("test", "0491 570 006")
    conversation.say(begun.conversation_id, "I'd like to book a standard consultation")
    leave_task(StaffTask.Kind.CALL_BACK, "Ring back", conversation_id=begun.conversation_id)
    something_of_the_front_desk(synced)
    something_that_was_told(synced)
    WebhookEndpoint.objects.create(practice_id=synced.practice_id, connection=synced, token_hash="t")
    SyncEvent.objects.create(
        practice_id=synced.practice_id,
        connection=synced,
        source="webhook",
        kind="patient.updated",
        received_at=timezone.now(),
        outcome="waiting",
    )
    tell_owners("Something", "happened")
    request_run(synced)
    disconnect(synced, OWNER)
    return synced


def everything_stored() -> str:
    """Each row of each table of the database that the practice in force can see, as text: no list of tables to
    forget a new one in."""
    with database.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT coalesce(string_agg(row::text, chr(10)), chr(32)) FROM "{table}" row')
            found.append(cursor.fetchone()[0])
    return "\n".join(found)


def days_later(days: int) -> Any:
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=True)


def test_on_day_29_all_is_there_and_can_be_brought_back(
    left: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    before = counts()
    with days_later(29):
        jobs.keep_retention(0)
        assert counts() == before
        with pytest.raises(retention.NotToBeDeleted):
            retention.purge(practice.pk, left.pk)
        back = connect(practice_id=practice.pk, vendor="cliniko", region="", key=sandbox.key(), actor=OWNER)
    assert back.pk == left.pk
    with days_later(40):
        jobs.keep_retention(0)
    after = counts()
    assert {**after, "practices.AuditEntry": 0} == {**before, "practices.AuditEntry": 0}


def test_on_day_31_all_is_gone_and_the_report_proves_it(
    left: Connection, practice: Practice, sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    before = counts()
    assert before["mirror.Patient"] > 0
    assert before["robyn.Turn"] > 0
    for kind in ("Write", "JournalStep", "SlotHold", "DeskRules", "StaffTask"):
        assert before[f"frontdesk.{kind}"] > 0, kind
    for kind in ("Source", "DocumentFile", "Passage", "Gap", "GapAsking", "KnowledgeRules"):
        assert before[f"knowledge.{kind}"] > 0, kind
    assert len({model._meta.db_table for model in owned_models()}) == len(before), "each table is counted once"
    assert "sync.carry_run" in jobs_naming(practice)
    patients = [(each.first_name, each.last_name) for each in Patient.objects.all()]
    traces = {each.remote_id for each in Patient.objects.all()} | {each.email for each in Patient.objects.all()}
    traces |= {phone.e164 for phone in PatientPhone.objects.all()} | {"570 006"}
    traces.discard("")
    assert len(traces) > 50
    stored = everything_stored()
    assert all(trace in stored for trace in traces)

    with days_later(31), caplog.at_level(logging.INFO, "routiq.retention"):
        jobs.keep_retention(0)

    assert gone(counts())
    assert jobs_naming(practice) == ["practices.send_letter"]
    report = retention.last_report()
    assert report is not None
    assert report == retention.report_of(left.pk) == retention.purge(practice.pk, left.pk)
    assert report.before == before
    assert (report.left, report.jobs_after) == (0, 0)
    assert report.jobs_before > 0
    assert report.deleted == of_patients(before)
    assert set(report.after) == set(report.before) == {model._meta.label for model in owned_models()}

    assert "purge goes over it again" not in caplog.messages, "what refers to others goes first"
    (line,) = [record for record in caplog.records if record.getMessage() == "purged"]
    assert json.loads(line.report)["after"] == report.after  # type: ignore[attr-defined]
    told = json.dumps(list(AuditEntry.objects.values("target", "detail"))) + line.report  # type: ignore[attr-defined]
    assert not [name for name in patients if f"{name[0]} {name[1]}" in told]
    stored = everything_stored()
    assert [trace for trace in traces if trace in stored] == []
    assert Membership.objects.exists()
    assert Letter.objects.exists()
    assert Practice.objects.get().name == practice.name

    connected = connect_to(practice, sandbox, "other")
    assert connected.pk != left.pk, "after that, any account may be connected"
    assert kept_connection() is None


@pytest.mark.crash
@pytest.mark.parametrize("batch", [1, 5, 11])
def test_killed_in_the_middle_it_goes_on(
    left: Connection, practice: Practice, sandbox: RunningSandbox, batch: int
) -> None:
    before = counts()
    Connection.objects.update(purge_after=timezone.now())
    script = (
        "import sys, django; django.setup(); from routiq import retention; retention.purge(*map(int, sys.argv[1:]))"
    )
    connections.close_all()
    done = subprocess.run(
        [sys.executable, "-c", script, str(practice.pk), str(left.pk)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "routiq.settings", "ROUTIQ_FAULT": f"purge_batch:{batch}"},
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL
    assert Connection.objects.exists()
    assert 0 < of_patients(counts()) < of_patients(before)
    with pytest.raises(KeyRejected) as refused:
        connect(practice_id=practice.pk, vendor="cliniko", region="", key=sandbox.key(), actor=OWNER)
    assert refused.value.cause == "being_deleted"

    assert retention.purge_due() is False
    assert gone(counts())
    report = retention.last_report()
    assert report is not None
    assert report.before == before, "what was there before the kill is what is told"
    assert AuditEntry.objects.filter(action="connection.purge_begun").count() == 1


def test_small_batches_delete_the_same(left: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 7)
    Connection.objects.update(purge_after=timezone.now())
    assert retention.purge_due() is False
    assert gone(counts())


@pytest.fixture
def neighbour(transactional_db: None, sandbox: RunningSandbox) -> Practice:
    made = make_practice("Someone Else Podiatry")[0]
    with acting_for(made.pk):
        connection = connect_to(made, sandbox)
        carry_open_run(connection)
        conversation.start("test", "0491 570 006")
        request_run(connection)
    return made


def test_another_practices_rows_and_jobs_are_untouched(neighbour: Practice, left: Connection) -> None:
    with acting_for(neighbour.pk):
        before, queued = counts(), jobs_naming(neighbour)
    assert before["mirror.Patient"] > 0
    assert queued
    with days_later(31):
        jobs.keep_retention(0)
    assert gone(counts())
    with acting_for(neighbour.pk):
        assert counts() == before
        assert jobs_naming(neighbour) == queued


def test_every_job_names_its_practice_and_so_goes_with_it() -> None:
    ours = {name: task for name, task in app.tasks.items() if task.func.__module__.startswith("routiq.")}
    assert "sync.look_now" in ours
    for name, task in ours.items():
        given = set(inspect.signature(task.func).parameters)
        assert "practice_id" in given or given <= {"timestamp"}, f"{name}: {given}"


def test_a_connection_in_use_is_never_purged(synced: Connection, practice: Practice) -> None:
    before = counts()
    Connection.objects.update(purge_after=timezone.now() - timedelta(days=1))
    assert retention.purge_due() is False
    with pytest.raises(retention.NotToBeDeleted):
        retention.purge(practice.pk, synced.pk)
    assert counts() == before


def test_a_job_in_a_workers_hands_is_waited_for(
    left: Connection, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_PAUSE", 0)
    Connection.objects.update(purge_after=timezone.now())
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        worker = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE task_name = 'sync.carry_run'",
            [worker],
        )
    jobs.keep_retention(0)
    assert kept_connection() is not None
    again = ProcrastinateJob.objects.get(task_name="connections.retention", status="todo")
    assert again.scheduled_at is not None
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers WHERE id = %s", [worker])
    jobs.keep_retention(0)
    assert gone(counts())
    assert jobs_naming(practice) == ["practices.send_letter"]


def test_what_is_written_while_deleting_goes_too(left: Connection, practice: Practice) -> None:
    Connection.objects.update(purge_after=timezone.now())
    stop = threading.Event()

    def talk() -> None:
        with acting_for(practice.pk):
            for _ in range(40):
                if stop.is_set():
                    break
                Conversation.objects.create(practice=practice, channel="test")
        connections.close_all()

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        report = retention.purge(practice.pk, left.pk)
    finally:
        stop.set()
        thread.join()
    assert report.left == 0
    assert not PatientPhone.objects.exists()


def test_two_workers_at_once_write_one_report(left: Connection, practice: Practice) -> None:
    Connection.objects.update(purge_after=timezone.now())
    reports: list[retention.PurgeReport] = []

    def work() -> None:
        reports.append(retention.purge(practice.pk, left.pk))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reports[0] == reports[1]
    assert AuditEntry.objects.filter(action="connection.purged").count() == 1


def test_a_worker_deletes_at_once_and_posts_what_was_written(left: Connection, practice: Practice) -> None:
    retention.delete_at_once(practice, left, practice.name, OWNER)
    connections.close_all()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "routiq.settings"}
    worker = subprocess.Popen(
        routiq_command("worker"), env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while retention.last_report() is None or Letter.objects.filter(sent_at=None).exists():
            assert time.monotonic() < deadline, "waited in vain for the worker"
            time.sleep(0.1)
    finally:
        worker.terminate()
        printed = worker.communicate(timeout=40)[0].decode()
    assert "Subject: Something" in printed
    assert gone(counts())


@pytest.mark.parametrize("typed", ["", "harbour street physiotherapy", "Harbour Street"])
def test_deleting_at_once_needs_the_name_typed_exactly(left: Connection, practice: Practice, typed: str) -> None:
    before = counts()
    with pytest.raises(retention.NameDoesNotMatch, match="Harbour Street Physiotherapy"):
        retention.delete_at_once(practice, left, typed, OWNER)
    jobs.keep_retention(0)
    assert counts() == before


def test_deleting_at_once_disconnects_and_deletes(synced: Connection, practice: Practice) -> None:
    retention.delete_at_once(practice, synced, f"  {practice.name} ", OWNER)
    assert ProcrastinateJob.objects.filter(task_name="connections.retention", status="todo").count() == 1
    kept = kept_connection()
    assert kept is not None
    assert bytes(kept.key_cipher) == b""
    jobs.keep_retention(0)
    assert gone(counts())
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"connection.disconnected", "connection.delete_requested", "connection.purged"} <= actions
