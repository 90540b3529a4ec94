"""The diary as anybody at the practice reads it: rosters, and what keeps a practitioner busy. Pure reading.

Spans are Unix seconds. Days are local days of the location; lengths are counted in real minutes, so a shift across a
clock change is as long as it really is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pms_sandbox.conditions import Row
from pms_sandbox.stamps import local_midnight, seconds, stamp, wall_to_seconds
from pms_sandbox.world.model import World

Span = tuple[int, int]


def zone_of(world: World, business: Row) -> str:
    return business.get("time_zone_identifier") or world.zone


def busy_spans(world: World, practitioner_id: str, span: Span, now: int) -> list[tuple[int, int, bool]]:
    """(start, end, is a booking) of everything that keeps the practitioner busy, at whatever location."""
    low, high = stamp(span[0] - 86_400), stamp(span[1])
    found: list[tuple[int, int, bool]] = []
    for name in ("individual_appointments", "group_appointments"):
        for row in world[name].between("starts_at", low, high):
            if row["practitioner_id"] == practitioner_id and stands(row):
                found.append((seconds(row["starts_at"]), seconds(row["ends_at"]), True))
    for row in world["unavailable_blocks"].having("practitioner_id", practitioner_id):
        if row["starts_at"] < high and row["ends_at"] > low and stands(row):
            found.append((seconds(row["starts_at"]), seconds(row["ends_at"]), False))
    for row in world["reservations"].rows.values():
        # somebody is filling in the online form for this time right now
        if row["practitioner_id"] == practitioner_id and row["expires_at"] > stamp(now):
            found.append((seconds(row["starts_at"]), seconds(row["ends_at"]), False))
    return sorted(found)


def stands(row: Row) -> bool:
    return not (row.get("cancelled_at") or row.get("archived_at") or row.get("deleted_at"))


def rostered(world: World, business: Row, practitioner: Row, day: date, zone: str) -> list[Span]:
    """The roster of the weekday and one-off hours of the day, joined where they touch."""
    # 0 is Sunday; an imported 7 is Sunday too (spec 3.10)
    weekday = (day.weekday() + 1) % 7
    spans: list[Span] = []
    for row in world["daily_availabilities"].having("practitioner_id", practitioner["id"]):
        if row["business_id"] == business["id"] and int(row["day_of_week"]) % 7 == weekday:
            for window in row["availabilities"] or ():
                start, end = (wall_to_seconds(day, _minutes(window[key]), zone) for key in ("starts_at", "ends_at"))
                if end > start:
                    spans.append((start, end))
    low, high = local_midnight(day, zone), local_midnight(day + timedelta(days=1), zone)
    for row in world["availability_blocks"].having("practitioner_id", practitioner["id"]):
        start, end = max(low, seconds(row["starts_at"])), min(high, seconds(row["ends_at"]))
        if row["business_id"] == business["id"] and start < end:
            spans.append((start, end))
    return joined_spans(spans)


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:5])


def joined_spans(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def without(spans: Iterable[Span], taken: list[Span]) -> list[Span]:
    """What is left of the spans; ``taken`` is sorted by start."""
    free: list[Span] = []
    for start, end in spans:
        for busy_start, busy_end in taken:
            if busy_end <= start or busy_start >= end:
                continue
            if busy_start > start:
                free.append((start, busy_start))
            start = max(start, busy_end)
        if start < end:
            free.append((start, end))
    return free
