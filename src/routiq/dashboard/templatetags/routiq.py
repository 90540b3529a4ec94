"""How pages write times, durations and numbers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse

from routiq.dashboard.insidewords import Inside, inside_in_words
from routiq.dashboard.understood import action_in_words, command_in_words
from routiq.pms.gateway import Stream
from routiq.practices import clocks
from routiq.sync.plan import LABELS

register = template.Library()


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """``Fri 20 Nov 2026``, in the practice's zone."""
    return f"{value:%a} {value.day} {value:%b %Y}" if value else ""


@register.filter
def short_day(value: date) -> str:
    """``Fri 20 Nov``."""
    return f"{value:%a} {value.day} {value:%b}"


@register.filter(expects_localtime=True)
def clock(value: datetime | None) -> str:
    """``2:30 pm``, in the practice's zone."""
    return clocks.clock(value) if value else ""


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """``Fri 20 Nov 2026, 2:30 pm``, in the practice's zone."""
    return f"{day(value)}, {clock(value)}" if value else ""


@register.filter(expects_localtime=True)
def date_only(value: datetime | None) -> str:
    """``20 Nov``, in the practice's zone."""
    return f"{value.day} {value:%b}" if value else ""


@register.filter(expects_localtime=True)
def to_the_second(value: datetime | None) -> str:
    """``20 Nov, 2:30:07 pm``, in the practice's zone."""
    return f"{value.day} {value:%b}, {seconds(value)}" if value else ""


@register.filter(expects_localtime=True)
def seconds(value: datetime | None) -> str:
    """``2:30:07 pm``, in the practice's zone."""
    return f"{value.hour % 12 or 12}:{value:%M:%S} {'am' if value.hour < 12 else 'pm'}" if value else ""


@register.filter
def delay(value: timedelta | None) -> str:
    """How long something took: ``40 ms``, ``1.4 s``, ``12 s``, ``3 minutes``, ``2 hours``."""
    if value is None:
        return ""
    length = value.total_seconds()
    if length < 10:
        return took(round(length * 1000))
    if length < 120:
        return f"{length:.0f} s"
    return _count(length / 60, "minute") if length < 7200 else _count(length / 3600, "hour")


@register.filter
def age(value: timedelta | None) -> str:
    """``8 seconds``, ``17 minutes``, ``3 hours``."""
    if value is None:
        return ""
    seconds = max(1.0, value.total_seconds())
    if seconds < 60:
        return _count(seconds, "second")
    return _count(seconds / 60, "minute") if seconds < 3600 else _count(seconds / 3600, "hour")


# A visit is spoken of in the time of the place where it happens, which may differ from the practice's: these take
# the value as it stands. (Functions of their own: Django marks the function, not its name, for local time.)
@register.filter
def place_day(value: date | None) -> str:
    return day(value)


@register.filter
def place_clock(value: datetime | None) -> str:
    return clock(value)


@register.filter
def birthday(value: date | None) -> str:
    """``9 Mar 1984``."""
    return f"{value.day} {value:%b %Y}" if value else ""


@register.filter
def ago(value: datetime | None) -> str:
    """``just now``, ``4 minutes ago``, ``3 hours ago``, then the date."""
    if value is None:
        return ""
    seconds = (timezone.now() - value).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return _count(seconds / 60, "minute") + " ago"
    if seconds < 24 * 3600:
        return _count(seconds / 3600, "hour") + " ago"
    return day(timezone.localtime(value))


@register.filter
def duration(seconds: float | None) -> str:
    """A rough time to wait: ``less than a minute``, ``about 4 minutes``, ``about 1 hour 20 minutes``."""
    if seconds is None:
        return ""
    if seconds < 45:
        return "less than a minute"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"about {_count(minutes, 'minute')}"
    hours, rest = divmod(minutes, 60)
    return f"about {_count(hours, 'hour')}" + (f" {_count(rest, 'minute')}" if rest else "")


@register.filter
def whole(value: Any) -> str:
    """``12,345``."""
    return "" if value is None else f"{round(value):,}"


@register.filter
def money(value: Decimal) -> str:
    """``$1,234.50``: in the practice's own dollars."""
    return f"-${-value:,.2f}" if value < 0 else f"${value:,.2f}"


@register.filter
def of(values: dict[str, Any] | str, key: str) -> Any:
    """What a mapping holds under this key; nothing where there is no mapping."""
    return values.get(key) if isinstance(values, dict) else None


@register.filter
def path(parts: tuple[str, ...]) -> str:
    """A menu path as people read it: ``Settings > Appointments > Online bookings``."""
    return " › ".join(parts)


def _count(number: float, unit: str) -> str:
    many = int(number)
    return f"{many} {unit}" if many == 1 else f"{many} {unit}s"


@register.filter
def stream_label(name: str) -> str:
    """``appointment_types`` as a person writes it: ``Appointment types``."""
    return LABELS.get(Stream(name), name) if name in set(Stream) else name


@register.filter
def phone(number: str) -> str:
    """``+61491570006`` in groups: ``+61 491 570 006``; what is no such number stays as it is."""
    try:
        return format_number(parse(number), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return number


@register.simple_tag(takes_context=True)
def understood(context: template.Context, command: dict[str, Any]) -> str:
    return command_in_words(command, context.get("names") or {})


@register.simple_tag(takes_context=True)
def done_words(context: template.Context, action: dict[str, Any]) -> str:
    return action_in_words(action, context.get("names") or {})


@register.simple_tag(takes_context=True)
def inside_words(context: template.Context, inside: dict[str, Any]) -> Inside | None:
    return inside_in_words(inside, context.get("names") or {})


@register.filter
def took(milliseconds: int) -> str:
    """``45 ms``, ``1.2 s``."""
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"
