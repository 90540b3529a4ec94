"""Reading the practice's facts from the mirror and from its own rules."""

from __future__ import annotations

from collections import defaultdict
from datetime import time

from routiq.connections.connecting import live_connection
from routiq.frontdesk.models import DeskRules
from routiq.frontdesk.rules import desk_rules
from routiq.knowledge.facts import Facts, Offered, Place, Practising
from routiq.knowledge.questions import plain
from routiq.mirror.models import AppointmentType, BookingRules, Location, Practitioner, RosterDay
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id


def facts_of_the_practice() -> Facts:
    """For the practice in force; with no connection, its name and its own rules."""
    name = Practice.objects.values_list("name", flat=True).get(pk=current_practice_id())
    connection = live_connection()
    if connection is None:
        return Facts(name, cancellation=_cancellation(""))
    here = {"connection": connection, "removed_at": None, "active": True}
    hours: dict[str, list[tuple[int, time, time]]] = defaultdict(list)
    for day in RosterDay.objects.filter(connection=connection, removed_at=None):
        for opens, closes in day.hours:
            hours[day.location_remote_id].append((day.weekday, time.fromisoformat(opens), time.fromisoformat(closes)))
    rules = BookingRules.objects.filter(connection=connection).first()
    left_to_team = desk_rules().left_to_team
    return Facts(
        name,
        places=tuple(
            Place(row.name, " ".join(row.address.split()), tuple(hours.get(row.remote_id, ())))
            for row in Location.objects.filter(**here).order_by("name")
        ),
        people=tuple(
            Practising(row.name, row.designation) for row in Practitioner.objects.filter(**here).order_by("name")
        ),
        types=tuple(
            Offered(row.name, row.duration_minutes, row.online and row.remote_id not in left_to_team)
            for row in AppointmentType.objects.filter(**here).order_by("name")
        ),
        cancellation=_cancellation(rules.policy if rules else ""),
    )


def own_words() -> frozenset[str]:
    """The practice's and its locations' own names: in a question they say nothing."""
    names = [Practice.objects.values_list("name", flat=True).get(pk=current_practice_id())]
    places = Location.objects.filter(practice_id=current_practice_id(), removed_at=None, active=True)
    return frozenset(plain(" ".join([*names, *places.values_list("name", flat=True)])).split())


def _cancellation(policy: str) -> str:
    """The words of the practice's system, or else of its own rule here, where somebody has set one."""
    own = DeskRules.objects.filter(practice_id=current_practice_id()).first()
    if own is not None and own.cancellation_window_hours:
        hours = own.cancellation_window_hours
        said = f"Please tell us at least {hours} hours before if you have to cancel."
        if own.cancellation_fee:
            said += f" After that the fee is {own.cancellation_fee}."
        return said
    words = " ".join(policy.split())
    return words if "cancel" in words.lower() else ""
