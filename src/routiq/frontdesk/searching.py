"""One question for times to the vendor, in as few requests as answer it, side by side.

First of all what can matter most: the usual practitioner at the usual place, then everybody who works on those days,
then whoever may have an extra day. Week by week, and no further than until there are enough to choose from; when the
first week is not enough, the vendor is asked for the first free time of each, where it can be, and weeks without one
are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

from django.db import connection as database
from django.utils import timezone

from routiq.connections import health
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.frontdesk import known_times
from routiq.frontdesk.checks import notice_hours
from routiq.frontdesk.known_times import Days
from routiq.frontdesk.spreading import Rank, rank_of, spread, well_apart
from routiq.frontdesk.who_does_what import Combination, Rosters
from routiq.frontdesk.wishes import NoTimes, OfferedTime, Times, Wish
from routiq.mirror.models import BookingRules
from routiq.pms.errors import NotBookableOnline, NotOffered, PmsError, RateLimited
from routiq.pms.gateway import Gateway
from routiq.practices.side_by_side import side_by_side

#: No question costs more requests than this, and so many more to find out from when on there is anything.
MOST_REQUESTS = 24
MOST_AHEAD = 12
#: What is offered can still be booked after so long, by the practice's notice.
TO_THINK = timedelta(minutes=5)
#: So many that leave a real choice are enough, however many are wanted.
A_CHOICE = 3

Stretch = tuple[date, ...]
"""Days, in order, that one request may be asked for."""
T = TypeVar("T")


class Search:
    """One search. ``combinations``: whom to ask for; ``rules``: how much notice the practice wants."""

    def __init__(
        self, connection: Connection, wish: Wish, combinations: Sequence[Combination], rules: BookingRules | None
    ) -> None:
        self.connection = connection
        self.wish = wish
        self.gateway: Gateway = gateway_of(connection)
        self.requests = 0
        self.refused: PmsError | None = None
        self.failed: PmsError | None = None
        self._combinations = list(combinations)
        self._rules = rules
        self._rosters = Rosters(connection, combinations)
        self._held = _held_by_others(combinations, wish.held_for)
        self._found: dict[tuple[Rank, datetime], OfferedTime] = {}
        self._taken: dict[tuple[str, str], set[datetime]] = {}
        self._none_before: dict[Combination, date] = {}

    def run(self, stretches: Sequence[Stretch]) -> Times:
        for number, days in enumerate(stretches):
            for group in self._groups(days):
                self._look(group, days)
                if self.failed is not None or self._has_enough():
                    return self._answer()
            if number == 0 and len(stretches) > 2 and self.gateway.capabilities.finds_next_time:
                self._look_ahead()
            if self.failed is not None or self._has_enough() or self.requests >= MOST_REQUESTS:
                break
        return self._answer()

    def _has_enough(self) -> bool:
        enough = min(self.wish.count, A_CHOICE)
        return (
            sum(map(len, self._taken.values())) >= self.wish.count
            and len(well_apart(list(self._found.values()), enough, self.wish.prefer)) >= enough
        )

    def _answer(self) -> Times:
        if self.requests:
            known_times.tidy(self.connection)
        if isinstance(self.failed, health.NEEDS_THE_OWNER):
            health.pause(self.connection, self.failed)
            return self._unavailable(self.failed)
        if self._found:
            offers = spread(list(self._found.values()), self.wish.count, self.wish.prefer)
            return Times(offers=offers, requests=self.requests)
        if self.failed is not None:
            return self._unavailable(self.failed)
        if self.refused is not None:
            advice = f"{self.refused.message} {self.refused.advice}"
            return Times(reason=NoTimes.SWITCHED_OFF, advice=advice, requests=self.requests)
        return Times(reason=NoTimes.FULL, requests=self.requests)

    def _unavailable(self, error: PmsError) -> Times:
        advice, until = f"{error.message} {error.advice}", None
        if isinstance(error, RateLimited):
            until = error.until
            local = until.astimezone(self.connection.practice.zone)
            half = "am" if local.hour < 12 else "pm"
            advice = f"{advice} Ask again from {local.hour % 12 or 12}:{local:%M:%S} {half} on."
        return Times(reason=NoTimes.UNAVAILABLE, advice=advice, until=until, requests=self.requests)

    def _groups(self, days: Stretch) -> Iterator[list[Combination]]:
        """Whom to ask for these days, those that matter most first."""
        weekdays = {day.isoweekday() for day in days}
        possible = [each for each in self._combinations if self._none_before.get(each, days[0]) <= days[-1]]
        groups: dict[int, list[Combination]] = {0: [], 1: [], 2: []}
        for each in possible:
            if not self._rosters.usually_works(each, weekdays):
                groups[2].append(each)
            else:
                groups[0 if self._is_usual(each) else 1].append(each)
        yield from filter(None, groups.values())

    def _is_usual(self, combination: Combination) -> bool:
        prefer = self.wish.prefer
        return (
            bool(prefer.practitioner_id or prefer.location_id)
            and prefer.practitioner_id in ("", combination.practitioner.remote_id)
            and prefer.location_id in ("", combination.location.remote_id)
        )

    def _look(self, group: Sequence[Combination], days: Stretch) -> None:
        """What these have on these days: from what is known, and from the vendor what is not."""
        known = known_times.known(self.connection, [each.whose for each in group], days)
        unknown: list[tuple[Combination, list[date]]] = []
        for each in group:
            today = timezone.now().astimezone(each.zone).date()
            wanted = [day for day in days if day >= today]
            self._take(each, {day: known[each.whose][day] for day in wanted if day in known[each.whose]})
            missing = known_times.missing(wanted, known[each.whose])
            if missing:
                unknown.append((each, missing))
        asked = unknown[: max(MOST_REQUESTS - self.requests, 0)]
        answers = self._side_by_side(
            [lambda each=each, missing=missing: self._ask(each, missing) for each, missing in asked]  # type: ignore[misc]
        )
        for (each, _), answer in zip(asked, answers, strict=True):
            if answer is not None:
                found, was_asked = answer
                self.requests += was_asked
                self._take(each, found)

    def _take(self, combination: Combination, found: Days) -> None:
        """Those of these starts that can be offered. Of several at one moment one is offered, so that of the same
        rank the first by name is kept."""
        who, where = combination.practitioner, combination.location
        notice = timedelta(hours=notice_hours(combination.type, self._rules))
        earliest = timezone.now() + notice + TO_THINK
        duration = timedelta(minutes=combination.type.duration_minutes)
        zone, held = combination.zone, self._held.get(who.pk, ())
        rank = rank_of(self.wish.prefer, who.remote_id, where.remote_id)
        taken = self._taken.setdefault((who.remote_id, where.remote_id), set())
        for start in (start for starts in found.values() for start in starts):
            if (
                start >= earliest
                and start not in taken
                and _fits(self.wish, start, start.astimezone(zone))
                and not any(start < until and since < start + duration for since, until in held)
            ):
                taken.add(start)
                other = self._found.get((rank, start))
                if other is None or who.name < other.practitioner_name:
                    self._found[rank, start] = combination.at(start, start + duration)

    def _ask(self, combination: Combination, days: list[date]) -> tuple[Days, bool]:
        def ask(first: date, last: date) -> list[datetime]:
            slots = self.gateway.available_times(
                location_id=combination.location.remote_id,
                practitioner_id=combination.practitioner.remote_id,
                appointment_type_id=combination.type.remote_id,
                duration_minutes=combination.type.duration_minutes,
                first=first,
                last=last,
            )
            return [slot.starts_at for slot in slots]

        try:
            return known_times.ask_once(self.connection, combination.whose, combination.zone, days, ask)
        except NotBookableOnline as error:
            self._is_off(combination, error)
            return {}, True

    def _is_off(self, combination: Combination, error: NotBookableOnline) -> None:
        """One of several may have been switched off since we last looked; the others still count."""
        self.refused = error
        self._none_before[combination] = date.max

    def _look_ahead(self) -> None:
        """From when on does each of those who have nothing soon have anything?"""
        with_some = {whose for whose, starts in self._taken.items() if starts}
        without = [
            each
            for each in self._combinations
            if (each.practitioner.remote_id, each.location.remote_id) not in with_some
        ][:MOST_AHEAD]
        self.requests += len(without)
        answers = self._side_by_side([lambda each=each: self._next(each) for each in without])  # type: ignore[misc]
        for each, answer in zip(without, answers, strict=True):
            if answer is not None:
                start, day = answer
                self._none_before[each] = day
                if start is not None:
                    self._take(each, {day: (start,)})

    def _next(self, combination: Combination) -> tuple[datetime | None, date] | None:
        """The first free time and its day; the last of all days when there is none, ``None`` when it cannot be
        asked."""
        try:
            start = self.gateway.next_time(
                location_id=combination.location.remote_id,
                practitioner_id=combination.practitioner.remote_id,
                appointment_type_id=combination.type.remote_id,
            )
        except NotOffered:
            return None
        except NotBookableOnline as error:
            self._is_off(combination, error)
            return None
        return start, start.astimezone(combination.zone).date() if start is not None else date.max

    def _side_by_side(self, questions: Sequence[Callable[[], T]]) -> list[T | None]:
        """The answers, in order; ``None`` for what failed: then ``failed`` says how."""

        def one(question: Callable[[], T]) -> T | None:
            try:
                return question()
            except PmsError as error:
                self.failed = error
            return None

        return side_by_side([partial(one, question) for question in questions])


def _fits(wish: Wish, start: datetime, local: datetime) -> bool:
    """``local`` is the same moment by the clock at the location."""
    return (
        (not wish.days or local.date() in wish.days)
        and (not wish.weekdays or local.isoweekday() in wish.weekdays)
        and (wish.not_before is None or local.time() >= wish.not_before)
        and (wish.not_after is None or local.time() <= wish.not_after)
        and start not in wish.leave_out
    )


_HELD_BY_OTHERS = """
SELECT practitioner_pk, lower(during), upper(during) FROM frontdesk_slothold
WHERE practitioner_pk = ANY(%s) AND expires_at > %s AND NOT (booking_id IS NULL AND holder = %s)
"""
Held = dict[int, list[tuple[datetime, datetime]]]
"""By the practitioner's key in our copy."""


def _held_by_others(combinations: Sequence[Combination], held_for: str) -> Held:
    whose = list({combination.practitioner.pk for combination in combinations})
    held: Held = {}
    with database.cursor() as cursor:
        cursor.execute(_HELD_BY_OTHERS, [whose, timezone.now(), held_for])
        for practitioner_pk, since, until in cursor.fetchall():
            held.setdefault(practitioner_pk, []).append((since, until))
    return held
