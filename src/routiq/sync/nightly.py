"""When the nightly reconciliation is due: 02:00 in the practice's zone, once each local day (S14).

On the day the clocks go forward 02:00 may not exist: then the first moment after the gap. On the day they go back it
may come twice: then the first. A machine that was off makes up for it as soon as it is on, the same local day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AT = time(2, 0)


def moment_of(day: date, zone: ZoneInfo, at: time = AT) -> datetime:
    """The instant (UTC) at which the reconciliation, or what else is done ``at`` a time, is due this local day."""
    first = datetime.combine(day, at, zone)  # fold=0: the first of two; in a gap, the offset from before it
    instant = first.astimezone(UTC)
    if instant.astimezone(zone).time() == at:
        return instant
    # It falls into the gap. Taken with the offset from after the gap it names a moment before it; what lies
    # between the two is the jump itself, and it is found by halving.
    before, after = first.replace(fold=1).astimezone(UTC), instant
    while (after - before).total_seconds() > 1:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def due_day(now: datetime, zone: ZoneInfo, last: date | None, at: time = AT) -> date | None:
    """The local day whose reconciliation is due at ``now`` (aware) and was not begun yet, else ``None``."""
    today = now.astimezone(zone).date()
    if (last is not None and last >= today) or now < moment_of(today, zone, at):
        return None
    return today


def next_after(now: datetime, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) after ``now`` (aware) at which a reconciliation becomes due."""
    today = now.astimezone(zone).date()
    moment = moment_of(today, zone)
    return moment if moment > now else moment_of(today + timedelta(days=1), zone)
