from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import F
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.mirror.models import (
    Appointment,
    AppointmentType,
    Attendance,
    ClassSession,
    Location,
    Offering,
    Patient,
    Practitioner,
    RosterDay,
    UnavailableBlock,
)
from routiq.pms import registry
from routiq.pms.errors import VendorChanged
from routiq.practices.audit import SYSTEM
from routiq.sync import engine, jobs, reconciling, start
from routiq.sync.models import SeenRecord, SyncEvent, SyncRun
from routiq.sync.start import request_run
from tests.sandboxes import carry_open_run
from tests.worlds import differences


def reconcile(connection: Connection) -> SyncRun:
    run = request_run(connection, SyncRun.Kind.RECONCILIATION)
    assert run.kind == SyncRun.Kind.RECONCILIATION
    assert carry_open_run(connection) is engine.Ended.DONE
    run.refresh_from_db()
    return run


def spoil(connection: Connection) -> None:
    """As if changes had been missed: rows lost, rows stale, rows that the vendor does not know."""
    there = {"connection": connection, "removed_at": None}
    for row in Patient.objects.filter(**there).order_by("pk")[:3]:
        row.delete()
    longer_ago = timezone.now() - timedelta(days=1)
    Patient.objects.filter(pk__in=Patient.objects.filter(**there).order_by("pk").values("pk")[:3]).update(
        email="stale@example.org", fingerprint=1, seen_at=longer_ago
    )
    Appointment.objects.filter(pk__in=Appointment.objects.filter(**there).order_by("pk").values("pk")[:4]).delete()
    Attendance.objects.filter(pk__in=Attendance.objects.filter(**there).order_by("pk").values("pk")[:2]).delete()
    extra = Appointment.objects.filter(**there).order_by("pk").last()
    assert extra is not None
    extra.pk, extra.remote_id, extra.seen_at = None, "999999", longer_ago
    extra.save()


def test_what_was_missed_is_told_and_mended(synced: Connection, sandbox: RunningSandbox) -> None:
    spoil(synced)
    assert differences(synced, sandbox)

    run = reconcile(synced)

    assert differences(synced, sandbox) == []
    assert run.report["patients"]["missing"] == 3
    assert run.report["patients"]["stale"] == 3
    assert run.report["appointments"]["missing"] == 4
    assert run.report["appointments"]["extra"] == run.report["appointments"]["removed"] == 1
    assert run.report["attendances"]["missing"] == 2
    assert Appointment.objects.get(remote_id="999999").removed_at is not None
    assert SyncEvent.objects.filter(source="reconciliation").count() == 3 + 3 + 4 + 1 + 2
    assert not SeenRecord.objects.exists()


def test_a_lost_row_is_told_as_missing_whatever_became_of_it(synced: Connection, sandbox: RunningSandbox) -> None:
    lost = [
        Appointment.objects.filter(status=status, removed_at=None).order_by("pk")[0]
        for status in ("cancelled", "confirmed")
    ]
    for row in lost:
        row.delete()
    run = reconcile(synced)
    assert differences(synced, sandbox) == []
    assert run.report["appointments"] == {"checked": run.report["appointments"]["checked"], "missing": 2}


def test_what_came_twice_on_the_way_is_checked_once(synced: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    remove = reconciling.remove_what_is_gone

    def after_pages_that_came_twice(run: SyncRun) -> None:
        run.parts.update(fetched=F("fetched") * 2)
        remove(run)
        remove(run)  # A crash right after it has it done again.

    monkeypatch.setattr(reconciling, "remove_what_is_gone", after_pages_that_came_twice)
    run = reconcile(synced)
    assert run.report["patients"]["checked"] == Patient.objects.filter(removed_at=None).count()


def test_a_true_mirror_is_not_written_to(synced: Connection, sandbox: RunningSandbox) -> None:
    first = SyncRun.objects.get()
    requests_before = sum(part.pages for part in first.parts.all())
    seen = dict(Appointment.objects.values_list("pk", "seen_at"))
    run = reconcile(synced)
    assert sum(part.written for part in run.parts.all()) == 0
    assert dict(Appointment.objects.values_list("pk", "seen_at")) == seen
    assert sum(part.pages for part in run.parts.all()) <= requests_before
    assert all(not counts.get("missing") and not counts.get("stale") for counts in run.report.values())


def test_more_removals_than_are_plausible_wait_for_a_person(synced: Connection, sandbox: RunningSandbox) -> None:
    longer_ago = timezone.now() - timedelta(days=1)
    row = Appointment.objects.last()
    assert row is not None
    for number in range(reconciling.BRAKE_ROWS + 20):
        row.pk, row.remote_id, row.seen_at = None, f"99{number}", longer_ago
        row.save()

    run = reconcile(synced)
    assert run.report["appointments"]["held_back"] == reconciling.BRAKE_ROWS + 20
    assert not run.report["appointments"].get("removed")
    assert not Appointment.objects.filter(remote_id__startswith="99", removed_at__isnull=False).exists()

    assert reconciling.remove_held_back(run, SYSTEM) == reconciling.BRAKE_ROWS + 20
    run.refresh_from_db()
    assert run.report["appointments"]["held_back"] == 0
    assert differences(synced, sandbox) == []


def test_a_row_that_moved_while_we_walked_is_not_taken_for_gone(synced: Connection, sandbox: RunningSandbox) -> None:
    moved = Appointment.objects.filter(status="confirmed", removed_at=None, starts_at__lt=timezone.now()).first()
    assert moved is not None
    # From a stretch that is walked late to one that was walked already.
    sandbox.fault(
        kind="edit_after",
        method="GET",
        path="individual_appointments",
        after=3,
        times=1,
        edits=[
            {
                "op": "update",
                "collection": "individual_appointments",
                "id": moved.remote_id,
                "fields": {
                    "starts_at": f"{timezone.now() + timedelta(days=3):%Y-%m-%dT00:00:00Z}",
                    "ends_at": f"{timezone.now() + timedelta(days=3):%Y-%m-%dT00:30:00Z}",
                },
            }
        ],
    )
    reconcile(synced)
    moved.refresh_from_db()
    assert moved.removed_at is None
    assert differences(synced, sandbox) == []


def test_the_seats_of_a_class_that_was_deleted_go_with_it(synced: Connection, sandbox: RunningSandbox) -> None:
    seat = Attendance.objects.filter(removed_at=None).last()
    assert seat is not None
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        sandbox.edit([{"op": "delete", "collection": "group_appointments", "id": seat.class_remote_id}])
        reconcile(synced)
        assert differences(synced, sandbox) == []
    assert not Attendance.objects.filter(class_remote_id=seat.class_remote_id, removed_at=None).exists()


def test_a_web_page_with_status_200_is_no_empty_list(
    synced: Connection, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    sandbox.fault(kind="html200", method="GET", path="patients", times=None)
    request_run(synced, SyncRun.Kind.RECONCILIATION)
    assert carry_open_run(synced) is not engine.Ended.DONE
    assert not Patient.objects.filter(removed_at__isnull=False).exists()
    sandbox.clear_faults()
    carry_open_run(synced)
    assert differences(synced, sandbox) == []


def standing() -> dict[str, int]:
    """How much stands of each stream that this system has."""
    offered = registry.vendor("cliniko").capabilities.streams
    return {
        str(stream): model.objects.filter(removed_at=None).count()
        for stream, model in reconciling.COMPARED.items()
        if stream in offered
    }


def lists() -> dict[str, int]:
    """The short lists that are always read whole."""
    kinds = (Location, Practitioner, AppointmentType, RosterDay)
    found = {kind.__name__: kind.objects.filter(removed_at=None).count() for kind in kinds}
    return {**found, "Offering": Offering.objects.count()}


def test_an_empty_list_during_the_walk_is_asked_about_again_and_deletes_nothing(
    synced: Connection, sandbox: RunningSandbox
) -> None:
    before = standing()
    sandbox.fault(kind="empty200", method="GET", path="^patients", times=1)
    run = reconcile(synced)
    assert standing() == before
    assert run.report["patients"]["extra"] == 0
    assert "held_back" not in run.report["patients"]
    assert differences(synced, sandbox) == []


def test_lists_that_stay_empty_hold_every_row_back_however_few_there_are(
    synced: Connection, sandbox: RunningSandbox
) -> None:
    few = Attendance.objects.filter(removed_at=None).values("pk")[3:]
    Attendance.objects.filter(pk__in=few).delete()
    before = standing()
    assert 0 < before["attendances"] <= reconciling.BRAKE_ROWS
    lists_before = lists()
    assert all(lists_before.values())
    sandbox.fault(kind="empty200", method="GET", path=".", times=None)
    run = reconcile(synced)

    assert standing() == before
    assert lists() == lists_before
    for stream, number in before.items():
        assert run.report[stream].get("held_back", 0) > 0, stream
        assert run.report[stream]["held_back"] <= number
        assert not run.report[stream].get("removed")

    sandbox.clear_faults()
    assert reconciling.remove_held_back(run, SYSTEM) == 0, "all of it was there after all"
    reconcile(synced)
    assert differences(synced, sandbox) == []


def test_a_vendor_that_denies_even_what_it_just_showed_is_not_believed(
    synced: Connection, sandbox: RunningSandbox
) -> None:
    # The walk is right; only the question for exactly these records is answered as if there were none.
    walked = walk(synced, sandbox).count("patients")
    extra = Patient.objects.last()
    assert extra is not None
    extra.pk, extra.remote_id, extra.seen_at = None, "999999", timezone.now() - timedelta(days=1)
    extra.save()
    before = standing()
    sandbox.fault(kind="empty200", method="GET", path="^patients$", after=walked, times=None)
    run = reconcile(synced)
    assert standing() == before
    assert run.report["patients"]["held_back"] == 1
    assert not run.report["patients"].get("removed")

    with pytest.raises(VendorChanged) as refused:
        reconciling.remove_held_back(run, SYSTEM)
    assert "Nothing was removed" in refused.value.advice
    assert standing() == before
    sandbox.clear_faults()
    assert reconciling.remove_held_back(run, SYSTEM) == 1
    assert differences(synced, sandbox) == []


def walk(connection: Connection, sandbox: RunningSandbox) -> list[str]:
    """What a reconciliation that finds nothing asks for."""
    sandbox.clear_requests()
    reconcile(connection)
    return [entry["path"] for entry in sandbox.requests()]


def test_the_night_is_begun_once_by_the_schedule(synced: Connection) -> None:
    zone = synced.practice.zone
    tomorrow = timezone.now().astimezone(zone) + timedelta(days=1)
    with time_machine.travel(tomorrow.replace(hour=1, minute=59), tick=False):
        jobs.keep_practice_going()
        assert not SyncRun.objects.filter(kind=SyncRun.Kind.RECONCILIATION).exists()
    with time_machine.travel(tomorrow.replace(hour=2, minute=0, second=30), tick=False):
        jobs.keep_practice_going()
        run = SyncRun.objects.get(kind=SyncRun.Kind.RECONCILIATION)
    SyncRun.objects.filter(pk=run.pk).update(state=SyncRun.State.DONE)
    with time_machine.travel(tomorrow.replace(hour=2, minute=5), tick=False):
        jobs.keep_practice_going()
    assert SyncRun.objects.filter(kind=SyncRun.Kind.RECONCILIATION).count() == 1


@pytest.mark.parametrize("cut_short", ["sync_now", "crash"])
def test_neither_sync_now_nor_a_crash_costs_the_night(
    synced: Connection, monkeypatch: pytest.MonkeyPatch, cut_short: str
) -> None:
    tomorrow = timezone.now().astimezone(synced.practice.zone) + timedelta(days=1)
    with time_machine.travel(tomorrow.replace(hour=2, minute=0, second=30), tick=False):
        with monkeypatch.context() as meanwhile:
            if cut_short == "sync_now":
                pressed = start.sync_now(synced, SYSTEM)
                # It was pressed just after the schedule had looked for an open run.
                meanwhile.setattr(jobs, "open_run", lambda connection: None)
                jobs.keep_practice_going()
                SyncRun.objects.filter(pk=pressed.pk).update(state=SyncRun.State.DONE)
            else:
                meanwhile.setattr(start, "wake", killed)
                with pytest.raises(Killed):
                    jobs.keep_practice_going()
        assert not SyncRun.objects.filter(kind=SyncRun.Kind.RECONCILIATION).exists()
        jobs.keep_practice_going()
    assert SyncRun.objects.filter(kind=SyncRun.Kind.RECONCILIATION).count() == 1


class Killed(Exception):
    pass


def killed(run: SyncRun) -> None:
    raise Killed


@pytest.mark.parametrize("model", [Patient, Appointment, Attendance, ClassSession, UnavailableBlock])
def test_what_was_taken_for_gone_by_mistake_comes_back_and_is_told(
    synced: Connection, sandbox: RunningSandbox, model: Any
) -> None:
    row = model.objects.filter(removed_at=None).first()
    assert row is not None
    model.objects.filter(pk=row.pk).update(removed_at=timezone.now() - timedelta(days=1))
    assert differences(synced, sandbox)
    run = reconcile(synced)
    assert differences(synced, sandbox) == []
    assert {name: counts["returned"] for name, counts in run.report.items() if "returned" in counts} == {
        str(stream): 1 for stream, held in reconciling.COMPARED.items() if held is model
    }
    event = SyncEvent.objects.get(source="reconciliation")
    assert (event.record_id, event.kind) == (row.remote_id, "returned")


def test_who_was_deleted_for_good_stays_gone(synced: Connection, sandbox: RunningSandbox) -> None:
    patient = Patient.objects.filter(removed_at=None).first()
    assert patient is not None
    sandbox.edit([{"op": "delete", "collection": "patients", "id": patient.remote_id}])
    for _ in range(2):
        run = reconcile(synced)
        patient.refresh_from_db()
        assert patient.removed_at is not None
        assert "returned" not in run.report["patients"]
