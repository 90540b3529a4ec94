"""Invoices of a patient, and the waiting list."""

from __future__ import annotations

from decimal import Decimal

import pytest

from routiq.connections.models import Connection
from routiq.mirror.models import Invoice, Patient, Payment, WaitingListEntry
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from tests.api.conftest import Caller
from tests.api.rows import make_connection, make_papers, make_patient


@pytest.fixture
def connection(caller: Caller) -> Connection:
    return make_connection(caller.practice)


@pytest.fixture
def zoe(connection: Connection) -> Patient:
    patient = make_patient(connection, "Zoë", "Lindström", "0491 570 006")
    make_papers(connection, patient)
    return patient


def test_invoices_come_with_payments_and_amounts_to_the_cent(caller: Caller, zoe: Patient) -> None:
    answer = caller.get(f"/patients/{zoe.pk}/invoices")
    assert answer.status == 200
    (invoice,) = answer["items"]
    assert (invoice["number"], invoice["total"], invoice["outstanding"]) == ("INV Lindström", "110.00", "79.50")
    assert [(each["amount"], each["method"]) for each in invoice["payments"]] == [("30.50", "EFTPOS")]
    assert answer["owed"] == "79.50"


@pytest.mark.parametrize("change", [{"void": True}, {"third_party": True}, {"outstanding": Decimal(0)}])
def test_what_the_patient_does_not_owe_is_not_counted(
    caller: Caller, zoe: Patient, change: dict[str, object]
) -> None:
    with acting_for(caller.practice.pk):
        Invoice.objects.update(**change)
        Payment.objects.update(void=True)
    answer = caller.get(f"/patients/{zoe.pk}/invoices")
    assert answer["owed"] == "0.00"
    assert len(answer["items"]) == 1
    assert answer["items"][0]["payments"] == []


def test_somebody_without_invoices_has_none(caller: Caller, connection: Connection, zoe: Patient) -> None:
    tom = make_patient(connection, "Tom", "O'Brien")
    answer = caller.get(f"/patients/{tom.pk}/invoices")
    assert answer.json == {"items": [], "owed": "0.00"}


def test_the_waiting_list_names_who_waits_and_keeps_notes_back(caller: Caller, zoe: Patient) -> None:
    (entry,) = caller.get("/waiting-list")["items"]
    assert (entry["patient_id"], entry["patient"], entry["days"]) == (zoe.pk, "Zoë Lindström", "Mon, Thu")
    assert entry["notes"] == ""
    with acting_for(caller.practice.pk):
        Practice.objects.update(keep_patient_notes=True)
    assert caller.get("/waiting-list")["items"][0]["notes"] == "Rings after six"


@pytest.mark.parametrize("change", ["active", "removed_at"])
def test_who_waits_no_longer_is_not_listed(caller: Caller, zoe: Patient, change: str) -> None:
    with acting_for(caller.practice.pk):
        row = WaitingListEntry.objects.get()
        WaitingListEntry.objects.update(**{change: False if change == "active" else row.seen_at})
    assert caller.get("/waiting-list")["items"] == []


def test_without_a_connection_nobody_waits(caller: Caller) -> None:
    assert caller.get("/waiting-list").json == {"items": []}
