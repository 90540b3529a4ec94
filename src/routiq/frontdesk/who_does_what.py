"""Who does what where, as far as the practice has it switched on; and why something cannot be had online."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection as database

from routiq.connections.models import Connection
from routiq.frontdesk.known_times import Whose
from routiq.frontdesk.rules import desk_rules
from routiq.frontdesk.wishes import Choice, Menu, NoTimes, OfferedTime, Times, Wish
from routiq.mirror.models import AppointmentType, Location, Practitioner
from routiq.pms import registry
from routiq.practices.statements import rows_of
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


#: Who is there, where and what for, without classes; with ``online`` those whose own switch for online bookings is
#: on, without what the practice leaves to its team. In one statement: somebody on the line waits for it.
_COMBINATIONS = """
SELECT p.id, p.remote_id, p.name, p.online,
  l.id AS "location.id", l.remote_id AS "location.remote_id", l.name AS "location.name",
  l.time_zone AS "location.time_zone", l.online AS "location.online",
  t.id AS "type.id", t.remote_id AS "type.remote_id", t.name AS "type.name", t.online AS "type.online",
  t.duration_minutes AS "type.duration_minutes", t.lead_time_hours AS "type.lead_time_hours"
FROM mirror_offering o
JOIN mirror_practitioner p ON p.connection_id = o.connection_id AND p.remote_id = o.practitioner_remote_id
JOIN mirror_location l ON l.connection_id = o.connection_id AND l.remote_id = o.location_remote_id
JOIN mirror_appointmenttype t ON t.connection_id = o.connection_id AND t.remote_id = o.appointment_type_remote_id
WHERE o.connection_id = %(connection)s
  AND %(what)s IN ('', o.appointment_type_remote_id) AND %(who)s IN ('', o.practitioner_remote_id)
  AND %(where)s IN ('', o.location_remote_id)
  AND p.removed_at IS NULL AND p.active AND l.removed_at IS NULL AND l.active
  AND t.removed_at IS NULL AND t.active AND t.max_attendees = 1
  AND (NOT %(online)s OR p.online AND l.online AND t.online AND NOT EXISTS (
    SELECT FROM frontdesk_deskrules d
    WHERE d.practice_id = %(practice)s AND jsonb_exists(d.left_to_team, t.remote_id)
  ))
ORDER BY o.id
"""
#: The same rule for a menu, which is asked for before each line of a conversation.
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


def combinations(connection: Connection, wish: Wish, *, online: bool = True) -> list[Combination]:
    """Who does the wished type where; with ``online`` as far as it is switched on."""
    values = {
        "connection": connection.pk,
        "practice": connection.practice_id,
        "what": wish.appointment_type_id,
        "who": wish.practitioner_id,
        "where": wish.location_id,
        "online": online,
    }
    found: list[Any] = rows_of(Practitioner, _COMBINATIONS, values, location=Location, type=AppointmentType)
    return [Combination(each, each.location, each.type) for each in found]


_WORKING_DAYS = """
SELECT practitioner_remote_id, location_remote_id, weekday FROM mirror_rosterday
WHERE connection_id = %s AND practitioner_remote_id = ANY(%s) AND removed_at IS NULL AND hours <> '[]'
"""


class Rosters:
    """Who usually works where on which weekday. What is extra or off on single days only the vendor knows, so this
    says whom to ask first, never whom not to ask."""

    def __init__(self, connection: Connection, possible: Collection[Combination]) -> None:
        names = list({combination.practitioner.remote_id for combination in possible})
        with database.cursor() as cursor:
            cursor.execute(_WORKING_DAYS, [connection.pk, names])
            self._works = set(cursor.fetchall())

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
