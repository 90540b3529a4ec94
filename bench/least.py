"""The fewest requests that could bring the practice, counted from the sandbox's own world.

The vendor gives at most 100 records an answer, so a list of ``n`` costs at least ``n`` / 100 rounded up, and an empty
one still has to be looked at; a single object costs one. Counted are the lists that the product reads: bookings
that start within the window (24 months back from today's midnight at the practice, and everything ahead), and of the
attendees only those who sit in such a class. What a walk costs beyond that (a page that is not full at the end of
each stretch, the patients who are fetched early, the last look for changes) is what the bound leaves room for.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

PAGE = 100
World = dict[str, list[dict[str, Any]]]


def window_start(zone: str = "Australia/Sydney", months: int = 24) -> datetime:
    """The oldest start that the product keeps."""
    now = datetime.now(ZoneInfo(zone))
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - relativedelta(months=months)


def records_by_list(world: World, since: datetime) -> dict[str, int]:
    """How many records each list that the product reads holds for it."""
    classes = {row["id"] for row in world["group_appointments"] if _starts(row) >= since}
    return {
        "businesses": len(world["businesses"]),
        "practitioners": sum(row["active"] is True for row in world["practitioners"]),
        "practitioners/inactive": sum(row["active"] is not True for row in world["practitioners"]),
        "appointment_types": len(world["appointment_types"]),
        "services": sum(len(row["appointment_type_ids"]) for row in world["businesses"] if not row["archived_at"]),
        "daily_availabilities": len(world["daily_availabilities"]),
        "patients": len(world["patients"]),
        "patients/deleted": len(world["deleted_patients"]),
        "individual_appointments": sum(_starts(row) >= since for row in world["individual_appointments"]),
        "group_appointments": len(classes),
        "unavailable_blocks": sum(_starts(row) >= since for row in world["unavailable_blocks"]),
        "attendees": sum(_booking(row) in classes for row in world["attendees"]),
    }


def least_requests(world: World, since: datetime) -> dict[str, int]:
    """Requests by address; their sum is the least possible."""
    pages = {name: max(-(-count // PAGE), 1) for name, count in records_by_list(world, since).items()}
    return {"settings/public": 1, **pages}


COLLECTIONS = (
    "businesses",
    "practitioners",
    "appointment_types",
    "daily_availabilities",
    "patients",
    "deleted_patients",
    "individual_appointments",
    "group_appointments",
    "unavailable_blocks",
    "attendees",
)


def _starts(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["starts_at"])


def _booking(row: dict[str, Any]) -> str:
    return str(row["booking"]["links"]["self"]).rsplit("/", 1)[1] if row["booking"] else ""
