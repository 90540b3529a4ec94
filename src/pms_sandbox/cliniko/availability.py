"""Which starts a practice offers online (spec section 4). Pure reading: nothing here reserves anything.

All results are Unix seconds. Days are local days of the location; lengths are counted in real minutes, so a shift
across a clock change is as long as it really is.
"""

from __future__ import annotations

from datetime import date, timedelta

from pms_sandbox.conditions import Row
from pms_sandbox.options import Options
from pms_sandbox.rosters import Span, busy_spans, rostered, stands, without, zone_of
from pms_sandbox.stamps import local, local_midnight, seconds, stamp
from pms_sandbox.world.model import World


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
            for gap in without(rostered(world, business, practitioner, day, zone), taken):
                starts += _steps(gap, length, _step(world, length, options))
            if options.cluster:
                starts = _touching(starts, length, booked, day, zone)
        starts = [start for start in starts if start >= earliest]
        if not _day_full(world, practitioner["id"], day, zone, online):
            result += _capped(starts, zone, online.get("max_appointments_per_day_segment"))
        day += timedelta(days=1)
    return result


def _notice_hours(kind: Row, online: Row) -> int:
    """The type's own lead time replaces the account's, shorter or longer (spec 4.2)."""
    own = kind.get("online_bookings_lead_time_hours")
    return int(online.get("min_hours_advance_required_to_book") or 0) if own is None else int(own)


def _step(world: World, length: int, options: Options) -> int:
    if options.step == "timeslot":
        return 60 * int(world.settings["calendar"]["timeslot_size_in_minutes"])
    return length


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
        and stands(row)
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
        and stands(row)
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
