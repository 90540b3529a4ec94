"""What the tasks page shows: what is open, the urgent first, who is at it, and what was done lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Value, When
from django.http import HttpRequest

from routiq.dashboard.doors import membership_of
from routiq.dashboard.who import names_of
from routiq.frontdesk.answered import waits_for_a_person
from routiq.frontdesk.models import StaffTask, Write
from routiq.mirror.models import Patient
from routiq.mirror.sight import Sight, sight_of

SHOWN = 100
DONE_SHOWN = 10


@dataclass(frozen=True)
class Line:
    """One task, as the list and its own page show it."""

    task: StaffTask
    write: Write | None
    patient: Patient | None
    """Whose write it is about, where it is about one."""
    taken_by: str
    done_by: str
    is_mine: bool


def lines_of(tasks: Sequence[StaffTask], reader: str, sight: Sight) -> list[Line]:
    """``reader`` is who reads, such as ``person:3``. Tasks are everybody's; what leads on to a patient whom the
    reader does not see is left out."""
    names = names_of({actor for task in tasks for actor in (task.taken_by, task.done_by)})
    writes = [task.write for task in tasks if task.write is not None]
    found = Patient.objects.filter(remote_id__in={write.patient_remote_id for write in writes} - {""})
    seen = sight.seen_among(found)
    patients = {(row.connection_id, row.remote_id): row for row in found if row.pk in seen}

    def about(task: StaffTask) -> Patient | None:
        return patients.get((task.write.connection_id, task.write.patient_remote_id)) if task.write else None

    def journal(task: StaffTask) -> Write | None:
        write = task.write
        return write if write and (not sight.is_limited or about(task) or write.asked_by == reader) else None

    return [
        Line(
            task,
            journal(task),
            about(task),
            names.get(task.taken_by, ""),
            names.get(task.done_by, ""),
            is_mine=bool(reader) and task.taken_by == reader,
        )
        for task in tasks
    ]


def task_list(request: HttpRequest) -> dict[str, Any]:
    reader, sight = f"person:{request.user.pk}", sight_of(membership_of(request))
    waiting = StaffTask.objects.filter(done_at=None).select_related("write")
    urgent_first = Case(When(kind=StaffTask.Kind.EMERGENCY, then=Value(0)), default=Value(1))
    waiting_total = waiting.count()
    done = StaffTask.objects.exclude(done_at=None).select_related("write").order_by("-done_at", "-pk")
    return {
        "open_lines": lines_of(list(waiting.order_by(urgent_first, "created_at", "pk")[:SHOWN]), reader, sight),
        "open_total": waiting_total,
        "waits": waits_for_a_person(),
        "done_lines": lines_of(list(done[:DONE_SHOWN]), reader, sight),
    }


def task_count(request: HttpRequest) -> dict[str, Any]:
    return {"open_tasks": open_tasks()}


def open_tasks() -> int:
    return StaffTask.objects.filter(done_at=None).count()
