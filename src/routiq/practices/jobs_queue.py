"""Deferring a job in the transaction of the data it is about, and forgetting the jobs of data that goes."""

from __future__ import annotations

from typing import Any

from django.db import connection as database
from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

_OF = "(args->>'practice_id' = %s OR args->>'connection_id' = %s) AND task_name <> ALL(%s)"
#: A job in the hands of a worker is left to end; one whose worker is gone never will.
_NOT_IN_WORK = "(status <> 'doing' OR worker_id IS NULL)"


def defer_once(task: Task[Any, Any, Any], lock: str, *, seconds_from_now: int = 0, **arguments: Any) -> bool:
    """Queue ``task`` unless one with the same ``lock`` waits already. Returns whether it was queued.

    Arguments are ids only: the queue is shared by all practices and holds nothing personal.
    """
    try:
        with transaction.atomic():
            when: Any = {"schedule_in": {"seconds": seconds_from_now}} if seconds_from_now else {}
            task.configure(queueing_lock=lock, **when).defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True


def count_jobs(practice_id: int, connection_id: int, *, except_tasks: list[str]) -> int:
    """How many jobs of any state name this practice or connection in their arguments."""
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM procrastinate_jobs WHERE {_OF}",
            [str(practice_id), str(connection_id), except_tasks],
        )
        return int(cursor.fetchone()[0])


def delete_jobs(practice_id: int, connection_id: int, *, except_tasks: list[str]) -> None:
    """Delete those of them that no worker has in hand."""
    with database.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM procrastinate_jobs WHERE {_OF} AND {_NOT_IN_WORK}",
            [str(practice_id), str(connection_id), except_tasks],
        )
