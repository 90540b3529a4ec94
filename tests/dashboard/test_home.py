"""The dashboard and the way to going live."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.dashboard.fragments import percent
from routiq.frontdesk.models import Booking, StaffTask
from routiq.mirror.models import Appointment
from routiq.practices.models import AuditEntry, Practice
from routiq.robyn.models import Conversation
from routiq.sync.models import SyncRun
from routiq.sync.progress import Progress, StreamProgress
from tests.dashboard.conftest import World


def test_a_fresh_practice_is_shown_the_way(client_in: Client) -> None:
    html = client_in.get("/").content.decode()
    assert "Connect your practice management system" in html
    assert "/setup/connect/cliniko" in html
    assert "Go live" not in html


def test_a_running_first_sync_shows_streams_counts_and_the_size_table(client_in: Client, world: World) -> None:
    world.first_sync()
    html = client_in.get("/").content.decode()
    assert "First sync" in html
    assert "<strong>402</strong>" in html
    assert "of 1,202" in html
    assert "left" in html
    assert 'value="33"' in html
    assert "Patients" in html
    assert "Under 500 patients" in html
    assert "20–30 minutes" in html
    assert "You can leave this page" in html


def test_a_complete_sync_is_one_quiet_line(client_in: Client, world: World) -> None:
    world.first_sync(state="done")
    html = client_in.get("/").content.decode()
    assert "Up to date" in html
    assert "Under 500 patients" not in html


def test_a_stopped_sync_says_why_and_how_to_go_on(client_in: Client, world: World) -> None:
    world.first_sync(state="failed", error_message="Cliniko went away.", error_advice="Try again in an hour.")
    html = client_in.get("/").content.decode()
    assert "Cliniko went away." in html
    assert "Try again in an hour." in html
    assert "Sync Now" in html


def test_while_the_connection_is_paused_nothing_is_said_to_be_up_to_date(client_in: Client, world: World) -> None:
    world.first_sync(state="done")
    Connection.objects.filter(pk=world.connection.pk).update(state="paused")
    assert "Not up to date" in client_in.get("/").content.decode()


def test_a_paused_connection_says_what_to_do_and_that_nothing_is_lost(client_in: Client, world: World) -> None:
    Connection.objects.filter(pk=world.connection.pk).update(
        state="paused", paused_message="Cliniko no longer accepts the key.", paused_advice="Create a new key."
    )
    world.first_sync(state="paused")
    html = client_in.get("/").content.decode()
    assert "Cliniko is paused" in html
    assert "Create a new key." in html
    assert "Nothing was lost" in html
    assert "Up to date" not in html


def test_the_week_counts_what_stands_in_the_practices_own_days(
    client_in: Client, world: World, sydney_noon: Callable[[int], datetime]
) -> None:
    patient = world.patient()
    today = timezone.now().astimezone(world.practice.zone).replace(hour=23, minute=30, second=0, microsecond=0)
    world.appointment(patient, today)
    world.appointment(patient, today, status=Appointment.Status.CANCELLED)
    world.appointment(patient, today, removed_at=timezone.now())
    html = client_in.get("/").content.decode()
    assert "<strong>1</strong> booked today" in " ".join(html.split())


def test_a_task_is_taken_off_the_list(client_in: Client, world: World, practice: Practice) -> None:
    assert world.connection
    task = StaffTask.objects.create(practice=practice, kind="call_back", summary="Ring Amelia back")
    assert "Ring Amelia back" in client_in.get("/").content.decode()
    answer = client_in.post(f"/tasks/{task.pk}/done", headers={"HX-Request": "true"})
    assert "Nothing to do" in answer.content.decode()
    assert client_in.post(f"/tasks/{task.pk}/done")["Location"] == "/"
    assert AuditEntry.objects.filter(action="task.done").count() == 1
    assert "Ring Amelia back" not in client_in.get("/").content.decode()


def test_recent_bookings_and_conversations_are_listed(client_in: Client, world: World, practice: Practice) -> None:
    patient = world.patient("Wiremu", "Walker")
    doctor = world.practitioner()
    talk = Conversation.objects.create(practice=practice, channel="test")
    talk.turns.create(practice=practice, number=1, heard="Tomorrow at nine please", said="Gladly.")
    Booking.objects.create(
        practice=practice,
        connection=world.connection,
        intent_key="1",
        reference="R",
        state="booked",
        patient_remote_id=patient.remote_id,
        practitioner_remote_id=doctor.remote_id,
        starts_at=timezone.now(),
        ends_at=timezone.now(),
        channel="test",
        asked_by="conversation:1",
    )
    html = client_in.get("/").content.decode()
    assert "Wiremu Walker" in html
    assert "Jonas Weber" in html
    assert "Tomorrow at nine please" in html
    assert f"/conversations/{talk.pk}" in html


def test_what_comes_later_is_said_and_not_linked(client_in: Client) -> None:
    html = client_in.get("/").content.decode()
    assert html.count("Comes with a later version") == 2
    assert "a sequence of messages and calls" in html
    assert 'href="#"' not in html


def test_going_live_is_asked_for_and_written_down(client_in: Client, world: World, practice: Practice) -> None:
    assert world.connection
    Practice.objects.filter(pk=practice.pk).update(status="pending")
    assert "Go live?" in client_in.get("/go-live").content.decode()
    client_in.post("/go-live", {"status": "live"})
    practice.refresh_from_db()
    assert practice.is_live
    client_in.post("/go-live", {"status": "pending"})
    practice.refresh_from_db()
    assert not practice.is_live
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))[-2:] == [
        "practice.live",
        "practice.pending",
    ]


def test_going_live_without_a_connection_leads_to_setup(client_in: Client, practice: Practice) -> None:
    Practice.objects.filter(pk=practice.pk).update(status="pending")
    answer = client_in.post("/go-live", {"status": "live"})
    assert "Not ready to go live yet" in answer.content.decode()
    practice.refresh_from_db()
    assert not practice.is_live


def test_setup_shows_the_next_step(client_in: Client, world: World) -> None:
    html = client_in.get("/setup").content.decode()
    assert 'aria-current="step"' in html
    assert "Connect Cliniko" in html
    world.first_sync()
    assert "See progress" in client_in.get("/setup").content.decode()


def test_robyn_is_switched_on_before_she_is_tried(client_in: Client, world: World, practice: Practice) -> None:
    Practice.objects.filter(pk=practice.pk).update(status="pending")
    world.first_sync(state="done")
    world.rules()
    for make in (world.location, world.practitioner, world.appointment_type):
        make()
    html = client_in.get("/setup").content.decode()
    assert html.index("Go live") < html.index("Talk to Robyn")
    assert 'class="button primary" href="/go-live"' in html
    Practice.objects.filter(pk=practice.pk).update(status="live")
    assert 'class="button primary" href="/test-robyn"' in client_in.get("/setup").content.decode()
    Conversation.objects.create(practice=practice, channel="test")
    assert "Everything is done." in client_in.get("/setup").content.decode()


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        ([], None),
        ([("done", 10, 10), ("waiting", 0, None)], None),
        ([("done", 10, 10), ("running", 0, None)], None),
        ([("done", 10, 10), ("running", 30, 90)], 40),
        ([("done", 90, 90), ("running", 10, None)], 99),
    ],
)
def test_the_bar_claims_only_what_is_known(streams: list[tuple[str, int, int | None]], expected: int | None) -> None:
    lines = tuple(StreamProgress("patients", "Patients", fetched, total, state) for state, fetched, total in streams)
    records = sum(line.fetched for line in lines)
    progress = Progress(SyncRun(), lines, records, None, 1, None, None, is_active=True)
    assert percent(progress) == expected
