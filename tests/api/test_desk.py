"""The calendar and the team's tasks, for programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.frontdesk.models import StaffTask
from routiq.mirror.models import Appointment, Attendance, ClassSession, Location, UnavailableBlock
from routiq.practices.models import AuditEntry
from routiq.practices.tenancy import acting_for
from tests.api.conftest import Caller
from tests.api.rows import make_connection, make_patient


def row_of(connection: Connection, remote_id: str) -> dict[str, Any]:
    now = timezone.now()
    shared = {"remote_updated_at": now, "seen_at": now, "fingerprint": 0}
    return {"practice_id": connection.practice_id, "connection": connection, "remote_id": remote_id, **shared}


def stands(starts_at: datetime, minutes: int = 30) -> dict[str, Any]:
    return {
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "practitioner_remote_id": "1",
        "location_remote_id": "2",
        "appointment_type_remote_id": "3",
    }


@pytest.fixture
def clinic(caller: Caller) -> Connection:
    connection = make_connection(caller.practice)
    with acting_for(caller.practice.pk):
        Location.objects.create(
            **row_of(connection, "2"), name="Quay Road", time_zone="Australia/Perth", online=True, active=True
        )
    return connection


def test_the_calendar_lists_appointments_and_classes_of_a_day_at_the_place(
    caller: Caller, clinic: Connection
) -> None:
    patient = make_patient(clinic, "Wiremu", "Walker")
    nine_in_perth = datetime(2026, 11, 20, 1, tzinfo=UTC)
    with acting_for(caller.practice.pk):
        mine = {"patient_remote_id": patient.remote_id, "status": "confirmed"}
        Appointment.objects.create(**row_of(clinic, "10"), **stands(nine_in_perth), **mine, arrived=True)
        ClassSession.objects.create(
            **row_of(clinic, "11"), **stands(nine_in_perth + timedelta(hours=1)), max_attendees=6
        )
        Attendance.objects.create(**row_of(clinic, "12"), class_remote_id="11", **mine)
        # Late in Perth is the next day in Sydney.
        Appointment.objects.create(**row_of(clinic, "13"), **stands(datetime(2026, 11, 20, 15, tzinfo=UTC)), **mine)
    answer = caller.get("/calendar?first=2026-11-20&location=2")
    assert answer.status == 200
    told = [(item["remote_id"], item["patient"], item["taken"], item["places"]) for item in answer["items"]]
    assert told == [("10", "Wiremu Walker", None, None), ("11", "", 1, 6), ("13", "Wiremu Walker", None, None)]
    first = answer["items"][0]
    assert (first["local_start"], first["patient_id"], first["arrived"]) == (
        "2026-11-20T09:00:00+08:00",
        patient.pk,
        True,
    )
    assert [item["remote_id"] for item in caller.get("/calendar?first=2026-11-21")["items"]] == ["13"]
    assert caller.get("/calendar?first=2026-11-20&location=2&practitioner=9")["items"] == []


def test_the_calendar_tells_when_practitioners_take_no_bookings(caller: Caller, clinic: Connection) -> None:
    began = datetime(2026, 11, 10, tzinfo=UTC)
    with acting_for(caller.practice.pk):
        for who, days in (("1", 14), ("2", 2)):
            UnavailableBlock.objects.create(
                **row_of(clinic, f"2{who}"),
                starts_at=began,
                ends_at=began + timedelta(days=days),
                practitioner_remote_id=who,
            )
    (told,) = caller.get("/calendar?first=2026-11-20")["unavailable"]
    assert (told["practitioner_id"], told["starts_at"]) == ("1", "2026-11-10T00:00:00Z")
    assert len(caller.get("/calendar?first=2026-11-11")["unavailable"]) == 2
    assert caller.get("/calendar?first=2026-11-20&practitioner=2")["unavailable"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("first=2026-11-20&last=2026-11-19", "last"),
        ("first=2026-11-20&last=2026-12-21", "last"),
        ("first=1066-10-14", "first"),
        ("first=9999-12-31", "first"),
        ("first=today", "first"),
        ("day=2026-11-20", "day"),
    ],
)
def test_days_that_cannot_be_shown_are_refused_at_their_field(caller: Caller, query: str, field: str) -> None:
    answer = caller.get(f"/calendar?{query}")
    assert answer.status == 422
    assert set(answer.error["fields"]) == {field}


def test_a_practice_without_a_connection_has_an_empty_calendar(caller: Caller) -> None:
    assert caller.get("/calendar")["items"] == []


def left(caller: Caller, summary: str = "Ring Amelia", **fields: Any) -> StaffTask:
    with acting_for(caller.practice.pk):
        return StaffTask.objects.create(practice=caller.practice, kind="call_back", summary=summary, **fields)


def test_open_tasks_are_listed_the_oldest_first_page_by_page(caller: Caller) -> None:
    rows = [left(caller, f"Ring number {number}") for number in range(3)]
    left(caller, "Rung already", done_at=timezone.now())
    first = caller.get("/tasks?limit=2")
    assert [item["id"] for item in first["items"]] == [rows[0].pk, rows[1].pk]
    assert first["open"] == 3
    following = caller.get(f"/tasks?limit=2&after={first['next']}")
    assert [item["id"] for item in following["items"]] == [rows[2].pk]
    assert following["next"] is None
    assert [item["summary"] for item in caller.get("/tasks?state=done")["items"]] == ["Rung already"]
    assert len(caller.get("/tasks?state=all")["items"]) == 4


def test_a_program_takes_a_task_and_does_it(caller: Caller) -> None:
    task = left(caller)
    me = f"token:{caller.token.pk}"
    assert caller.post(f"/tasks/{task.pk}/take")["taken_by"] == me
    assert caller.post(f"/tasks/{task.pk}/hand-back")["taken_by"] == ""
    done = caller.post(f"/tasks/{task.pk}/done", {"note": "Rang back"})
    assert (done.status, done["done_by"], done["note"]) == (200, me, "Rang back")
    again = caller.post(f"/tasks/{task.pk}/done", {"note": "Something else"})
    assert (again.status, again["note"]) == (200, "Rang back")
    late = caller.post(f"/tasks/{task.pk}/take")
    assert (late.status, late.error["code"]) == (409, "task_done")
    with acting_for(caller.practice.pk):
        actions = AuditEntry.objects.filter(target=f"task:{task.pk}", actor_kind="token").order_by("pk")
        assert list(actions.values_list("action", flat=True)) == ["task.taken", "task.handed_back", "task.done"]


def test_what_somebody_else_has_is_not_taken_from_them(caller: Caller) -> None:
    task = left(caller, taken_by="person:1", taken_at=timezone.now())
    answer = caller.post(f"/tasks/{task.pk}/take")
    assert (answer.status, answer.error["code"]) == (409, "task_taken")
    assert caller.get(f"/tasks/{task.pk}")["taken_by"] == "person:1"
