"""Single values as Nookal writes them, read leniently: nearly all are text, some are numbers, booleans or null.

Reference: Nookal API v2, Response format.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

#: What stands where a single value is documented.
Scalar = str | int | float | bool | None

_TRUE = frozenset({"1", "true", "yes"})
#: As flags nearly always come: a page has hundreds of them. ``_ODD`` stands for any other.
_PLAIN_FLAGS: dict[Scalar, bool | None] = {"1": True, "0": False, "": None, None: None}
_ODD = "odd"
_read = datetime.fromisoformat
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def text(value: Scalar) -> str:
    """``"1"`` for 1, ``"1"`` for true, empty for null; blanks at the ends dropped."""
    if type(value) is str:  # Nearly always.
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value).strip()


def record_id(value: Scalar) -> str:
    """An id, or empty where nothing is referred to: null, ``""`` and ``"0"`` all say so."""
    found = value.strip() if type(value) is str else text(value)
    return "" if found == "0" else found


def flag(value: Scalar) -> bool | None:
    """``None`` where nothing is said: null or empty."""
    plain = _PLAIN_FLAGS.get(value, _ODD)
    if plain is not _ODD:
        return plain  # type: ignore[return-value]
    found = text(value).lower()
    return found in _TRUE if found else None


def number(value: Scalar) -> int | None:
    """A whole number, or ``None`` where there is none."""
    found = text(value)
    return int(found) if re.fullmatch(r"-?\d{1,15}", found) else None


def money(value: Scalar) -> Decimal:
    """An amount; nothing is nothing owed. ``ValueError`` for what is no amount."""
    found = text(value).replace(",", "")
    try:
        amount = Decimal(found or "0")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise ValueError("this is no amount of money")
    return amount


def day(value: Scalar) -> date | None:
    """A day; ``None`` for null, empty and ``0000-00-00``."""
    found = text(value)[:10]
    try:
        return date.fromisoformat(found)
    except ValueError:
        return None


def clock(value: Scalar) -> time | None:
    """``09:30:00`` or ``09:30``; ``None`` for anything else."""
    found = _CLOCK.fullmatch(text(value))
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def moment(value: Scalar) -> datetime | None:
    """A stamp without a zone, ``2026-09-20 01:02:03``, read as UTC, and a day as its first moment; ``None`` for zero
    stamps and what is none.

    Nookal names no zone. Its own UTC fields are UTC, and stamps of creation are taken for it too.
    """
    if type(value) is str and len(value) == 19:  # Nearly always: read in one go.
        try:
            return _read(value + "+00:00")
        except ValueError:
            pass
    found = text(value)
    if len(found) < 10:
        return None
    try:
        read = _read(found)
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo is not None else read.replace(tzinfo=UTC)


def stamp(at: datetime) -> str:
    """``2026-09-20 01:02:03`` in UTC, as ``last_modified`` takes it. ``ValueError`` for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be asked for")
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
