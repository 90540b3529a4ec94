"""Values as they stand on the wire: nearly everything is text (spec 2.6)."""

from __future__ import annotations

from functools import lru_cache

from pms_sandbox.stamps import local, seconds


def flag(value: object) -> str:
    return "1" if value else "0"


def utc(stamp: str | None) -> str | None:
    """A stored stamp as ``YYYY-MM-DD HH:MM:SS`` in UTC."""
    return f"{stamp[:10]} {stamp[11:19]}" if stamp else None


@lru_cache(maxsize=200_000)
def wall(stamp: str, zone: str) -> tuple[str, str]:
    """A stored stamp as the zone's ``YYYY-MM-DD`` and ``HH:MM:SS``."""
    moment = local(seconds(stamp), zone)
    return moment.date().isoformat(), moment.time().isoformat("seconds")


def money(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def cents(text: str | None) -> int | None:
    """``75``, ``75.5`` or ``75.00`` in cents; None when it is no amount."""
    try:
        return round(float(text or "") * 100)
    except (ValueError, OverflowError):
        return None
