"""The front desk's day: the calendar of the copy, and what the team has to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from routiq.api import errors
from routiq.api import schemas_desk as shapes
from routiq.api.answers import answers
from routiq.api.auth import caller_of
from routiq.api.fields import Day, Limit, RemoteId, Taken, Text
from routiq.connections.connecting import kept_connection, live_connection
from routiq.frontdesk import tasks
from routiq.frontdesk.models import StaffTask, Write
from routiq.mirror.models import Location
from routiq.mirror.queries_calendar import Entry, blocked, day_bounds, diary
from routiq.practices.audit import Actor

router = Router(tags=["front desk"])

MOST_DAYS = 31
_YEARS = range(2000, 2101)


class Part(Taken):
    first: Day | None = Field(None, description="The first day; today when left out.")
    last: Day | None = Field(
        None, description=f"The last day, at most {MOST_DAYS - 1} after the first; else one day."
    )
    location: RemoteId = Field("", description="Only what stands at this location.")
    practitioner: RemoteId = Field("", description="Only this practitioner's.")


class TaskFilter(Taken):
    state: Literal["open", "done", "all"] = Field("open", description="`done` and `all` begin with the newest.")
    after: int | None = Field(None, ge=0, lt=2**63, description="The `next` of the page before.")
    limit: Limit = 50


class Finished(Taken):
    note: Text = Field("", max_length=500, description="What came of it.")


@router.get("/calendar", response=answers({200: shapes.Calendar}), summary="The calendar")
def get_calendar(request: HttpRequest, wanted: Annotated[Part, Query()]) -> shapes.Calendar:
    """Appointments and classes that begin on these days, by time; cancelled ones are listed as such. Beside them,
    when practitioners take no bookings. Days are those of the location that is asked for, else of the practice: one
    on which clocks change has 23 or 25 hours."""
    connection = live_connection() or kept_connection()
    zone = caller_of(request).practice.zone
    if connection is not None and wanted.location:
        place = Location.objects.filter(connection=connection, remote_id=wanted.location).first()
        zone = ZoneInfo(place.time_zone) if place else zone
    first = wanted.first or timezone.now().astimezone(zone).date()
    last = wanted.last or first
    _check(first, last)
    if connection is None:
        return shapes.Calendar(items=[], unavailable=[])
    since, until = day_bounds(first, last, zone)
    entries = diary(connection, since, until, location_id=wanted.location, practitioner_id=wanted.practitioner)
    closed = blocked(
        connection, since, until, practitioner_ids=[wanted.practitioner] if wanted.practitioner else None
    )
    return shapes.Calendar(
        items=[_entry(entry) for entry in entries],
        unavailable=[
            shapes.Unavailable.of(
                each,
                practitioner=each.practitioner_name,
                starts_at=each.starts_at.astimezone(UTC),
                ends_at=each.ends_at.astimezone(UTC),
            )
            for each in closed
        ],
    )


def _check(first: date, last: date) -> None:
    if first.year not in _YEARS or last.year not in _YEARS:
        raise errors.invalid({"first": "Give days between 2000 and 2100."})
    if last < first:
        raise errors.invalid({"last": "The last day comes before the first."})
    if last - first >= timedelta(days=MOST_DAYS):
        raise errors.invalid({"last": f"Ask for at most {MOST_DAYS} days at once."})


def _entry(entry: Entry) -> shapes.CalendarEntry:
    return shapes.CalendarEntry.of(
        entry,
        starts_at=entry.starts_at.astimezone(UTC),
        ends_at=entry.ends_at.astimezone(UTC),
        time_zone=entry.zone,
        patient_id=entry.patient.pk if entry.patient else None,
        patient=entry.patient.full_name if entry.patient else "",
        practitioner=entry.practitioner_name,
        location=entry.location_name,
        appointment_type=entry.type_name,
        taken=entry.taken if entry.is_class else None,
    )


@router.get("/tasks", response=answers({200: shapes.Tasks}), summary="The team's tasks")
def list_tasks(request: HttpRequest, wanted: Annotated[TaskFilter, Query()]) -> shapes.Tasks:
    """Call-backs, bookings that are not certain, and what was asked for while nothing could be written. Open ones
    begin with the oldest."""
    rows = StaffTask.objects.select_related("write")
    is_open = wanted.state == "open"
    if wanted.state != "all":
        rows = rows.filter(done_at__isnull=is_open)
    if wanted.after is not None:
        rows = rows.filter(pk__gt=wanted.after) if is_open else rows.filter(pk__lt=wanted.after)
    page = list(rows.order_by("pk" if is_open else "-pk")[: wanted.limit + 1])
    more = len(page) > wanted.limit
    page = page[: wanted.limit]
    return shapes.Tasks(
        items=[_task(row) for row in page],
        next=str(page[-1].pk) if more else None,
        open=StaffTask.objects.filter(done_at=None).count(),
    )


@router.get("/tasks/{int:task_id}", response=answers({200: shapes.Task}, 404), summary="One task")
def get_task(request: HttpRequest, task_id: int) -> shapes.Task:
    """What is to be done, who is at it, and what came of it."""
    row = StaffTask.objects.select_related("write").filter(pk=task_id).first()
    if row is None:
        raise errors.not_found("task")
    return _task(row)


@router.post("/tasks/{int:task_id}/take", response=answers({200: shapes.Task}, 404, 409), summary="Take a task")
def take_task(request: HttpRequest, task_id: int) -> shapes.Task:
    """This token is at it from now on; asking twice is harmless. 409 `task_taken` when somebody else was quicker,
    409 `task_done` when it is off the list."""
    return _change(request, tasks.take, task_id)


@router.post(
    "/tasks/{int:task_id}/hand-back", response=answers({200: shapes.Task}, 404, 409), summary="Hand a task back"
)
def hand_back_task(request: HttpRequest, task_id: int) -> shapes.Task:
    """Nobody is at it any more, whoever had it. 409 `task_done` when it is off the list."""
    return _change(request, tasks.hand_back, task_id)


@router.post(
    "/tasks/{int:task_id}/done", response=answers({200: shapes.Task}, 404, takes_body=True), summary="A task is done"
)
def finish_task(request: HttpRequest, task_id: int, wanted: Finished) -> shapes.Task:
    """Take it off the list. Whoever comes second changes nothing, and is given it as it was done."""
    return _change(request, lambda pk, actor: tasks.finish(pk, actor, wanted.note), task_id)


def _change(request: HttpRequest, change: Callable[[int, Actor], StaffTask], task_id: int) -> shapes.Task:
    try:
        return _task(change(task_id, caller_of(request).actor))
    except StaffTask.DoesNotExist:
        raise errors.not_found("task") from None
    except tasks.TaskIsTaken:
        raise errors.ApiError(
            409, "task_taken", "Somebody else is at this task.", "Hand it back first to take it over."
        ) from None
    except tasks.TaskIsDone:
        raise errors.ApiError(409, "task_done", "This task is done.", "Nothing is left to do.") from None


def _task(row: StaffTask) -> shapes.Task:
    write = row.write
    is_booking = write is not None and write.kind == Write.Kind.BOOKING
    return shapes.Task.of(
        row,
        booking_id=write.pk if write is not None and is_booking else None,
        change_id=write.pk if write is not None and not is_booking else None,
    )
