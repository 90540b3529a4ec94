"""Locations, practitioners and services, as the questions of a conversation need them: kept for some minutes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from routiq.pms.errors import NotBookableOnline, NotPermitted, VendorChanged, VendorUnavailable
from routiq.pms.gateway import Lane
from routiq.pms.nookal import mapping, payloads
from routiq.pms.nookal.advice import ADVICE
from routiq.pms.nookal.calls import Answer, Calls
from routiq.pms.nookal.mapping import Matrix
from routiq.pms.nookal.values import record_id
from routiq.pms.nookal.walking import PAGE_SIZE, Astray, Cursor, step
from routiq.pms.nookal.zones import zone
from routiq.pms.records import LocationRecord, OfferingRecord
from routiq.pms.together import Together, in_turn
from routiq.pms.transport import Params

#: Seconds for which a list is believed.
KEPT_FOR = 300.0
#: Seconds after which a list is asked for again before something is said not to exist.
DOUBTED_AFTER = 10.0
#: Seconds until an account that was not shown the matrix is asked for it again.
MATRIX_AGAIN = 6 * 3600.0

Row = TypeVar("Row")


class Lists(msgspec.Struct, frozen=True):
    """The lists as they were at ``read_at`` (``time.monotonic``), which is ``asked_at`` (aware, UTC). ``matrix`` is
    who does what where, for accounts that are shown it."""

    locations: list[payloads.Location]
    practitioners: list[payloads.Practitioner]
    services: list[payloads.Service]
    matrix: Matrix | None
    read_at: float
    asked_at: datetime

    def offers(self, location_id: str, practitioner_id: str, service_id: str) -> bool:
        return any(
            offer.location_id == location_id
            and offer.appointment_type_id == service_id
            and practitioner_id in offer.practitioner_ids
            for offer in self.offerings()
        )

    def offerings(self) -> list[OfferingRecord]:
        return mapping.offerings(self.locations, self.practitioners, self.services, self.matrix)


class Catalogue:
    """The lists of one account. May be used from several threads at once."""

    def __init__(
        self, calls: Calls, clock: Callable[[], float] = time.monotonic, together: Together = in_turn
    ) -> None:
        self._calls = calls
        self._together = together
        self._clock = clock
        # One for each lane: a person never waits for what nobody in particular asks.
        self._asking = {lane: threading.Lock() for lane in Lane}
        self._lists: Lists | None = None
        self._no_matrix_until = 0.0
        self._places: tuple[list[LocationRecord], float] | None = None

    def zones(self, lane: Lane) -> dict[str, str]:
        """The IANA name of each location's zone, by the location's id."""
        return {place.id: place.time_zone for place in self.known_places(lane)}

    def distinct_zones(self, lane: Lane) -> list[ZoneInfo]:
        """The zones in which the practice works. ``VendorChanged`` when no location has one."""
        found = {name: each for name in self.zones(lane).values() if (each := zone(name)) is not None}
        if not found:
            raise _no_zone()
        return list(found.values())

    def zone_of(self, location_id: str, lane: Lane = Lane.LIVE) -> ZoneInfo:
        """``NotBookableOnline`` for a location outside the key's scope, ``VendorChanged`` for one without a zone."""
        for place in self.known_places(lane):
            if place.id == location_id:
                where = zone(place.time_zone)
                if where is None:
                    raise _no_zone()
                return where
        raise not_bookable("The key does not open this location.", "out_of_scope")

    def require(self, location_id: str, practitioner_id: str, service_id: str) -> None:
        """``NotBookableOnline`` unless this practitioner does this service at this location (N55)."""
        lists = self.lists(Lane.LIVE)
        if not lists.offers(location_id, practitioner_id, service_id):
            lists = self.lists(Lane.LIVE, younger_than=DOUBTED_AFTER)
            if not lists.offers(location_id, practitioner_id, service_id):
                raise not_bookable(
                    "Nookal has no such practitioner and service together at this location.", "not_offered"
                )

    def lists(self, lane: Lane, *, younger_than: float = KEPT_FOR) -> Lists:
        """The lists, at most ``younger_than`` seconds old. Of many who need them at once in a lane, one asks."""
        with self._asking[lane]:
            kept = self._lists
            now = self._clock()
            if kept is not None and now - kept.read_at < younger_than:
                return kept
            asked_at = datetime.now(UTC)
            locations, practitioners, services = self._together(
                [
                    lambda: self.whole("getLocations", "locations", payloads.Location, lane),
                    lambda: self.whole("getPractitioners", "practitioners", payloads.Practitioner, lane),
                    lambda: self.whole("getAppointmentTypes", "services", payloads.Service, lane),
                ]
            )
            fresh = Lists(
                locations=locations,
                practitioners=practitioners,
                services=services,
                matrix=self._matrix(locations, lane),
                read_at=now,
                asked_at=asked_at,
            )
            self._lists, self._places = fresh, (_as_places(fresh.locations), now)
            return fresh

    def _matrix(self, locations: list[payloads.Location], lane: Lane) -> Matrix | None:
        """Who does what where, or ``None`` for the many accounts to which Nookal does not show it: whether it does is
        found out again only after :data:`MATRIX_AGAIN`.

        Reference: Nookal API v2, getServiceMatrix.
        """
        if self._clock() < self._no_matrix_until:
            return None
        matrix: dict[tuple[str, str], frozenset[str]] = {}
        try:
            for place in (record_id(each.id) for each in locations):
                answer = self._calls.ask("getServiceMatrix", [("location_id", place)], lane=lane)
                matrix |= mapping.providers(answer.rows("services", payloads.Providers), place)
        except (NotPermitted, VendorChanged):
            pass
        except VendorUnavailable as error:
            if error.cause != "failed":
                raise
        else:
            return matrix
        self._no_matrix_until = self._clock() + MATRIX_AGAIN
        return None

    def whole(
        self,
        method: str,
        key: str,
        kind: type[Row],
        lane: Lane,
        params: Params = (),
        *,
        deadline: float | None = None,
        most: int = PAGE_SIZE,
    ) -> list[Row]:
        """All pages of a short list, each row once."""
        found: dict[str, Row] = {}
        at: Cursor | None = Cursor()
        while at is not None:
            asked = [*params, ("page", str(at.page)), ("page_length", str(most))]
            answer = self._calls.ask(method, asked, lane=lane, deadline=deadline)
            rows = answer.rows(key, kind)
            found.update((record_id(row.id), row) for row in rows)  # type: ignore[attr-defined]
            at = _next(answer, at, [record_id(row.id) for row in rows])  # type: ignore[attr-defined]
        return list(found.values())

    def known_places(self, lane: Lane) -> list[LocationRecord]:
        with self._asking[lane]:
            kept = self._places
            now = self._clock()
            if kept is None or now - kept[1] >= KEPT_FOR:
                kept = (_as_places(self.whole("getLocations", "locations", payloads.Location, lane)), now)
                self._places = kept
        return kept[0]


def _as_places(found: list[payloads.Location]) -> list[LocationRecord]:
    return [mapping.location(each, mapping.Habits()) for each in found]


def _next(answer: Answer, at: Cursor, ids: list[str]) -> Cursor | None:
    reason = ""
    try:
        return step(at, ids, total=answer.total, next_page=answer.next_page, asked_at=answer.asked_at).cursor
    except Astray as error:
        reason = str(error)
    raise astray(answer.method, reason)


def astray(method: str, reason: str) -> VendorChanged:
    """The ``VendorChanged`` for a list that cannot be walked to its end."""
    return VendorChanged(
        "Nookal's list cannot be walked to its end.",
        vendor="nookal",
        cause="list",
        request=f"POST /{method}",
        status=200,
        evidence=reason,
    )


def not_bookable(message: str, cause: str) -> NotBookableOnline:
    return NotBookableOnline(message, vendor="nookal", cause=cause, advice=ADVICE["NotBookableOnline"])


def _no_zone() -> VendorChanged:
    return VendorChanged(
        "A location in Nookal has no time zone.",
        vendor="nookal",
        cause="time_zone",
        advice=ADVICE["VendorChanged.time_zone"],
        request="POST /getLocations",
    )
