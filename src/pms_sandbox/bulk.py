"""Edits given as data, for the control door and for faults that edit while a request runs."""

from __future__ import annotations

from typing import Any

from pms_sandbox import accounts, edits
from pms_sandbox.world.model import World

OPERATIONS = (
    "create",
    "update",
    "delete",
    "archive",
    "unarchive",
    "cancel",
    "arrive",
    "dna",
    "undecided",
    "merge",
    "deceased",
    "invoice",
    "pay",
    "void",
    "settings",
)


def carry_out(world: World, wanted: list[dict[str, Any]]) -> list[str | None]:
    """Do the edits in order and give the ids they touched. A bad one raises; those before it stay done."""
    return [_one(world, edit) for edit in wanted]


def _one(world: World, edit: dict[str, Any]) -> str | None:
    operation, fields = edit.get("op"), edit.get("fields") or {}
    name, id_ = str(edit.get("collection") or ""), str(edit.get("id") or "")
    if operation not in OPERATIONS:
        raise edits.BadEdit(f"op must be one of {', '.join(OPERATIONS)}")
    if operation == "settings":
        edits.change_settings(world, fields)
        return None
    if operation == "create":
        return str(edits.create(world, name, fields)["id"])
    act(world, operation, name, id_, fields)
    return id_


def act(world: World, operation: str, name: str, id_: str, fields: dict[str, Any]) -> None:
    """One operation on one existing record."""
    edits.find(world, name, id_)
    if operation == "update":
        edits.update(world, name, id_, fields)
    elif operation == "delete":
        edits.delete(world, name, id_)
    elif operation == "archive":
        edits.archive(world, name, id_)
    elif operation == "unarchive":
        edits.unarchive(world, name, id_)
    elif operation == "cancel":
        edits.cancel(world, name, id_, int(fields.get("cancellation_reason", 50)), fields.get("cancellation_note"))
    elif operation in ("arrive", "dna", "undecided"):
        edits.set_arrival(world, name, id_, {"arrive": True, "dna": False, "undecided": None}[operation])
    elif operation == "merge":
        edits.merge(world, id_, str(fields.get("into") or ""))
    elif (operation, name) == ("deceased", "patients"):
        edits.decease(world, id_)
    elif (operation, name) == ("invoice", "individual_appointments"):
        accounts.bill_visits(world, [id_])
    elif (operation, name) == ("pay", "bills"):
        accounts.pay(world, id_, fields.get("amount"), str(fields.get("method") or "EFTPOS"))
    elif (operation, name) == ("void", "bills"):
        accounts.void_bill(world, id_)
    else:
        raise edits.BadEdit(f"{operation} is no operation on a record")
