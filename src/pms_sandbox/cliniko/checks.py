"""Checks that several writes share: ids of related records, stamps and ends (spec 2.7, 3.2)."""

from __future__ import annotations

from typing import Any

from pms_sandbox.cliniko.call import Call
from pms_sandbox.conditions import Row
from pms_sandbox.http import invalid
from pms_sandbox.stamps import parse_stamp, seconds, stamp

BLANK = "can\u2019t be blank"  # the vendor writes a typographic apostrophe


def id_text(value: Any) -> str | None:
    """An id as the caller meant it; a JSON number is taken as its digits, a float has lost its tail."""
    if isinstance(value, bool) or value in (None, ""):
        return None
    return str(int(value)) if isinstance(value, float) else str(value)


def related(call: Call, body: dict[str, Any], field: str, resource: str, errors: dict[str, str]) -> Row | None:
    """The record named by ``field``; a missing or unknown one is noted in ``errors``."""
    id_ = id_text(body.get(field))
    if id_ is None:
        errors[field] = BLANK
        return None
    row = call.world[resource].rows.get(id_)
    if row is None:
        errors[field.removesuffix("_id")] = "must exist"
    return row


def times(body: dict[str, Any], errors: dict[str, str], *, needed: bool = True) -> dict[str, str]:
    """``starts_at`` and ``ends_at`` as stored stamps; null and missing ends are left out."""
    found = {}
    for field in ("starts_at", "ends_at"):
        value = body.get(field)
        if value in (None, ""):
            if field == "starts_at" and (needed or field in body):
                errors[field] = BLANK
            continue
        parsed = parse_stamp(value)
        if parsed is None:
            errors[field] = "is invalid"
        else:
            found[field] = parsed
    return found


def after(start: str, minutes: int) -> str:
    return stamp(seconds(start) + 60 * minutes)


def reject(errors: dict[str, str]) -> None:
    """422 if anything was noted."""
    if errors:
        raise invalid(**errors)


def overlapping(call: Call, row: Row) -> bool:
    """Another standing booking or block of the same practitioner at that time (a guess at the scope: spec 3.2)."""
    low, high = row["starts_at"], row["ends_at"]
    for other in call.world["bookings"].having("practitioner_id", row["practitioner_id"]):
        if (
            other["id"] != row["id"]
            and other["starts_at"] < high
            and other["ends_at"] > low
            and not (other.get("cancelled_at") or other.get("archived_at") or other.get("deleted_at"))
        ):
            return True
    return False
