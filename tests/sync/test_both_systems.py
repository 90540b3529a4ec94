"""What the copy promises, on every system: first sync, looks, nights, Sync Now, a new key, and leaving."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from routiq import faults, retention
from routiq.connections.disconnecting import disconnect
from routiq.connections.models import Connection
from routiq.frontdesk.booking import book
from routiq.frontdesk.people import habit_of, recognise_caller
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import BookingRequest, Outcome, Wish
from routiq.mirror.models import Appointment, Invoice, Patient, WaitingListEntry
from routiq.mirror.queries_calendar import blocked
from routiq.pms.errors import KeyRejected
from routiq.pms.gateway import Stream
from routiq.practices import audit
from routiq.practices.models import Practice
from routiq.sync import engine, jobs, pacing, reconciling
from routiq.sync.looking import look
from routiq.sync.models import SyncEvent, SyncRun, WebhookRegistration
from routiq.sync.start import connect_and_sync, sync_now
from tests.systems import SYSTEMS, At


def record(at: At, name: str, *, standing: bool = True) -> dict[str, Any]:
    """One of the world's records that is in nobody's way: upcoming, where that means something."""
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    for row in at.sandbox.world(name)[name]:
        upcoming = row.get("starts_at", "9") > now
        if upcoming and standing and not row.get("archived_at") and not row.get("cancelled_at"):
            return row
    raise AssertionError(f"no such {name}")


def test_a_first_sync_brings_everything_as_it_stands(at: At) -> None:
    assert at.carry() is engine.Ended.DONE
    assert at.differences() == []
    streams = {part.stream for part in SyncRun.objects.get().parts.all()}
    assert streams == {str(stream) for stream in at.system.capabilities.streams}


def test_a_first_sync_that_is_stopped_again_and_again_ends_equal(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = itertools.count(1)

    def stop_every_ninth(name: str) -> None:
        if name == "page_committed" and next(pages) % 9 == 0:
            engine.stopping.set()

    monkeypatch.setattr(faults, "point", stop_every_ninth)
    stops = 0
    try:
        while (ended := at.carry()) is engine.Ended.STOPPED:
            stops += 1
            engine.stopping.clear()
    finally:
        engine.stopping.clear()
    assert ended is engine.Ended.DONE
    assert stops >= 2
    assert at.differences() == []


def test_what_reception_does_during_a_first_sync_is_there_at_its_end(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = at.sandbox.world("individual_appointments")["individual_appointments"]
    standing = [row for row in visits if not row["cancelled_at"] and not row["archived_at"]]
    edits = iter(
        [
            {"op": "cancel", "collection": "individual_appointments", "id": standing[-1]["id"]},
            {
                "op": "update",
                "collection": "patients",
                "id": at.sandbox.world("patients")["patients"][0]["id"],
                "fields": {"last_name": "Renamed"},
            },
            {"op": "dna", "collection": "individual_appointments", "id": standing[0]["id"]},
            {
                "op": "create",
                "collection": "patients",
                "fields": {"first_name": "Nell", "last_name": "Newcomer", "date_of_birth": "1990-04-01"},
            },
        ]
    )
    pages = itertools.count(1)

    def edit_now_and_then(name: str) -> None:
        if name == "page_committed" and next(pages) % 5 == 0 and (edit := next(edits, None)):
            at.sandbox.edit([edit])

    monkeypatch.setattr(faults, "point", edit_now_and_then)
    assert at.carry() is engine.Ended.DONE
    assert next(edits, None) is None, "all of it happened while the sync ran"
    assert at.differences() == []


def test_a_look_right_after_finds_nothing_and_writes_nothing(mirrored: At) -> None:
    seen = dict(Patient.objects.values_list("remote_id", "seen_at"))
    for thorough in (False, True):
        assert look(mirrored.connection, thorough=thorough).changes == 0
    assert dict(Patient.objects.values_list("remote_id", "seen_at")) == seen
    assert not SyncEvent.objects.exists()


def test_an_hour_that_reception_closes_and_opens_again_is_followed(mirrored: At) -> None:
    like = mirrored.sandbox.world("unavailable_blocks")["unavailable_blocks"][0]
    day = timezone.now().replace(hour=2, minute=0, second=0, microsecond=0) + timedelta(days=3)
    week = (day - timedelta(days=3), day + timedelta(days=4))
    who = {like["practitioner"]["links"]["self"].rpartition("/")[2]}
    before = {each.remote_id for each in blocked(mirrored.connection, *week, practitioner_ids=who)}
    fields = {
        "practitioner_id": next(iter(who)),
        "business_id": like["business"]["links"]["self"].rpartition("/")[2],
        "starts_at": f"{day:%Y-%m-%dT%H:%M:%SZ}",
        "ends_at": f"{day + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
    }
    (made,) = mirrored.sandbox.edit([{"op": "create", "collection": "unavailable_blocks", "fields": fields}])

    def seen() -> list[tuple[datetime, datetime]]:
        look(mirrored.connection, (Stream.BLOCKS,), thorough=True)
        found = blocked(mirrored.connection, *week, practitioner_ids=who)
        return [(each.starts_at, each.ends_at) for each in found if each.remote_id not in before]

    assert seen() == [(day, day + timedelta(hours=1))]
    mirrored.sandbox.edit([{"op": "archive", "collection": "unavailable_blocks", "id": made}])
    assert seen() == []


def test_what_reception_does_is_found_by_the_next_look(mirrored: At) -> None:
    visit, patient = record(mirrored, "individual_appointments"), record(mirrored, "patients")
    mirrored.sandbox.edit(
        [
            {"op": "update", "collection": "patients", "id": patient["id"], "fields": {"last_name": "Renamed"}},
            {"op": "cancel", "collection": "individual_appointments", "id": visit["id"]},
        ]
    )
    assert look(mirrored.connection).changes >= 2
    assert Patient.objects.get(remote_id=patient["id"]).last_name == "Renamed"
    assert Appointment.objects.get(remote_id=visit["id"]).status == "cancelled"
    assert mirrored.differences() == []


def test_money_and_waiting_list_follow_where_they_are_told(mirrored: At) -> None:
    streams = mirrored.system.capabilities.streams
    if Stream.INVOICES not in streams or Stream.WAITING_LIST not in streams:
        assert not Invoice.objects.exists()
        assert not WaitingListEntry.objects.exists()
        return
    owed = Invoice.objects.filter(outstanding__gt=0).first()
    assert owed is not None
    entry = WaitingListEntry.objects.filter(active=True).first()
    assert entry is not None
    mirrored.sandbox.edit(
        [
            {"op": "pay", "collection": "bills", "id": owed.remote_id},
            {"op": "update", "collection": "waiting_list", "id": entry.remote_id, "fields": {"active": False}},
        ]
    )
    look(mirrored.connection)
    owed.refresh_from_db()
    assert owed.outstanding == 0
    told = Counter(SyncEvent.objects.values_list("stream", "kind"))
    assert told == {("invoices", "paid"): 1, ("waiting_list", "archived"): 1}
    assert mirrored.differences() == []


def test_the_night_mends_what_was_lost_here_and_removes_what_was_deleted_there(mirrored: At) -> None:
    lost = Appointment.objects.filter(starts_at__gt=timezone.now()).first()
    assert lost is not None
    stale = Patient.objects.exclude(remote_id=lost.patient_remote_id).first()
    assert stale is not None
    lost.delete()
    Patient.objects.filter(pk=stale.pk).update(
        last_name="Wrong", fingerprint=1, seen_at=timezone.now() - timedelta(days=2)
    )
    gone = Appointment.objects.filter(starts_at__gt=timezone.now()).first()
    assert gone is not None
    mirrored.sandbox.edit([{"op": "archive", "collection": "individual_appointments", "id": gone.remote_id}])
    assert {line.split()[0] for line in mirrored.differences()} & {"appointment", "individual_appointments"}
    assert any("last_name" in line for line in mirrored.differences())
    run = mirrored.reconcile()
    assert mirrored.differences() == []
    gone.refresh_from_db()
    assert gone.removed_at is not None
    assert run.report["appointments"]["missing"] == 1
    assert run.report["patients"]["stale"] == 1
    assert mirrored.reconcile().report["appointments"].get("missing") is None


def test_what_was_taken_for_gone_comes_back_in_the_night(mirrored: At) -> None:
    offered = mirrored.system.capabilities.streams
    expected = {}
    for stream, model in reconciling.COMPARED.items():
        row = model.objects.filter(removed_at=None).first() if stream in offered else None
        if row is not None:
            model.objects.filter(pk=row.pk).update(removed_at=timezone.now() - timedelta(days=1))
            expected[str(stream)] = row.remote_id
    assert {"patients", "appointments", "classes", "attendances"} <= expected.keys()
    assert mirrored.differences()
    report = mirrored.reconcile().report
    assert mirrored.differences() == []
    assert {name: counts["returned"] for name, counts in report.items() if "returned" in counts} == dict.fromkeys(
        expected, 1
    )
    told = SyncEvent.objects.filter(kind="returned").values_list("stream", "record_id")
    assert dict(told) == expected
    assert all("returned" not in counts for counts in mirrored.reconcile().report.values())


def test_a_night_with_nothing_to_mend_writes_nothing(mirrored: At) -> None:
    report = mirrored.reconcile().report
    assert all(set(counts) == {"checked"} for counts in report.values()), report
    assert not SyncEvent.objects.exists()


def test_sync_now_brings_a_change_and_the_practices_own_lists(mirrored: At) -> None:
    place = record(mirrored, "businesses")
    fields = {"business_name": "Renamed Street", "display_name": "Renamed Street"}
    mirrored.sandbox.edit([{"op": "update", "collection": "businesses", "id": place["id"], "fields": fields}])
    mirrored.connection.streams.update(last_success_at=timezone.now() - timedelta(hours=1))
    sync_now(Connection.objects.get(pk=mirrored.connection.pk), audit.SYSTEM)
    assert mirrored.carry() is engine.Ended.DONE
    assert mirrored.differences() == []


def test_a_new_key_takes_over_and_the_old_one_may_end(mirrored: At, practice: Practice) -> None:
    key = mirrored.sandbox.key(mirrored.system.spare_key)
    connect_and_sync(practice_id=practice.pk, vendor=mirrored.system.vendor, region="", key=key, actor=audit.SYSTEM)
    assert mirrored.carry() is engine.Ended.DONE
    mirrored.sandbox.revoke(mirrored.system.key)
    look(Connection.objects.select_related("practice").get(pk=mirrored.connection.pk), thorough=True)
    assert Connection.objects.get().is_active


def test_a_key_that_ends_pauses_and_keeps_everything(mirrored: At) -> None:
    rows = Patient.objects.count()
    mirrored.sandbox.revoke(mirrored.system.key)
    with pytest.raises(KeyRejected) as refused:
        look(mirrored.connection)
    assert refused.value.advice
    paused = Connection.objects.get()
    assert paused.state == Connection.State.PAUSED
    assert paused.paused_code == refused.value.code
    assert Patient.objects.count() == rows


def test_another_accounts_key_is_refused(mirrored: At, practice: Practice) -> None:
    label = "other" if mirrored.system.key == "admin" else "nookal-other"
    with pytest.raises(KeyRejected) as refused:
        connect_and_sync(
            practice_id=practice.pk,
            vendor=mirrored.system.vendor,
            region="",
            key=mirrored.sandbox.key(label),
            actor=audit.SYSTEM,
        )
    assert refused.value.cause == "other_account"
    assert mirrored.differences() == []


def test_a_second_system_is_refused_before_it_is_asked(mirrored: At, practice: Practice) -> None:
    other = next(each for each in SYSTEMS if each is not mirrored.system)
    mirrored.sandbox.clear_requests()
    with pytest.raises(KeyRejected) as refused:
        connect_and_sync(
            practice_id=practice.pk,
            vendor=other.vendor,
            region="",
            key=mirrored.sandbox.key(other.key),
            actor=audit.SYSTEM,
        )
    assert refused.value.cause == "other_system"
    assert mirrored.system.capabilities.label in refused.value.message
    assert "Disconnect it first" in refused.value.advice
    assert mirrored.sandbox.requests() == []
    assert Connection.objects.get().vendor == mirrored.system.vendor


def test_the_schedule_looks_as_often_as_the_system_wants(mirrored: At) -> None:
    """At nine on a Monday in Sydney, one second before and after the look is due."""
    need = jobs.need_of(Connection.objects.select_related("practice").get(pk=mirrored.connection.pk))
    with time_machine.travel(datetime(2026, 11, 22, 22, 0, tzinfo=UTC), tick=False):
        every = pacing.interval(need, timezone.now())
        assert every == (pacing.OPEN_HOURS if mirrored.system.capabilities.offers_webhooks else timedelta(seconds=60))
        for seconds, due in ((-1, False), (1, True)):
            ago = every - pacing.TICK + timedelta(seconds=seconds)
            mirrored.connection.streams.update(last_success_at=timezone.now() - ago)
            assert jobs.look_is_due(Connection.objects.select_related("practice").get()) is due
        # A look that is not due yet is still in time when it is looked at next.
        assert every < timedelta(seconds=75)


def test_leaving_stops_the_looks_and_keeps_the_copy(mirrored: At) -> None:
    mirrored.sandbox.clear_requests()
    disconnect(mirrored.connection, audit.SYSTEM)
    rows = Patient.objects.count()
    jobs.look_round(0)
    jobs.keep_practice_going()
    assert Patient.objects.count() == rows > 0
    assert [entry["path"] for entry in mirrored.sandbox.requests() if "webhook" not in entry["path"]] == []
    assert Connection.objects.get().purge_after is not None


def test_when_its_days_are_over_everything_is_deleted_and_counted(mirrored: At) -> None:
    disconnect(mirrored.connection, audit.SYSTEM)
    Connection.objects.update(purge_after=timezone.now() - timedelta(seconds=1))
    report = retention.purge(mirrored.connection.practice_id, mirrored.connection.pk)
    assert report.left == 0
    copied = {"Patient", "Appointment", "ClassSession", "Attendance"}
    if mirrored.system.capabilities.reads_invoices:
        copied |= {"Invoice", "Payment", "WaitingListEntry"}
    for kind in copied:
        assert report.before[f"mirror.{kind}"] > 0
        assert report.after[f"mirror.{kind}"] == 0


def test_webhooks_are_asked_for_only_where_there_may_be_any(mirrored: At) -> None:
    mirrored.sandbox.clear_requests()
    jobs.register_webhooks(mirrored.connection.practice_id, mirrored.connection.pk)
    asked = [entry for entry in mirrored.sandbox.requests() if "webhook" in entry["path"].lower()]
    if mirrored.system.capabilities.offers_webhooks:
        assert WebhookRegistration.objects.exists()
    else:
        assert mirrored.sandbox.requests() == []
    assert all(entry["path"] == "webhooks" for entry in asked)


def test_a_time_is_found_booked_and_stands_in_the_diary(mirrored: At) -> None:
    patient = recognise_caller("0491 570 006").patients[0].remote_id
    habit = habit_of(patient)
    times = find_times(Wish(appointment_type_id=habit.appointment_type_id, practitioner_id=habit.practitioner_id))
    assert times.offers, times.reason
    offer = times.offers[0]
    answer = book(
        BookingRequest(
            patient_id=patient,
            offer=offer,
            intent_key="one",
            channel="test",
            asked_by="conversation:1",
            accepting_words="yes please",
        )
    )
    assert answer.outcome is Outcome.BOOKED, answer
    row = Appointment.objects.get(remote_id=answer.appointment_id)
    assert (row.patient_remote_id, row.starts_at) == (patient, offer.starts_at)
    held = {each["id"] for each in mirrored.sandbox.world("individual_appointments")["individual_appointments"]}
    assert answer.appointment_id in held
    again = find_times(Wish(appointment_type_id=habit.appointment_type_id, practitioner_id=habit.practitioner_id))
    assert all(
        each.starts_at != offer.starts_at or each.practitioner_id != offer.practitioner_id for each in again.offers
    )
    look(mirrored.connection, thorough=True)
    assert mirrored.differences() == []
