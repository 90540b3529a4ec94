from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.mirror.models import Appointment, Attendance, ClassSession, Patient
from routiq.pms import registry
from routiq.pms.cliniko.gateway import ClinikoGateway
from routiq.pms.errors import VendorUnavailable
from routiq.pms.gateway import Lane, Page, Stream
from routiq.pms.pacing import BudgetRules
from routiq.practices import audit
from routiq.practices.locks import alone
from routiq.practices.tenancy import acting_for
from routiq.sync import engine, jobs, looking, pacing
from routiq.sync.health import health_of
from routiq.sync.looking import look
from routiq.sync.models import StreamState, SyncEvent, SyncRun
from routiq.sync.start import request_run, sync_now
from routiq.sync.window import window_start
from tests.sandboxes import carry_open_run
from tests.worlds import differences

SYDNEY = ZoneInfo("Australia/Sydney")


def kinds(connection: Connection) -> dict[str, str]:
    return dict(SyncEvent.objects.filter(connection=connection).values_list("record_id", "kind"))


def test_everything_a_receptionist_does_is_found_and_called_by_its_name(
    synced: Connection, sandbox: RunningSandbox
) -> None:
    sandbox.clock(advance_seconds=3)
    people = list(Patient.objects.filter(status="active", merged_into="", removed_at=None)[:5])
    bookings = list(
        Appointment.objects.filter(status="confirmed", arrived=False, removed_at=None).order_by("-starts_at")[:5]
    )
    seat = Attendance.objects.filter(status="confirmed", arrived=False, removed_at=None).first()
    assert seat is not None
    edits = [
        {"op": "update", "collection": "patients", "id": people[0].remote_id, "fields": {"city": "Elsewhere"}},
        {"op": "archive", "collection": "patients", "id": people[1].remote_id},
        {"op": "merge", "collection": "patients", "id": people[2].remote_id, "fields": {"into": people[0].remote_id}},
        {"op": "delete", "collection": "patients", "id": people[3].remote_id},
        {"op": "cancel", "collection": "individual_appointments", "id": bookings[0].remote_id},
        {"op": "archive", "collection": "individual_appointments", "id": bookings[1].remote_id},
        {
            "op": "update",
            "collection": "individual_appointments",
            "id": bookings[2].remote_id,
            "fields": {
                "starts_at": f"{bookings[2].starts_at + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
                "ends_at": f"{bookings[2].ends_at + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
            },
        },
    ]
    sandbox.edit(edits)
    sandbox.control("POST", f"individual_appointments/{bookings[3].remote_id}/dna")
    sandbox.control("POST", f"attendees/{seat.remote_id}/arrive")

    look(synced, thorough=True)

    assert differences(synced, sandbox) == []
    found = kinds(synced)
    assert found[people[0].remote_id] == "updated"
    assert found[people[1].remote_id] == "archived"
    assert found[people[2].remote_id] == "merged"
    assert found[people[3].remote_id] == "deleted"
    assert found[bookings[0].remote_id] == "cancelled"
    assert found[bookings[1].remote_id] == "deleted"
    assert found[bookings[2].remote_id] == "rescheduled"
    assert found[bookings[3].remote_id] == "did_not_arrive"
    assert found[seat.remote_id] == "arrived"


def test_a_quick_look_costs_a_request_for_each_stream_and_repeats_nothing(
    synced: Connection, sandbox: RunningSandbox
) -> None:
    look(synced, thorough=True)
    events = SyncEvent.objects.count()
    sandbox.clear_requests()
    for _ in range(3):
        looked = look(synced)
        assert looked.changes == 0
    assert len(sandbox.requests()) == 3 * 4
    assert SyncEvent.objects.count() == events


def test_an_arrival_that_stamps_only_the_attendee_is_followed_to_the_appointment(
    synced: Connection, sandbox: RunningSandbox
) -> None:
    sandbox.clock(advance_seconds=3)
    booking = Appointment.objects.filter(status="confirmed", arrived=False, removed_at=None).last()
    assert booking is not None
    world = sandbox.world("individual_appointments")["individual_appointments"]
    stamp = next(record["updated_at"] for record in world if record["id"] == booking.remote_id)
    sandbox.control("POST", f"individual_appointments/{booking.remote_id}/arrive")
    # The vendor may not stamp the appointment: put its stamp back as it was.
    sandbox.edit(
        [
            {
                "op": "update",
                "collection": "individual_appointments",
                "id": booking.remote_id,
                "fields": {"updated_at": stamp},
            }
        ]
    )
    look(synced, thorough=True)
    booking.refresh_from_db()
    assert booking.arrived


def test_an_old_booking_that_changes_is_not_taken_in(synced: Connection, sandbox: RunningSandbox) -> None:
    sandbox.clock(advance_seconds=3)
    old = window_start(synced) - timedelta(days=40)
    known = Appointment.objects.last()
    assert known is not None
    sandbox.edit(
        [
            {
                "op": "create",
                "collection": "individual_appointments",
                "fields": {
                    "patient_id": known.patient_remote_id,
                    "practitioner_id": known.practitioner_remote_id,
                    "business_id": known.location_remote_id,
                    "appointment_type_id": known.appointment_type_remote_id,
                    "starts_at": f"{old:%Y-%m-%dT00:00:00Z}",
                    "ends_at": f"{old:%Y-%m-%dT00:30:00Z}",
                },
            }
        ]
    )
    look(synced, thorough=True)
    assert not Appointment.objects.filter(starts_at__lt=window_start(synced)).exists()
    assert differences(synced, sandbox) == []


def test_a_new_class_comes_with_its_seats(synced: Connection, sandbox: RunningSandbox) -> None:
    sandbox.clock(advance_seconds=3)
    model = ClassSession.objects.last()
    patient = Patient.objects.filter(status="active").first()
    assert model is not None
    assert patient is not None
    made = sandbox.edit(
        [
            {
                "op": "create",
                "collection": "group_appointments",
                "fields": {
                    "practitioner_id": model.practitioner_remote_id,
                    "business_id": model.location_remote_id,
                    "appointment_type_id": model.appointment_type_remote_id,
                    "starts_at": f"{model.starts_at + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}",
                    "ends_at": f"{model.ends_at + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}",
                },
            }
        ]
    )
    sandbox.edit(
        [
            {
                "op": "create",
                "collection": "attendees",
                "fields": {"booking_id": made[0], "patient_id": patient.remote_id},
            }
        ]
    )
    look(synced, thorough=True)
    assert Attendance.objects.filter(class_remote_id=made[0], patient_remote_id=patient.remote_id).exists()
    assert differences(synced, sandbox) == []


@pytest.mark.parametrize("wait", [False, True])
def test_a_stream_is_looked_at_by_one_at_a_time(synced: Connection, sandbox: RunningSandbox, wait: bool) -> None:
    sandbox.clear_requests()
    asked: list[str] = []

    def second() -> None:
        with acting_for(synced.practice_id):
            look(synced, [Stream.PATIENTS], wait=wait)
            asked.extend(entry["path"] for entry in sandbox.requests())
        connections.close_all()

    thread = threading.Thread(target=second)
    with alone("look", Stream.PATIENTS, synced.pk):
        thread.start()
        thread.join(1)
        assert sandbox.requests() == []
    thread.join(20)
    assert len(asked) == (1 if wait else 0)


def test_the_cursor_never_goes_back(synced: Connection) -> None:
    look(synced)
    before = dict(StreamState.objects.values_list("stream", "seen_to"))
    look(synced, thorough=True)
    after = dict(StreamState.objects.values_list("stream", "seen_to"))
    assert all(before[stream] is None or after[stream] >= before[stream] for stream in before)


def test_sync_now_during_the_nightly_comparison_brings_what_changed_at_once(
    synced: Connection, sandbox: RunningSandbox
) -> None:
    night = request_run(synced, SyncRun.Kind.RECONCILIATION)
    sandbox.clock(advance_seconds=3)
    patient = Patient.objects.filter(status="active", merged_into="", removed_at=None).first()
    assert patient is not None
    edit = {"op": "update", "collection": "patients", "id": patient.remote_id, "fields": {"city": "Broome"}}
    sandbox.edit([edit])
    assert {sync_now(synced, audit.SYSTEM).pk for _ in range(2)} == {night.pk}
    (job,) = ProcrastinateJob.objects.filter(task_name="sync.look_now", status="todo")
    jobs.look_now(**job.args)
    patient.refresh_from_db()
    assert patient.city == "Broome"
    assert SyncEvent.objects.get(record_id=patient.remote_id).source == SyncEvent.Source.MANUAL
    night.refresh_from_db()
    assert night.state == SyncRun.State.RUNNING, "the comparison goes on, and is one run"
    assert carry_open_run(synced) is engine.Ended.DONE
    assert differences(synced, sandbox) == []


def test_looks_that_nobody_announced_are_polls_and_announced_ones_are_not(
    synced: Connection, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes: list[str] = []
    fetch = ClinikoGateway.fetch

    def noted(self: ClinikoGateway, *args: Any, lane: Lane = Lane.BACKGROUND) -> Page:
        lanes.append(lane)
        return fetch(self, *args, lane=lane)

    monkeypatch.setattr(ClinikoGateway, "fetch", noted)
    jobs.look_by_plan(practice_id=synced.practice_id, connection_id=synced.pk)
    assert set(lanes) == {Lane.POLL}
    lanes.clear()
    SyncEvent.objects.create(
        practice=synced.practice,
        connection=synced,
        source="webhook",
        stream="patients",
        record_id="1",
        kind="patient.updated",
        received_at=timezone.now(),
        outcome="waiting",
    )
    jobs.look_for_announced(practice_id=synced.practice_id, connection_id=synced.pk)
    assert set(lanes) == {Lane.BACKGROUND}


def test_however_much_somebody_waits_looks_stay_within_the_share_of_the_polls() -> None:
    requests = len(looking.quick_streams(registry.vendor("cliniko").capabilities))
    for rules in (BudgetRules(200, 60.0), BudgetRules(200, 60.0, poll_share=0.1), BudgetRules(50, 15.0)):
        apart = pacing.least_apart(requests, rules)
        a_minute = requests * timedelta(minutes=1) / apart + pacing.THOROUGH_EXTRA
        window_in_minutes = rules.window_seconds / 60
        assert a_minute * window_in_minutes <= rules.polls + 0.001
        assert rules.polls < 0.2 * (rules.limit or 0)
    assert pacing.least_apart(requests, BudgetRules(200, 60.0)) <= pacing.OPEN_HOURS - pacing.TICK, "ten seconds hold"
    assert pacing.least_apart(requests, BudgetRules(None, 60.0)) == timedelta()


@pytest.mark.parametrize(
    ("local", "need", "seconds"),
    [
        (datetime(2026, 5, 4, 9, 0), pacing.Need(SYDNEY), 10),
        (datetime(2026, 5, 4, 7, 59), pacing.Need(SYDNEY), 60),
        (datetime(2026, 5, 4, 18, 0), pacing.Need(SYDNEY), 60),
        (datetime(2026, 5, 3, 11, 0), pacing.Need(SYDNEY), 60),  # a Sunday
        (datetime(2026, 5, 3, 11, 0), pacing.Need(SYDNEY, datetime(2026, 5, 3, 2, 0, tzinfo=UTC)), 5),
        (datetime(2026, 5, 4, 9, 0), pacing.Need(SYDNEY, webhooks_live=True), 60),
    ],
)
def test_the_pace_follows_need(local: datetime, need: pacing.Need, seconds: int) -> None:
    assert pacing.interval(need, local.replace(tzinfo=SYDNEY)) == timedelta(seconds=seconds)


def test_what_was_stamped_all_at_once_is_read_once(synced: Connection, sandbox: RunningSandbox) -> None:
    """A bulk edit leaves hundreds of records with the newest stamp: no further quick look goes over them."""
    bookings = list(Appointment.objects.filter(removed_at=None).values_list("remote_id", flat=True)[:250])
    assert len(bookings) == 250
    change = {"op": "update", "collection": "individual_appointments", "fields": {"patient_arrived": True}}
    sandbox.edit([change | {"id": booking} for booking in bookings])
    assert look(synced, (Stream.APPOINTMENTS,)).requests >= 3
    with time_machine.travel(timezone.now() + looking.OVER + timedelta(seconds=1), tick=False):
        assert look(synced, (Stream.APPOINTMENTS,)).requests >= 3
        assert look(synced, (Stream.APPOINTMENTS,)).requests == 1
    sandbox.edit([change | {"id": bookings[0], "fields": {"patient_arrived": False}}])
    assert look(synced, (Stream.APPOINTMENTS,), thorough=True).changes == 1


def test_a_delivery_that_came_after_the_question_goes_on_waiting(synced: Connection, sandbox: RunningSandbox) -> None:
    """It may announce a later change than the one that was just read."""
    person = sandbox.world("patients")["patients"][0]["id"]
    sandbox.edit([{"op": "update", "collection": "patients", "id": person, "fields": {"city": "Cairns"}}])
    event = SyncEvent.objects.create(
        practice_id=synced.practice_id,
        connection=synced,
        source=SyncEvent.Source.WEBHOOK,
        stream=Stream.PATIENTS,
        record_id=person,
        kind="patient.updated",
        received_at=timezone.now() + timedelta(seconds=30),
        outcome=SyncEvent.Outcome.WAITING,
    )
    assert look(synced, (Stream.PATIENTS,)).changes == 1
    event.refresh_from_db()
    assert event.outcome == SyncEvent.Outcome.WAITING
    with time_machine.travel(timezone.now() + timedelta(seconds=31), tick=False):
        look(synced, (Stream.PATIENTS,))
    event.refresh_from_db()
    assert event.outcome == SyncEvent.Outcome.NOTHING_NEW


def test_a_look_that_fails_is_a_trouble_in_words_until_one_succeeds(
    synced: Connection, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    sandbox.fault(kind="status", status=503, method="GET", path="individual_appointments", times=None)
    for _ in range(2):
        with pytest.raises(VendorUnavailable):
            look(synced)
    (trouble,) = health_of(synced).troubles
    assert trouble.code.startswith("VendorUnavailable")
    assert trouble.message
    assert trouble.advice
    assert trouble.at <= timezone.now()

    sandbox.clear_faults()
    look(synced)
    assert health_of(synced).troubles == ()


def test_a_failing_look_never_pauses_for_what_passes(
    synced: Connection, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    sandbox.fault(kind="status", status=503, method="GET", path="patients", times=None)
    with pytest.raises(VendorUnavailable):
        look(synced)
    synced.refresh_from_db()
    assert synced.is_active
    sandbox.clear_faults()
    run_now = sync_now(synced, audit.SYSTEM)
    assert engine.carry(run_now.pk) is engine.Ended.DONE
    assert health_of(synced).troubles == ()
