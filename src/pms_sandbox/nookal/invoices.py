"""Invoices and what they are made of (spec 4.17). The practitioner is ``providerID`` here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pms_sandbox import accounts
from pms_sandbox.conditions import Condition, Row
from pms_sandbox.nookal.call import Call, Failed, Payload, everything
from pms_sandbox.nookal.params import since, truthy
from pms_sandbox.nookal.values import flag, money, utc


def listing(call: Call) -> Payload:
    """Void ones only when asked for; entries and payments only with ``expanded``."""
    conditions = [*call.scoped(), *call.modified(), _void(call)]
    if someone := call.get("patient_id"):
        conditions.append(Condition("patient_id", "in", frozenset({someone})))
    expanded = truthy(call.get("expanded"))
    kind = "invoices expanded" if expanded else "invoices"
    return call.select("bills", conditions, lambda row: shown(row, expanded=expanded), "invoices", kind=kind)


def _void(call: Call) -> Condition:
    return Condition("voided_at", "not_null" if truthy(call.get("void")) else "null")


def one(call: Call) -> Payload:
    row = call.record("bills", "invoice_id")
    if row.get("voided_at") and not truthy(call.get("void")):
        raise Failed("Invalid variable: invoice_id")
    return call.done(invoice=shown(row, expanded=True))


def shown(row: Row, *, expanded: bool) -> dict[str, Any]:
    record = {
        "ID": row["id"],
        "invoiceNumber": row["number"],
        "patientID": row["patient_id"],
        "providerID": row.get("practitioner_id"),
        "locationID": row["business_id"],
        "dateCreated": utc(row["created_at"]),
        "isThirdPartyInvoice": "0",
        "contactID": None,
        "contactTitle": None,
        "contactFirstName": None,
        "contactLastName": None,
        "contactCompany": None,
        "invoiceNotes": row.get("invoice_notes") or "",
        "accountNotes": row.get("account_notes") or "",
        "adhocNotes": "",
        "totalPayments": money(accounts.paid(row)),
        "totalDebits": money(accounts.charged(row)),
        "totalAdjustments": "0.00",
        "totalDiscounts": "0.00",
        "totalCredits": money(accounts.credited(row)),
        "totalRefunds": "0.00",
        "totalBalance": money(accounts.owed(row)),
    }
    if expanded:
        record["details"] = {
            "entries": [_entry(line) for line in row["entries"]],
            "payments": [_payment(line) for line in row["payments"]],
        }
    return record


def _entry(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "entry_id": line["id"],
        "void": flag(line.get("void")),
        "date": line["date"],
        "name": line["name"],
        "description": "",
        "qty": str(line["qty"]),
        "subtotal": money(line["total"]),
        "tax": "0.00",
        "total": money(line["total"]),
    }


def _payment(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "payment_id": line["id"],
        "void": flag(line.get("void")),
        "date": line["date"],
        "amount": money(line["amount"]),
        "group": "",
        "method": line["method"],
    }


def _credit(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "credit_id": line["id"],
        "date": line["date"],
        "amount": money(line["amount"]),
        "method": line["method"],
    }


def _nothing(line: dict[str, Any]) -> dict[str, Any]:
    return dict(line)


_LINES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "entries": _entry,
    "payments": _payment,
    "credits": _credit,
    "discounts": _nothing,
    "refunds": _nothing,
    "adjustments": _nothing,
}


def lines(kind: str) -> Callable[[Call], Payload]:
    """Lines of one kind over all bills, or of ``invoiceID`` or ``invoice_id``; both days are included."""
    encode = _LINES[kind]

    def handler(call: Call) -> Payload:
        conditions = [*call.scoped(), *call.modified("lastmodified_date_from")]
        if end := since(call.get("lastmodified_date_to")):
            conditions.append(Condition("updated_at", "<=", end))
        wanted = call.get("invoiceID") or call.get("invoice_id")
        if wanted:
            conditions.append(Condition("id", "in", frozenset({wanted})))
        first, last = call.get("date_from") or "", call.get("date_to") or "9999-12-31"
        found = [
            {"invoiceID": bill["id"], **encode(line)}
            for bill in everything(call.world, "bills", conditions)
            for line in bill.get(kind) or ()
            if first <= line["date"] <= last
        ]
        return call.listed(kind, found, dict)

    return handler
