"""The waiting list (spec 4.16): read only, the patient is ``clientID``, the parameter is spelt ``lastmodified``."""

from __future__ import annotations

from typing import Any

from pms_sandbox.conditions import Row
from pms_sandbox.nookal.call import Call, Payload
from pms_sandbox.nookal.reference import is_class
from pms_sandbox.nookal.values import flag, utc


def listing(call: Call) -> Payload:
    conditions = [*call.scoped(), *call.modified("lastmodified")]
    return call.select("waiting_list", conditions, lambda row: _entry(call, row), "waitingList")


def _entry(call: Call, row: Row) -> dict[str, Any]:
    kind = call.world["appointment_types"].rows.get(row.get("appointment_type_id") or "", {})
    group = bool(kind) and is_class(kind)
    return {
        "ID": row["id"],
        "clientID": row["patient_id"],
        "locationID": row.get("business_id"),
        "preferredProviders": list(row.get("practitioner_ids") or ()),
        "serviceID": kind.get("id") if kind and not group else None,
        "classID": kind.get("id") if group else None,
        "fallback": "0",
        "notes": row.get("notes") or "",
        "priority": str(row.get("priority") or 1),
        "onlineBooking": flag(row.get("online")),
        "active": flag(row.get("active", True)),
        "created": utc(row["created_at"]),
        "lastModified": utc(row["updated_at"]),
        "requestedTimes": [],
        "requestedDays": [str(day) for day in row.get("days") or ()],
    }
