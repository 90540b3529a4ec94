"""Grids of quarter hours (spec 4.12): what is free, what is booked, and the sessions of classes with a seat left."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pms_sandbox.conditions import Condition, Row
from pms_sandbox.nookal.call import Call, Failed, Payload, everything
from pms_sandbox.nookal.classes import shown
from pms_sandbox.nookal.values import wall
from pms_sandbox.rosters import Span, busy_spans, rostered, stands
from pms_sandbox.stamps import local, local_midnight, parse_day, wall_to_seconds

CELL = 15 * 60
MOST_DAYS = 366
NOT_ROSTERED, FREE, BOOKED, BREAK = -1, 0, 1, 3


def appointments(call: Call) -> Payload:
    """Each cell ``available`` or not, whatever the service; a day on which nobody is rostered is absent.

    Both days are included. Without a practitioner or location the grid tells if anybody, anywhere, is free.
    """
    first, last = _frame(call)
    grid: dict[str, dict[str, str]] = {}
    for place in _places(call):
        for who in _staff(call, place):
            for day, cells in _cells(call, place, who, first, last):
                held = grid.setdefault(day.isoformat(), {})
                for clock, value in cells.items():
                    if value == FREE or clock not in held:
                        held[clock] = "available" if value == FREE else "unavailable"
    return _wrapped(call, grid)


def schedules(call: Call) -> Payload:
    """-1 not rostered, 0 free, 1 booked, 3 a break or blocked. ``date_to`` is not included, unless it is the first
    day as well. The roster is today's: weeks that are over have no rows."""
    who = call.record("practitioners", "practitioner_id")
    place = call.record("businesses", "location_id")
    first, last = _frame(call)
    last = max(first, last - timedelta(days=1))
    today = local(call.world.clock.now(), call.zone(place["id"])).date()
    first = max(first, today - timedelta(days=today.weekday()))
    grid = {
        day.isoformat(): cells for day, cells in _cells(call, place, who, first, last, past=True, unrostered=True)
    }
    return _wrapped(call, grid)


def classes(call: Call) -> Payload:
    """Sessions to come with a seat left, as records in a list."""
    conditions = call.scoped()
    for param, field in (
        ("practitioner_id", "practitioner_id"),
        ("location_id", "business_id"),
        ("class_id", "appointment_type_id"),
    ):
        if value := call.get(param):
            conditions.append(Condition(field, "in", frozenset({value})))
    first, last = call.get("date_from") or "", call.get("date_to") or "9999-12-31"
    now = call.world.clock.stamp()
    rows = [
        row
        for row in everything(call.world, "group_appointments", conditions)
        if stands(row)
        and row["starts_at"] >= now
        and first <= wall(row["starts_at"], call.zone(row["business_id"]))[0] <= last
        and len(row.get("patient_ids") or ()) < int(row.get("max_attendees") or 0)
    ]
    return _wrapped(call, [shown(call, row) for row in rows])


def _wrapped(call: Call, availabilities: Any) -> Payload:
    asked = {name: call.get(name) for name in ("date_from", "date_to", "location_id", "practitioner_id")}
    return call.done(**asked, availabilities=availabilities)


def _frame(call: Call) -> tuple[date, date]:
    """Today when nothing is said. A date with a time behind it will do (spec 4.12)."""
    days = []
    for name in ("date_from", "date_to"):
        text = call.get(name)
        day = parse_day(text[:10]) if text else None
        if text and day is None:
            raise Failed(f"Invalid variable: {name}")
        days.append(day)
    first = days[0] or local(call.world.clock.now(), call.world.zone).date()
    last = days[1] or first
    return first, min(last, first + timedelta(days=MOST_DAYS))


def _places(call: Call) -> list[Row]:
    if call.get("location_id"):
        return [call.record("businesses", "location_id")]
    return [row for id_, row in sorted(call.world["businesses"].rows.items()) if id_ in call.scope]


def _staff(call: Call, place: Row) -> list[Row]:
    """Who can be booked there; nobody who is switched off for online bookings."""
    if call.get("practitioner_id"):
        rows = [call.record("practitioners", "practitioner_id")]
    else:
        rows = list(call.world["practitioners"].rows.values())
    return [
        row
        for row in rows
        if row.get("active", True) and row.get("show_in_online_bookings", True) and place["id"] in row["business_ids"]
    ]


def _cells(
    call: Call, place: Row, who: Row, first: date, last: date, *, past: bool = False, unrostered: bool = False
) -> list[tuple[date, dict[str, int]]]:
    """Local day and ``HH:MM`` to what the quarter hour is, between the practice's first and last hour."""
    world, zone = call.world, call.zone(place["id"])
    if first > last:
        return []
    now = int(world.clock.now())
    span = (local_midnight(first, zone), local_midnight(last + timedelta(days=1), zone))
    busy = busy_spans(world, who["id"], span, now)
    hours = world.settings["calendar"]
    minutes = range(60 * int(hours["start_hour"]), 60 * int(hours["end_hour"]), CELL // 60)
    found = []
    day = first
    while day <= last:
        windows = rostered(world, place, who, day, zone)
        if windows or unrostered:
            cells = {}
            for minute in minutes:
                start = wall_to_seconds(day, minute, zone)
                value = _value((start, start + CELL), windows, busy)
                over = start < now and not past
                cells[f"{minute // 60:02d}:{minute % 60:02d}"] = NOT_ROSTERED if over else value
            found.append((day, cells))
        day += timedelta(days=1)
    return found


def _value(cell: Span, windows: list[Span], busy: list[tuple[int, int, bool]]) -> int:
    start, end = cell
    if not any(a <= start and end <= b for a, b in windows):
        between = windows and windows[0][0] <= start < windows[-1][1]
        return BREAK if between else NOT_ROSTERED
    struck = [booked for a, b, booked in busy if a < end and b > start]
    if not struck:
        return FREE
    return BOOKED if any(struck) else BREAK
