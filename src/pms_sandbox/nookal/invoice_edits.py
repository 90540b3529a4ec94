"""Writing invoices (spec 4.17)."""

from __future__ import annotations

from pms_sandbox import accounts
from pms_sandbox.conditions import Row
from pms_sandbox.nookal.call import Call, Failed, Payload
from pms_sandbox.nookal.invoices import shown
from pms_sandbox.nookal.params import groups
from pms_sandbox.nookal.patients import patient
from pms_sandbox.nookal.values import cents, money
from pms_sandbox.stamps import parse_day


def add(call: Call) -> Payload:
    place, someone = call.record("businesses", "location_id"), patient(call)
    who = call.record("practitioners", "practitioner_id")["id"] if call.get("practitioner_id") else None
    items = [_item(call, fields) for fields in groups(call.params, "items")]
    payments = [_amount(fields.get("amount")) for fields in groups(call.params, "payments")]
    methods = [fields.get("method") or "EFTPOS" for fields in groups(call.params, "payments")]
    texts = {name: call.params[name] for name in ("invoice_notes", "account_notes") if name in call.params}
    row = accounts.open_bill(call.world, someone["id"], place["id"], who, **texts)
    for name, amount, qty in items:
        row = accounts.add_entry(call.world, row["id"], name, amount, qty)
    for amount, method in zip(payments, methods, strict=True):
        row = accounts.pay(call.world, row["id"], amount, method)
    return _answer(call, row)


def add_item(call: Call) -> Payload:
    bill = _open(call)
    return _answer(call, accounts.add_entry(call.world, bill["id"], *_item(call, call.params)))


def add_payment(call: Call) -> Payload:
    bill = _open(call)
    if parse_day(call.params["date"][:10]) is None:
        raise Failed("Invalid variable: date")
    amount = _amount(call.params["amount"])
    row = accounts.pay(call.world, bill["id"], amount, call.params["method"], call.params["date"][:10])
    return _answer(call, row)


def delete(call: Call) -> Payload:
    return call.done(invoice_id=accounts.void_bill(call.world, _open(call)["id"])["id"])


def delete_item(call: Call) -> Payload:
    return _strike(call, "entries", "item_id")


def delete_payment(call: Call) -> Payload:
    return _strike(call, "payments", "payment_id")


def _strike(call: Call, kind: str, param: str) -> Payload:
    """The line alone is named; it is looked for among the bills that the key may see."""
    line_id = call.params[param]
    for bill in call.world["bills"].rows.values():
        if bill["business_id"] in call.scope and any(line["id"] == line_id for line in bill[kind]):
            return _answer(call, accounts.void_line(call.world, bill["id"], kind, line_id))
    raise Failed(f"Invalid variable: {param}")


def add_credit(call: Call) -> Payload:
    bill = _open(call)
    row = accounts.add_credit(call.world, bill["id"], _amount(call.params["amount"]), call.get("method") or "EFTPOS")
    credit = row["credits"][-1]
    return call.done(
        credit={
            "ID": credit["id"],
            "patient_id": row["patient_id"],
            "invoice_id": row["id"],
            "date": credit["date"],
            "locationID": row["business_id"],
            "amount": money(credit["amount"]),
            "method": credit["method"],
        }
    )


def _answer(call: Call, row: Row) -> Payload:
    return call.done(invoice=shown(row, expanded=True))


def _open(call: Call) -> Row:
    bill = call.record("bills", "invoice_id")
    if bill.get("voided_at"):
        raise Failed("Invalid variable: invoice_id")
    return bill


def _amount(text: str | None) -> int:
    amount = cents(text)
    if amount is None:
        raise Failed("Invalid variable: amount")
    return amount


def _item(call: Call, fields: dict[str, str]) -> tuple[str, int, int]:
    """Name, cents for one, and how many; the item is a service, or something billed under its own name."""
    kind = call.world["appointment_types"].rows.get(fields.get("item_id") or "")
    qty = fields.get("qty") or "1"
    if not (qty.isascii() and qty.isdigit() and int(qty) > 0):
        raise Failed("Invalid variable: qty")
    if kind is None and not fields.get("name"):
        raise Failed("Invalid variable: item_id")
    name, usual = accounts.usual_price(call.world, kind["id"]) if kind else (fields["name"], 0)
    amount = _amount(fields["price"]) if fields.get("price") else usual
    return name, amount, int(qty)
