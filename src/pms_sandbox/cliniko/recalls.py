"""Recalls (undocumented, spec 3.16) and communications, of which only memos can be written (spec 3.17)."""

from __future__ import annotations

from typing import Any

from pms_sandbox import edits
from pms_sandbox.cliniko.call import Call
from pms_sandbox.cliniko.checks import BLANK, reject, related
from pms_sandbox.http import Answer
from pms_sandbox.stamps import parse_stamp


def create_recall(call: Call) -> Answer:
    """A date-time is accepted and kept as a date (spec 3.16)."""
    body = call.body()
    errors: dict[str, str] = {}
    patient = related(call, body, "patient_id", "patients", errors)
    kind = related(call, body, "recall_type_id", "recall_types", errors)
    when = _recall_day(body, errors)
    reject(errors)
    assert patient is not None
    assert kind is not None
    fields = {
        "patient_id": patient["id"],
        "recall_type_id": kind["id"],
        "recall_at": when,
        "notes": body.get("notes"),
    }
    return call.shown("recalls", edits.create(call.world, "recalls", fields), 201)


def update_recall(call: Call) -> Answer:
    old = call.row("recalls", call.ids[0])
    body = call.body()
    errors: dict[str, str] = {}
    fields: dict[str, Any] = {name: body[name] for name in ("notes", "recalled_at") if name in body}
    if "recall_at" in body:
        fields["recall_at"] = _recall_day(body, errors)
    reject(errors)
    return call.shown("recalls", edits.update(call.world, "recalls", old["id"], fields))


def _recall_day(body: dict[str, Any], errors: dict[str, str]) -> str | None:
    held = str(body.get("recall_at") or "")
    moment = parse_stamp(held) or parse_stamp(f"{held}T00:00:00Z")
    if moment is None:
        errors["recall_at"] = "is invalid" if held else BLANK
        return None
    return moment[:10]


def create_memo(call: Call) -> Answer:
    """Only memos can be written, and nothing is ever sent (spec 3.17)."""
    body = call.body()
    errors: dict[str, str] = {}
    patient = related(call, body, "patient_id", "patients", errors)
    if not body.get("content"):
        errors["content"] = BLANK
    if body.get("category_code", 12) != 12:
        errors["category_code"] = "is not included in the list"
    if body.get("type_code") not in (1, 2, 3, 4):
        errors["type_code"] = "is not included in the list"
    if body.get("direction_code") not in (1, 2):
        errors["direction_code"] = "is not included in the list"
    reject(errors)
    assert patient is not None
    fields = _memo_fields(body) | {"patient_id": patient["id"], "category_code": 12}
    return call.shown("communications", edits.create(call.world, "communications", fields), 201)


def update_memo(call: Call) -> Answer:
    old = call.row("communications", call.ids[0])
    if old.get("category_code") != 12:
        reject({"category_code": "only memos can be changed"})
    return call.shown(
        "communications", edits.update(call.world, "communications", old["id"], _memo_fields(call.body()))
    )


def _memo_fields(body: dict[str, Any]) -> dict[str, Any]:
    names = ("type_code", "direction_code", "from", "to", "content", "confidential")
    return {name: body[name] for name in names if name in body}
