"""Classes, who is in them, and events such as leave and meetings (spec 4.11)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pms_sandbox.conditions import Row
from pms_sandbox.nookal.appointments import state
from pms_sandbox.nookal.call import Call, Failed, Payload, everything
from pms_sandbox.nookal.values import flag, utc, wall


def listing(call: Call) -> Payload:
    """Sessions on the days asked for, both included; cancelled ones too."""
    first, last = _days(call)
    rows = [
        row
        for row in everything(call.world, "group_appointments", call.scoped())
        if not row.get("archived_at") and first <= wall(row["starts_at"], call.zone(row["business_id"]))[0] <= last
    ]
    return call.listed("classes", rows, lambda row: shown(call, row))


def shown(call: Call, row: Row) -> dict[str, Any]:
    zone = call.zone(row["business_id"])
    day, start = wall(row["starts_at"], zone)
    return {
        "ID": row["id"],
        "classDate": day,
        "classStartTime": start,
        "classEndTime": wall(row["ends_at"], zone)[1],
        "TimeZone": zone,
        "practitionerID": row["practitioner_id"],
        "locationID": row["business_id"],
        "appointmentType": "Class",
        "appointmentTypeID": row["appointment_type_id"],
        "maxParticipants": str(row.get("max_attendees") or 0),
        "cancelled": flag(row.get("cancelled_at")),
        "lastModified": utc(row["updated_at"]),
    }


def participants(call: Call) -> Payload:
    """Everybody who has or had a seat; ``appt_id`` is the class's."""
    group = call.record("group_appointments", "appt_id")
    seats = call.world["attendees"].having("booking_id", group["id"])
    return call.listed("participants", [row for row in seats if not row.get("archived_at")], _participant)


def _participant(row: Row) -> dict[str, Any]:
    arrived = row.get("arrived")
    seat = {**row, "did_not_arrive": arrived is False, "patient_arrived": arrived}
    return {
        "ID": row["id"],
        "patientID": row["patient_id"],
        "caseID": None,
        "status": state(seat),
        "arrived": None if arrived is None else flag(arrived),
        "DNA": flag(arrived is False),
        "cancelled": flag(row.get("cancelled_at")),
        "cancellationDate": utc(row.get("cancelled_at")),
        "invoiceGenerated": "0",
        "lastModified": utc(row["updated_at"]),
    }


def events(call: Call) -> Payload:
    """Blocked time day by day, deleted entries as well; spelt otherwise than everything else."""
    first, last = _days(call)
    found: list[tuple[Row, str, str, str]] = []
    for row in everything(call.world, "unavailable_blocks", call.scoped()):
        zone = call.zone(row["business_id"])
        (day, start), (end_day, end) = wall(row["starts_at"], zone), wall(row["ends_at"], zone)
        if day > last or end_day < first:
            continue
        at = date.fromisoformat(day)
        while (text := at.isoformat()) < end_day or (text == end_day and end > "00:00:00"):
            if first <= text <= last:
                found.append(
                    (row, text, start if text == day else "00:00:00", end if text == end_day else "23:59:59")
                )
            at += timedelta(days=1)
    return call.listed("events", found, lambda held: _event(call, *held))


def _event(call: Call, row: Row, day: str, start: str, end: str) -> dict[str, Any]:
    kind = call.world["unavailable_block_types"].rows.get(row.get("unavailable_block_type_id") or "", {})
    return {
        "ID": row["id"],
        "ApptDate": day,
        "StartTime": start,
        "EndTime": end,
        "ProviderID": row["practitioner_id"],
        "LocationID": row["business_id"],
        "EventID": kind.get("id") or "0",
        "CategoryName": kind.get("name") or "",
        "EventTitle": row.get("notes") or "",
        "IsActive": flag(not (row.get("archived_at") or row.get("cancelled_at"))),
    }


def _days(call: Call) -> tuple[str, str]:
    first, last = call.get("date_from") or "0000-00-00", call.get("date_to") or "9999-12-31"
    if len(first) < 10 or len(last) < 10:
        raise Failed("Invalid variable: date_from")
    return first[:10], last[:10]
