"""The room's door: a question in, the practice's own words out, or nothing.

What is given back is data: a quotation and where it stands. Nothing that a page says is ever read as more (V6).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db import connection as database

from routiq.knowledge import alike, clinical, facts, questions, quoting, ranking, searching
from routiq.knowledge.models import Passage, Source
from routiq.knowledge.practicefacts import FactsOfThePractice
from routiq.knowledge.questions import Kind, Query
from routiq.practices.tenancy import current_practice_id

SYSTEM = "the practice management system"
"""The source of a fact."""
#: A note that somebody wrote for a question answers what is as close to it as this.
SAME_QUESTION = 0.8


class Missing(StrEnum):
    """Why there is no answer."""

    UNKNOWN = "unknown"
    PRICE = "price"
    """A price that the practice told us nothing about (KB-07)."""
    CLINICAL = "clinical"
    """Never answered from here (KB-05)."""


@dataclass(frozen=True)
class Answer:
    words: str
    """Of the practice, as they stand, or a fact of its system; short enough for the channel."""
    source: str
    """What it stands in: the title of a note, a page, a document, or the practice's system."""
    link: str = ""
    """The web page; empty for what has none."""
    source_id: int | None = None
    """Our own row; ``None`` for a fact of the practice's system."""
    topic: str = ""


@dataclass(frozen=True)
class Finding:
    answer: Answer | None
    missing: Missing | None = None


def find(question: str, *, channel: str = "", location_id: str = "") -> Finding:
    """What the practice in force says to this. Clinical questions are refused before anything is looked up.
    ``location_id`` is the vendor's, of the location that it is asked about without being named."""
    if clinical.is_clinical(question):
        return Finding(None, Missing.CLINICAL)
    answer = _written_for(question, channel)
    if answer is not None:
        return Finding(answer)
    practice = FactsOfThePractice()
    query = questions.read(question, practice.own_words)
    answer = (
        (_fact(facts.answer(query, question, practice)) if query.kind in facts.KINDS else None)
        or _quoted(query, channel)
        or _fact(facts.otherwise(query, question, practice, location_id))
    )
    if answer is not None:
        return Finding(answer)
    return Finding(None, Missing.PRICE if query.kind is Kind.PRICE else Missing.UNKNOWN)


def _written_for(question: str, channel: str) -> Answer | None:
    """The note that somebody wrote to answer this very question (KB-04)."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT id, asked FROM knowledge_source WHERE practice_id = %s AND kind = %s AND asked <> '{}' "
            "ORDER BY id",
            [current_practice_id(), str(Source.Kind.NOTE)],
        )
        written = cursor.fetchall()
    best, best_pk = 0.0, 0
    gist = alike.gist(question)
    for pk, asked in written:
        closeness = max(alike.closeness(gist, alike.gist(one)) for one in asked)
        if closeness >= SAME_QUESTION and closeness > best:
            best, best_pk = closeness, pk
    source = Source.objects.filter(pk=best_pk).first() if best_pk else None
    if source is None:
        return None
    words = quoting.quote(source.text.split("\n"), 0, Kind.OTHER, channel)
    return Answer(words, source.title, source_id=source.pk, topic=source.topic)


def _fact(fact: facts.Fact | None) -> Answer | None:
    return Answer(fact.text, SYSTEM, topic=fact.topic) if fact else None


def _quoted(query: Query, channel: str) -> Answer | None:
    query = _with_its_subject(query)
    if not query.hard:
        return None
    lexemes_of = searching.lexemes_of(query.words)
    hits, everything = searching.hits(frozenset[str]().union(*lexemes_of.values()))
    if not hits:
        return None
    documents = [hit.lexemes for hit in hits]
    concepts = [ranking.weigh(concept, lexemes_of, documents, everything) for concept in query.concepts]
    near = sorted(hits, key=lambda hit: -ranking.covered(concepts, hit.lexemes))[: searching.LOOKED_AT]
    candidates, passages = searching.candidates([hit.passage_id for hit in near])
    found = ranking.best(query, concepts, candidates)
    if found is None:
        return None
    also = ranking.equally_good(query, concepts, candidates, found)
    return _from_passage(passages[found.key], found.unit, query.kind, channel, also)


def _with_its_subject(query: Query) -> Query:
    """A question that names nothing but its kind ("what are your prices?") is about that."""
    subject = questions.SUBJECTS.get(query.kind)
    if subject is None or (query.hard and query.kind is not Kind.HOURS):
        return query
    return Query(query.kind, (*query.concepts, subject))


def _from_passage(passage: Passage, unit: int, kind: Kind, channel: str, also: list[int]) -> Answer:
    words = quoting.quote(passage.text.split("\n"), unit, kind, channel, also)
    return Answer(words, passage.title, passage.address, passage.source_id, passage.source.topic)
