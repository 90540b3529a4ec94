"""Leaving, and coming back: what is said before, what ends, what is kept, who may have it back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections import health
from routiq.connections.connecting import connect, kept_connection, live_connection
from routiq.connections.disconnecting import KEPT_FOR, before_disconnect, consequences, disconnect
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection, RequestBudget
from routiq.frontdesk.booking import book
from routiq.frontdesk.models import Booking, StaffTask
from routiq.frontdesk.people import habit_of, recognise_caller
from routiq.frontdesk.tasks import leave_task
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import BookingRequest, NoTimes, Outcome, Wish
from routiq.mirror.models import Appointment, Attendance, Patient, WaitingListEntry
from routiq.pms.errors import Disconnected, KeyRejected, VendorUnavailable
from routiq.practices import postbox
from routiq.practices.audit import SYSTEM, Actor
from routiq.practices.models import AuditEntry, Letter, Practice, PracticeOwned
from routiq.robyn import conversation
from routiq.sync.models import SyncRun
from routiq.sync.start import connect_and_sync
from tests.sandboxes import carry_open_run

NUMBER = "0491 570 006"
OWNER = Actor("person", "1")


def rows() -> dict[str, int]:
    """How many rows of every kind the practice has, apart from what tells of the coming and going itself."""
    told = {"AuditEntry", "SyncRun", "SyncPart", "SyncEvent", "Letter"}
    kinds = [model for model in apps.get_models() if issubclass(model, PracticeOwned)]
    return {model.__name__: model._default_manager.count() for model in kinds if model.__name__ not in told}


@contextlib.contextmanager
def hook(tell: Callable[[Connection], None]) -> Iterator[None]:
    before_disconnect.append(tell)
    try:
        yield
    finally:
        before_disconnect.remove(tell)


def test_the_consequences_are_todays_numbers(synced: Connection) -> None:
    conversation.start("test", NUMBER)
    leave_task(StaffTask.Kind.CALL_BACK, "Ring back")
    found = consequences(synced)
    assert found.count("patients") == Patient.objects.filter(removed_at=None).count() > 0
    kept = Appointment.objects.filter(removed_at=None).count() + Attendance.objects.filter(removed_at=None).count()
    assert found.count("appointments") == kept > 0
    assert (found.count("conversations"), found.count("tasks"), found.count("bookings")) == (1, 1, 0)
    assert found.count("campaigns") == 0
    assert (found.count("transcripts"), found.count("journal")) == (1, 0)
    assert found.count("invoices") is None, "there are none"
    assert found.kept_until - timezone.now() > KEPT_FOR - timedelta(minutes=1)

    words = "\n".join(item.text for item in found.items)
    local = found.kept_until.astimezone(synced.practice.zone)
    assert f"{local.day} {local:%B %Y}" in words
    assert "none exist yet" in words
    assert "Robyn books nothing any more" in words
    assert synced.account_name in words


def test_what_only_some_systems_have_is_counted_where_there_is_any(synced: Connection) -> None:
    for number in ("1", "2"):
        WaitingListEntry.objects.create(
            practice_id=synced.practice_id,
            connection=synced,
            remote_id=number,
            patient_remote_id="7",
            remote_updated_at=timezone.now(),
            seen_at=timezone.now(),
            fingerprint=0,
        )
    found = consequences(synced)
    assert (found.count("waiting_list"), found.count("invoices")) == (2, None)
    assert any(item.text.startswith("2 waiting-list entries here: kept until") for item in found.items)


def test_disconnecting_destroys_the_key_and_keeps_every_row(synced: Connection) -> None:
    before = rows()
    told: list[bytes] = []
    with hook(lambda connection: told.append(bytes(connection.key_cipher))):
        disconnect(synced, OWNER)

    assert told[0], "the vendor is told while the key still works"
    stored = Connection.objects.get()
    assert stored.state == Connection.State.DISCONNECTED
    assert (bytes(stored.key_cipher), stored.key_hint) == (b"", "")
    assert stored.disconnected_at is not None
    assert stored.purge_after is not None
    zone = stored.practice.zone
    ended, last = (moment.astimezone(zone) for moment in (stored.disconnected_at, stored.purge_after))
    assert last.date() == ended.date() + timedelta(days=30)
    assert (last.hour, last.minute, last.second) == (23, 59, 59)
    assert rows() == before
    assert RequestBudget.objects.exists()
    entry = AuditEntry.objects.get(action="connection.disconnected")
    assert (entry.actor_kind, entry.actor_id) == ("person", "1")
    assert live_connection() is None
    assert kept_connection() == stored

    disconnect(stored, OWNER)
    assert AuditEntry.objects.filter(action="connection.disconnected").count() == 1


def test_a_vendor_that_does_not_answer_stops_nobody_from_leaving(synced: Connection) -> None:
    def fail(connection: Connection) -> None:
        raise VendorUnavailable("no answer")

    told: list[int] = []
    with hook(fail), hook(lambda connection: told.append(connection.pk)):
        disconnect(synced, OWNER)
    assert told == [synced.pk]
    assert synced.state == Connection.State.DISCONNECTED


def test_an_open_run_is_closed_in_words(connection: Connection) -> None:
    disconnect(connection, OWNER)
    run = SyncRun.objects.get()
    assert run.state == SyncRun.State.FAILED
    assert "disconnected" in run.error_message
    assert run.finished_at is not None


@pytest.mark.parametrize("limit", [0, 200])
def test_a_process_that_still_has_the_key_sends_nothing_more(
    synced: Connection, sandbox: RunningSandbox, limit: int
) -> None:
    with override_settings(PMS_REQUESTS=limit):
        Connection.objects.update(key_set_at=timezone.now())
        elsewhere = Connection.objects.get()
        gateway = gateway_of(elsewhere)
        disconnect(synced, OWNER)
        sandbox.clear_requests()
        with pytest.raises(Disconnected):
            gateway.check()
        with pytest.raises(Disconnected):
            gateway_of(synced)
    assert sandbox.requests() == []
    assert Connection.objects.get().state == Connection.State.DISCONNECTED


def test_nothing_is_booked_and_the_caller_hears_it_kindly(synced: Connection) -> None:
    patient = recognise_caller(NUMBER).patients[0].remote_id
    offer = find_times(Wish(appointment_type_id=habit_of(patient).appointment_type_id)).offers[0]
    begun = conversation.start("test", NUMBER)
    conversation.say(begun.conversation_id, "I'd like to book a standard consultation")
    conversation.say(begun.conversation_id, "the first one please")
    disconnect(synced, OWNER)

    answer = book(BookingRequest(patient, offer, intent_key="one", channel="test", asked_by="conversation:1"))
    assert answer.outcome is Outcome.NOT_ALLOWED
    assert answer.advice
    assert find_times(Wish(appointment_type_id=offer.appointment_type_id)).reason is NoTimes.UNAVAILABLE

    agreed = conversation.say(begun.conversation_id, "yes please")
    assert "nothing is booked" in agreed.text
    assert "ring you back" in agreed.text
    fresh = conversation.start("test", NUMBER)
    refused = conversation.say(fresh.conversation_id, "can I book for tomorrow at 10 please")
    assert "nothing is booked" in refused.text
    assert "ring you back" in refused.text
    assert not Booking.objects.exists()
    assert StaffTask.objects.filter(kind=StaffTask.Kind.CALL_BACK).count() == 2


def test_the_same_account_comes_back_as_it_was(
    synced: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    before, pk, since = rows(), synced.pk, synced.connected_at
    disconnect(synced, OWNER)
    back = connect_and_sync(practice_id=practice.pk, vendor="cliniko", region="", key=sandbox.key(), actor=OWNER)
    assert (back.pk, back.state, back.purge_after, back.disconnected_at) == (pk, "active", None, None)
    assert back.connected_at == since
    assert rows() == before
    assert gateway_of(back).check().id == back.account_id
    assert AuditEntry.objects.filter(action="connection.reconnected").count() == 1
    run = SyncRun.objects.get(state=SyncRun.State.RUNNING)
    assert run.kind == SyncRun.Kind.CHANGES, "what is here already is not fetched again"


def test_a_first_sync_goes_on_after_coming_back(
    connection: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    run = SyncRun.objects.get()
    disconnect(connection, OWNER)
    connect_and_sync(practice_id=practice.pk, vendor="cliniko", region="", key=sandbox.key(), actor=OWNER)
    carry_open_run(connection)
    run.refresh_from_db()
    assert run.state == SyncRun.State.DONE


def test_another_account_is_refused_by_name_while_data_is_kept(
    synced: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    disconnect(synced, OWNER)
    before = Connection.objects.values().get()
    with pytest.raises(KeyRejected) as refused:
        connect(practice_id=practice.pk, vendor="cliniko", region="", key=sandbox.key("other"), actor=OWNER)
    assert refused.value.cause == "other_account"
    assert synced.account_name in refused.value.message
    assert "delete its data first" in refused.value.advice
    assert Connection.objects.values().get() == before


def test_what_is_being_deleted_is_not_brought_back(
    synced: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    disconnect(synced, OWNER)
    Connection.objects.update(purge_after=timezone.now())
    with pytest.raises(KeyRejected) as refused:
        connect(practice_id=practice.pk, vendor="cliniko", region="", key=sandbox.key(), actor=OWNER)
    assert refused.value.cause == "being_deleted"


def test_a_pause_is_told_once_by_letter_with_what_to_do(synced: Connection, practice: Practice) -> None:
    error: Any = KeyRejected("Cliniko does not accept the key any more.", vendor="cliniko", cause="revoked")
    assert health.pause(synced, error)
    assert not health.pause(synced, error)
    letter = Letter.objects.get()
    postbox.send(letter.pk)
    text = mail.outbox[0].subject + str(mail.outbox[0].body)
    for part in (practice.name, "Cliniko", error.message, error.advice, "/settings/integrations/cliniko"):
        assert part in text
    for patient in Patient.objects.all():
        assert patient.full_name not in text


def test_a_connection_that_recovers_needs_no_letter(
    synced: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    connect(practice_id=practice.pk, vendor="cliniko", region="", key=sandbox.key(), actor=SYSTEM)
    assert not Letter.objects.exists()
