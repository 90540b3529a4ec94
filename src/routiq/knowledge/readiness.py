"""Whether Robyn has something to say about what every patient asks (KB-06): one card for each topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce

from django.db import connection as database
from django.utils import timezone

from routiq.connections.connecting import live_connection
from routiq.knowledge import facts
from routiq.knowledge.facts import Facts
from routiq.knowledge.models import Passage, Source
from routiq.knowledge.practicefacts import FactsOfThePractice
from routiq.knowledge.quoting import joined
from routiq.knowledge.shapes import may_be_said, names_money
from routiq.knowledge.topics import TOPICS, Topic
from routiq.practices.tenancy import current_practice_id
from routiq.sync.health import freshness_of

#: A note or document that nobody touched for so long may be out of date.
OLD = timedelta(days=365)
_PREVIEW = 160


class Light(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class Card:
    topic: Topic
    light: Light
    source: str
    """Where it comes from, in a word: ``Website``, ``Document``, ``Note``, the system, or ``Empty``."""
    why: str
    """What the light means here, and what to do, as a sentence."""
    preview: str = ""
    updated: datetime | None = None
    source_id: int | None = None
    address: str = ""
    """The web page that it stands on."""


def cards() -> list[Card]:
    """For the practice in force, in the order in which the page shows them."""
    known = FactsOfThePractice()
    synced = _synced_at()
    return [_card(topic, known, synced) for topic in TOPICS]


def _synced_at() -> datetime | None:
    connection = live_connection()
    age = freshness_of(connection) if connection else None
    return timezone.now() - age if age is not None else None


def _card(topic: Topic, known: Facts, synced: datetime | None) -> Card:
    passage = _best(topic)
    from_system = _from_system(topic, known)
    if passage is not None:
        return _told(topic, passage)
    if from_system:
        if topic.from_system:
            return Card(
                topic, Light.GREEN, "Practice system", "Comes from your practice system.", from_system, synced
            )
        asked = f"{topic.ask[0].lower()}{topic.ask[1:]}"
        why = f"Only what your practice system holds. Write down what else patients ask: {asked}"
        return Card(topic, Light.AMBER, "Practice system", why, from_system, synced)
    return Card(topic, Light.RED, "Empty", f"Robyn has nothing to say about this. {topic.ask}")


def _told(topic: Topic, passage: Passage) -> Card:
    source = passage.source
    light, why = Light.GREEN, "Robyn answers this in your own words."
    if source.state == Source.State.FAILED:
        light, why = Light.AMBER, "It could not be read the last time: what was read before is still used."
    elif timezone.now() - source.changed_at > OLD and source.kind != Source.Kind.SITE:
        light, why = Light.AMBER, "Nobody changed it for a year. Look whether it is still right."
    elif topic.key == "services" and not names_money(passage.text):
        light, why = Light.AMBER, "There are no prices in it: Robyn tells callers that she does not have them."
    return Card(
        topic, light, source.get_kind_display(), why, _preview(passage), passage.read_at, source.pk, passage.address
    )


def _best(topic: Topic) -> Passage | None:
    """The passage that is most about the topic: a note written for it, then what is called so, then what speaks of
    it."""
    own = Passage.objects.filter(source__kind=Source.Kind.NOTE, source__topic=topic.key).select_related("source")
    if (written := own.order_by("-read_at", "pk").first()) is not None:
        return written
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM knowledge_passage WHERE practice_id = %(practice)s AND ("
            "to_tsvector('english', title || ' ' || heading) @@ to_tsquery('english', %(headings)s) "
            "OR search @@ to_tsquery('english', %(words)s)) "
            "ORDER BY (%(money)s AND text ~ '\\$\\s?\\d') DESC, "
            "to_tsvector('english', title || ' ' || heading) @@ to_tsquery('english', %(headings)s) DESC, "
            "ts_rank(search, to_tsquery('english', %(words)s)) DESC, id LIMIT 1",
            {
                "practice": current_practice_id(),
                "headings": topic.headings,
                "words": topic.words,
                "money": topic.key == "services",
            },
        )
        row = cursor.fetchone()
    return Passage.objects.select_related("source").get(pk=row[0]) if row else None


def _from_system(topic: Topic, known: Facts) -> str:
    if topic.key == "services":
        return _some([f"{kind.name} ({kind.minutes} min)" for kind in known.types if kind.online])
    if topic.key == "booking":
        count = sum(kind.online for kind in known.types)
        return f"{count} appointment type{'s' if count != 1 else ''} can be booked online." if count else ""
    if topic.key == "practitioners":
        return _some([person.name for person in known.people])
    if topic.key == "locations":
        return _some([f"{place.name}: {place.address}" for place in known.places if place.address])
    if topic.key == "hours":
        return _some([f"{place.name}: {facts.in_words(facts.spans(place))}" for place in known.places if place.hours])
    return known.cancellation if topic.key == "cancellation" else ""


def _some(things: Sequence[str]) -> str:
    return _short("; ".join(things))


def _preview(passage: Passage) -> str:
    units = [unit for unit in passage.text.split("\n") if may_be_said(unit)]
    return _short(reduce(joined, units)) if units else ""


def _short(text: str) -> str:
    return text if len(text) <= _PREVIEW else f"{text[: _PREVIEW - 1].rstrip()}…"
