"""Local days and times at a location, and back: Nookal speaks in the wall clock of each location."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_COUNTRIES = {
    "australia": "AU",
    "new zealand": "NZ",
    "united kingdom": "GB",
    "ireland": "IE",
    "singapore": "SG",
    "canada": "CA",
    "united states": "US",
    "south africa": "ZA",
}
_STATES = {
    "NSW": "Australia/Sydney",
    "ACT": "Australia/Sydney",
    "VIC": "Australia/Melbourne",
    "QLD": "Australia/Brisbane",
    "SA": "Australia/Adelaide",
    "WA": "Australia/Perth",
    "TAS": "Australia/Hobart",
    "NT": "Australia/Darwin",
}


def country_code(name: str) -> str:
    """ISO alpha-2 for a country's English name, or the code itself; empty for what is neither."""
    found = name.strip()
    if len(found) == 2 and found.isalpha():
        return found.upper()
    return _COUNTRIES.get(found.lower(), "")


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_name(given: str, state: str, country: str) -> str:
    """The IANA name of a location's zone; where it names none, that of its state. Empty when neither says."""
    if zone(given) is not None:
        return given
    if country in ("AU", ""):
        return _STATES.get(state.strip().upper(), "")
    return "Pacific/Auckland" if country == "NZ" else "Asia/Singapore" if country == "SG" else ""


def to_utc(day: date, at: time, where: ZoneInfo) -> datetime | None:
    """``None`` for a time that the clocks skip. Of a time that they show twice, the first."""
    local = datetime.combine(day, at, where)
    utc = local.astimezone(UTC)
    return utc if utc.astimezone(where).replace(tzinfo=None) == local.replace(tzinfo=None) else None


def first_day(moment: datetime, zones: Iterable[ZoneInfo]) -> date:
    """The earliest local day that it is then, in any of these zones."""
    return min(moment.astimezone(each).date() for each in zones)


def last_day(moment: datetime, zones: Iterable[ZoneInfo]) -> date:
    """The latest local day that it is then, in any of these zones."""
    return max(moment.astimezone(each).date() for each in zones)
