"""What a patient still owes, where the practice management system tells of invoices. Told only to whoever has shown
who they are (V5)."""

from __future__ import annotations

from routiq.connections.connecting import live_connection
from routiq.frontdesk.wishes import Owed
from routiq.mirror.models import Patient
from routiq.mirror.money import account_of
from routiq.pms import registry


def tells_invoices() -> bool:
    """Whether anything can be known of what is owed."""
    connection = live_connection()
    return connection is not None and registry.vendor(connection.vendor).capabilities.reads_invoices


def owed(patient_id: str) -> Owed | None:
    """``None`` where it cannot be known."""
    connection = live_connection()
    if connection is None or not tells_invoices():
        return None
    patient = Patient.objects.filter(connection=connection, remote_id=patient_id, removed_at=None).first()
    if patient is None:
        return None
    account = account_of(patient)
    open_bills = [bill.invoice for bill in account.bills if bill.is_owed and not bill.invoice.third_party]
    zone = connection.practice.zone
    days = [invoice.issued_at.astimezone(zone).date() for invoice in open_bills]
    return Owed(account.owed, min(days) if days else None, len(open_bills))
