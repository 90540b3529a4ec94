"""Finding times, by the practice's own online-booking rules (C4-C7).

The vendor answers for one practitioner, type and location at a time, so what can matter is asked first and side by
side, and no more once there are enough. Nothing here is trusted when it comes to booking: that reads again.
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connections as databases
from django.utils import timezone

from routiq.connections import health
from routiq.connections.connecting import live_connection
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.frontdesk.models import SlotHold
from routiq.frontdesk.wishes import Choice, Menu, NoTimes, OfferedTime, Times, Wish
from routiq.mirror.models import AppointmentType, BookingRules, Location, Offering, Practitioner
from routiq.pms import registry
from routiq.pms.errors import NotBookableOnline, PmsError, RateLimited
from routiq.pms.records import Slot

#: Days asked at once: what the vendor allows in one request.
PIECE = 7
#: No question costs more requests than this.
MOST_REQUESTS = 24
#: How far ahead one looks when the practice sets no limit.
FARTHEST_DAYS = 84
_SIDE_BY_SIDE = 4


@dataclass(frozen=True)
class _Combination:
    practitioner: Practitioner
    location: Location
    type: AppointmentType


def menu() -> Menu:
    """What can be booked online at the practice in force: everything whose own switch is on and that is offered."""
    connection = live_connection()
    if connection is None:
        return Menu((), (), ())
    possible = list(_combinations(connection, Wish(appointment_type_id="")))
    return Menu(
        practitioners=_choices(combination.practitioner for combination in possible),
        appointment_types=_choices(combination.type for combination in possible),
        locations=_choices(combination.location for combination in possible),
    )


def _choices(rows: Iterable[Practitioner | AppointmentType | Location]) -> tuple[Choice, ...]:
    seen = {row.remote_id: row for row in rows}
    return tuple(
        Choice(
            id=row.remote_id,
            name=row.name,
            other_names=tuple(filter(None, (row.first_name, row.last_name, f"{row.title} {row.last_name}".strip())))
            if isinstance(row, Practitioner)
            else (),
        )
        for row in sorted(seen.values(), key=lambda row: row.name)
    )


def find_times(wish: Wish) -> Times:
    """The best few real times for a wish, earliest first and spread as a person would offer them; or the reason
    why there are none. Asks the vendor in the live lane; never raises for what the vendor does."""
    connection = live_connection()
    if connection is None or not connection.is_active:
        return Times(reason=NoTimes.UNAVAILABLE, advice=_why_paused(connection))
    rules = BookingRules.objects.filter(connection=connection).first()
    if rules is not None and not rules.online_bookings_enabled:
        return Times(reason=NoTimes.SWITCHED_OFF, advice=_advice(connection, "account", connection.account_name))
    combinations = list(_combinations(connection, wish))
    if not combinations:
        return _why_not_offered(connection, wish)
    today = timezone.now().astimezone(connection.practice.zone).date()
    farthest = today + timedelta(days=(rules.days_in_advance if rules else None) or FARTHEST_DAYS)
    pieces = list(_pieces(wish, today, farthest))
    if not pieces:
        return Times(reason=NoTimes.BEYOND, advice=f"The practice opens its diary until {farthest:%d %B %Y}.")
    return _Search(connection, wish, combinations).run(pieces)


def _combinations(connection: Connection, wish: Wish, *, online: bool = True) -> Iterator[_Combination]:
    """Who does the wished type where, as far as the practice has it switched on."""
    same: dict[str, object] = {"connection": connection, "removed_at": None, "active": True}
    if online:
        same["online"] = True
    locations = {row.remote_id: row for row in Location.objects.filter(**same)}
    practitioners = {row.remote_id: row for row in Practitioner.objects.filter(**same)}
    types = {row.remote_id: row for row in AppointmentType.objects.filter(**same, max_attendees=1)}
    offerings = Offering.objects.filter(connection=connection)
    if wish.appointment_type_id:
        offerings = offerings.filter(appointment_type_remote_id=wish.appointment_type_id)
    if wish.practitioner_id:
        offerings = offerings.filter(practitioner_remote_id=wish.practitioner_id)
    if wish.location_id:
        offerings = offerings.filter(location_remote_id=wish.location_id)
    for offering in offerings.order_by("pk"):
        practitioner = practitioners.get(offering.practitioner_remote_id)
        location = locations.get(offering.location_remote_id)
        kind = types.get(offering.appointment_type_remote_id)
        if practitioner and location and kind:
            yield _Combination(practitioner, location, kind)


def _pieces(wish: Wish, today: date, farthest: date) -> Iterator[tuple[date, date]]:
    """The stretches of days to ask for, soonest first, each as long as one request may be."""
    if wish.days:
        for day in sorted(set(wish.days)):
            if today <= day <= farthest:
                yield day, day
        return
    first = max(today, wish.first_day or today)
    last = min(farthest, wish.last_day or farthest)
    while first <= last:
        end = min(first + timedelta(days=PIECE - 1), last)
        yield first, end
        first = end + timedelta(days=1)


class _Search:
    """One question to the vendor, in as few requests as answer it."""

    def __init__(self, connection: Connection, wish: Wish, combinations: list[_Combination]) -> None:
        self.connection = connection
        self.wish = wish
        self.combinations = combinations
        self.requests = 0
        self.refused: PmsError | None = None

    def run(self, pieces: list[tuple[date, date]]) -> Times:
        gateway = gateway_of(self.connection)
        held = _held_by_others(self.connection)
        found: list[OfferedTime] = []
        try:
            with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="times") as pool:
                for first, last in pieces:
                    asked = self.combinations[: max(MOST_REQUESTS - self.requests, 0)]
                    if not asked:
                        break
                    self.requests += len(asked)
                    answers = [
                        pool.submit(contextvars.copy_context().run, self._ask, gateway, combination, first, last)
                        for combination in asked
                    ]
                    for combination, answer in zip(asked, answers, strict=True):
                        found += [
                            offer
                            for offer in _offers(combination, answer.result())
                            if _fits(self.wish, offer) and not _overlaps(offer, combination, held)
                        ]
                    if len(_spread(found, self.wish.count)) >= self.wish.count:
                        break
        except PmsError as error:
            if isinstance(error, health.NEEDS_THE_OWNER):
                health.pause(self.connection, error)
            return self._unavailable(error)
        if found:
            return Times(offers=_spread(found, self.wish.count), requests=self.requests)
        if self.refused is not None:
            return Times(
                reason=NoTimes.SWITCHED_OFF,
                advice=f"{self.refused.message} {self.refused.advice}",
                requests=self.requests,
            )
        return Times(reason=NoTimes.FULL, requests=self.requests)

    def _unavailable(self, error: PmsError) -> Times:
        advice, until = f"{error.message} {error.advice}", None
        if isinstance(error, RateLimited):
            until = error.until
            local = until.astimezone(self.connection.practice.zone)
            half = "am" if local.hour < 12 else "pm"
            advice = f"{advice} Ask again from {local.hour % 12 or 12}:{local:%M:%S} {half} on."
        return Times(reason=NoTimes.UNAVAILABLE, advice=advice, until=until, requests=self.requests)

    def _ask(self, gateway: object, combination: _Combination, first: date, last: date) -> list[Slot]:
        try:
            return gateway.available_times(  # type: ignore[attr-defined, no-any-return]
                location_id=combination.location.remote_id,
                practitioner_id=combination.practitioner.remote_id,
                appointment_type_id=combination.type.remote_id,
                duration_minutes=combination.type.duration_minutes,
                first=first,
                last=last,
            )
        except NotBookableOnline as error:
            # One of several may have been switched off since we last looked; the others still count.
            self.refused = error
            return []
        finally:
            databases.close_all()


def offered(combination: _Combination, slot: Slot) -> OfferedTime:
    return OfferedTime(
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        zone=combination.location.time_zone,
        practitioner_id=combination.practitioner.remote_id,
        practitioner_name=combination.practitioner.name,
        location_id=combination.location.remote_id,
        location_name=combination.location.name,
        appointment_type_id=combination.type.remote_id,
        appointment_type_name=combination.type.name,
    )


def _offers(combination: _Combination, slots: list[Slot]) -> list[OfferedTime]:
    now = timezone.now()
    return [offered(combination, slot) for slot in slots if slot.starts_at > now]


def _fits(wish: Wish, offer: OfferedTime) -> bool:
    local = offer.local_start
    return (
        (not wish.days or local.date() in wish.days)
        and (not wish.weekdays or local.isoweekday() in wish.weekdays)
        and (wish.not_before is None or local.time() >= wish.not_before)
        and (wish.not_after is None or local.time() <= wish.not_after)
        and offer.starts_at not in wish.leave_out
    )


def _spread(found: list[OfferedTime], count: int) -> tuple[OfferedTime, ...]:
    """The earliest, then others on other days or at another part of the day, then whatever is left."""
    ordered = sorted(found, key=lambda offer: (offer.starts_at, offer.practitioner_name))
    chosen: list[OfferedTime] = []
    for far_apart in (timedelta(hours=20), timedelta(hours=2), timedelta(minutes=1)):
        for offer in ordered:
            if len(chosen) >= count:
                break
            if all(abs(offer.starts_at - other.starts_at) >= far_apart for other in chosen):
                chosen.append(offer)
    return tuple(sorted(chosen, key=lambda offer: offer.starts_at))


def _held_by_others(connection: Connection) -> list[tuple[int, datetime, datetime]]:
    holds = SlotHold.objects.filter(write__connection=connection, expires_at__gt=timezone.now())
    return [(hold.practitioner_pk, hold.during.lower, hold.during.upper) for hold in holds]


def _overlaps(offer: OfferedTime, combination: _Combination, held: list[tuple[int, datetime, datetime]]) -> bool:
    return any(
        pk == combination.practitioner.pk and offer.starts_at < until and since < offer.ends_at
        for pk, since, until in held
    )


def _why_not_offered(connection: Connection, wish: Wish) -> Times:
    """Nothing fits while everything must be switched on: is it a switch, or does nobody do this at all?"""
    for combination in _combinations(connection, wish, online=False):
        for scope, row in (
            ("location", combination.location),
            ("practitioner", combination.practitioner),
            ("appointment_type", combination.type),
        ):
            if not row.online:
                return Times(reason=NoTimes.SWITCHED_OFF, advice=_advice(connection, scope, row.name))
    return Times(reason=NoTimes.NOT_OFFERED)


def _advice(connection: Connection, scope: str, name: str) -> str:
    vendor = registry.vendor(connection.vendor)
    for switch in vendor.guide.switches:
        if switch.scope == scope:
            path = " → ".join(switch.path)
            return f"“{name}” is not open for online bookings. In {vendor.label}: {path} → “{switch.label}”."
    return f"“{name}” is not open for online bookings in {vendor.label}."


def _why_paused(connection: Connection | None) -> str:
    if connection is None:
        return "No practice management system is connected."
    return f"{connection.paused_message} {connection.paused_advice}".strip()
