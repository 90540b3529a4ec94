"""Which few of many free times a person would offer: first with whom and where the patient usually is, and on
different days and parts of the day rather than three quarters in a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from routiq.frontdesk.wishes import Habit, OfferedTime

_NOON, _EVENING = 12, 17
#: Starts of one day that are as far apart as this are two different offers.
APART = timedelta(hours=2)
#: How near to each other they may come when there is no better choice.
_CLOSER = tuple(timedelta(minutes=minutes) for minutes in (90, 45, 30, 15, 1))

Rank = tuple[bool, bool]
Fits = Callable[[OfferedTime, OfferedTime], bool]


def _day(offer: OfferedTime) -> object:
    return offer.local_start.date()


def part_of_day(offer: OfferedTime) -> str:
    hour = offer.local_start.hour
    return "morning" if hour < _NOON else "afternoon" if hour < _EVENING else "evening"


def _at_least(distance: timedelta) -> Fits:
    return lambda one, other: abs(one.starts_at - other.starts_at) >= distance


def _other_day(one: OfferedTime, other: OfferedTime) -> bool:
    return _day(one) != _day(other)


def _other_day_and_part(one: OfferedTime, other: OfferedTime) -> bool:
    return _other_day(one, other) and part_of_day(one) != part_of_day(other)


#: From what makes the best choice to what still is one.
_WELL_APART: tuple[Fits, ...] = (_other_day_and_part, _other_day, _at_least(APART))
_STILL: tuple[Fits, ...] = tuple(_at_least(distance) for distance in _CLOSER)


def spread(found: Sequence[OfferedTime], count: int, prefer: Habit = Habit()) -> tuple[OfferedTime, ...]:  # noqa: B008
    """At most ``count`` of them, earliest first, no two at the same moment."""
    chosen = well_apart(found, count, prefer)
    _choose(chosen, _by_rank(found, prefer), _STILL, count)
    return tuple(sorted(chosen, key=lambda offer: offer.starts_at))


def well_apart(found: Sequence[OfferedTime], count: int, prefer: Habit) -> list[OfferedTime]:
    """Those that leave a real choice: other days, or two hours apart. Of the best rank first: what is only usual
    gives way when it has too few."""
    chosen: list[OfferedTime] = []
    ranked = _by_rank(found, prefer)
    for rank in sorted({_rank(offer, prefer) for offer in ranked}):
        _choose(chosen, [offer for offer in ranked if _rank(offer, prefer) == rank], _WELL_APART, count)
    return chosen


def _choose(chosen: list[OfferedTime], ordered: Sequence[OfferedTime], passes: Sequence[Fits], count: int) -> None:
    for fits in passes:
        for offer in ordered:
            if len(chosen) >= count:
                return
            if all(fits(offer, other) for other in chosen):
                chosen.append(offer)


def _by_rank(found: Sequence[OfferedTime], prefer: Habit) -> list[OfferedTime]:
    return sorted(found, key=lambda offer: (_rank(offer, prefer), offer.starts_at, offer.practitioner_name))


def rank_of(prefer: Habit, practitioner_id: str, location_id: str) -> Rank:
    """The lower the better: the usual practitioner counts more than the usual place."""
    return (
        bool(prefer.practitioner_id) and practitioner_id != prefer.practitioner_id,
        bool(prefer.location_id) and location_id != prefer.location_id,
    )


def _rank(offer: OfferedTime, prefer: Habit) -> Rank:
    return rank_of(prefer, offer.practitioner_id, offer.location_id)
