"""Invoices with their payments, and the waiting list: written from records, told apart, read for one patient."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from routiq.connections.models import Connection
from routiq.mirror.models import Appointment, Invoice, Payment, WaitingListEntry
from routiq.mirror.writing import write, write_and_compare
from routiq.pms.records import (
    UNSTAMPED,
    AppointmentRecord,
    InvoiceRecord,
    PaymentRecord,
    WaitingListRecord,
)
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for

NOON = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)


@pytest.fixture
def link(practice: Practice) -> Connection:
    return Connection.objects.create(practice=practice, vendor="cliniko", account_id="1", account_name="A")


def invoice(**fields: object) -> InvoiceRecord:
    return InvoiceRecord(
        **{
            "id": "3001",
            "updated_at": UNSTAMPED,
            "number": "INV-3001",
            "patient_id": "713",
            "practitioner_id": "5",
            "location_id": "1",
            "issued_at": NOON,
            "total": Decimal("110.00"),
            "paid": Decimal("30.50"),
            "outstanding": Decimal("79.50"),
            "payments": (
                PaymentRecord(id="1", paid_on=date(2026, 5, 4), amount=Decimal("20.00"), method="EFTPOS"),
                PaymentRecord(id="2", paid_on=date(2026, 5, 5), amount=Decimal("10.50"), method="Cash"),
            ),
            **fields,
        }
    )


def entry(**fields: object) -> WaitingListRecord:
    return WaitingListRecord(
        **{
            "id": "41",
            "updated_at": NOON,
            "patient_id": "713",
            "location_id": "1",
            "appointment_type_id": "3",
            "practitioner_ids": ("7", "5"),
            "priority": "High",
            "days": "Mon, Thu",
            "times": "mornings",
            **fields,
        }
    )


def kinds(link: Connection, *records: object, minutes: int = 0) -> list[str]:
    return [str(change.kind) for change in write_and_compare(link, list(records), NOON + timedelta(minutes=minutes))]


def test_an_invoice_is_kept_to_the_cent_with_its_payments_in_order(link: Connection) -> None:
    write(link, [invoice()], NOON)
    row = Invoice.objects.get()
    assert (row.number, row.total, row.paid, row.outstanding) == (
        "INV-3001",
        Decimal("110.00"),
        Decimal("30.50"),
        Decimal("79.50"),
    )
    assert [(each.remote_id, each.amount, each.method, each.paid_on) for each in row.payments.all()] == [
        ("1", Decimal("20.00"), "EFTPOS", date(2026, 5, 4)),
        ("2", Decimal("10.50"), "Cash", date(2026, 5, 5)),
    ]


def test_an_invoice_without_a_stamp_is_written_again_only_when_it_differs(link: Connection) -> None:
    assert kinds(link, invoice()) == ["created"]
    assert kinds(link, invoice(), minutes=1) == []
    rest = PaymentRecord(id="3", paid_on=date(2026, 5, 6), amount=Decimal("79.50"), method="EFTPOS")
    paid = invoice(paid=Decimal("110.00"), outstanding=Decimal("0.00"), payments=(*invoice().payments, rest))
    assert kinds(link, paid, minutes=2) == ["paid"]
    assert [each.remote_id for each in Payment.objects.all()] == ["1", "2", "3"]
    # A page that was asked for before and comes in late changes nothing.
    assert kinds(link, invoice(), minutes=1) == []
    assert kinds(link, invoice(void=True), minutes=3) == ["voided"]


def test_an_invoice_that_is_there_after_all_is_back(link: Connection) -> None:
    write(link, [invoice()], NOON)
    Invoice.objects.update(removed_at=NOON)
    assert write(link, [invoice()], NOON + timedelta(minutes=1)) == 1
    assert Invoice.objects.get().removed_at is None


def test_a_waiting_list_entry_keeps_who_is_preferred_in_order(link: Connection) -> None:
    assert kinds(link, entry()) == ["created"]
    row = WaitingListEntry.objects.get()
    assert (row.practitioner_remote_ids, row.days, row.times) == (["7", "5"], "Mon, Thu", "mornings")
    later = NOON + timedelta(hours=1)
    assert kinds(link, entry(updated_at=later, days="Fri"), minutes=61) == ["updated"]
    assert kinds(link, entry(updated_at=later, days="Fri", active=False), minutes=62) == ["archived"]


def visit(version: int, **fields: object) -> AppointmentRecord:
    return AppointmentRecord(
        **{
            "id": "90211",
            "updated_at": NOON + timedelta(minutes=version),
            "starts_at": NOON,
            "ends_at": NOON + timedelta(minutes=45),
            "patient_id": "713",
            "practitioner_id": "5",
            "location_id": "1",
            "appointment_type_id": "3",
            **fields,
        }
    )


def test_what_the_vendor_says_of_completion_and_invoice_is_kept(link: Connection) -> None:
    write(link, [visit(0)], NOON)
    assert Appointment.objects.values_list("completed", "invoiced").get() == (False, None)
    assert kinds(link, visit(1, invoiced=False)) == ["updated"]
    assert kinds(link, visit(2, completed=True, invoiced=False)) == ["completed"]
    assert kinds(link, visit(3, completed=True, invoiced=True)) == ["updated"]
    assert Appointment.objects.values_list("completed", "invoiced").get() == (True, True)


def test_another_practice_sees_none_of_it(link: Connection, other_practice: Practice) -> None:
    write(link, [invoice()], NOON)
    write(link, [entry()], NOON)
    with acting_for(other_practice.pk):
        assert not Invoice.objects.exists()
        assert not Payment.objects.exists()
        assert not WaitingListEntry.objects.exists()
