"""Which starts a practice offers online (spec section 4). Pure reading: nothing here reserves anything.

All results are Unix seconds. Days are local days of the location; lengths are counted in real minutes, so a shift
across a clock change is as long as it really is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pms_sandbox.conditions import Row
from pms_sandbox.options import Options
from pms_sandbox.stamps import local, local_midnight, seconds, stamp, wall_to_seconds
from pms_sandbox.world.model import World

Span = tuple[int, int]


def zone_of(world: World, business: Row) -> str:
    return business.get("time_zone_identifier") or world.zone


def offered_starts(
    world: World, business: Row, practitioner: Row, kind: Row, first: date, last: date, options: Options
) -> list[int]:
    """Starts offered on the local days ``first`` to ``last``, in order."""
    zone = zone_of(world, business)
    now = int(world.clock.now())
    online = world.settings["online_bookings"]
    horizon = local(now, zone).date() + timedelta(days=online.get("allow_bookings_days_in_advance") or 36_500)
    last = min(last, horizon)
    if first > last:
        return []
    span = (local_midnight(first, zone), local_midnight(last + timedelta(days=1), zone))
    busy = busy_spans(world, practitioner["id"], span, now)
    booked = [(start, end) for start, end, is_booking in busy if is_booking]
    taken = [(start, end) for start, end, _ in busy]
    earliest = now + 3600 * _notice_hours(kind, online)
    length = 60 * int(kind["duration_in_minutes"])
    seats = int(kind.get("max_attendees") or 1)
    result: list[int] = []
    day = first
    while day <= last:
        if seats > 1:
            starts = _class_starts(world, business, practitioner, kind, day, zone)
        else:
            starts = []
            for gap in _subtract(_windows(world, business, practitioner, day, zone), taken):
                starts += _steps(gap, length, _step(world, length, options))
            if options.cluster:
                starts = _touching(starts, length, booked, day, zone)
        starts = [start for start in starts if start >= earliest]
        if not _day_full(world, practitioner["id"], day, zone, online):
            result += _capped(starts, zone, online.get("max_appointments_per_day_segment"))
        day += timedelta(days=1)
    return result


def busy_spans(world: World, practitioner_id: str, span: Span, now: int) -> list[tuple[int, int, bool]]:
    """(start, end, is a booking) of everything that keeps the practitioner busy, at whatever location."""
    low, high = stamp(span[0] - 86_400), stamp(span[1])
    found: list[tuple[int, int, bool]] = []
    for name in ("individual_appointments", "group_appointments"):
        for row in world[name].between("starts_at", low, high):
            if row["practitioner_id"] == practitioner_id and _stands(row):
                found.append((seconds(row["starts_at"]), seconds(row["ends_at"]), True))
    for row in world["unavailable_blocks"].having("practitioner_id", practitioner_id):
        if row["starts_at"] < high and row["ends_at"] > low and _stands(row):
            found.append((seconds(row["starts_at"]), seconds(row["ends_at"]), False))
    for row in world["reservations"].rows.values():
        # somebody is filling in the online form for this time right now
        if row["practitioner_id"] == practitioner_id and row["expires_at"] > stamp(now):
            found.append((seconds(row["starts_at"]), seconds(row["ends_at"]), False))
    return sorted(found)


def _stands(row: Row) -> bool:
    return not (row.get("cancelled_at") or row.get("archived_at") or row.get("deleted_at"))


def _notice_hours(kind: Row, online: Row) -> int:
    """The type's own lead time replaces the account's, shorter or longer (spec 4.2)."""
    own = kind.get("online_bookings_lead_time_hours")
    return int(online.get("min_hours_advance_required_to_book") or 0) if own is None else int(own)


def _step(world: World, length: int, options: Options) -> int:
    if options.step == "timeslot":
        return 60 * int(world.settings["calendar"]["timeslot_size_in_minutes"])
    return length


def _windows(world: World, business: Row, practitioner: Row, day: date, zone: str) -> list[Span]:
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
    return _join(spans)


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:5])


def _join(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _subtract(spans: Iterable[Span], taken: list[Span]) -> list[Span]:
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


def _steps(gap: Span, length: int, step: int) -> list[int]:
    if length <= 0 or step <= 0:
        return []
    return list(range(gap[0], gap[1] - length + 1, step))


def _touching(starts: list[int], length: int, booked: list[Span], day: date, zone: str) -> list[int]:
    """Cluster bookings: only starts next to a booking of the day; a day without any keeps all (spec 4.4)."""
    low, high = local_midnight(day, zone), local_midnight(day + timedelta(days=1), zone)
    todays = [(start, end) for start, end in booked if start < high and end > low]
    if not todays:
        return starts
    edges_before, edges_after = {end for _, end in todays}, {start for start, _ in todays}
    return [start for start in starts if start in edges_before or start + length in edges_after]


def _class_starts(world: World, business: Row, practitioner: Row, kind: Row, day: date, zone: str) -> list[int]:
    """A class is not offered anew: only sessions that exist and have a seat left (spec 3.8)."""
    low, high = stamp(local_midnight(day, zone)), stamp(local_midnight(day + timedelta(days=1), zone))
    return [
        seconds(row["starts_at"])
        for row in world["group_appointments"].between("starts_at", low, high)
        if row["business_id"] == business["id"]
        and row["practitioner_id"] == practitioner["id"]
        and row["appointment_type_id"] == kind["id"]
        and _stands(row)
        and len(row.get("patient_ids") or ()) < int(row.get("max_attendees") or 0)
    ]


def _day_full(world: World, practitioner_id: str, day: date, zone: str, online: Row) -> bool:
    """The daily limit counts bookings made online, by practitioner and day (a guess: spec 4.2)."""
    limit = int(online.get("daily_bookings_limit") or 0)
    if limit <= 0:
        return False
    low, high = stamp(local_midnight(day, zone)), stamp(local_midnight(day + timedelta(days=1), zone))
    made = sum(
        1
        for row in world["individual_appointments"].between("starts_at", low, high)
        if row["practitioner_id"] == practitioner_id
        and _stands(row)
        and row.get("online_booking_policy_accepted") is not None
    )
    return made >= limit


def _capped(starts: list[int], zone: str, cap: int | None) -> list[int]:
    """The first ``cap`` starts of morning, afternoon (from 12) and evening (from 17), local time; 0 is no cap."""
    if not cap:
        return starts
    counts = [0, 0, 0]
    kept = []
    for start in sorted(starts):
        hour = local(start, zone).hour
        segment = 0 if hour < 12 else 1 if hour < 17 else 2
        counts[segment] += 1
        if counts[segment] <= cap:
            kept.append(start)
    return kept
