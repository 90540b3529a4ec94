"""What a person at the practice has to do, and who does it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from routiq.frontdesk import rehearsing
from routiq.frontdesk.models import StaffTask, Write
from routiq.practices import audit
from routiq.practices.audit import Actor
from routiq.practices.live import announce
from routiq.practices.tenancy import current_practice_id


class TaskIsTaken(Exception):
    """Somebody else is at it; ``task.taken_by`` says who."""

    def __init__(self, task: StaffTask) -> None:
        super().__init__("Somebody else is at it.")
        self.task = task


class TaskIsDone(Exception):
    """It is off the list; ``task.done_by`` says by whom."""

    def __init__(self, task: StaffTask) -> None:
        super().__init__("It is done already.")
        self.task = task


def leave_task(
    kind: StaffTask.Kind, summary: str, *, conversation_id: int | None = None, write: Write | None = None
) -> StaffTask:
    """Put something on the practice's list. ``summary`` is shown to staff as it is."""
    rehearsing.refuse()
    practice_id = current_practice_id()
    task = StaffTask.objects.create(
        practice_id=practice_id, kind=kind, summary=summary, conversation_id=conversation_id, write=write
    )
    announce(practice_id, "tasks")
    return task


def leave_task_once(kind: StaffTask.Kind, summary: str, *, conversation_id: int | None) -> StaffTask:
    """As :func:`leave_task`, but what is on the list and open already is not put there again."""
    same = StaffTask.objects.filter(kind=kind, summary=summary, conversation_id=conversation_id, done_at=None)
    return same.first() or leave_task(kind, summary, conversation_id=conversation_id)


@transaction.atomic
def take(pk: int, actor: Actor) -> StaffTask:
    """``actor`` is at it from now on; doing it twice is harmless. ``StaffTask.DoesNotExist``, ``TaskIsDone``, or
    ``TaskIsTaken`` when somebody else was quicker."""
    task = _locked(pk)
    if task.done_at is not None:
        raise TaskIsDone(task)
    if task.taken_by and task.taken_by != str(actor):
        raise TaskIsTaken(task)
    if not task.taken_by:
        task.taken_by, task.taken_at = str(actor), timezone.now()
        _keep(task, actor, "task.taken")
    return task


@transaction.atomic
def hand_back(pk: int, actor: Actor) -> StaffTask:
    """Nobody is at it any more. Anybody may say so, because whoever took it may have gone home. Harmless when nobody
    was at it. ``StaffTask.DoesNotExist`` or ``TaskIsDone``."""
    task = _locked(pk)
    if task.done_at is not None:
        raise TaskIsDone(task)
    if task.taken_by:
        held_by = task.taken_by
        task.taken_by, task.taken_at = "", None
        _keep(task, actor, "task.handed_back", held_by=held_by)
    return task


@transaction.atomic
def finish(pk: int, actor: Actor, note: str = "") -> StaffTask:
    """Take it off the list, with what is to be said about it; whoever comes second changes nothing.
    ``StaffTask.DoesNotExist`` when there is none."""
    task = _locked(pk)
    if task.done_at is None:
        task.done_at, task.done_by, task.note = timezone.now(), str(actor), note.strip()
        _keep(task, actor, "task.done", has_note=bool(task.note))
    return task


def _locked(pk: int) -> StaffTask:
    return StaffTask.objects.select_for_update().get(pk=pk)


def _keep(task: StaffTask, actor: Actor, action: str, **detail: object) -> None:
    task.save(update_fields=["taken_by", "taken_at", "done_at", "done_by", "note"])
    audit.record(actor, action, f"task:{task.pk}", **detail)
    announce(task.practice_id, "tasks")
