"""When a text may go out: at once after what the patient did, otherwise not at night. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM, QUIET_UNTIL = time(21), time(8)
"""By the clock at the place."""
DIRECTLY = timedelta(minutes=30)
"""So long after what somebody did an answer to it disturbs nobody."""


def goes_at(now: datetime, zone: ZoneInfo, *, asked_for_at: datetime | None, useful_until: datetime) -> datetime:
    """``now`` or the end of the night (aware, UTC). What would be of no use by then goes at once."""
    if asked_for_at is not None and now - asked_for_at <= DIRECTLY:
        return now
    local = now.astimezone(zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return now
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    morning = datetime.combine(day, QUIET_UNTIL, zone).astimezone(UTC)
    return morning if morning < useful_until else now
