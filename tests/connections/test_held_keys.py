"""A process that still holds a key in memory, after somebody elsewhere replaced it or disconnected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import override_settings

from pms_sandbox.testing import RunningSandbox
from routiq.connections import gateways
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.frontdesk.booking import book
from routiq.frontdesk.people import habit_of, recognise_caller
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import BookingRequest, Outcome, Wish
from routiq.pms.errors import KeyReplaced
from routiq.pms.gateway import Selection, Stream
from routiq.practices.models import Practice
from tests.sandboxes import connect


@pytest.fixture(params=[0, 200], ids=["without a limit", "with the shared budget"])
def limited(request: pytest.FixtureRequest, sandbox: RunningSandbox) -> Iterator[None]:
    with override_settings(PMS_REQUESTS=request.param):
        yield


def keys_used(sandbox: RunningSandbox) -> list[str | None]:
    return [entry["key"] for entry in sandbox.requests()]


@pytest.mark.usefixtures("limited")
def test_a_gateway_that_is_held_goes_on_with_the_new_key(
    connection: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    held = gateway_of(Connection.objects.get())
    assert held.check().id == connection.account_id
    connect(practice, sandbox, "spare")
    sandbox.clear_requests()

    assert held.check().id == connection.account_id
    held.fetch(Stream.PATIENTS, Selection())
    assert set(keys_used(sandbox)) == {"spare"}


@pytest.mark.usefixtures("limited")
def test_the_old_key_is_refused_at_the_gate_whatever_still_holds_it(
    connection: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    old = gateways._opened(Connection.objects.get())
    connect(practice, sandbox, "spare")
    sandbox.clear_requests()
    with pytest.raises(KeyReplaced):
        old.check()
    assert sandbox.requests() == []


@pytest.mark.usefixtures("limited")
def test_a_read_that_the_swap_interrupts_is_asked_again_with_the_new_key(
    connection: Connection, practice: Practice, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = gateway_of(Connection.objects.get())
    old = gateways._opened(Connection.objects.get())
    ask = old.check

    def swapped_just_before() -> object:
        monkeypatch.setattr(old, "check", ask)
        connect(practice, sandbox, "spare")
        sandbox.clear_requests()
        return ask()

    monkeypatch.setattr(old, "check", swapped_just_before)
    assert held.check().id == connection.account_id
    assert set(keys_used(sandbox)) == {"spare"}


def test_a_booking_after_the_swap_goes_out_with_the_new_key(
    synced: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    patient = recognise_caller("0491 570 006").patients[0].remote_id
    offer = find_times(Wish(appointment_type_id=habit_of(patient).appointment_type_id)).offers[0]
    connect(practice, sandbox, "spare")
    sandbox.revoke("admin")
    sandbox.clear_requests()
    answer = book(BookingRequest(patient, offer, intent_key="one", channel="test", asked_by="conversation:1"))
    assert answer.outcome is Outcome.BOOKED
    assert set(keys_used(sandbox)) == {"spare"}


def test_two_keys_set_within_one_second_are_told_apart(connection: Connection) -> None:
    first = Connection.objects.get()
    old = gateways._opened(first)
    Connection.objects.update(key_set_at=first.key_set_at + timedelta(microseconds=1))
    assert gateways._opened(Connection.objects.get()) is not old
