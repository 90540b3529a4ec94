"""The times on the table: which of them the patient means. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Protocol, TypeVar

from routiq.frontdesk.wishes import OfferedTime
from routiq.robyn.understanding.commands import Choose, WishTime


class Timed(Protocol):
    """An offer, or an appointment that there is."""

    @property
    def time(self) -> OfferedTime: ...


T = TypeVar("T", bound=Timed)


def fits(offer: Timed, wish: WishTime) -> bool:
    """Whether an offered time is within what was said of days and times."""
    start = offer.time.local_start
    day, at = start.date(), start.time()
    if wish.days and day not in wish.days:
        return False
    if wish.weekdays and start.isoweekday() not in wish.weekdays:
        return False
    if day in wish.not_days or start.isoweekday() in wish.not_weekdays:
        return False
    if (wish.first_day and day < wish.first_day) or (wish.last_day and day > wish.last_day):
        return False
    if wish.at and not wish.not_before and not _same_clock(at, wish.at):
        return False
    return not ((wish.not_before and at < wish.not_before) or (wish.not_after and at > wish.not_after))


def _same_clock(start: time, said: time) -> bool:
    return (start.hour, start.minute) == (said.hour, said.minute)


def is_choice(wish: WishTime) -> bool:
    """Whether words about time can point at an offer: they name a day or a time and ask for nothing else."""
    asks_more = wish.later or wish.earlier or wish.soonest or wish.any_day or wish.any_time or wish.past
    leaves_out = wish.not_days or wish.not_weekdays
    return bool(wish.names_day or wish.names_time or leaves_out) and not asks_more


def pointed_at(offers: Sequence[T], wishes: Sequence[WishTime]) -> list[T]:
    """The offers that the words about time fit; none when the words ask for something else."""
    if not wishes or not all(is_choice(wish) for wish in wishes):
        return []
    return [offer for offer in offers if any(fits(offer, wish) for wish in wishes)]


def chosen(offers: Sequence[T], choice: Choose) -> T | None:
    """The offer taken by its place, or as the earlier or later one."""
    if not offers:
        return None
    by_time = sorted(offers, key=lambda offer: offer.time.starts_at)
    if choice.earlier:
        return by_time[0]
    if choice.later:
        return by_time[-1]
    if choice.but:
        left = [offer for offer in offers if offer is not chosen(offers, Choose(position=choice.but))]
        return left[0] if len(left) == 1 else None
    if choice.other:
        return None
    if choice.position == 0:
        return offers[0] if len(offers) == 1 else None
    index = choice.position - 1 if choice.position > 0 else len(offers) + choice.position
    return offers[index] if 0 <= index < len(offers) else None
