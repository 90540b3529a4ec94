"""What moves across the edge of the window: into what the mirror keeps, or out of it (C67)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.mirror.models import Appointment, Attendance, ClassSession, Patient
from routiq.sync import engine
from routiq.sync.looking import look
from routiq.sync.models import SyncRun
from routiq.sync.start import request_run
from routiq.sync.window import window_start
from tests.sandboxes import carry_open_run
from tests.worlds import differences

BOOKINGS = "individual_appointments"
CLASSES = "group_appointments"


def look_thoroughly(connection: Connection) -> None:
    look(connection, thorough=True)


def sync_now(connection: Connection) -> None:
    request_run(connection, SyncRun.Kind.CHANGES)
    assert carry_open_run(connection) is engine.Ended.DONE


def reconcile(connection: Connection) -> None:
    request_run(connection, SyncRun.Kind.RECONCILIATION)
    assert carry_open_run(connection) is engine.Ended.DONE


def move(sandbox: RunningSandbox, name: str, record: str, start: datetime) -> None:
    sandbox.clock(advance_seconds=3)
    sandbox.edit([{"op": "update", "collection": name, "id": record, "fields": times(start)}])


def times(start: datetime) -> dict[str, str]:
    start = start.astimezone(UTC)
    end = start + timedelta(minutes=45)
    return {"starts_at": f"{start:%Y-%m-%dT%H:%M:%SZ}", "ends_at": f"{end:%Y-%m-%dT%H:%M:%SZ}"}


def class_with_a_seat(sandbox: RunningSandbox, start: datetime) -> tuple[str, str]:
    """The ids of a class that the vendor has at ``start``, and of the seat in it."""
    model = ClassSession.objects.last()
    patient = Patient.objects.filter(status="active").first()
    assert model is not None
    assert patient is not None
    sandbox.clock(advance_seconds=3)
    fields: dict[str, Any] = {
        "practitioner_id": model.practitioner_remote_id,
        "business_id": model.location_remote_id,
        "appointment_type_id": model.appointment_type_remote_id,
        **times(start),
    }
    (session,) = sandbox.edit([{"op": "create", "collection": CLASSES, "fields": fields}])
    assert session is not None
    place = {"booking_id": session, "patient_id": patient.remote_id}
    (seat,) = sandbox.edit([{"op": "create", "collection": "attendees", "fields": place}])
    assert seat is not None
    return session, seat


@pytest.mark.parametrize("bring", [look_thoroughly, reconcile])
def test_a_booking_is_followed_out_of_the_window_and_back(
    synced: Connection, sandbox: RunningSandbox, bring: Callable[[Connection], None]
) -> None:
    booking = Appointment.objects.filter(status="confirmed", removed_at=None).last()
    assert booking is not None
    edge = window_start(synced)
    for start in (edge - timedelta(days=1), edge, edge - timedelta(minutes=15), edge + timedelta(minutes=15)):
        move(sandbox, BOOKINGS, booking.remote_id, start)
        bring(synced)
        booking.refresh_from_db()
        assert (booking.starts_at, booking.removed_at) == (start, None)
        assert differences(synced, sandbox) == []


@pytest.mark.parametrize("bring", [look_thoroughly, reconcile])
def test_a_class_keeps_its_seats_out_of_the_window_and_back(
    synced: Connection, sandbox: RunningSandbox, bring: Callable[[Connection], None]
) -> None:
    seat = Attendance.objects.filter(removed_at=None).last()
    assert seat is not None
    seats = Attendance.objects.filter(class_remote_id=seat.class_remote_id)
    there = set(seats.values_list("remote_id", "removed_at"))
    edge = window_start(synced)
    for start in (edge - timedelta(days=1), edge, edge - timedelta(minutes=15), edge + timedelta(minutes=15)):
        move(sandbox, CLASSES, seat.class_remote_id, start)
        bring(synced)
        assert ClassSession.objects.get(remote_id=seat.class_remote_id).starts_at == start
        assert set(seats.values_list("remote_id", "removed_at")) == there
        assert differences(synced, sandbox) == []


def test_a_seat_that_goes_while_its_class_is_outside_is_gone_when_it_comes_back(
    synced: Connection, sandbox: RunningSandbox
) -> None:
    seat = Attendance.objects.filter(removed_at=None).last()
    assert seat is not None
    edge = window_start(synced)
    move(sandbox, CLASSES, seat.class_remote_id, edge - timedelta(days=1))
    reconcile(synced)
    sandbox.edit([{"op": "delete", "collection": "attendees", "id": seat.remote_id}])
    move(sandbox, CLASSES, seat.class_remote_id, edge + timedelta(days=1))
    reconcile(synced)
    seat.refresh_from_db()
    assert seat.removed_at is not None
    assert differences(synced, sandbox) == []


@pytest.mark.parametrize("bring", [look, look_thoroughly, sync_now, reconcile])
def test_an_old_class_that_moves_into_the_window_brings_its_seats(
    synced: Connection, sandbox: RunningSandbox, bring: Callable[[Connection], object]
) -> None:
    edge = window_start(synced)
    session, seat = class_with_a_seat(sandbox, edge - timedelta(days=1))
    look(synced, thorough=True)
    assert not ClassSession.objects.filter(remote_id=session).exists()
    assert not Attendance.objects.filter(remote_id=seat).exists()
    assert differences(synced, sandbox) == []

    # So long after that no overlap shows the seat again.
    sandbox.clock(advance_seconds=3_600)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        look(synced, thorough=True)
        move(sandbox, CLASSES, session, edge + timedelta(days=2))
        bring(synced)
        assert Attendance.objects.get(remote_id=seat).class_remote_id == session
        assert differences(synced, sandbox) == []
