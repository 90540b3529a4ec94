"""How often the right words are found, and that nothing wrong is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from routiq.knowledge import sources
from routiq.knowledge.answering import Finding, Missing, find
from routiq.practices.audit import SYSTEM
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from tests.conftest import make_practice
from tests.knowledge.practices import EXPECTED, HARBOUR, TOTARA, TOTARA_EXPECTED, WATTLE, WATTLE_EXPECTED


@dataclass
class Score:
    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Something was said that should not have been."""
    silent: list[str] = field(default_factory=list)
    """Nothing was said although it was known."""
    other: list[str] = field(default_factory=list)
    """Nothing was said, for another reason than expected."""

    def __str__(self) -> str:
        return "\n".join(
            [f"wrong: {one}" for one in self.wrong]
            + [f"silent: {one}" for one in self.silent]
            + [f"other reason: {one}" for one in self.other]
        )


def judge(expected: Mapping[str, str | None]) -> Score:
    score = Score()
    for question, wanted in expected.items():
        found = find(question)
        reason = {None: Missing.UNKNOWN, "price": Missing.PRICE, "clinical": Missing.CLINICAL}.get(wanted)
        if reason is None:
            _judge_answer(score, question, wanted or "", found)
        elif found.answer is not None:
            score.wrong.append(f"{question} -> {found.answer.words}")
        else:
            (score.right if found.missing is reason else score.other).append(f"{question} -> {found.missing}")
    return score


def _judge_answer(score: Score, question: str, wanted: str, found: Finding) -> None:
    if found.answer is None:
        score.silent.append(f"{question} -> {found.missing}")
    elif wanted in found.answer.words:
        score.right.append(question)
    else:
        score.wrong.append(f"{question} -> {found.answer.words}")


def taught(notes: Mapping[str, str], name: str) -> Practice:
    practice, _ = make_practice(name)
    with acting_for(practice.pk):
        for title, text in notes.items():
            sources.add_note(title, text, SYSTEM)
    return practice


@pytest.fixture
def harbour(db: None) -> Iterator[Practice]:
    practice = taught(HARBOUR, "Harbour Street Physiotherapy")
    with acting_for(practice.pk):
        yield practice


@pytest.fixture
def wattle(db: None) -> Iterator[Practice]:
    practice = taught(WATTLE, "Wattle Grove Podiatry")
    with acting_for(practice.pk):
        yield practice


@pytest.fixture
def totara(db: None) -> Iterator[Practice]:
    practice = taught(TOTARA, "Totara Chiropractic")
    with acting_for(practice.pk):
        yield practice


def answerable(expected: Mapping[str, str | None]) -> int:
    return sum(wanted not in (None, "price", "clinical") for wanted in expected.values())


def test_what_is_known_is_found_and_nothing_wrong_is_said(harbour: Practice) -> None:
    score = judge(EXPECTED)
    assert not score.wrong, str(score)
    assert len(score.silent) <= 0.06 * answerable(EXPECTED), str(score)
    assert not score.other, str(score)


def test_so_it_is_at_a_practice_of_another_kind(wattle: Practice) -> None:
    score = judge(WATTLE_EXPECTED)
    assert not score.wrong, str(score)
    assert len(score.silent) <= 0.15 * answerable(WATTLE_EXPECTED), str(score)


def test_so_it_is_at_a_third_practice(totara: Practice) -> None:
    score = judge(TOTARA_EXPECTED)
    assert not score.wrong, str(score)
    assert len(score.silent) <= 0.15 * answerable(TOTARA_EXPECTED), str(score)


PARTIAL = "Hydrotherapy assessment: $140\nStandard consultation: $95\nShockwave therapy costs $30 extra."


@pytest.mark.parametrize(
    "question",
    [
        "what's an initial worth",
        "how much is a first appointment?",
        "what do new patients pay?",
        "how much for a long consultation",
        "what does a telehealth follow-up cost?",
        "how much is a massage",
        "what's a class cost",
        "how much are orthotics",
    ],
)
def test_the_price_of_one_thing_is_never_told_for_another(db: None, question: str) -> None:
    practice = taught({"Fees": PARTIAL}, "Harbour Street Physiotherapy")
    with acting_for(practice.pk):
        found = find(question)
        assert found.answer is None, found.answer
        assert found.missing is Missing.PRICE
