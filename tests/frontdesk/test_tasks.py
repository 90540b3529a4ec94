"""Who does what a person at the practice has to do."""

from __future__ import annotations

import pytest

from routiq.frontdesk import tasks
from routiq.frontdesk.models import StaffTask
from routiq.practices.audit import Actor
from routiq.practices.models import AuditEntry, Practice
from routiq.practices.tenancy import acting_for

OLIVE, SAM = Actor("person", "1"), Actor("person", "2")


def left(practice: Practice) -> StaffTask:
    return tasks.leave_task(StaffTask.Kind.CALL_BACK, "Ring Amelia back")


def said(task: StaffTask) -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(target=f"task:{task.pk}").order_by("pk")
    return [(entry.action, entry.actor_id) for entry in entries]


def test_whoever_takes_a_task_has_it_until_it_is_handed_back(practice: Practice) -> None:
    task = left(practice)
    assert tasks.take(task.pk, OLIVE).taken_by == "person:1"
    tasks.take(task.pk, OLIVE)
    with pytest.raises(tasks.TaskIsTaken) as refused:
        tasks.take(task.pk, SAM)
    assert refused.value.task.taken_by == "person:1"
    tasks.hand_back(task.pk, SAM)
    assert tasks.take(task.pk, SAM).taken_by == "person:2"
    assert said(task) == [("task.taken", "1"), ("task.handed_back", "2"), ("task.taken", "2")]


def test_a_task_is_done_once_and_keeps_who_did_it_and_what_they_said(practice: Practice) -> None:
    task = left(practice)
    tasks.take(task.pk, OLIVE)
    tasks.finish(task.pk, SAM, "  Booked for Friday. ")
    tasks.finish(task.pk, OLIVE, "Something else")
    task.refresh_from_db()
    assert (task.taken_by, task.done_by, task.note) == ("person:1", "person:2", "Booked for Friday.")
    assert said(task) == [("task.taken", "1"), ("task.done", "2")]
    for late in (tasks.take, tasks.hand_back):
        with pytest.raises(tasks.TaskIsDone):
            late(task.pk, OLIVE)


def test_the_audit_trail_does_not_repeat_the_note(practice: Practice) -> None:
    task = left(practice)
    tasks.finish(task.pk, OLIVE, "Amelia prefers mornings")
    assert AuditEntry.objects.get(action="task.done").detail == {"has_note": True}


def test_tasks_of_another_practice_are_not_there(practice: Practice, other_practice: Practice) -> None:
    with acting_for(other_practice.pk):
        theirs = left(other_practice)
    with pytest.raises(StaffTask.DoesNotExist):
        tasks.take(theirs.pk, OLIVE)
