"""Individual appointments, group appointments and unavailable blocks (spec 3.2, 3.4, 3.12).

A write never looks at availability: overlaps, closed hours, hidden types and past days are all accepted.
"""

from __future__ import annotations

from typing import Any

from pms_sandbox import edits
from pms_sandbox.cliniko.call import Call
from pms_sandbox.cliniko.checks import after, id_text, overlapping, reject, related, times
from pms_sandbox.cliniko.encode import REASONS
from pms_sandbox.cliniko.repeats import checked_rule, repeat
from pms_sandbox.conditions import Row
from pms_sandbox.http import Answer, empty, invalid, json_answer

INDIVIDUAL, GROUP, BLOCK = "individual_appointments", "group_appointments", "unavailable_blocks"


def create_individual(call: Call) -> Answer:
    body = call.body()
    errors: dict[str, str] = {}
    patient = related(call, body, "patient_id", "patients", errors)
    fields = _common(call, body, errors)
    kind = _kind(call, body, errors, group=False)
    if "patient_case_id" in body:
        fields["patient_case_id"] = _case(call, body, errors)
    reject(errors)
    assert patient is not None
    assert kind is not None
    fields |= {"patient_id": patient["id"], "appointment_type_id": kind["id"]}
    return _create(call, INDIVIDUAL, fields, int(kind["duration_in_minutes"]))


def create_group(call: Call) -> Answer:
    body = call.body()
    errors: dict[str, str] = {}
    fields = _common(call, body, errors)
    kind = _kind(call, body, errors, group=True)
    if kind is not None:
        seats = body.get("max_attendees", kind["max_attendees"])
        fields["max_attendees"] = seats
        if not isinstance(seats, int) or not 1 <= seats <= 100:
            errors["max_attendees"] = "must be between 1 and 100"
    reject(errors)
    assert kind is not None
    fields |= {"appointment_type_id": kind["id"], "patient_ids": []}
    return _create(call, GROUP, fields, int(kind["duration_in_minutes"]))


def create_block(call: Call) -> Answer:
    body = call.body()
    errors: dict[str, str] = {}
    fields = _common(call, body, errors)
    kind = None
    if body.get("unavailable_block_type_id"):
        kind = related(call, body, "unavailable_block_type_id", "unavailable_block_types", errors)
    reject(errors)
    fields["unavailable_block_type_id"] = kind["id"] if kind else None
    return _create(call, BLOCK, fields, int(kind["duration_in_minutes"]) if kind else 60)


def update_individual(call: Call) -> Answer:
    return _update(call, INDIVIDUAL)


def update_group(call: Call) -> Answer:
    return _update(call, GROUP)


def update_block(call: Call) -> Answer:
    return _update(call, BLOCK)


def cancel(call: Call) -> Answer:
    """204; the reason is mandatory, and a cancelled appointment cannot be cancelled again (spec 3.2)."""
    row = _standing(call, INDIVIDUAL)
    reason, note = cancellation(call.body())
    targets = [row]
    if call.body().get("apply_to_repeats"):
        head = row.get("repeated_from_id") or row["id"]
        series = call.world[INDIVIDUAL].having("repeated_from_id", head)
        targets += [r for r in series if r["starts_at"] > row["starts_at"] and not r.get("cancelled_at")]
    for target in targets:
        edits.cancel(call.world, INDIVIDUAL, target["id"], reason, note)
    return empty(204)


def cancellation(body: dict[str, Any]) -> tuple[int, str | None]:
    reason = body.get("cancellation_reason")
    if isinstance(reason, str) and reason.isdigit():
        reason = int(reason)
    if not isinstance(reason, int) or reason not in REASONS:
        raise invalid(cancellation_reason="is not included in the list" if reason else "can\u2019t be blank")
    return reason, body.get("cancellation_note")


def conflicts(resource: str) -> Any:
    """The handler of ``/conflicts`` below a booking resource."""

    def handler(call: Call) -> Answer:
        row = call.row(resource, call.ids[0])
        return json_answer({"conflicts": {"exist": overlapping(call, row)}})

    return handler


def _standing(call: Call, resource: str) -> Row:
    """The record to act on: 404 when archived or unknown, 422 when cancelled."""
    row = call.world[resource].rows.get(call.ids[0])
    if row is not None and row.get("cancelled_at") and not row.get("archived_at"):
        raise invalid(base="Appointment has already been cancelled.")
    return call.row(resource, call.ids[0])


def _common(call: Call, body: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = dict(times(body, errors))
    for field, resource in (("practitioner_id", "practitioners"), ("business_id", "businesses")):
        row = related(call, body, field, resource, errors)
        fields[field] = row["id"] if row else None
    if "notes" in body:
        fields["notes"] = body["notes"]
    fields["repeat_rule"] = checked_rule(body.get("repeat_rule"), errors)
    return fields


def _kind(call: Call, body: dict[str, Any], errors: dict[str, str], *, group: bool) -> Row | None:
    """An unknown type is reported on ``max_attendees``, which is what the real API does (spec 3.2)."""
    id_ = id_text(body.get("appointment_type_id"))
    if id_ is None:
        errors["appointment_type_id"] = "can\u2019t be blank"
        return None
    kind = call.world["appointment_types"].rows.get(id_)
    if kind is None:
        errors["max_attendees"] = "is not a number"
    elif group != (int(kind["max_attendees"]) > 1):
        errors["max_attendees"] = "must be greater than 1" if group else "must be equal to 1"
    return kind


def _case(call: Call, body: dict[str, Any], errors: dict[str, str]) -> str | None:
    id_ = id_text(body.get("patient_case_id"))
    if id_ is None:
        return None
    case = call.world["patient_cases"].rows.get(id_)
    if case is None:
        errors["patient_case"] = "must exist"
    elif case.get("archived_at") or case.get("closed_at"):
        errors["base"] = "Case has been archived." if case.get("archived_at") else "Case has been closed."
    return id_


def _create(call: Call, resource: str, fields: dict[str, Any], minutes: int) -> Answer:
    fields.setdefault("ends_at", after(fields["starts_at"], minutes))
    if fields["ends_at"] <= fields["starts_at"]:
        raise invalid(ends_at="must be after starts_at")
    row = edits.create(call.world, resource, {key: held for key, held in fields.items() if held is not None})
    repeat(call.world, resource, row)
    return call.shown(resource, row, 201)


def _update(call: Call, resource: str) -> Answer:
    old = call.row(resource, call.ids[0])
    body = call.body()
    errors: dict[str, str] = {}
    fields: dict[str, Any] = dict(times(body, errors, needed=False))
    links = [("practitioner_id", "practitioners"), ("business_id", "businesses")]
    if resource == INDIVIDUAL:
        links.append(("patient_id", "patients"))
    if resource == BLOCK and body.get("unavailable_block_type_id"):
        links.append(("unavailable_block_type_id", "unavailable_block_types"))
    for field, target in links:
        if field in body:
            row = related(call, body, field, target, errors)
            fields[field] = row["id"] if row else None
    if resource != BLOCK and "appointment_type_id" in body:
        kind = _kind(call, body, errors, group=resource == GROUP)
        fields["appointment_type_id"] = kind["id"] if kind else None
    if resource == INDIVIDUAL and "patient_case_id" in body:
        fields["patient_case_id"] = _case(call, body, errors)
    if "notes" in body:
        fields["notes"] = body["notes"]
    if resource == GROUP and "max_attendees" in body:
        fields["max_attendees"] = body["max_attendees"]
        if not isinstance(body["max_attendees"], int) or not 1 <= body["max_attendees"] <= 100:
            errors["max_attendees"] = "must be between 1 and 100"
    reject(errors)
    merged = {**old, **fields}
    if "ends_at" in body and body["ends_at"] in (None, ""):
        fields["ends_at"] = merged["ends_at"] = after(merged["starts_at"], _minutes(call, resource, merged))
    if merged["ends_at"] <= merged["starts_at"]:
        raise invalid(ends_at="must be after starts_at")
    return call.shown(resource, edits.update(call.world, resource, old["id"], fields))


def _minutes(call: Call, resource: str, row: Row) -> int:
    name, field = (
        ("unavailable_block_types", "unavailable_block_type_id")
        if resource == BLOCK
        else ("appointment_types", "appointment_type_id")
    )
    kind = call.world[name].rows.get(row.get(field) or "", {})
    return int(kind.get("duration_in_minutes", 60))
