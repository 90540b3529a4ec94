"""Choosing a time by hand: what was chosen so far, the free times as the front desk finds them, and their sealing."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from routiq.dashboard.calendarpage import day_of
from routiq.frontdesk import sealing, times
from routiq.frontdesk.models import Write
from routiq.frontdesk.people import habit_of
from routiq.frontdesk.rules import desk_rules
from routiq.frontdesk.wishes import Choice, Menu, NoTimes, OfferedTime, Wish
from routiq.mirror.models import Patient
from routiq.practices.clocks import clock
from routiq.practices.models import Practice
from routiq.practices.sessions import give_back
from routiq.practices.tenancy import current_practice_id

#: More than fit into one practitioner's day.
MOST_A_DAY = 100
NEXT_ONES = 12
#: How long a page with times may lie open: each is read again at the vendor before it is booked in any case.
GOOD_FOR = timedelta(minutes=30)
#: How long a second click waits for the answer of the first, in seconds.
PATIENCE = 8.0
_PLACE = "routiq.dashboard.time"


@dataclass(frozen=True)
class Chosen:
    """What the address says; empty ids mean "any", and of the type "not chosen yet"."""

    menu: Menu
    type_id: str
    practitioner_id: str
    location_id: str
    day: date


def chosen(request: HttpRequest, practice: Practice, patient: Patient | None) -> Chosen:
    """As far as it can be booked; where the address says nothing, what the patient had last."""
    menu = times.menu()
    habit = habit_of(patient.remote_id) if patient else None
    asked = request.POST if request.method == "POST" else request.GET

    def pick(name: str, choices: Sequence[Choice], usual: str = "") -> str:
        wanted = asked.get(name, usual)
        return wanted if any(choice.id == wanted for choice in choices) else ""

    today = timezone.now().astimezone(practice.zone).date()
    type_id = pick("type", menu.appointment_types, habit.appointment_type_id if habit else "")
    return Chosen(
        menu=menu,
        type_id=type_id,
        practitioner_id=pick("practitioner", menu.practitioners, habit.practitioner_id if habit else ""),
        location_id=pick("location", menu.locations, habit.location_id if habit else ""),
        day=max(day_of(asked.get("day", ""), today), today),
    )


@dataclass(frozen=True)
class FreeTime:
    offer: OfferedTime
    sealed: str


@dataclass(frozen=True)
class FreeDay:
    day: date
    times: tuple[FreeTime, ...]


@dataclass(frozen=True)
class Found:
    """Free times of the wished day; where it has none, the next ones after it; or the reason why there are none."""

    days: tuple[FreeDay, ...] = ()
    is_later: bool = False
    words: str = ""
    advice: str = ""


def find(wanted: Chosen) -> Found:
    """Asks the vendor, in the lane of those who wait."""
    wish = Wish(wanted.type_id, wanted.practitioner_id, wanted.location_id)
    found = times.find_times(replace(wish, days=(wanted.day,), count=MOST_A_DAY))
    is_later = False
    if not found.offers and found.reason is NoTimes.FULL:
        found = times.find_times(replace(wish, first_day=wanted.day + timedelta(days=1), count=NEXT_ONES))
        is_later = True
    if not found.offers:
        return Found(words=_REASONS[found.reason or NoTimes.FULL], advice=found.advice)
    days = tuple(
        FreeDay(day, tuple(FreeTime(offer, seal(offer)) for offer in offers))
        for day, offers in groupby(found.offers, key=lambda offer: offer.local_start.date())
    )
    return Found(days=days, is_later=is_later)


_REASONS = {
    NoTimes.FULL: "Nothing is free on this day or in the weeks after it.",
    NoTimes.BEYOND: "This day lies further ahead than the practice opens its diary.",
    NoTimes.TOO_SOON: "This day lies within the notice that the practice wants. Choose a later one.",
    NoTimes.SWITCHED_OFF: "This is switched off for online bookings, so no free times can be read.",
    NoTimes.NOT_OFFERED: "Nobody offers this in this combination. Choose another practitioner or location.",
    NoTimes.UNAVAILABLE: "The free times cannot be read at the moment.",
}


def seal(offer: OfferedTime) -> str:
    """A free time as signed text for the form: what was not shown cannot be sent."""
    return sealing.seal(offer, current_practice_id(), _PLACE)


def unseal(text: str) -> OfferedTime | None:
    """The time, or ``None`` for one that was never shown to this practice, or too long ago."""
    offer, fresh = sealing.unseal(text, current_practice_id(), _PLACE, GOOD_FOR) or (None, False)
    return offer if fresh else None


def new_intent() -> str:
    """One for each page that is drawn: whatever is pressed on it, and however often, is one write."""
    return secrets.token_hex(16)


def intent_of(request: HttpRequest) -> str:
    """The key of what this page's form asks for; empty for a form that is none of ours."""
    text = request.POST.get("intent", "")
    return f"person:{request.user.pk}:{text}" if re.fullmatch(r"[0-9a-f]{32}", text) else ""


def settled(intent_key: str) -> Write | None:
    """What stands in the journal for this intent. What another click asked for is waited for."""
    deadline = time.monotonic() + PATIENCE
    at_work = (Write.State.HELD, Write.State.SENT)
    while True:
        write = Write.objects.filter(intent_key=intent_key).select_related("connection__practice").first()
        if write is None or write.state not in at_work or time.monotonic() > deadline:
            return write
        give_back()
        time.sleep(0.1)


def spoken(moment: datetime, zone: str) -> str:
    """``Fri 20 Nov 2026, 2:30 pm`` by the clock at the place."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y}, {clock(local)}"


def offer_words(offer: OfferedTime) -> str:
    return f"{spoken(offer.starts_at, offer.zone)} with {offer.practitioner_name} at {offer.location_name}"


def form_context(request: HttpRequest, wanted: Chosen) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "menu": wanted.menu,
        "intent": new_intent(),
        "instructions": desk_rules().booking_instructions,
    }
