"""From what was said of days and times to what the front desk is asked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import msgspec

from routiq.frontdesk.wishes import Wish
from routiq.robyn.memory import Offer, Window
from routiq.robyn.understanding.commands import WishTime

NEAR = timedelta(minutes=90)


def refined(windows: Sequence[Window], wishes: Sequence[WishTime]) -> tuple[Window, ...]:
    """The wish after more was said: a new day keeps the time of day, a new time keeps the day."""
    if len(wishes) != 1 or len(windows) > 1:
        return tuple(_merged(Window(), wish) for wish in wishes) or tuple(windows)
    return (_merged(windows[0] if windows else Window(), wishes[0]),)


def _merged(window: Window, wish: WishTime) -> Window:
    if wish.names_day or wish.not_days or wish.not_weekdays or wish.any_day or wish.soonest:
        window = msgspec.structs.replace(
            window,
            days=wish.days,
            weekdays=wish.weekdays or _others(wish.not_weekdays, wish.not_days),
            first_day=wish.first_day,
            last_day=wish.last_day,
            unsure=wish.unsure,
        )
    if wish.names_time or wish.any_time or wish.soonest:
        window = msgspec.structs.replace(window, at=wish.at, not_before=wish.not_before, not_after=wish.not_after)
    return window


def _others(not_weekdays: tuple[int, ...], not_days: tuple[date, ...]) -> tuple[int, ...]:
    refused = set(not_weekdays) | {day.isoweekday() for day in not_days}
    return tuple(n for n in range(1, 8) if n not in refused) if refused else ()


def meant(days: Sequence[date], wish: WishTime) -> tuple[date, ...]:
    """Which of the readings of a day an answer means: the day itself, else its weekday, else one in its span."""
    same = tuple(day for day in days if day in wish.days)
    weekdays = {day.isoweekday() for day in wish.days} | set(wish.weekdays)
    of_weekday = tuple(day for day in days if day.isoweekday() in weekdays)
    spanned = tuple(
        day
        for day in days
        if (wish.first_day or wish.last_day) and (wish.first_day or day) <= day <= (wish.last_day or day)
    )
    return same or of_weekday or spanned


def relative(window: Window, offers: Sequence[Offer], *, later: bool, single: bool) -> Window:
    """Later or earlier than what is on the table: the same day when one time or one day was, else other days."""
    starts = sorted(offer.time.local_start for offer in offers)
    if not starts:
        return window
    edge = starts[-1] if later else starts[0]
    plain = msgspec.structs.replace(window, at=None, not_before=None, not_after=None)
    if single or starts[0].date() == starts[-1].date():
        minute = timedelta(minutes=1)
        limits = {"not_before": (edge + minute).time()} if later else {"not_after": (edge - minute).time()}
        return msgspec.structs.replace(
            plain, days=(edge.date(),), weekdays=(), first_day=None, last_day=None, **limits
        )
    if later:
        return msgspec.structs.replace(window, days=(), first_day=edge.date() + timedelta(days=1), last_day=None)
    return msgspec.structs.replace(window, days=(), first_day=None, last_day=edge.date())


def as_wish(window: Window, base: Wish) -> Wish:
    """``base`` holds who, what and where; the window says when."""
    exact = window.at if window.at and not (window.not_before or window.not_after) else None
    return replace(
        base,
        days=window.days,
        weekdays=window.weekdays,
        first_day=window.first_day,
        last_day=window.last_day,
        not_before=exact or window.not_before,
        not_after=exact or window.not_after,
    )


def widened(window: Window) -> list[tuple[Window, str]]:
    """What to try when nothing fits, nearest first, with the reason to say: ``exact`` or ``part``."""
    tries: list[tuple[Window, str]] = []
    if window.at and not (window.not_before and window.not_after):
        near = msgspec.structs.replace(
            window, not_before=_shifted(window.at, -NEAR), not_after=_shifted(window.at, NEAR)
        )
        tries.append((near, "exact"))
    if (window.at or window.not_before or window.not_after) and len(window.days) == 1:
        reason = "exact" if window.at else "part"
        tries.append((msgspec.structs.replace(window, at=None, not_before=None, not_after=None), reason))
    return tries


def _shifted(at: time, by: timedelta) -> time:
    moved = datetime.combine(date(2000, 1, 2), at) + by
    if moved.date() < date(2000, 1, 2):
        return time(0)
    return moved.time() if moved.date() == date(2000, 1, 2) else time(23, 59)
