from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.mirror.models import Appointment, Attendance, ClassSession, Patient, PatientPhone
from routiq.pms.errors import VendorChanged
from routiq.practices.locks import alone
from routiq.practices.models import AuditEntry, Practice
from routiq.sync import engine
from routiq.sync.models import StreamState, SyncPart, SyncRun
from routiq.sync.progress import progress_of
from routiq.sync.start import request_run
from routiq.sync.window import window_start
from tests.sandboxes import carry_open_run, connect
from tests.worlds import differences


def test_the_mirror_equals_the_world_field_by_field(connection: Connection, sandbox: RunningSandbox) -> None:
    assert carry_open_run(connection) is engine.Ended.DONE

    assert differences(connection, sandbox) == []
    assert SyncRun.objects.get(connection=connection).state == SyncRun.State.DONE
    assert Patient.objects.count() >= 60
    assert Appointment.objects.count() > 500
    assert Attendance.objects.exists()
    assert ClassSession.objects.exists()


def test_the_comparison_itself_notices_every_kind_of_difference(synced: Connection, sandbox: RunningSandbox) -> None:
    patients = list(Patient.objects.filter(status="active")[:3])
    patients[0].delete()
    Patient.objects.filter(pk=patients[1].pk).update(email="other@clinic.example")
    PatientPhone.objects.filter(patient=Patient.objects.filter(phones__isnull=False).last()).delete()
    Appointment.objects.filter(pk=Appointment.objects.last().pk).update(arrived=True, status="dna")

    found = "\n".join(differences(synced, sandbox))

    assert f"patients {patients[0].remote_id}: missing" in found
    assert "email" in found
    assert "numbers" in found
    assert "status" in found


def test_history_older_than_the_window_is_not_asked_for(connection: Connection, sandbox: RunningSandbox) -> None:
    oldest = window_start(connection)
    moved = sandbox.world("individual_appointments")["individual_appointments"][0]["id"]
    sandbox.edit(
        [
            {
                "op": "update",
                "collection": "individual_appointments",
                "id": moved,
                "fields": {
                    "starts_at": f"{oldest - timedelta(days=30):%Y-%m-%dT00:00:00Z}",
                    "ends_at": f"{oldest - timedelta(days=30):%Y-%m-%dT01:00:00Z}",
                    "updated_at": f"{oldest:%Y-%m-%dT00:00:00Z}",
                },
            }
        ]
    )
    carry_open_run(connection)
    assert Appointment.objects.exists()
    assert not Appointment.objects.filter(remote_id=moved).exists()
    assert not Appointment.objects.filter(starts_at__lt=oldest).exists()


def test_what_robyn_needs_comes_first(connection: Connection, sandbox: RunningSandbox) -> None:
    carry_open_run(connection)
    order = [(part.stage, part.stream) for part in SyncPart.objects.order_by("stage", "pk")]
    streams = [stream for _, stream in order]
    assert streams.index("booking_rules") < streams.index("appointments") < streams.index("patients")
    coming_up = SyncPart.objects.filter(stage=1, stream="appointments").order_by("pk")
    edges = [(part.selection["starts_from"], part.selection["starts_before"]) for part in coming_up]
    assert edges[0][1] == edges[1][0], "without a gap"
    assert edges[-1][1] is None, "and without an end"


def test_a_second_connect_with_the_same_key_is_one_connection_and_one_run(
    connection: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    again = connect(practice, sandbox)
    assert again.pk == connection.pk
    assert SyncRun.objects.filter(connection=connection).count() == 1


def test_a_finished_run_says_how_far_each_stream_is_complete(synced: Connection) -> None:
    run = SyncRun.objects.get(connection=synced)
    states = {state.stream: state.complete_to for state in StreamState.objects.filter(connection=synced)}
    assert states["patients"] == states["appointments"] == run.began_at


def test_progress_counts_records_and_knows_the_total_at_the_end(synced: Connection) -> None:
    progress = progress_of(synced)
    assert progress is not None
    assert progress.records == progress.total
    assert not progress.is_active
    assert {stream.stream for stream in progress.streams} >= {"patients", "appointments", "classes", "practitioners"}


def test_changes_since_are_pulled_and_nothing_else_is_written(synced: Connection, sandbox: RunningSandbox) -> None:
    patient = Patient.objects.filter(status="active", merged_into="").first()
    appointment = Appointment.objects.filter(status="confirmed", removed_at=None).order_by("-starts_at").first()
    assert patient is not None
    assert appointment is not None
    sandbox.clock(advance_seconds=2)
    sandbox.edit(
        [
            {"op": "update", "collection": "patients", "id": patient.remote_id, "fields": {"last_name": "Newname"}},
            {"op": "cancel", "collection": "individual_appointments", "id": appointment.remote_id},
        ]
    )

    run = request_run(synced)
    assert run.kind == SyncRun.Kind.CHANGES
    assert carry_open_run(synced) is engine.Ended.DONE

    assert differences(synced, sandbox) == []
    assert sum(part.written for part in run.parts.all()) == 2
    patient.refresh_from_db()
    appointment.refresh_from_db()
    assert patient.last_name == "Newname"
    assert appointment.status == "cancelled"


def test_a_deleted_patient_is_marked_and_not_listed(synced: Connection, sandbox: RunningSandbox) -> None:
    patient = Patient.objects.filter(status="active", merged_into="").first()
    assert patient is not None
    sandbox.edit([{"op": "delete", "collection": "patients", "id": patient.remote_id}])

    request_run(synced)
    carry_open_run(synced)

    patient.refresh_from_db()
    assert patient.removed_at is not None


class EditsBetweenPages:
    """A receptionist at work while the first sync runs: rows edited, added and deleted between pages (S2)."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        world = sandbox.world("patients", "individual_appointments", "practitioners")
        self.sandbox = sandbox
        self.patients = [record for record in world["patients"] if not record["archived_at"]]
        self.appointments = [
            record
            for record in world["individual_appointments"]
            if not record["archived_at"] and not record["cancelled_at"]
        ]

    def arm(self) -> None:
        """One batch of edits after each of the first pages of the two big streams."""
        for number in range(4):
            moved = self.appointments[number * 7]
            self.sandbox.fault(
                kind="edit_after",
                method="GET",
                path="^/?individual_appointments" if number % 2 else "^/?patients",
                after=number // 2,
                times=1,
                edits=[
                    {
                        "op": "update",
                        "collection": "patients",
                        "id": self.patients[number]["id"],
                        "fields": {"first_name": f"Edited{number}"},
                    },
                    {"op": "delete", "collection": "patients", "id": self.patients[-1 - number]["id"]},
                    {"op": "cancel", "collection": "individual_appointments", "id": moved["id"]},
                    {
                        "op": "create",
                        "collection": "patients",
                        "fields": {"first_name": "Nova", "last_name": f"Number{number}"},
                    },
                ],
            )


def test_rows_edited_added_and_deleted_between_pages_are_right_in_the_end(
    connection: Connection, sandbox: RunningSandbox
) -> None:
    reception = EditsBetweenPages(sandbox)
    reception.arm()

    assert carry_open_run(connection) is engine.Ended.DONE

    assert differences(connection, sandbox) == []
    assert Patient.objects.filter(first_name__startswith="Edited").count() == 4
    assert Patient.objects.filter(first_name="Nova").count() == 4


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "html200", "times": 2},
        {"kind": "truncated", "times": 2},
        {"kind": "status", "status": 500, "times": 2},
        {"kind": "status", "status": 502, "times": 2},
        {"kind": "drop_before", "times": 2},
        {"kind": "slow", "delay_ms": 300, "times": 2},
    ],
    ids=lambda fault: str(fault.get("status", fault["kind"])),
)
def test_a_vendor_that_misbehaves_for_a_moment_costs_nothing(
    connection: Connection, sandbox: RunningSandbox, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    sandbox.fault(method="GET", path="individual_appointments", after=1, **fault)
    assert carry_open_run(connection) is engine.Ended.DONE
    assert differences(connection, sandbox) == []


def test_a_vendor_that_stays_away_leaves_the_run_to_be_carried_on(
    connection: Connection, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    sandbox.fault(kind="status", status=503, method="GET", path="patients", times=None)
    assert carry_open_run(connection) is engine.Ended.STOPPED

    run = SyncRun.objects.get(connection=connection)
    assert run.state == SyncRun.State.RUNNING
    assert run.error_code.startswith("VendorUnavailable")
    assert run.error_advice

    sandbox.clear_faults()
    fetched_before = sum(part.fetched for part in run.parts.all())
    assert carry_open_run(connection) is engine.Ended.DONE
    assert fetched_before > 0
    assert differences(connection, sandbox) == []


def test_a_key_revoked_in_the_middle_pauses_tells_once_and_keeps_everything(
    connection: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="edit_after", method="GET", path="patients", after=0, times=1, edits=[])
    sandbox.fault(kind="status", status=401, method="GET", path="individual_appointments", after=3, times=None)
    assert carry_open_run(connection) is engine.Ended.PAUSED

    connection.refresh_from_db()
    assert connection.state == Connection.State.PAUSED
    assert connection.paused_code.startswith("KeyRejected")
    assert connection.paused_advice
    kept = Patient.objects.count() + Appointment.objects.count()
    assert kept > 0
    assert AuditEntry.objects.filter(action="connection.paused").count() == 1

    run = SyncRun.objects.get(connection=connection)
    assert engine.carry(run.pk) is engine.Ended.BUSY
    assert AuditEntry.objects.filter(action="connection.paused").count() == 1

    sandbox.clear_faults()
    connect(practice, sandbox, "spare")
    assert carry_open_run(connection) is engine.Ended.DONE
    assert SyncRun.objects.count() == 1
    assert differences(connection, sandbox) == []


def test_an_empty_403_says_that_the_keys_user_lacks_the_right(
    connection: Connection, sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="empty403", method="GET", path="patients", times=None)
    assert carry_open_run(connection) is engine.Ended.PAUSED
    connection.refresh_from_db()
    assert connection.paused_code.startswith("NotPermitted")


def test_an_answer_that_does_not_fit_stops_the_run_with_its_checkpoints(
    connection: Connection, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    sandbox.fault(kind="foreign_next", method="GET", path="individual_appointments", after=2, times=None)
    assert carry_open_run(connection) is engine.Ended.FAILED
    run = SyncRun.objects.get(connection=connection)
    assert run.error_code == f"{VendorChanged.__name__}.foreign_host"

    sandbox.clear_faults()
    again = request_run(connection)
    assert again.pk == run.pk
    assert carry_open_run(connection) is engine.Ended.DONE
    assert differences(connection, sandbox) == []


def test_a_run_has_one_carrier_at_a_time(connection: Connection) -> None:
    import threading

    run = SyncRun.objects.get(connection=connection)
    ended: list[engine.Ended] = []
    gate = threading.Event()

    def second() -> None:
        from django.db import connections

        from routiq.practices.tenancy import acting_for

        with acting_for(connection.practice_id):
            ended.append(engine.carry(run.pk))
        connections.close_all()

    with alone("run", connection.pk) as free:
        assert free
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(10)
        gate.set()
    assert ended == [engine.Ended.BUSY]


def test_a_rate_limit_of_the_vendor_is_waited_out_and_nothing_fails(
    connection: Connection, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    sandbox.fault(kind="status", status=429, method="GET", path="patients", after=1, times=1)
    with override_settings(PMS_REQUESTS=0):
        assert carry_open_run(connection) is engine.Ended.DONE
    assert differences(connection, sandbox) == []
