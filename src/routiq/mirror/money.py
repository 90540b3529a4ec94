"""Reading invoices and their payments, of one patient."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from routiq.mirror.models import Invoice, Location, Patient, Payment, Practitioner


@dataclass(frozen=True)
class Bill:
    """One invoice with the payments that count. Void ones are marked; nothing is owed on them."""

    invoice: Invoice
    payments: tuple[Payment, ...]
    practitioner_name: str
    location_name: str

    @property
    def is_owed(self) -> bool:
        return not self.invoice.void and self.invoice.outstanding > 0


@dataclass(frozen=True)
class Account:
    """A patient's invoices, newest first, and what the patient still owes."""

    bills: tuple[Bill, ...]
    owed: Decimal
    """By the patient; what a third party owes is left out."""


def account_of(patient: Patient) -> Account:
    same = {"connection": patient.connection_id}
    invoices = (
        Invoice.objects.filter(**same, patient_remote_id=patient.remote_id, removed_at=None)
        .prefetch_related("payments")
        .order_by("-issued_at", "-pk")
    )
    practitioners = dict(Practitioner.objects.filter(**same).values_list("remote_id", "name"))
    locations = dict(Location.objects.filter(**same).values_list("remote_id", "name"))
    bills = tuple(
        Bill(
            invoice=invoice,
            payments=tuple(payment for payment in invoice.payments.all() if not payment.void),
            practitioner_name=practitioners.get(invoice.practitioner_remote_id, ""),
            location_name=locations.get(invoice.location_remote_id, ""),
        )
        for invoice in invoices
    )
    owed = sum(
        (bill.invoice.outstanding for bill in bills if bill.is_owed and not bill.invoice.third_party), Decimal()
    )
    return Account(bills, owed)
