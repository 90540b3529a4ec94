from __future__ import annotations

import json

import pytest
from django.db import connection as database
from django.db import transaction

from routiq.connections.models import Connection
from routiq.sync.jobs import keep_practice_going
from routiq.sync.models import SyncRun
from routiq.sync.start import request_run


def waiting_jobs() -> list[dict[str, int]]:
    """Of the runs that exist now: the queue outlives the tables that a test truncates."""
    runs = set(SyncRun.objects.values_list("pk", flat=True))
    with database.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'sync.carry_run'")
        found = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]
    return [arguments for arguments in found if arguments["run_id"] in runs]


def test_a_job_exists_exactly_when_what_it_is_about_does(connection: Connection) -> None:
    run = SyncRun.objects.get()
    assert waiting_jobs() == [{"practice_id": connection.practice_id, "run_id": run.pk}]


def test_a_rolled_back_request_leaves_neither_run_nor_job(synced: Connection) -> None:
    before = len(waiting_jobs())

    class Undo(Exception):
        pass

    def ask_and_fail() -> None:
        with transaction.atomic():
            request_run(synced)
            raise Undo

    with pytest.raises(Undo):
        ask_and_fail()
    assert len(waiting_jobs()) == before
    assert not SyncRun.objects.filter(kind=SyncRun.Kind.CHANGES).exists()


def test_asking_twice_is_one_run_and_one_job(synced: Connection) -> None:
    before = len(waiting_jobs())
    assert request_run(synced).pk == request_run(synced).pk
    assert len(waiting_jobs()) == before + 1


def test_the_schedule_leaves_a_paused_connection_alone(synced: Connection) -> None:
    Connection.objects.update(state=Connection.State.PAUSED)
    keep_practice_going()
    assert not SyncRun.objects.filter(kind=SyncRun.Kind.CHANGES).exists()
