"""Reading the practice's facts from the mirror and from its own rules, each when it is needed and once a question."""

from __future__ import annotations

from collections import defaultdict
from datetime import time
from functools import cached_property
from typing import Any

from django.db import connection as database

from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.frontdesk.models import DeskRules
from routiq.frontdesk.rules import desk_rules
from routiq.knowledge.facts import Offered, Place, Practising
from routiq.knowledge.questions import plain
from routiq.mirror.models import AppointmentType, BookingRules, Location, Practitioner, RosterDay
from routiq.practices.tenancy import current_practice_id


class FactsOfThePractice:
    """Of the practice in force; with no connection, its name and its own rules. Implements
    :class:`routiq.knowledge.facts.Facts`. Made for one question: what it has read it does not read again."""

    @cached_property
    def own_words(self) -> frozenset[str]:
        """The practice's and its locations' own names: in a question they say nothing."""
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT name FROM practices_practice WHERE id = %(practice)s UNION ALL "
                "SELECT name FROM mirror_location WHERE practice_id = %(practice)s AND removed_at IS NULL AND active",
                {"practice": current_practice_id()},
            )
            return frozenset(plain(" ".join(name for (name,) in cursor.fetchall())).split())

    @cached_property
    def places(self) -> tuple[Place, ...]:
        hours: dict[str, list[tuple[int, time, time]]] = defaultdict(list)
        roster = RosterDay.objects.filter(connection=self._connection, removed_at=None)
        for where, weekday, spans in roster.values_list("location_remote_id", "weekday", "hours"):
            hours[where] += [
                (weekday, time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in spans
            ]
        rows = Location.objects.filter(**self._here).order_by("name").values_list("remote_id", "name", "address")
        return tuple(
            Place(id, name, " ".join(address.split()), tuple(hours.get(id, ()))) for id, name, address in rows
        )

    @cached_property
    def people(self) -> tuple[Practising, ...]:
        rows = Practitioner.objects.filter(**self._here).order_by("name").values_list("name", "designation")
        return tuple(Practising(name, designation) for name, designation in rows)

    @cached_property
    def types(self) -> tuple[Offered, ...]:
        left_to_team = self._rules.left_to_team
        rows = AppointmentType.objects.filter(**self._here).order_by("name")
        return tuple(
            Offered(name, minutes, online and id not in left_to_team)
            for id, name, minutes, online in rows.values_list("remote_id", "name", "duration_minutes", "online")
        )

    @cached_property
    def cancellation(self) -> str:
        """The practice's own rule here, where somebody has set one, or else the words of its system."""
        own = self._rules
        if own.pk is not None and own.cancellation_window_hours:
            said = f"Please tell us at least {own.cancellation_window_hours} hours before if you have to cancel."
            return f"{said} After that the fee is {own.cancellation_fee}." if own.cancellation_fee else said
        policies = BookingRules.objects.filter(connection=self._connection).values_list("policy", flat=True)
        words = " ".join((policies.first() or "").split())
        return words if "cancel" in words.lower() else ""

    @cached_property
    def _rules(self) -> DeskRules:
        return desk_rules()

    @cached_property
    def _connection(self) -> Connection | None:
        return live_connection()

    @property
    def _here(self) -> dict[str, Any]:
        return {"connection": self._connection, "removed_at": None, "active": True}
