"""Instants as the store keeps them: UTC text ``YYYY-MM-DDTHH:MM:SSZ``, which sorts in time order."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_STAMP = re.compile(r"^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?$")
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=8192)
def _day_text(days: int) -> str:
    return date.fromordinal(_EPOCH_ORDINAL + days).isoformat()


def stamp(seconds: float) -> str:
    """Unix seconds as a UTC stamp of whole seconds."""
    days, rest = divmod(int(seconds), 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{_day_text(days)}T{hours:02d}:{minutes:02d}:{secs:02d}Z"


def seconds(text: str) -> int:
    """A stamp written by :func:`stamp`, as Unix seconds."""
    days = date.fromisoformat(text[:10]).toordinal() - _EPOCH_ORDINAL
    return days * 86_400 + int(text[11:13]) * 3600 + int(text[14:16]) * 60 + int(text[17:19])


def parse_stamp(text: object) -> str | None:
    """A caller's date-time as a stored stamp, or None when it is not one.

    Offsets are converted, fractions dropped, and a naive time counts as UTC (spec 1.5).
    """
    if not isinstance(text, str):
        return None
    match = _STAMP.match(text)
    if match is None:
        return None
    offset = match[3] or "Z"
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}{'+00:00' if offset == 'Z' else offset}")
        return stamp(moment.timestamp())
    except (ValueError, OverflowError):
        return None


def parse_day(text: object) -> date | None:
    """``YYYY-MM-DD`` exactly, or None."""
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@lru_cache(maxsize=16_384)
def local_midnight(day: date, zone: str) -> int:
    """Unix seconds at which the local day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())


def wall_to_seconds(day: date, minutes: int, zone: str) -> int:
    """A wall-clock time (minutes after 00:00, 1440 is the next midnight) as Unix seconds."""
    if minutes >= 1440:
        return local_midnight(day + timedelta(days=1), zone)
    moment = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=ZoneInfo(zone))
    return int(moment.timestamp())


def local(seconds_: float, zone: str) -> datetime:
    """Unix seconds as an aware local datetime."""
    return datetime.fromtimestamp(seconds_, tz=UTC).astimezone(ZoneInfo(zone))
