"""Finding times, by the practice's own online-booking rules (C4-C7).

What a vendor said a moment ago may answer (:mod:`routiq.frontdesk.known_times`); nothing here is trusted when it
comes to booking: that reads again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.frontdesk.checks import notice_hours
from routiq.frontdesk.searching import Search, Stretch
from routiq.frontdesk.waiting import At, may_take_a_moment
from routiq.frontdesk.who_does_what import Combination, combinations, menu, switch_advice, why_not_offered
from routiq.frontdesk.wishes import NoTimes, Times, Wish
from routiq.mirror.models import BookingRules
from routiq.pms import registry
from routiq.practices.statements import rows_of
from routiq.sync.jobs import ask_to_read_settings

__all__ = ["find_times", "menu"]

#: How far ahead one looks when the practice sets no limit.
FARTHEST_DAYS = 84
_RULES = "SELECT * FROM mirror_bookingrules WHERE connection_id = %(connection)s"


@may_take_a_moment(At.LOOKING)
def find_times(wish: Wish) -> Times:
    """The best few real times for a wish at the practice in force, earliest first and spread as a person would offer
    them; or the reason why there are none. Asks the vendor in the live lane, and only for what is not known from the
    last minute; never raises for what the vendor does."""
    connection = live_connection()
    if connection is None or not connection.is_active:
        return Times(reason=NoTimes.UNAVAILABLE, advice=_why_paused(connection))
    rules = next(iter(rows_of(BookingRules, _RULES, {"connection": connection.pk})), None)
    if rules is not None and not rules.online_bookings_enabled:
        ask_to_read_settings(connection)
        advice = switch_advice(connection, "account", connection.account_name)
        return Times(reason=NoTimes.SWITCHED_OFF, advice=advice)
    possible = combinations(connection, wish)
    if not possible:
        ask_to_read_settings(connection)
        return why_not_offered(connection, wish)
    today = timezone.now().astimezone(connection.practice.zone).date()
    farthest = today + timedelta(days=(rules.days_in_advance if rules else None) or FARTHEST_DAYS)
    at_once = registry.vendor(connection.vendor).capabilities.days_of_times_at_once
    stretches = list(_stretches(_wished_days(wish, today, farthest), at_once))
    if not stretches:
        return _out_of_reach(wish, farthest)
    found = Search(connection, wish, possible, rules).run(stretches)
    if found.reason is NoTimes.SWITCHED_OFF:
        ask_to_read_settings(connection)
    if found.reason is NoTimes.FULL:
        return _too_soon(wish, possible, rules, stretches) or found
    return found


def _wished_days(wish: Wish, today: date, farthest: date) -> Iterator[date]:
    if wish.days:
        yield from (day for day in sorted(set(wish.days)) if today <= day <= farthest)
        return
    day = max(today, wish.first_day or today)
    last = min(farthest, wish.last_day or farthest)
    while day <= last:
        if not wish.weekdays or day.isoweekday() in wish.weekdays:
            yield day
        day += timedelta(days=1)


def _stretches(days: Iterator[date], at_once: int) -> Iterator[Stretch]:
    """What to ask for, soonest first, each no longer than one request may be."""
    held: list[date] = []
    for day in days:
        if held and (day - held[0]).days >= at_once:
            yield tuple(held)
            held = []
        held.append(day)
    if held:
        yield tuple(held)


def _out_of_reach(wish: Wish, farthest: date) -> Times:
    """No wished day is one that can be asked for: of a week's Mondays only one that has passed, say."""
    last = max(wish.days) if wish.days else wish.last_day
    if last is not None and last <= farthest:
        return Times(reason=NoTimes.TOO_SOON, advice="These days have passed.")
    return Times(reason=NoTimes.BEYOND, advice=f"The practice opens its diary until {farthest:%d %B %Y}.")


def _too_soon(
    wish: Wish, possible: Sequence[Combination], rules: BookingRules | None, stretches: Sequence[Stretch]
) -> Times | None:
    """Is the practice's notice why there is nothing? Then a later day helps, and no other practitioner."""
    last_day = stretches[-1][-1]
    for each in possible:
        latest = datetime.combine(last_day, wish.not_after or time(23, 59), each.zone)
        if latest >= timezone.now() + timedelta(hours=notice_hours(each.type, rules)):
            return None
    hours = min(notice_hours(each.type, rules) for each in possible)
    if not hours:
        return None
    notice = f"{hours} hours" if hours != 1 else "1 hour"
    return Times(reason=NoTimes.TOO_SOON, advice=f"The practice wants {notice} of notice for this.")


def _why_paused(connection: Connection | None) -> str:
    if connection is None:
        return "No practice management system is connected."
    return f"{connection.paused_message} {connection.paused_advice}".strip()
