"""Which sentence answers a question, if any does. Pure: words come as lexemes, whoever made them.

A wrong answer is worse than none, so a passage has to cover nearly all of what a question is about, weighed by how
rare each thing is in what the practice told us. What the practice never mentions weighs most.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from routiq.knowledge.questions import SUBJECTS, Concept, Kind, Query
from routiq.knowledge.shapes import fits, may_be_said
from routiq.knowledge.vocabulary import DROPPED, SOFT

Lexemes = frozenset[str]

BAR = 0.72
"""Share of the question, by weight, that heading and passage have to cover."""
UNIT_BAR = 0.6
"""The same for the very sentence, with its title and heading."""
_LEAST, _MOST, _SOFT = 0.5, 2.2, 0.25
_ALL_OF_IT = 0.7
_NOTHING_ALONE = SOFT | DROPPED | {"hour", "minute"}


@dataclass(frozen=True)
class Unit:
    text: str
    lexemes: Lexemes
    bare: Lexemes
    """Without amounts of money."""


@dataclass(frozen=True)
class Candidate:
    key: int
    title: Lexemes
    heading: Lexemes
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Found:
    key: int
    unit: int
    score: float


@dataclass(frozen=True)
class Weighed:
    """A concept as lexemes, with its weight."""

    alternatives: tuple[Lexemes, ...]
    weight: float
    soft: bool
    is_number: bool
    is_subject: bool = False
    """Not named in the question: what questions of its kind are about."""

    def ways_in(self, words: Lexemes) -> int:
        return sum(alternative <= words for alternative in self.alternatives)

    def said_in(self, words: Lexemes) -> bool:
        """In the very words of the question."""
        return bool(self.alternatives) and self.alternatives[0] <= words

    def stands_in(self, words: Lexemes) -> bool:
        return any(alternative <= words for alternative in self.alternatives)


def weigh(concept: Concept, lexemes_of: Mapping[str, Lexemes], documents: Sequence[Lexemes], total: int) -> Weighed:
    """``documents`` are the passages' words that the question names; ``total`` is how many passages there are."""
    ways = [lexemes for words in concept.alternatives if (lexemes := _lexemes(words, lexemes_of))]
    alternatives = tuple(dict.fromkeys(ways))
    often = sum(any(alternative <= words for alternative in alternatives) for words in documents)
    weight = min(max(math.log((total + 1) / (often + 0.5)), _LEAST), _MOST) if often else _MOST
    return Weighed(
        alternatives,
        _SOFT if concept.soft else weight,
        concept.soft,
        concept.name.isdigit(),
        concept in SUBJECTS.values(),
    )


def _lexemes(words: frozenset[str], lexemes_of: Mapping[str, Lexemes]) -> Lexemes:
    """Of one way to say it; none where all but a word of no weight is lost ("come to me")."""
    telling = {word: lexemes_of[word] for word in words if lexemes_of.get(word)}
    if len(words) > 1 and len(telling) == 1 and next(iter(telling)) in _NOTHING_ALONE:
        return frozenset()
    return frozenset[str]().union(*telling.values())


def covered(concepts: Sequence[Weighed], words: Lexemes) -> float:
    """The share of the question that these words hold, 0 to 1."""
    whole = sum(concept.weight for concept in concepts)
    return sum(concept.weight for concept in concepts if concept.stands_in(words)) / whole if whole else 0.0


def best(query: Query, concepts: Sequence[Weighed], candidates: Sequence[Candidate]) -> Found | None:
    """The sentence that answers, or ``None``."""
    if not any(not concept.soft for concept in concepts):
        return None
    found = [
        (Found(candidate.key, place, score), candidate.units[place].text)
        for candidate in candidates
        for place, score in _answers(query, concepts, candidate)
    ]
    found.sort(key=lambda one: (-one[0].score, one[0].unit))
    return next((one for one, text in found if may_be_said(text)), None)


def equally_good(
    query: Query, concepts: Sequence[Weighed], candidates: Sequence[Candidate], found: Found
) -> list[int]:
    """The other sentences of the same passage that answer as well: rows of a price list that all fit."""
    candidate = next(one for one in candidates if one.key == found.key)
    return [
        place
        for place, score in _answers(query, concepts, candidate)
        if place != found.unit and score >= found.score - 0.01
    ]


def _answers(query: Query, concepts: Sequence[Weighed], candidate: Candidate) -> Iterator[tuple[int, float]]:
    """The sentences of a passage that may answer, by their places, with their scores."""
    frame = candidate.title | candidate.heading
    everything = frame.union(*(one.lexemes for one in candidate.units))
    if covered(concepts, everything) < BAR:
        return
    for place, unit in enumerate(candidate.units):
        score = _score(query, concepts, candidate, unit, frame, everything)
        if score is not None and fits(query.kind, unit.text):
            yield place, score


def _score(
    query: Query, concepts: Sequence[Weighed], candidate: Candidate, unit: Unit, frame: Lexemes, everything: Lexemes
) -> float | None:
    """``frame``: what stands over the sentence; ``everything``: that, and all of the passage."""
    hard = [concept for concept in concepts if not concept.soft]
    # What was not named may stand anywhere in the passage; then it is said from its beginning.
    own = everything if all(concept.is_subject for concept in hard) else frame | unit.lexemes
    if (share := covered(concepts, own)) < (BAR if query.kind is not Kind.OTHER else UNIT_BAR):
        return None
    near = candidate.heading | unit.lexemes if query.kind is Kind.OTHER else own
    if not any(concept.stands_in(near) for concept in hard):
        return None
    if any(concept.is_number and not concept.stands_in(candidate.heading | unit.bare) for concept in hard):
        return None
    if query.kind is Kind.PRICE and not all(concept.stands_in(frame | unit.bare) for concept in hard):
        return None
    # What stands in the sentence counts most, then what stands in its heading; the very words before others for them.
    named = [concept for concept in hard if not concept.is_subject]
    if not named:
        return share
    if query.kind is Kind.OTHER and covered(concepts, frame) >= BAR:
        return share + _ALL_OF_IT  # All of it is about that: then it is said from its beginning.
    where = candidate.heading | unit.bare
    said = sum(concept.said_in(where) for concept in named) / len(named)
    ways = sum(concept.ways_in(where) for concept in named)
    return (
        share
        + 0.3 * covered(named, unit.bare)
        + 0.2 * covered(named, candidate.heading)
        + 0.25 * said
        + 0.02 * min(ways, 6)
    )
