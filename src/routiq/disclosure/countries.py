"""What the law of a practice's country asks for, in words for its owner. Design input, not legal advice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Law:
    document: str
    """What the text is to go into, as it is called there."""
    why: str
    """Which law asks for it, in a sentence or two."""
    abroad: str
    """What to look at where words go to a server abroad."""


LAWS = {
    "AU": Law(
        document="privacy policy",
        why="From 10 December 2026 Australian Privacy Principle 1 (paragraphs 1.7 to 1.9) asks you to say in your "
        "privacy policy which personal information computer programs use for decisions that could significantly "
        "affect people. Access to health care is one of the kinds it names, and plain rules count as "
        "well as artificial intelligence.",
        abroad="Where a server stands abroad, Australian Privacy Principle 8 makes you answer for it.",
    ),
    "NZ": Law(
        document="privacy statement",
        why="Under the Privacy Act 2020 and the Health Information Privacy Code 2020 people are to know what their "
        "health information is collected for and who receives it. This is what programs do with it at your practice, "
        "so that you can tell them.",
        abroad="Where a server stands abroad, look at rule 12 of the Health Information Privacy Code 2020.",
    ),
}
ELSEWHERE = Law(
    document="privacy policy",
    why="The law of many countries asks you to tell people which decisions about them programs make. This is what "
    "they do at your practice.",
    abroad="Where a server stands abroad, the law of your country may ask for more.",
)


def law_of(country_code: str) -> Law:
    """``country_code``: ISO alpha-2, of the practice."""
    return LAWS.get(country_code, ELSEWHERE)
