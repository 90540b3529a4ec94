"""Where a conversation stood after a turn, and what it asked of the practice's system, for whoever tests Robyn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

Names = Mapping[str, str]

_FLOWS = {
    "book": "Booking",
    "move": "Moving an appointment",
    "cancel": "Cancelling an appointment",
    "register": "Registering somebody new",
    "tell_booking": "Telling of an appointment",
    "tell_invoice": "Telling what is owed",
    "wait": "Joining the waiting list",
}
_WEEKDAYS = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Request:
    what: str
    """``GET /patients/{id}``"""
    times: int
    took_ms: int
    """All of them together."""
    is_fault: bool


@dataclass(frozen=True)
class Inside:
    flow: str
    asks: str
    slots: tuple[tuple[str, str], ...]
    """Label and value."""
    requests: tuple[Request, ...]

    @property
    def asked(self) -> int:
        """How many requests it took in all."""
        return sum(each.times for each in self.requests)


def inside_in_words(inside: Mapping[str, Any], names: Names) -> Inside | None:
    """``None`` for a turn of which nothing was kept."""
    if not inside:
        return None
    slots = inside.get("slots", {})
    return Inside(
        _FLOWS.get(inside.get("flow", ""), "Something else"),
        str(inside.get("asks", "")).replace("_", " "),
        tuple((name.replace("_", " ").capitalize(), _value(value, names)) for name, value in slots.items()),
        _together(inside.get("requests", ())),
    )


def _together(requests: Any) -> tuple[Request, ...]:
    """The same request several times is one line."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for each in requests:
        found.setdefault(each["request"], []).append(each)
    return tuple(
        Request(what, len(all_of), sum(each["took_ms"] for each in all_of), any(_is_fault(each) for each in all_of))
        for what, all_of in found.items()
    )


def _is_fault(request: Mapping[str, Any]) -> bool:
    return not 200 <= request["status"] < 300


def _value(value: Any, names: Names) -> str:
    if isinstance(value, bool):
        return "yes"
    if isinstance(value, list):
        return "; ".join(_value(each, names) for each in value)
    if isinstance(value, dict):
        return ", ".join(_part(name, each) for name, each in value.items())
    text = str(value)
    return names.get(text) or _moment(text) or text.replace("_", " ")


def _part(name: str, value: Any) -> str:
    if name == "weekdays":
        return " or ".join(_WEEKDAYS[each] for each in value)
    values = value if isinstance(value, list) else [value]
    said = " or ".join(_moment(str(each)) or str(each) for each in values)
    return said if name == "days" else f"{name.replace('_', ' ')} {said}"


def _moment(text: str) -> str:
    """A stored moment, day or time as it is read, in the zone in force; empty for anything else."""
    for read, shape in ((_as_time, "%-I:%M %p"), (_as_day, "%a %-d %b"), (_as_moment, "%a %-d %b, %-I:%M %p")):
        found = read(text)
        if found is not None:
            return found.strftime(shape).replace("AM", "am").replace("PM", "pm")
    return ""


def _as_time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if len(text) == 8 and text[2:3] == ":" else None
    except ValueError:
        return None


def _as_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 and text[4:5] == "-" else None
    except ValueError:
        return None


def _as_moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if len(text) >= 16 and text[4:5] == "-" else None
    except ValueError:
        return None
    return timezone.localtime(found) if found is not None and found.tzinfo is not None else None
