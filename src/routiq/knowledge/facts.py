"""What the copy of the practice's own system answers: where it is, who works there, what is offered and for how long,
and when people are usually there. Pure; :mod:`routiq.knowledge.practicefacts` reads them.

Only questions that ask for exactly such a fact are answered; one word more, and it is not for this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import groupby
from typing import Protocol

from routiq.knowledge.questions import Concept, Kind, Query, plain
from routiq.practices.clocks import short_clock

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WHEN = frozenset((*_DAYS, "Weekend", "Morning", "Afternoon", "Arvo", "Evening", "Night", "Today", "Tomorrow"))
_MOST_NAMED = 6
_BEFORE_OWN = re.compile(r".*(?:\s[-–|]\s|[:,]\s)")
"""Where in a place's name its own begins."""
_MOST_PLACES = 3
"""Whose hours can be listened to."""
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "miss", "prof", "professor", "doctor"})


@dataclass(frozen=True)
class Place:
    id: str
    """The vendor's."""
    name: str
    address: str
    hours: tuple[tuple[int, time, time], ...] = ()
    """ISO weekday, from, to, by the clock there: when somebody of the team is usually there."""


@dataclass(frozen=True)
class Practising:
    name: str
    designation: str


@dataclass(frozen=True)
class Offered:
    name: str
    minutes: int
    online: bool


class Facts(Protocol):
    """Each is read when it is asked for."""

    @property
    def places(self) -> tuple[Place, ...]: ...

    @property
    def people(self) -> tuple[Practising, ...]: ...

    @property
    def types(self) -> tuple[Offered, ...]: ...

    @property
    def cancellation(self) -> str:
        """The practice's rule for cancelling, as a sentence; empty where there is none."""
        ...


@dataclass(frozen=True)
class Fact:
    topic: str
    """One of :mod:`routiq.knowledge.topics`."""
    text: str


KINDS = frozenset((Kind.WHERE, Kind.LENGTH, Kind.WHO, Kind.WHICH))
"""What a fact may answer before anything that the practice wrote."""


def answer(query: Query, question: str, facts: Facts) -> Fact | None:
    """The fact that is asked for, before anything the practice wrote is looked at."""
    said = plain(question)
    if query.kind is Kind.WHERE and not _beyond(query, facts.places):
        return _where(said, facts)
    if query.kind is Kind.LENGTH:
        return _length(query, facts)
    if query.kind is Kind.WHO:
        return _who(query, facts)
    if query.kind is Kind.WHICH and not query.hard:
        return _which(facts)
    return None


def otherwise(query: Query, question: str, facts: Facts, location_id: str = "") -> Fact | None:
    """The fact that stands in for words that the practice has not written. ``location_id`` is of the place that the
    talk is about, when it is about one."""
    if query.kind is Kind.HOURS and all(_names_when(concept) for concept in query.hard):
        return _hours(plain(question), facts, _weekdays(query), location_id)
    if query.kind is not Kind.PRICE and _about_cancelling(query) and facts.cancellation:
        return Fact("cancellation", facts.cancellation)
    if query.kind is Kind.OTHER:
        return _offers(query, question, facts)
    return None


def _about_cancelling(query: Query) -> bool:
    names = {concept.name for concept in query.hard}
    return "cancel" in names and names <= {"cancel", "notice"}


def _beyond(query: Query, places: Sequence[Place]) -> bool:
    """Is there something in the question that is no place of ours?"""
    ours = {word for place in places for word in plain(place.name).split()}
    return any(concept.name not in ours for concept in query.hard)


def _named(said: str, places: Sequence[Place]) -> list[Place]:
    words, called = set(said.split()), _told_apart(places)
    found = [place for place in places if set(plain(called[place.id]).split()) <= words]
    return found or list(places)


def _where(said: str, facts: Facts) -> Fact | None:
    places = [place for place in _named(said, facts.places) if place.address]
    if not places or len(places) > _MOST_NAMED:
        return None
    if len(places) == 1:
        return Fact("locations", f"We are at {places[0].address}.")
    listed = "; ".join(f"{place.name}: {place.address}" for place in places)
    return Fact("locations", f"We are in {len(places)} places. {listed}.")


def _length(query: Query, facts: Facts) -> Fact | None:
    """Of exactly one type that holds every word that was asked about."""
    wanted = [concept for concept in query.concepts if not concept.soft]
    if not wanted:
        return None
    fitting = [
        kind
        for kind in facts.types
        if all(any(words <= _words(kind.name) for words in concept.alternatives) for concept in wanted)
    ]
    if not fitting or len({kind.minutes for kind in fitting}) > 1:
        return None
    minutes = fitting[0].minutes
    return Fact("services", f"{fitting[0].name} takes {minutes} minutes.")


def _who(query: Query, facts: Facts) -> Fact | None:
    asked = [concept.name for concept in query.hard if concept.name not in _TITLES]
    if not asked:
        return _everybody(facts)
    fitting = [person for person in facts.people if set(asked) <= _words(person.name)]
    if len(fitting) != 1:
        return None
    return Fact("practitioners", f"Yes, {_introduced(fitting[0])} works with us.")


def _everybody(facts: Facts) -> Fact | None:
    if not facts.people or len(facts.people) > _MOST_NAMED * 2:
        return None
    named = [_introduced(person) for person in facts.people]
    return Fact("practitioners", f"Our practitioners are {_listed(named)}.")


def _introduced(person: Practising) -> str:
    return f"{person.name} ({person.designation})" if person.designation else person.name


def _which(facts: Facts) -> Fact | None:
    names = list(dict.fromkeys(kind.name for kind in facts.types if kind.online))
    if not names:
        return None
    more = f", and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    shown = ", ".join(names) if more else _listed(names)
    if more:
        shown = ", ".join(names[:_MOST_NAMED])
    return Fact("services", f"You can book {shown}{more}.")


def _offers(query: Query, question: str, facts: Facts) -> Fact | None:
    """ "Do you do remedial massage?" where a type that is open for booking has all these words."""
    said = plain(question)
    if not query.hard or not said.startswith(("do you", "can i get", "can i have", "do you guys", "can i book")):
        return None
    fitting = [
        kind
        for kind in facts.types
        if kind.online
        and all(any(words <= _words(kind.name) for words in concept.alternatives) for concept in query.hard)
    ]
    if not fitting:
        return None
    first = fitting[0]
    return Fact("services", f"Yes, we offer {first.name}, which takes {first.minutes} minutes.")


def _names_when(concept: Concept) -> bool:
    return concept.name.title().removesuffix("s") in _WHEN


def _weekdays(query: Query) -> frozenset[int]:
    """The ISO weekdays that are named."""
    named = {concept.name.title().removesuffix("s") for concept in query.hard}
    days = {number for number, day in enumerate(_DAYS, 1) if day in named}
    return frozenset(days | {6, 7} if "Weekend" in named else days)


def _hours(said: str, facts: Facts, weekdays: frozenset[int], location_id: str) -> Fact | None:
    """When people are usually there: at the place that is named, else at the one that the talk is about, else at
    each; of the days that are named, else of the week."""
    staffed = [place for place in facts.places if place.hours]
    places = _named(said, staffed)
    if len(places) > 1:
        places = [place for place in places if place.id == location_id] or places
    if not places or len(places) > _MOST_PLACES:
        return None
    hours = {
        place: {day: span for day, span in spans(place).items() if not weekdays or day in weekdays}
        for place in places
    }
    called = _told_apart(facts.places)
    is_one_of_many = len(facts.places) > 1
    there = [place for place in places if hours[place]]
    if not there:
        where = f"at {_listed([called[place.id] for place in places])}" if is_one_of_many else "here"
        return Fact("hours", f"Our practitioners are usually not {where} on {_listed(_called(weekdays))}.")
    if not is_one_of_many:
        return Fact("hours", f"Our practitioners are usually here {in_words(hours[there[0]])}.")
    alike: dict[str, list[str]] = {}
    for place in there:
        alike.setdefault(in_words(hours[place]), []).append(called[place.id])
    said_of = _listed([f"at {_listed(names)} {when}" for when, names in alike.items()], comma=True)
    return Fact("hours", f"Our practitioners are usually {said_of}.")


def _told_apart(places: Sequence[Place]) -> dict[str, str]:
    """What each place is called by its id, without the words that all of them begin with, such as the practice's name
    before a dash."""
    before = _BEFORE_OWN.match(places[0].name) if len(places) > 1 else None
    shared = before[0] if before and all(place.name.startswith(before[0]) for place in places) else ""
    return {place.id: place.name.removeprefix(shared) for place in places}


def _called(weekdays: Iterable[int]) -> list[str]:
    return [_DAYS[day - 1] for day in sorted(weekdays)]


def spans(place: Place) -> dict[int, tuple[time, time]]:
    """From the first to the last by weekday."""
    found: dict[int, tuple[time, time]] = {}
    for weekday, opens, closes in place.hours:
        first, last = found.get(weekday, (opens, closes))
        found[weekday] = (min(first, opens), max(last, closes))
    return found


def in_words(hours: dict[int, tuple[time, time]]) -> str:
    """ "Monday to Thursday 8 am to 6 pm, and Friday 8 am to 4 pm"."""
    said = []
    for (opens, closes), group in groupby(sorted(hours), key=lambda day: hours[day]):
        days = list(group)
        if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
            named = f"{_DAYS[days[0] - 1]} to {_DAYS[days[-1] - 1]}"
        else:
            named = _listed(_called(days))
        said.append(f"{named} {short_clock(opens)} to {short_clock(closes)}")
    return _listed(said, comma=True)


def _listed(things: Sequence[str], *, comma: bool = False) -> str:
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])}{',' if comma else ''} and {things[-1]}"


def _words(name: str) -> frozenset[str]:
    words = plain(name).replace("-", " ").split()
    return frozenset(words) | frozenset(word[:-1] for word in words if word.endswith("s"))
