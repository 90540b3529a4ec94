"""``available_times`` and ``next_available_time`` (spec 3.8, 3.9): who may be asked about, and for which days."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from pms_sandbox.cliniko.availability import offered_starts
from pms_sandbox.cliniko.call import Call
from pms_sandbox.cliniko.lists import envelope, page_links, page_of
from pms_sandbox.conditions import Row
from pms_sandbox.http import Answer, bad_request, json_answer, refuse
from pms_sandbox.rosters import zone_of
from pms_sandbox.stamps import local, parse_day, stamp

BAD_FRAME = "Invalid time frame definition. Please check from/to param limitations."
_AHEAD_AT_ONCE = 14


def available_times(call: Call) -> Answer:
    business, practitioner, kind = _parties(call)
    first, last = _frame(call, business)
    starts = _starts(call, business, practitioner, kind, first, last)
    page, per_page = page_of(call.request.query)
    shown = [
        msgspec.json.encode({"appointment_start": stamp(start)})
        for start in starts[(page - 1) * per_page : page * per_page]
    ]
    links = page_links(call.url, call.request.query, page, per_page, len(starts))
    return envelope("available_times", shown, len(starts), links)


def next_available_time(call: Call) -> Answer:
    """The first offered start; without from and to the search goes on to the account's limit."""
    business, practitioner, kind = _parties(call)
    asked = {name for name, _ in call.request.query}
    start: int | None = None
    if asked & {"from", "to"}:
        first, last = _frame(call, business)
        start = next(iter(_starts(call, business, practitioner, kind, first, last)), None)
    else:
        today = local(call.world.clock.now(), zone_of(call.world, business)).date()
        limit = int(call.world.settings["online_bookings"].get("allow_bookings_days_in_advance") or 365)
        for offset in range(0, limit + 1, _AHEAD_AT_ONCE):
            first = today + timedelta(days=offset)
            last = first + timedelta(days=_AHEAD_AT_ONCE - 1)
            start = next(iter(_starts(call, business, practitioner, kind, first, last)), None)
            if start is not None:
                break
    return json_answer(
        {
            "appointment_start": stamp(start) if start is not None else None,
            "total_entries": 0 if start is None else 1,
            "links": {"self": call.url},
        }
    )


def _starts(call: Call, business: Row, practitioner: Row, kind: Row, first: date, last: date) -> list[int]:
    if not call.world.settings["online_bookings"]["enabled"]:
        return []
    return offered_starts(call.world, business, practitioner, kind, first, last, call.sandbox.options)


def _parties(call: Call) -> tuple[Row, Row, Row]:
    """The three records, if all of them can be booked online together; otherwise 404 without a reason (spec 4.1)."""
    business, practitioner, kind = (
        call.world[name].rows.get(id_)
        for name, id_ in zip(("businesses", "practitioners", "appointment_types"), call.ids, strict=True)
    )
    if business is None or practitioner is None or kind is None:
        raise refuse(404)
    shown = all(
        row.get("show_in_online_bookings") and not row.get("archived_at") for row in (business, practitioner, kind)
    )
    fits = (
        practitioner.get("active", True)
        and _works_at(call, practitioner, business)
        and kind["id"] in practitioner.get("appointment_type_ids", ())
        and kind["id"] in business.get("appointment_type_ids", ())
    )
    enabled = call.world.settings["online_bookings"]["enabled"] or call.sandbox.options.disabled_behaviour == "empty"
    if not (shown and fits and enabled):
        raise refuse(404)
    return business, practitioner, kind


def _works_at(call: Call, practitioner: Row, business: Row) -> bool:
    """Said to, or has hours there."""
    if business["id"] in practitioner.get("business_ids", ()):
        return True
    hours = call.world["daily_availabilities"].having("practitioner_id", practitioner["id"])
    return any(row["business_id"] == business["id"] for row in hours)


def _frame(call: Call, business: Row) -> tuple[date, date]:
    """Both days needed, not before today, in order, and not too far apart."""
    held = dict(call.request.query)
    first, last = parse_day(held.get("from")), parse_day(held.get("to"))
    today = local(call.world.clock.now(), zone_of(call.world, business)).date()
    if (
        first is None
        or last is None
        or first < today
        or last < first
        or (last - first).days > call.sandbox.options.window_days
    ):
        raise bad_request(BAD_FRAME)
    return first, last
