"""What the knowledge pages show of a source and of an answer, in words."""

from __future__ import annotations

from dataclasses import dataclass

from routiq.knowledge.answering import Finding, Missing
from routiq.knowledge.models import Source
from routiq.knowledge.problems import Problem, problem

_LOOKS = {
    Source.State.WAITING: "",
    Source.State.READING: "",
    Source.State.READY: "good",
    Source.State.FAILED: "bad",
}
_MISSING = {
    Missing.UNKNOWN: "Nothing you told Robyn answers this. She would say so, promise that the team follows up, and "
    "list it under Gaps.",
    Missing.PRICE: "You told Robyn no such price. She would say that she does not have it, and pass the question on.",
    Missing.CLINICAL: "This is a clinical question. Robyn never answers those, whatever is written here.",
}


@dataclass(frozen=True)
class Line:
    source: Source
    look: str
    state: str
    problem: Problem | None

    @property
    def is_under_way(self) -> bool:
        return self.source.state in (Source.State.WAITING, Source.State.READING)


def lines() -> list[Line]:
    return [line_of(source) for source in Source.objects.defer("text").order_by("kind", "title", "pk")]


def line_of(source: Source) -> Line:
    state = Source.State(source.state)
    words = state.label
    if state is Source.State.FAILED and source.read_at is not None:
        words = "Could not be read again"
    return Line(source, _LOOKS[state], words, problem(source.problem) if source.problem else None)


@dataclass(frozen=True)
class Shown:
    words: str
    source: str = ""
    link: str = ""
    source_id: int | None = None
    is_answer: bool = False


def found_in_words(found: Finding) -> Shown:
    if found.answer is None:
        return Shown(_MISSING[found.missing or Missing.UNKNOWN])
    answer = found.answer
    return Shown(answer.words, answer.source, answer.link, answer.source_id, is_answer=True)
