"""How often changes are looked for: as often as somebody needs it, within a share of the request budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from routiq.pms.pacing import BudgetRules

#: How often it is looked which looks are due: a look that would be late by the next time is due now.
TICK = timedelta(seconds=3)
WATCHED = timedelta(seconds=5)
OPEN_HOURS = timedelta(seconds=10)
QUIET = timedelta(seconds=60)
THOROUGH, THOROUGH_BESIDE_EVENTS = timedelta(minutes=1), timedelta(minutes=5)
#: So many requests more than a quick look takes a thorough one.
THOROUGH_EXTRA = 2
#: The practice's own lists are read this often, and a system that announces nothing is asked at least this often. A
#: quarter of an hour at worst is promised, and a round takes its time too.
ROUND = timedelta(minutes=12)
#: So many changes in a row that no event announced, and none for so long: the events do not arrive.
MISSED = 5
SILENT = timedelta(minutes=5)


@dataclass(frozen=True)
class Need:
    """What is known of a practice when the next look is planned. Moments are aware."""

    zone: ZoneInfo
    watched_until: datetime | None = None
    webhooks_live: bool = False
    """Events are registered and arrive."""
    announces: bool = True
    """The system can announce changes at all; one that cannot is not asked every few seconds instead."""
    quick_round: timedelta | None = None
    """Where nothing is announced: between the rounds, how often to look while somebody may wait for it."""


def interval(need: Need, now: datetime) -> timedelta:
    """How long after the last look the next one has to be over with: the promise to whoever waits for a change."""
    if need.webhooks_live:
        return QUIET
    watched = need.watched_until is not None and now < need.watched_until
    opened = settings.OFFICE_HOURS.are_on(now.astimezone(need.zone))
    if not need.announces:
        return need.quick_round if need.quick_round is not None and (watched or opened) else ROUND
    if watched:
        return WATCHED
    return OPEN_HOURS if opened else QUIET


def least_apart(requests: int, rules: BudgetRules) -> timedelta:
    """How far apart looks of so many requests must begin for all of them, and once a minute a thorough one, to fit
    into what polls have: however much somebody waits, they are never looked for more often."""
    if rules.limit is None:
        return timedelta()
    windows_a_minute = 60 / rules.window_seconds
    left = max(rules.polls * windows_a_minute - THOROUGH_EXTRA, 1)
    return timedelta(minutes=1) * requests / left


def thorough_interval(need: Need) -> timedelta:
    """How long after the last thorough look the next one is due: events announce what a quick look would miss."""
    if not need.announces:
        return ROUND
    return THOROUGH_BESIDE_EVENTS if need.webhooks_live else THOROUGH


def in_words(need: Need) -> str:
    """How soon a change is here, as a sentence for the practice."""
    if need.announces:
        return (
            "Single changes come within seconds where webhooks are live, otherwise within about ten seconds in "
            "business hours."
        )
    if need.quick_round is None:
        return "Single changes come within 15 minutes."
    minutes = -(-need.quick_round // timedelta(minutes=1))
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return (
        f"Changes to patients and appointments come within about {wait} in business hours, everything else within 15 "
        "minutes."
    )


def events_arrive(missed: int, last_event_at: datetime | None, registered_at: datetime, now: datetime) -> bool:
    """Whether registered webhooks can be relied on, or polls find what no event announced."""
    return missed < MISSED or now - (last_event_at or registered_at) < SILENT
