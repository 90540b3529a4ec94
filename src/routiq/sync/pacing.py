"""How often changes are looked for: as often as somebody needs it, within a share of the request budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(8, 0), time(18, 0)
WATCHED = timedelta(seconds=5)
OPEN_HOURS = timedelta(seconds=10)
QUIET = timedelta(seconds=60)
THOROUGH, THOROUGH_BESIDE_EVENTS = timedelta(minutes=1), timedelta(minutes=5)
#: So many changes in a row that no event announced, and none for so long: the events do not arrive.
MISSED = 5
SILENT = timedelta(minutes=5)


@dataclass(frozen=True)
class Need:
    """What is known of a practice when the next look is planned. Moments are aware."""

    zone: ZoneInfo
    watched_until: datetime | None = None
    webhooks_live: bool = False
    """Events are registered and arrive."""


def interval(need: Need, now: datetime) -> timedelta:
    """How long after the last look the next one is due."""
    if need.webhooks_live:
        return QUIET
    if need.watched_until is not None and now < need.watched_until:
        return WATCHED
    local = now.astimezone(need.zone)
    if local.isoweekday() <= 5 and OPENS <= local.time() < CLOSES:
        return OPEN_HOURS
    return QUIET


def thorough_interval(need: Need) -> timedelta:
    """How long after the last thorough look the next one is due: events announce what a quick look would miss."""
    return THOROUGH_BESIDE_EVENTS if need.webhooks_live else THOROUGH


def events_arrive(missed: int, last_event_at: datetime | None, registered_at: datetime, now: datetime) -> bool:
    """Whether registered webhooks can be relied on, or polls find what no event announced."""
    return missed < MISSED or now - (last_event_at or registered_at) < SILENT
