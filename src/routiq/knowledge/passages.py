"""Cutting text into passages: a heading, and under it units that can be quoted one by one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

LONGEST = 600
"""Characters of a passage, as long as no single unit is longer."""
LONGEST_UNIT = 500
"""A unit that is longer is cut at a space: it could not be spoken."""
_LONGEST_HEADING = 90
_BULLET = re.compile(r"^\s*(?:[-*•·–▪●◦‣]|\(?\d{1,2}[.)]|[a-z]\))\s+")
_MARK = re.compile(r"^\s*#{1,6}\s+")
_ASKED, _ANSWERED = re.compile(r"^\s*q\s*[:.]\s*", re.IGNORECASE), re.compile(r"^\s*a\s*[:.]\s*", re.IGNORECASE)
_SENTENCE = re.compile(
    r"(?<!\bDr\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bSt\.)(?<!\bNo\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bapprox\.)"
    r"(?<!\ba\.m\.)(?<!\bp\.m\.)(?<!\bmin\.)(?<!\bProf\.)(?<=[.!?])[\"”’)]?\s+(?=[\"“(]?[A-Z0-9$])"
)


@dataclass(frozen=True)
class Section:
    heading: str
    units: tuple[str, ...]
    number: int | None = None
    """The page of a document, from 1."""


@dataclass
class _Open:
    heading: str = ""
    units: list[str] = field(default_factory=list)


def sentences(text: str) -> list[str]:
    """The sentences of one paragraph."""
    whole = " ".join(text.split())
    return [piece for one in _SENTENCE.split(whole) if one.strip() for piece in _cut(one.strip())]


def _cut(unit: str) -> Iterator[str]:
    while len(unit) > LONGEST_UNIT:
        at = unit.rfind(" ", 0, LONGEST_UNIT)
        at = at if at > 0 else LONGEST_UNIT
        yield unit[:at]
        unit = unit[at:].strip()
    if unit:
        yield unit


def packed(sections: Iterable[Section]) -> Iterator[Section]:
    """The same in pieces of at most :data:`LONGEST` characters, each with its heading."""
    for section in sections:
        taken: list[str] = []
        for unit in section.units:
            if taken and sum(map(len, taken)) + len(unit) > LONGEST:
                yield Section(section.heading, tuple(taken), section.number)
                taken = []
            taken.append(unit)
        if taken:
            yield Section(section.heading, tuple(taken), section.number)


def of_plain_text(text: str, number: int | None = None) -> list[Section]:
    """A note, or a page of a document: lines that may be wrapped, with headings and lists as people type them."""
    found: list[_Open] = [_Open()]
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            found[-1].units.extend(sentences(" ".join(paragraph)))
            paragraph.clear()

    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    for place, line in enumerate(lines):
        bare = line.strip()
        if _ANSWERED.match(bare):
            close()
            bare = _ANSWERED.sub("", bare)
        if not bare:
            close()
            continue
        following = lines[place + 1].strip() if place + 1 < len(lines) else ""
        after_break = not paragraph
        if _is_heading(line, following, after_break=after_break):
            close()
            found.append(_Open(_ASKED.sub("", _MARK.sub("", bare)).strip(" :*_")[:200]))
        elif _BULLET.match(line) or (_stands_alone(bare) and not _ANSWERED.match(line)):
            close()
            found[-1].units.extend(_cut(_BULLET.sub("", line).strip()))
        else:
            paragraph.append(bare)
    close()
    return [Section(one.heading, tuple(one.units), number) for one in found if one.units]


def _is_heading(line: str, following: str, *, after_break: bool) -> bool:
    bare = line.strip()
    if _MARK.match(line) or (_ASKED.match(line) and len(bare) <= 200):
        return True
    if len(bare) > _LONGEST_HEADING or _BULLET.match(line) or not following:
        return False
    if bare.endswith("?"):
        return True
    return after_break and bare[-1] not in ".,;!" and not _stands_alone(bare) and not _looks_wrapped(bare, following)


def _looks_wrapped(bare: str, following: str) -> bool:
    """A line of running text that goes on in the next."""
    return len(bare.split()) > 10 or following[:1].islower()


def _stands_alone(bare: str) -> bool:
    """A row such as ``Initial consultation: $120`` or ``Monday 8 am - 6 pm``, that no other line continues."""
    if len(bare) > 120 or bare.endswith(("?", "!")):
        return False
    return bool(re.search(r"\$\s?\d[\d,.]*(?: ?(?:each|per \w+|\([^)]*\)))?\.?$|:\s*\S", bare)) or bool(
        re.match(r"(?:mon|tue|wed|thu|fri|sat|sun|public hol|weekend)\w*\b.{0,40}(?:\d|closed)", bare, re.IGNORECASE)
    )
