"""Who does what where, as far as the practice has it switched on; and why something cannot be had online."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection as database

from routiq.connections.models import Connection
from routiq.frontdesk.known_times import Whose
from routiq.frontdesk.rules import desk_rules
from routiq.frontdesk.wishes import Choice, Menu, NoTimes, OfferedTime, Times, Wish
from routiq.mirror.models import AppointmentType, Location, Offering, Practitioner, RosterDay
from routiq.pms import registry
from routiq.practices.tenancy import current_practice_id


@dataclass(frozen=True)
class Combination:
    practitioner: Practitioner
    location: Location
    type: AppointmentType

    @property
    def whose(self) -> Whose:
        return Whose(self.practitioner.remote_id, self.location.remote_id, self.type.remote_id)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.location.time_zone)

    def at(self, starts_at: datetime, ends_at: datetime) -> OfferedTime:
        """A time of theirs, as it is offered."""
        return OfferedTime(
            starts_at=starts_at,
            ends_at=ends_at,
            zone=self.location.time_zone,
            practitioner_id=self.practitioner.remote_id,
            practitioner_name=self.practitioner.name,
            location_id=self.location.remote_id,
            location_name=self.location.name,
            appointment_type_id=self.type.remote_id,
            appointment_type_name=self.type.name,
        )


class _Rows:
    """Who is there, where and what for; with ``online`` those whose own switch for online bookings is on, without
    what the practice leaves to its team."""

    def __init__(self, connection: Connection, *, online: bool = True) -> None:
        same: dict[str, object] = {"connection": connection, "removed_at": None, "active": True}
        if online:
            same["online"] = True
        self.practitioners = Practitioner.objects.filter(**same)
        self.locations = Location.objects.filter(**same)
        types = AppointmentType.objects.filter(**same, max_attendees=1)
        self.types = types.exclude(remote_id__in=desk_rules().left_to_team) if online else types
        """Without classes."""


#: The same rule for a menu. It is asked before each line of a conversation, so in one statement.
_ON_OFFER = """
WITH live AS (
  SELECT id FROM connections_connection WHERE practice_id = %(practice)s AND state <> %(disconnected)s
  ORDER BY id LIMIT 1
)
SELECT 'who', r.remote_id, r.name, r.title, r.first_name, r.last_name FROM mirror_practitioner r, live
  WHERE r.connection_id = live.id AND r.removed_at IS NULL AND r.active AND r.online
UNION ALL
SELECT 'where', r.remote_id, r.name, '', '', '' FROM mirror_location r, live
  WHERE r.connection_id = live.id AND r.removed_at IS NULL AND r.active AND r.online
UNION ALL
SELECT 'what', r.remote_id, r.name, '', '', '' FROM mirror_appointmenttype r, live
  WHERE r.connection_id = live.id AND r.removed_at IS NULL AND r.active AND r.online AND r.max_attendees = 1
  AND NOT EXISTS (
    SELECT FROM frontdesk_deskrules d
    WHERE d.practice_id = %(practice)s AND jsonb_exists(d.left_to_team, r.remote_id)
  )
UNION ALL
SELECT 'offered', o.practitioner_remote_id, o.location_remote_id, o.appointment_type_remote_id, '', ''
  FROM mirror_offering o, live WHERE o.connection_id = live.id
"""


def menu() -> Menu:
    """What can be booked online at the practice in force: everything whose own switch is on and that is offered."""
    rows: dict[str, list[tuple[str, ...]]] = {"who": [], "where": [], "what": [], "offered": []}
    with database.cursor() as cursor:
        disconnected = str(Connection.State.DISCONNECTED)
        cursor.execute(_ON_OFFER, {"practice": current_practice_id(), "disconnected": disconnected})
        for kind, *row in cursor.fetchall():
            rows[kind].append(tuple(row))
    practitioners = {id: tuple(names) for id, *names in rows["who"]}
    locations = {id: name for id, name, *_ in rows["where"]}
    types = {id: name for id, name, *_ in rows["what"]}
    possible = [
        (who, where, what)
        for who, where, what, *_ in rows["offered"]
        if who in practitioners and where in locations and what in types
    ]
    who_is_on = {who: practitioners[who] for who, _, _ in possible}
    return Menu(
        practitioners=_sorted(
            Choice(id, name, tuple(filter(None, (first, last, f"{title} {last}".strip()))))
            for id, (name, title, first, last) in who_is_on.items()
        ),
        appointment_types=_sorted(Choice(id, types[id]) for id in {what for _, _, what in possible}),
        locations=_sorted(Choice(id, locations[id]) for id in {where for _, where, _ in possible}),
    )


def _sorted(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    return tuple(sorted(choices, key=lambda choice: (choice.name, choice.id)))


def combinations(connection: Connection, wish: Wish, *, online: bool = True) -> Iterator[Combination]:
    """Who does the wished type where; with ``online`` as far as it is switched on."""
    rows = _Rows(connection, online=online)
    locations = {row.remote_id: row for row in rows.locations}
    practitioners = {row.remote_id: row for row in rows.practitioners}
    types = {row.remote_id: row for row in rows.types}
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
            yield Combination(practitioner, location, kind)


class Rosters:
    """Who usually works where on which weekday. What is extra or off on single days only the vendor knows, so this
    says whom to ask first, never whom not to ask."""

    def __init__(self, connection: Connection, possible: Collection[Combination]) -> None:
        names = {combination.practitioner.remote_id for combination in possible}
        rows = RosterDay.objects.filter(
            connection=connection, practitioner_remote_id__in=names, removed_at=None
        ).values_list("practitioner_remote_id", "location_remote_id", "weekday", "hours")
        self._works = {(who, where, weekday) for who, where, weekday, hours in rows if hours}

    def usually_works(self, combination: Combination, weekdays: Collection[int]) -> bool:
        """On one of these ISO weekdays; also said where nothing is known of anybody."""
        who, where = combination.practitioner.remote_id, combination.location.remote_id
        return not self._works or any((who, where, weekday) in self._works for weekday in weekdays)


def why_not_offered(connection: Connection, wish: Wish) -> Times:
    """Nothing fits while everything must be switched on: is it a switch, or does nobody do this at all?"""
    left_to_team = desk_rules().left_to_team
    for combination in combinations(connection, wish, online=False):
        if combination.type.remote_id in left_to_team:
            return Times(reason=NoTimes.SWITCHED_OFF, advice=_left_to_team(connection, combination.type.name))
        for scope, row in (
            ("location", combination.location),
            ("practitioner", combination.practitioner),
            ("appointment_type", combination.type),
        ):
            if not row.online:
                return Times(reason=NoTimes.SWITCHED_OFF, advice=switch_advice(connection, scope, row.name))
    return Times(reason=NoTimes.NOT_OFFERED)


def _left_to_team(connection: Connection, name: str) -> str:
    label = registry.vendor(connection.vendor).label
    return f"“{name}” is left to the team: book it in {label}. It is set under Settings > Front desk."


def switch_advice(connection: Connection, scope: str, name: str) -> str:
    """Which switch of the vendor's it is and where."""
    vendor = registry.vendor(connection.vendor)
    for switch in vendor.guide.switches:
        if switch.scope == scope:
            path = " → ".join(switch.path)
            return f"“{name}” is not open for online bookings. In {vendor.label}: {path} → “{switch.label}”."
    return f"“{name}” is not open for online bookings in {vendor.label}."
