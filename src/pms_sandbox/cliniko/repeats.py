"""Repeat rules: a series is a head and records of their own that point back to it (spec 3.2, 3.11, 3.12)."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from typing import Any

from pms_sandbox import edits
from pms_sandbox.conditions import Row
from pms_sandbox.stamps import local, seconds, stamp
from pms_sandbox.world.model import World

_MOST = 51


def checked_rule(rule: Any, errors: dict[str, str], most: int = _MOST) -> dict[str, Any] | None:
    """A usable rule, or None; a bad one is noted in ``errors``."""
    if not rule:
        return None
    if not isinstance(rule, dict) or rule.get("repeat_type") not in ("Daily", "Weekly", "Monthly"):
        errors["repeat_rule"] = "repeat_type is not included in the list"
        return None
    interval, count = rule.get("repeating_interval", 1), rule.get("number_of_repeats", 0)
    if (
        not isinstance(interval, int)
        or not isinstance(count, int)
        or not 0 <= interval <= 100
        or not 0 <= count <= most
    ):
        errors["repeat_rule"] = "is invalid"
        return None
    return {"repeat_type": rule["repeat_type"], "repeating_interval": interval, "number_of_repeats": count}


def repeat(world: World, resource: str, head: Row) -> None:
    """Create the rest of the series at the same local time of day, across clock changes too."""
    rule = head.get("repeat_rule")
    if not rule:
        return
    business = world["businesses"].rows.get(head.get("business_id") or "", {})
    zone = business.get("time_zone_identifier") or world.zone
    length = seconds(head["ends_at"]) - seconds(head["starts_at"])
    first = local(seconds(head["starts_at"]), zone)
    own = ("patient_id", "practitioner_id", "business_id", "appointment_type_id", "notes", "max_attendees")
    for number in range(1, int(rule["number_of_repeats"]) + 1):
        start = int(_later(first, rule["repeat_type"], number * max(1, int(rule["repeating_interval"]))).timestamp())
        fields = {key: head[key] for key in own if key in head}
        edits.create(
            world,
            resource,
            {
                **fields,
                "starts_at": stamp(start),
                "ends_at": stamp(start + length),
                "repeated_from_id": head["id"],
            },
        )


def _later(first: datetime, unit: str, steps: int) -> datetime:
    if unit == "Monthly":
        month = first.month - 1 + steps
        year, month = first.year + month // 12, month % 12 + 1
        return first.replace(year=year, month=month, day=min(first.day, calendar.monthrange(year, month)[1]))
    return first + timedelta(days=steps * (7 if unit == "Weekly" else 1))
