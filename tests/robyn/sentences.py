"""Sentences as people in Australia and New Zealand say them, with what they mean: ``sentences.jsonl``.

It is Monday 23 November 2026, 10 am in Sydney. Where times are on the table, they are Thursday the 26th at 2 and at
3 pm and Friday the 27th at 9 am, and the first of them was read back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from routiq.frontdesk.wishes import Choice, Menu, OfferedTime
from routiq.robyn.understanding.commands import Command, as_plain, from_plain
from routiq.robyn.understanding.reader import Context, Question
from routiq.robyn.understanding.rules import Rules

FILE = Path(__file__).with_name("sentences.jsonl")
SYDNEY = ZoneInfo("Australia/Sydney")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SYDNEY)
MENU = Menu(
    practitioners=(
        Choice("p1", "Mina Patel", ("Mina", "Patel", "Dr Patel")),
        Choice("p2", "Oliver Stone", ("Oliver", "Stone", "Mr Stone")),
        Choice("p3", "Dr Katherine Nguyen"),
        Choice("p4", "William Tane"),
    ),
    appointment_types=(
        Choice("t1", "Initial Consultation"),
        Choice("t2", "Standard Follow Up"),
        Choice("t3", "Remedial Massage"),
        Choice("t4", "Telehealth Consultation"),
    ),
    locations=(Choice("l1", "Harbour Street"), Choice("l2", "Northside")),
)


@dataclass(frozen=True)
class Case:
    said: str
    context: Context
    meant: frozenset[Command]

    def heard(self) -> frozenset[Command]:
        return frozenset(Rules().read(self.said, self.context))


def cases() -> list[Case]:
    return [_case(**json.loads(line)) for line in FILE.read_text().splitlines()]


def _case(said: str, asked: str, means: list[dict[str, object]]) -> Case:
    question = Question(asked)
    on_table = question in {Question.CHOICE, Question.CONFIRM}
    offers = (_offer(26, 14), _offer(26, 15), _offer(27, 9)) if on_table else ()
    read_back = offers[0] if question is Question.CONFIRM else None
    context = Context(NOW, question, MENU, offers, read_back=read_back)
    return Case(said, context, frozenset(from_plain(means)))


def _offer(day: int, hour: int) -> OfferedTime:
    start = datetime(2026, 11, day, hour, tzinfo=SYDNEY)
    return OfferedTime(
        start, start + timedelta(minutes=30), SYDNEY.key,
        "p1", "Mina Patel", "l1", "Harbour Street", "t2", "Standard Follow Up",
    )  # fmt: skip


def told(heard: frozenset[Command]) -> str:
    return json.dumps(sorted(as_plain(tuple(heard)), key=str))
