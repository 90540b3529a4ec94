"""Bills and what is paid on them, as the front desk keeps them. Amounts are whole cents; days are the practice's."""

from __future__ import annotations

from typing import Any

from pms_sandbox import edits
from pms_sandbox.conditions import Row
from pms_sandbox.world.model import World


def bill_visits(world: World, visit_ids: list[str]) -> Row:
    """One bill for visits of one patient at their usual prices; the visits count as changed."""
    visits = [edits.find(world, "individual_appointments", id_) for id_ in visit_ids]
    if not visits or len({row["patient_id"] for row in visits}) > 1:
        raise edits.BadEdit("a bill is for visits of one patient")
    last = visits[-1]
    bill = open_bill(world, last["patient_id"], last["business_id"], last["practitioner_id"])
    for row in visits:
        name, amount = usual_price(world, row["appointment_type_id"])
        bill = add_entry(world, bill["id"], name, amount, appointment_id=row["id"])
        edits.create(world, "billed_visits", {"appointment_id": row["id"], "bill_id": bill["id"]})
        edits.update(world, "individual_appointments", row["id"], {})
    return bill


def open_bill(world: World, patient_id: str, business_id: str, practitioner_id: str | None, **texts: str) -> Row:
    """An empty bill with the next number."""
    numbers = [int(row["number"].rpartition("-")[2]) for row in world["bills"].rows.values()]
    fields: dict[str, Any] = {
        "number": f"INV-{max(numbers, default=5000) + 1}",
        "patient_id": patient_id,
        "business_id": business_id,
        "practitioner_id": practitioner_id,
        "entries": [],
        "payments": [],
        **texts,
    }
    return edits.create(world, "bills", fields)


def add_entry(
    world: World, bill_id: str, name: str, amount: int, qty: int = 1, appointment_id: str | None = None
) -> Row:
    """``amount`` is for one of ``qty``."""
    entry = {
        "id": world.new_id(),
        "appointment_id": appointment_id,
        "date": world.clock.today().isoformat(),
        "name": name,
        "qty": qty,
        "total": amount * qty,
    }
    return _appended(world, bill_id, "entries", entry)


def pay(world: World, bill_id: str, amount: int | None = None, method: str = "EFTPOS", day: str | None = None) -> Row:
    """A payment; without an amount everything that is still owed."""
    bill = edits.find(world, "bills", bill_id)
    payment = {
        "id": world.new_id(),
        "date": day or world.clock.today().isoformat(),
        "amount": owed(bill) if amount is None else amount,
        "method": method,
    }
    return _appended(world, bill_id, "payments", payment)


def void_line(world: World, bill_id: str, kind: str, line_id: str) -> Row:
    """Strike out one of the ``entries`` or ``payments``; it stays on the bill as void."""
    bill = edits.find(world, "bills", bill_id)
    lines = [{**line, "void": True} if line["id"] == line_id else line for line in bill[kind]]
    return edits.update(world, "bills", bill_id, {kind: lines})


def void_bill(world: World, bill_id: str) -> Row:
    """The bill does not count any more, and its visits are not billed."""
    bill = edits.update(world, "bills", bill_id, {"voided_at": world.clock.stamp()})
    for entry in bill["entries"]:
        for link in world["billed_visits"].having("appointment_id", entry.get("appointment_id") or ""):
            world.drop("billed_visits", link["id"])
    return bill


def charged(bill: Row) -> int:
    return sum(line["total"] for line in bill["entries"] if not line.get("void"))


def paid(bill: Row) -> int:
    return sum(line["amount"] for line in bill["payments"] if not line.get("void"))


def credited(bill: Row) -> int:
    return sum(line["amount"] for line in bill.get("credits") or ())


def owed(bill: Row) -> int:
    return charged(bill) - paid(bill) - credited(bill)


def add_credit(world: World, bill_id: str, amount: int, method: str) -> Row:
    credit = {
        "id": world.new_id(),
        "date": world.clock.today().isoformat(),
        "amount": amount,
        "method": method,
    }
    return _appended(world, bill_id, "credits", credit)


def _appended(world: World, bill_id: str, kind: str, line: dict[str, Any]) -> Row:
    bill = edits.find(world, "bills", bill_id)
    return edits.update(world, "bills", bill_id, {kind: [*(bill.get(kind) or ()), line]})


def usual_price(world: World, type_id: str) -> tuple[str, int]:
    """Name and cents of what a visit of this type is billed as."""
    for link in world["appointment_type_billable_items"].rows.values():
        if link["appointment_type_id"] == type_id:
            item = world["billable_items"].rows[link["billable_item_id"]]
            return item["name"], round(float(item["price"]) * 100)
    return edits.find(world, "appointment_types", type_id)["name"], 0
