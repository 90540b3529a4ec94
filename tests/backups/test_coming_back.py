"""What a restored installation does, and above all does not do, before and after it is served again.

The database of the test stands for a restored one: it is as a backup shows it, with everything under way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import time_machine
from django.core import mail
from django.db import connection as database
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from pms_sandbox.testing import RunningSandbox
from routiq import retention
from routiq.backups import ledger, noting
from routiq.backups.coming_back import MadeByANewerVersion, come_back
from routiq.backups.shelf import Shelf
from routiq.connections.disconnecting import disconnect
from routiq.connections.jobs import keep_retention
from routiq.connections.models import Connection
from routiq.dashboard.journalpage import outcome_of
from routiq.frontdesk.booking import begin
from routiq.frontdesk.jobs import go_over_the_waiting_list, settle
from routiq.frontdesk.models import FreedTime, SlotHold, SlotOffer, StaffTask, WaitlistEntry, Write
from routiq.frontdesk.people import recognise_caller
from routiq.frontdesk.wishes import BookingRequest
from routiq.knowledge import digest, gaps
from routiq.messaging.models import Text
from routiq.mirror.models import Patient, Practitioner
from routiq.practices import audit, jobs
from routiq.practices.letters import tell_about_patient, tell_owners
from routiq.practices.models import AuditEntry, Letter, PersonalLetter, Practice
from routiq.practices.owned import count, owned_models
from routiq.robyn import conversation
from routiq.robyn.models import Conversation, HandOver
from routiq.sync import jobs as sync_jobs
from routiq.sync.models import StreamState, SyncRun
from routiq.sync.start import request_run
from tests.carriers import StandIn
from tests.frontdesk.desk import booked_at, offers_for
from tests.messaging.owing import minutes_pass
from tests.sandboxes import connect as connect_to

RESTORED = "Routiq was restored from a backup"


@pytest.fixture(autouse=True)
def empty_queue(transactional_db: None) -> None:
    """As a backup leaves it."""
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def back(kept: Shelf) -> Callable[[], Any]:
    """Comes back as of just now."""
    backup = kept.at(datetime.now(UTC))
    return lambda: come_back(backup, kept.keys)


def sent(sandbox: RunningSandbox) -> list[str]:
    """What was asked of the vendor but to read."""
    return [entry["path"] for entry in sandbox.requests() if entry["method"] != "GET"]


def post_everything() -> list[str]:
    """What workers do about letters, and the subjects that went out."""
    mail.outbox.clear()
    jobs.post_what_is_left(0)
    for job in ProcrastinateJob.objects.filter(task_name__startswith="practices.send"):
        task = jobs.send_letter if job.task_name == jobs.send_letter.name else jobs.send_personal_letter
        task(**job.args)
    return [message.subject for message in mail.outbox]


def test_no_letter_is_sent_twice_and_the_team_knows_of_each(practice: Practice, back: Callable[[], Any]) -> None:
    tell_owners("Changes are late", "They are.")
    talk = Conversation.objects.create(practice=practice, channel="test")
    told = tell_about_patient(["nurse@clinic.example"], "Somebody wants to be rung back", "Amelia Nguyen")
    for row in ({"told_at": timezone.now(), "letter_id": told.pk}, {"complete": False}):
        HandOver.objects.create(
            practice=practice, conversation=talk, trigger="person", kind="call_back", by_email=True, reason="r", **row
        )
    gaps.note("Do you have wifi?")
    ProcrastinateJob.objects.all().delete()

    back()
    assert post_everything() == [RESTORED]
    (letter,) = mail.outbox
    assert "- Changes are late" in letter.body
    assert "Nguyen" not in letter.body
    assert "compared" not in letter.body, "there is no connection"
    assert Letter.objects.get(subject="Changes are late").error == "restored"
    tasks = list(StaffTask.objects.filter(conversation_id=talk.pk))
    assert len(tasks) == 2
    assert all("is not sent again" in task.summary for task in tasks)
    assert digest.send_if_due(timezone.now()) == 0, "this morning's is left out"

    back()
    assert post_everything() == [], "what was done is done once"
    assert StaffTask.objects.filter(conversation_id=talk.pk).count() == 2
    assert PersonalLetter.objects.get().sent_at is None


def test_no_text_is_sent_twice_and_the_team_rings(
    synced: Connection, twilio: StandIn, back: Callable[[], Any]
) -> None:
    patient = recognise_caller("0491 570 006").patients[0].remote_id
    booked_at(patient, offers_for(patient)[0])
    ProcrastinateJob.objects.all().delete()
    back()
    minutes_pass(3)
    assert (twilio.asked, Text.objects.get().reason) == ([], Text.Reason.RESTORED)
    (task,) = StaffTask.objects.all()
    assert "Could not text the patient" in task.summary
    back()
    assert StaffTask.objects.count() == 1


def test_what_was_under_way_is_neither_sent_nor_followed_up_but_told_to_the_team(
    synced: Connection, practice: Practice, sandbox: RunningSandbox, back: Callable[[], Any]
) -> None:
    patient = recognise_caller("0491 570 006").patients[0].remote_id
    first, second, *_ = offers_for(patient)
    held = begin(synced, BookingRequest(patient, first, intent_key="a", channel="test", asked_by="conversation:1"))
    checking = begin(synced, BookingRequest(patient, second, intent_key="b", channel="test", asked_by="person:1"))
    Write.objects.filter(pk=checking.pk).update(state=Write.State.CHECKING, appointment_remote_id="1")
    ProcrastinateJob.objects.all().delete()
    sandbox.clear_requests()

    back()
    Write.objects.update(created_at=timezone.now() - timedelta(hours=1))
    settle(0)
    assert sandbox.requests() == [], "nobody is asked, nothing is taken back"
    assert set(Write.objects.values_list("state", "error_code")) == {(Write.State.UNAVAILABLE, "Restored")}
    assert not SlotHold.objects.exists()
    tasks = {task.write_id: task for task in StaffTask.objects.filter(kind=StaffTask.Kind.CHECK_BOOKING)}
    for write in Write.objects.all():
        assert outcome_of(write, "Cliniko") == write.error_message, "not that it was not done: nobody knows"
    for write in (held, checking):
        assert write.reference in tasks[write.pk].summary
        assert "Look in the diary whether it was done" in tasks[write.pk].summary


def test_a_yes_from_the_waiting_list_is_not_booked_again_and_no_freed_time_offered_again(
    synced: Connection, practice: Practice, sandbox: RunningSandbox, back: Callable[[], Any]
) -> None:
    patient = recognise_caller("0491 570 006").patients[0].remote_id
    time = offers_for(patient, 1)[0]
    other = Patient.objects.exclude(remote_id=patient).first()
    assert other is not None
    at = {"practice": practice, "connection": synced}
    freed = FreedTime.objects.create(
        **at,
        practitioner_remote_id=time.practitioner_id,
        location_remote_id=time.location_id,
        starts_at=time.starts_at,
        ends_at=time.ends_at,
        left_by="1",
    )
    entry = WaitlistEntry.objects.create(
        **at,
        intent_key="w",
        patient_remote_id=patient,
        appointment_type_remote_id=time.appointment_type_id,
        channel="test",
        asked_by="person:1",
    )
    SlotOffer.objects.create(
        **at,
        freed=freed,
        entry=entry,
        patient_remote_id=patient,
        practitioner_pk=Practitioner.objects.get(remote_id=time.practitioner_id).pk,
        during=(time.starts_at, time.ends_at),
        time=msgspec.to_builtins(time),
        state=SlotOffer.State.ACCEPTED,
        answered_at=timezone.now() - timedelta(hours=1),
        answered_by="person:1",
        expires_at=timezone.now(),
    )
    sandbox.clear_requests()

    back()
    go_over_the_waiting_list(0)
    assert sandbox.requests() == []
    assert SlotOffer.objects.get().state == SlotOffer.State.WITHDRAWN
    assert FreedTime.objects.get().state == FreedTime.State.GONE
    assert WaitlistEntry.objects.get().state == WaitlistEntry.State.WAITING
    assert "had said yes to a time from the waiting list" in StaffTask.objects.get().summary


def test_everything_is_compared_events_are_asked_for_anew_and_owners_hear_when_it_is_true_again(
    synced: Connection, sandbox: RunningSandbox, back: Callable[[], Any]
) -> None:
    request_run(synced)
    StreamState.objects.update(last_success_at=timezone.now() - timedelta(hours=9))
    ProcrastinateJob.objects.all().delete()
    name = sandbox.world("patients")["patients"][0]
    sandbox.edit([{"op": "update", "collection": "patients", "id": name["id"], "fields": {"last_name": "Changed"}}])

    assert back().compared == 1
    sync_jobs.keep_practice_going()
    run = SyncRun.objects.get(connection=synced, state=SyncRun.State.RUNNING)
    assert run.kind == SyncRun.Kind.RECONCILIATION
    assert sorted(ProcrastinateJob.objects.values_list("task_name", flat=True)) == [
        "practices.send_letter",
        "sync.carry_run",
        "sync.register_webhooks",
    ]
    sync_jobs.carry_run(synced.practice_id, run.pk)
    run.refresh_from_db()
    assert run.state == SyncRun.State.DONE
    assert Patient.objects.get(remote_id=name["id"]).last_name == "Changed"
    sync_jobs.keep_practice_going()
    assert not SyncRun.objects.filter(connection=synced, state=SyncRun.State.RUNNING).exists(), "once, not twice"
    subjects = set(Letter.objects.values_list("subject", flat=True))
    assert subjects == {RESTORED, "Changes from Cliniko arrive again"}
    assert "everything is being compared" in Letter.objects.get(subject=RESTORED).text


def test_what_was_deleted_after_the_backup_is_deleted_again_and_nothing_else(
    synced: Connection, practice: Practice, sandbox: RunningSandbox, kept: Shelf, back: Callable[[], Any]
) -> None:
    conversation.start("test", "0491 570 006")
    kept.keys.mkdir(parents=True)
    long_ago, since = datetime.now(UTC) - timedelta(days=9), datetime.now(UTC) + timedelta(minutes=1)
    ledger.note_purged(kept.keys, [ledger.Purged(practice.pk, synced.pk, long_ago)])
    assert back().purged == 0, "that was another connection, to which this number was given before"
    assert Patient.objects.exists()

    ledger.note_purged(kept.keys, [ledger.Purged(practice.pk, synced.pk, since)])
    sandbox.clear_requests()
    assert back().purged == 1
    left = {model._meta.label: count(model) for model in owned_models()}
    assert not {kind for kind, number in left.items() if number and kind not in retention.KEPT}
    assert AuditEntry.objects.filter(action="connection.purged", target=f"connection:{synced.pk}").exists()
    assert sandbox.requests() == []


def test_a_purge_is_noted_beside_the_keys_at_once(synced: Connection, practice: Practice, kept: Shelf) -> None:
    kept.keys.mkdir(parents=True)
    retention.delete_at_once(practice, synced, practice.name, audit.SYSTEM)
    retention.purge(practice.pk, synced.pk)
    (noted,) = ledger.purged(kept.keys)
    assert (noted.practice_id, noted.connection_id) == (practice.pk, synced.pk)
    assert ledger.fates_since(kept.keys, noted.at) == {(practice.pk, synced.pk): ledger.Fate(ledger.PURGED, noted.at)}


def test_who_had_disconnected_after_the_backup_is_disconnected_until_they_came_back(
    synced: Connection, practice: Practice, sandbox: RunningSandbox, kept: Shelf, back: Callable[[], Any]
) -> None:
    key, patients = synced.key_cipher, Patient.objects.count()
    kept.keys.mkdir(parents=True)
    disconnect(synced, audit.SYSTEM)
    until = Connection.objects.get().purge_after
    # The restored database knows nothing of that.
    Connection.objects.update(state="active", key_cipher=key, purge_after=None, disconnected_at=None)
    sandbox.clear_requests()
    with time_machine.travel(timezone.now() + timedelta(days=5)):
        assert (back().ended, sandbox.requests()) == (1, [])
    found = Connection.objects.get()
    assert (found.state, bytes(found.key_cipher), found.purge_after) == ("disconnected", b"", until)
    assert not SyncRun.objects.filter(state=SyncRun.State.RUNNING).exists()
    assert Patient.objects.count() == patients, "kept for its days"

    connect_to(practice, sandbox)
    AuditEntry.objects.filter(action="installation.restored").delete()
    done = back()
    assert (done.ended, done.compared) == (0, 1), "they came back afterwards"
    assert Connection.objects.get().state == "active"


def test_a_leaving_whose_note_was_lost_with_its_process_is_noted_within_the_hour(
    synced: Connection, kept: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.keys.mkdir(parents=True)
    with monkeypatch.context() as dying:
        dying.setattr("routiq.connections.disconnecting.shelf.note_here", lambda *_: None)
        disconnect(synced, audit.SYSTEM)
    ended_at = Connection.objects.get().disconnected_at
    assert ended_at is not None
    assert ledger.fates_since(kept.keys, ended_at) == {}
    keep_retention(timestamp=0)
    fates = {(synced.practice_id, synced.pk): ledger.Fate(ledger.DISCONNECTED, ended_at)}
    assert ledger.fates_since(kept.keys, ended_at) == fates
    assert noting.catch_up() == 0, "once is enough"


def test_a_practice_that_came_back_and_left_again_is_noted_again(
    synced: Connection, practice: Practice, sandbox: RunningSandbox, kept: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.keys.mkdir(parents=True)
    disconnect(synced, audit.SYSTEM)
    connect_to(practice, sandbox)
    assert noting.catch_up() == 0, "whoever is there has nothing to be noted"
    monkeypatch.setattr("routiq.connections.disconnecting.shelf.note_here", lambda *_: None)
    disconnect(Connection.objects.get(), audit.SYSTEM)
    assert noting.catch_up() == 1


def test_what_is_over_by_now_is_forgotten_before_anything_is_served(
    practice: Practice, back: Callable[[], Any]
) -> None:
    old = timezone.now() - timedelta(days=800)
    Conversation.objects.create(practice=practice, channel="test", last_turn_at=old)
    back()
    assert not Conversation.objects.exists()


def test_a_backup_of_a_newer_version_is_refused(practice: Practice, back: Callable[[], Any]) -> None:
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('robyn', '9999_later', now())")
    try:
        with pytest.raises(MadeByANewerVersion):
            back()
    finally:
        with database.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
