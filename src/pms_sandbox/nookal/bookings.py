"""Booking, moving and cancelling (spec 4.13 to 4.15). An end is never given: it follows from the service."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from pms_sandbox import edits
from pms_sandbox.conditions import Row
from pms_sandbox.nookal.appointments import state
from pms_sandbox.nookal.call import Call, Failed, Payload
from pms_sandbox.nookal.params import truthy
from pms_sandbox.nookal.patients import patient
from pms_sandbox.nookal.reference import is_class
from pms_sandbox.nookal.values import wall
from pms_sandbox.rosters import busy_spans, rostered, stands
from pms_sandbox.stamps import parse_day, seconds, stamp, wall_to_seconds

_TIME = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d)?$")
TAKEN = "The practitioner already has a booking at this time"
NOT_ROSTERED = "The practitioner is not available at this time"
_STATES = ("Pending", "Completed", "Cancelled", "DNA")
_WHEN = ("location_id", "appointment_date", "start_time", "practitioner_id", "appointment_type_id")


def add(call: Call) -> Payload:
    fields = _placed(call, call.params, None)
    fields |= {"patient_id": patient(call)["id"], "notes": call.get("notes"), "treatment_case_id": None}
    row = edits.create(call.world, "individual_appointments", fields)
    return call.done(appointment_id=row["id"])


def update(call: Call) -> Payload:
    """In place; what is not named stays as it is (a guess)."""
    row = _own(call)
    fields: dict[str, Any] = {}
    status = call.get("status")
    if status and status not in _STATES:
        raise Failed("Invalid variable: status")
    revived = row.get("cancelled_at") and status in ("Pending", "Completed")
    if revived or any(call.get(name) for name in _WHEN):
        fields |= _placed(call, _filled(call, row), row, free=status in ("Cancelled", "DNA"))
    if call.get("patient_id"):
        fields["patient_id"] = patient(call)["id"]
    if "notes" in call.params:
        fields["notes"] = call.params["notes"]
    if fields:
        edits.update(call.world, "individual_appointments", row["id"], fields)
    if status and status != state(row):
        _set_state(call, row["id"], status)
    return call.done(appointment_id=row["id"])


def rebook(call: Call) -> Payload:
    """A new appointment like the old one; ``cancel_first`` cancels the old one (the likeliest reading)."""
    row = _own(call)
    if row["patient_id"] != call.get("patient_id"):
        raise Failed("Invalid variable: patient_id")
    first = truthy(call.get("cancel_first"))
    fields = _placed(call, _filled(call, row), row if first else None)
    fields |= {"patient_id": row["patient_id"], "notes": row.get("notes"), "treatment_case_id": None}
    if first and stands(row):
        edits.cancel(call.world, "individual_appointments", row["id"])
    made = edits.create(call.world, "individual_appointments", fields)
    return call.done(appointment_id=made["id"], ID=made["id"], patientID=made["patient_id"])


def cancel(call: Call) -> Payload:
    """Appointments and seats alike; twice, or for somebody else, is a failure (a guess)."""
    row = call.sandbox.diary(call.world).collection().rows.get(call.params["appointment_id"])
    if row is None or row["business_id"] not in call.scope:
        raise Failed("Invalid variable: appointment_id")
    if row["patient_id"] != call.params["patient_id"]:
        raise Failed("Invalid variable: patient_id")
    if row.get("cancelled_at"):
        raise Failed("The appointment is cancelled already")
    edits.cancel(call.world, "attendees" if "class_id" in row else "individual_appointments", row["id"])
    return call.done(appointment_id=row["id"], ID=row["id"], patientID=row["patient_id"])


def add_to_class(call: Call) -> Payload:
    """A seat in the class that this practitioner holds there and then."""
    place = call.record("businesses", "location_id")
    who = call.record("practitioners", "practitioner_id")
    someone = patient(call)
    start = stamp(_start(call.params, call.zone(place["id"])))
    group = next(
        (
            row
            for row in call.world["group_appointments"].having("practitioner_id", who["id"])
            if row["starts_at"] == start
            and row["business_id"] == place["id"]
            and stands(row)
            and call.get("appointment_type_id") in (None, row["appointment_type_id"])
        ),
        None,
    )
    if group is None:
        raise Failed("There is no class at this time")
    present = group.get("patient_ids") or []
    if someone["id"] in present:
        raise Failed("The patient is in this class already")
    if len(present) >= int(group.get("max_attendees") or 0):
        raise Failed("The class is full")
    fields = {"booking_id": group["id"], "patient_id": someone["id"], "notes": call.get("notes")}
    return call.done(appointment_id=edits.create(call.world, "attendees", fields)["id"])


def _own(call: Call) -> Row:
    row = call.record("individual_appointments", "appointment_id")
    if row.get("archived_at") or row.get("deleted_at"):
        raise Failed("Invalid variable: appointment_id")
    return row


def _filled(call: Call, row: Row) -> dict[str, str]:
    """The caller's parameters, and what the appointment has where they say nothing."""
    day, start = wall(row["starts_at"], call.zone(row["business_id"]))
    held = {
        "location_id": row["business_id"],
        "practitioner_id": row["practitioner_id"],
        "appointment_type_id": row["appointment_type_id"],
        "appointment_date": day,
        "start_time": start,
    }
    return held | {name: value for name, value in call.params.items() if value}


def _placed(call: Call, params: dict[str, str], own: Row | None, *, free: bool = False) -> dict[str, Any]:
    """Where, who, what and when, if that can be booked; ``own`` is the appointment that moves.

    ``free`` skips the look at the diary, for a visit that will not take place.
    """
    asked = Call(call.sandbox, call.world, call.key, call.request, params, call.name)
    place = asked.record("businesses", "location_id")
    who = asked.record("practitioners", "practitioner_id")
    kind = asked.record("appointment_types", "appointment_type_id")
    _check_offered(place, who, kind)
    zone = call.zone(place["id"])
    start = _start(params, zone)
    minutes = int(kind["duration_in_minutes"])
    if own and own["appointment_type_id"] == kind["id"]:
        minutes = (seconds(own["ends_at"]) - seconds(own["starts_at"])) // 60
    end = start + 60 * minutes
    gone = own is not None and own.get("cancelled_at") and call.get("status") not in ("Pending", "Completed")
    if not (free or gone):
        _check_diary(call, place, who, (start, end), zone, own)
    return {
        "business_id": place["id"],
        "practitioner_id": who["id"],
        "appointment_type_id": kind["id"],
        "starts_at": stamp(start),
        "ends_at": stamp(end),
    }


def _check_offered(place: Row, who: Row, kind: Row) -> None:
    """All three together, and both practitioner and service switched on for online bookings."""
    if kind.get("archived_at") or is_class(kind) or kind["id"] not in place["appointment_type_ids"]:
        raise Failed("The service is not offered at this location")
    if not who.get("active", True) or place["id"] not in who["business_ids"]:
        raise Failed("The practitioner does not work at this location")
    if kind["id"] not in who["appointment_type_ids"]:
        raise Failed("The practitioner does not offer this service")
    if not (who.get("show_in_online_bookings", True) and kind.get("show_in_online_bookings")):
        raise Failed("Online bookings are not enabled for this practitioner or service")


def _check_diary(call: Call, place: Row, who: Row, span: tuple[int, int], zone: str, own: Row | None) -> None:
    start, end = span
    now = int(call.world.clock.now())
    if not call.sandbox.options.nookal_outside_hours:
        day = date.fromisoformat(wall(stamp(start), zone)[0])
        inside = any(a <= start and end <= b for a, b in rostered(call.world, place, who, day, zone))
        blocks = call.world["unavailable_blocks"].having("practitioner_id", who["id"])
        shut = any(seconds(b["starts_at"]) < end and seconds(b["ends_at"]) > start for b in blocks if stands(b))
        if not inside or shut or start < now:
            raise Failed(NOT_ROSTERED)
    if truthy(call.get("allow_overlap_bookings")):
        return
    busy = busy_spans(call.world, who["id"], span, now)
    if own and stands(own) and own["practitioner_id"] == who["id"]:
        mine = (seconds(own["starts_at"]), seconds(own["ends_at"]), True)
        busy = [other for other in busy if other != mine]
    if any(a < end and b > start for a, b, _ in busy):
        raise Failed(TAKEN)


def _start(params: dict[str, str], zone: str) -> int:
    """Unix seconds of a local day and time; seconds may be left out."""
    day, match = parse_day(params.get("appointment_date")), _TIME.match(params.get("start_time") or "")
    if day is None:
        raise Failed("Invalid variable: appointment_date")
    if match is None:
        raise Failed("Invalid variable: start_time")
    return wall_to_seconds(day, int(match[1]) * 60 + int(match[2]), zone)


def _set_state(call: Call, id_: str, status: str) -> None:
    name = "individual_appointments"
    if status == "Cancelled":
        edits.cancel(call.world, name, id_)
        return
    back = {"cancelled_at": None, "cancellation_reason": None, "cancellation_note": None}
    if call.world[name].rows[id_].get("cancelled_at"):
        edits.update(call.world, name, id_, back)
        for attendee in call.world["attendees"].having("booking_id", id_):
            edits.update(call.world, "attendees", attendee["id"], back)
    edits.set_arrival(call.world, name, id_, {"Completed": True, "DNA": False, "Pending": None}[status])
