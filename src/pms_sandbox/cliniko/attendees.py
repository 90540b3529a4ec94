"""Attendees: seats in a class, and the one attendee of an individual appointment (spec 3.4)."""

from __future__ import annotations

from typing import Any

from pms_sandbox import edits
from pms_sandbox.cliniko.appointments import cancellation
from pms_sandbox.cliniko.call import Call
from pms_sandbox.cliniko.checks import BLANK, id_text, reject, related
from pms_sandbox.http import Answer, empty, invalid


def create(call: Call) -> Answer:
    """A seat in a group appointment; a full one answers 422 (a guess: spec 7)."""
    body = call.body()
    errors: dict[str, str] = {}
    patient = related(call, body, "patient_id", "patients", errors)
    booking_id = id_text(body.get("booking_id"))
    group = call.world["group_appointments"].rows.get(booking_id or "")
    if booking_id is None:
        errors["booking_id"] = BLANK
    elif group is None or group.get("archived_at"):
        errors["booking"] = "must exist"
    elif len(group.get("patient_ids") or ()) >= int(group["max_attendees"]):
        errors["base"] = "Group appointment is full."
    elif patient is not None and patient["id"] in group["patient_ids"]:
        errors["patient_id"] = "is already attending"
    fields = _fields(body, errors)
    reject(errors)
    assert patient is not None
    fields |= {"booking_id": booking_id, "patient_id": patient["id"]}
    return call.shown("attendees", edits.create(call.world, "attendees", fields), 201)


def update(call: Call) -> Answer:
    """Arrival is written here and nowhere else; an individual appointment mirrors it."""
    row = call.row("attendees", call.ids[0])
    errors: dict[str, str] = {}
    fields = _fields(call.body(), errors)
    reject(errors)
    arrival = "arrived" in fields
    arrived = fields.pop("arrived", None)
    row = edits.update(call.world, "attendees", row["id"], fields)
    if arrival:
        bump = call.sandbox.options.arrival_bumps
        row = edits.set_arrival(call.world, "attendees", row["id"], arrived, bump=bump)
    return call.shown("attendees", row)


def cancel(call: Call) -> Answer:
    """Classes only; an individual appointment is cancelled as an appointment."""
    row = call.world["attendees"].rows.get(call.ids[0])
    if row is not None and row["booking_id"] in call.world["individual_appointments"].rows:
        raise invalid(base="Only attendees of group appointments can be cancelled.")
    if row is not None and row.get("cancelled_at") and not row.get("archived_at"):
        raise invalid(base="Attendee has already been cancelled.")
    row = call.row("attendees", call.ids[0])
    reason, note = cancellation(call.body())
    edits.cancel(call.world, "attendees", row["id"], reason, note)
    return empty(204)


def _fields(body: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "arrived" in body:
        if body["arrived"] not in (True, False, None):
            errors["arrived"] = "is invalid"
        fields["arrived"] = body["arrived"]
    if "notes" in body:
        fields["notes"] = body["notes"]
    if "patient_case_id" in body:
        fields["patient_case_id"] = id_text(body["patient_case_id"])
    return fields
