"""Dialogues that people really typed, from a file that is not in this repository: what a reader hears in them.

A line of the file holds ``utterance``, ``previous`` (what the system had said), ``today``, ``date``, ``time`` and
``acts``. The dialogues are with another system, about other things than ours. Two things bridge that:
:func:`standing` tells from ``previous`` what a conversation of ours would know at that point, and :func:`acts_of`
puts our commands into the file's acts. Neither looks at what is expected.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.robyn_previous import question_of
from routiq.frontdesk.wishes import Choice, Menu, OfferedTime
from routiq.robyn.understanding.commands import (
    Affirm,
    Ask,
    AskOthers,
    Choose,
    Command,
    Correct,
    Deny,
    End,
    NameChoice,
    StartBooking,
    Thank,
    WishTime,
)
from routiq.robyn.understanding.reader import NO_MENU, Context, Question
from routiq.robyn.understanding.times import hear_times
from routiq.robyn.understanding.vocabulary import PROVIDER
from routiq.robyn.understanding.words import normalise

ZONE = ZoneInfo("Australia/Sydney")
EARLY = time(0, 1)
"""The file has only the day; at this hour nothing of it has gone by."""
ACTS = ("AFFIRM", "NEGATE", "SELECT", "REQUEST_ALTS", "THANK_YOU", "GOODBYE", "INFORM_INTENT")

_TRADE = re.compile(rf"\b{PROVIDER}\b|\b(?:dental|medical|health|hair|care|shop|beauty|cuts|clips)\b")
_NAME = re.compile(r"\b[A-Z][\w'&.-]+(?: (?:[A-Z&][\w'&.-]*|of|the|and))* ?[A-Z][\w'&.-]+")


@dataclass(frozen=True)
class Line:
    utterance: str
    previous: str
    today: date
    date: date | None
    time: time | None
    acts: frozenset[str]

    @property
    def carries(self) -> bool:
        return self.date is not None or self.time is not None

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, EARLY, ZONE)

    @property
    def half(self) -> int:
        """0 is worked on, 1 is only scored: by a hash, so that no line ever changes sides."""
        return hashlib.sha256(f"{self.previous}\n{self.utterance}".encode()).digest()[0] % 2


def read_lines(path: Path) -> list[Line]:
    return [_line(json.loads(line)) for line in path.read_text().splitlines() if line.strip()]


def _line(said: dict[str, Any]) -> Line:
    return Line(
        said["utterance"],
        said["previous"],
        date.fromisoformat(said["today"]),
        date.fromisoformat(said["date"]) if said["date"] else None,
        time.fromisoformat(said["time"]) if said["time"] else None,
        frozenset(said["acts"]),
    )


@dataclass(frozen=True)
class Standing:
    """What a conversation of ours would know when these words come."""

    context: Context
    asked: bool = True
    """Whether "anything else?" was asked in words, or only told that it is done."""


def standing(line: Line) -> Standing:
    question, asked = question_of(line.previous)
    names = dict.fromkeys(match.group() for match in _NAME.finditer(line.previous))
    people = tuple(Choice(name, name) for name in names if not _TRADE.search(name.casefold()))
    if question not in {Question.CHOICE, Question.CONFIRM}:
        return Standing(Context(line.now, question), asked)
    offer = _offer(line)
    menu = Menu(people, (), ()) if question is Question.CHOICE else NO_MENU
    read_back = offer if question is Question.CONFIRM else None
    return Standing(Context(line.now, question, menu, (offer,), read_back=read_back))


def _offer(line: Line) -> OfferedTime:
    """The one thing on the table; its day and time where ``previous`` says them."""
    wish = next(iter(hear_times(normalise(line.previous), line.now).wishes), WishTime())
    day = wish.days[0] if len(wish.days) == 1 else line.today
    start = datetime.combine(day, wish.at or EARLY, ZONE)
    return OfferedTime(start, start, ZONE.key, "", "", "", "", "", "")


def when(commands: tuple[Command, ...]) -> tuple[date | None, time | None]:
    """The one day and the one time that were read."""
    wishes = [command for command in commands if isinstance(command, WishTime)]
    days = {day for wish in wishes for day in wish.days}
    times = {wish.at for wish in wishes if wish.at}
    return (days.pop() if len(days) == 1 else None, times.pop() if len(times) == 1 else None)


def names_day_or_time(commands: tuple[Command, ...]) -> bool:
    return any(isinstance(c, WishTime) and (c.names_day or c.at) for c in commands)


def acts_of(commands: tuple[Command, ...], standing: Standing) -> frozenset[str]:
    """Our commands in the words of the file.

    The file names a yes by what it is said to: AFFIRM to what was read back, SELECT to what is shown, AFFIRM_INTENT
    to "shall I book?". Likewise a no; to what is shown it is REQUEST_ALTS. To set right what was read back is to
    NEGATE it; to book while something is shown is to SELECT it; a question beside holds that back. Thanks count when
    nothing else is done with them, and a no to "anything else?" counts as thanks; where that was not asked, it is the
    end.
    """

    def has(*kinds: type[Any]) -> bool:
        return any(isinstance(command, kinds) for command in commands)

    question, acts = standing.context.question, set[str]()
    shown, idle = question is Question.CHOICE, question in {Question.OPEN, Question.ANYTHING_ELSE}
    wish = any(isinstance(c, WishTime) and (c.names_day or c.names_time) for c in commands)
    starts = has(StartBooking) or (idle and (wish or has(NameChoice)))
    if question in {Question.CONFIRM, Question.OTHER_DAYS}:
        acts |= {"NEGATE"} if has(Deny, Correct) else {"AFFIRM"} if has(Affirm) else set()
    if question is Question.ANYTHING_ELSE and has(Deny) and not starts:
        acts |= {"NEGATE", "THANK_YOU"} if standing.asked else {"GOODBYE"}
    if shown and (starts or (has(Affirm, Choose, NameChoice) and not has(Ask))) and not has(AskOthers, Deny):
        acts.add("SELECT")
    others = shown and has(AskOthers, Deny)
    if others:
        acts.add("REQUEST_ALTS")
    if starts and (shown or idle) and not others:
        acts.add("INFORM_INTENT")
    if has(End) and not (standing.asked and "THANK_YOU" in acts):
        acts.add("GOODBYE")
    busy = acts - {"GOODBYE"} or has(Ask) or wish or (not idle and has(Affirm, Deny))
    if has(Thank) and not busy:
        acts.add("THANK_YOU")
    return frozenset(acts)
