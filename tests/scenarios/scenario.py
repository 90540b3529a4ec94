"""Scenarios as data: who calls and when, what they say in several wordings, and how it has to end.

A file holds ``[[scenario]]`` after ``[[scenario]]``. A step of ``says`` lists its wordings between bars; ``@name`` is
one of those in ``wordings.toml``. What Robyn asks about the person or the type in between is answered as ``person``
would; an empty ``person`` answers nothing but what is in ``says``.
"""

from __future__ import annotations

import random
import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

FOLDER = Path(__file__).parent
ZONE = ZoneInfo("Australia/Sydney")
MONDAY = date(2026, 11, 23)
"""The day on which the practice was copied; days of ``at`` are of its week."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Person(msgspec.Struct, frozen=True):
    """Whoever may call. ``label`` is the sandbox's."""

    number: str
    label: str = ""
    place: int = 0
    """Of several with the label, the how manieth."""
    name: str = ""
    born: date | None = None


PEOPLE = {
    "maggie": Person("0491 570 006", "returning", 0, "Maggie Okafor", date(1961, 3, 14)),
    "family": Person("0491 570 156", name="Hannah Smith-Hughes", born=date(1986, 7, 2)),
    "hannah": Person("0491 570 156", "family", 0),
    "leo": Person("0491 570 156", "family", 1),
    "jose": Person("0491 570 110", "accented", 0, "José-María O'Brien-Núñez", date(1979, 11, 30)),
    "neville": Person("(02) 5550 0199", "no_mobile", 0, "Neville Cox", date(1944, 4, 4)),
    "trevor": Person("0491 570 157", "archived", 0, "Trevor Bell", date(1950, 5, 5)),
    "stranger": Person("0491 570 313", name="Ottilie Brandt"),
    "withheld": Person(""),
}


class Change(msgspec.Struct, frozen=True, rename={"whom": "for", "start": "from"}):
    """One appointment that is made, moved or cancelled, and what must be true of it."""

    whom: str
    """One of :data:`PEOPLE`, or ``new`` for whom the conversation registered."""
    on: str = ""
    """The weekday of its start (of a cancelled one too), by the practice's clock."""
    start: str = "00:00"
    until: str = "23:59"
    with_: str = msgspec.field(default="", name="with")
    type: str = ""

    def allows(self, starts_at: datetime) -> bool:
        local = starts_at.astimezone(ZONE)
        hours = time.fromisoformat(self.start) <= local.time() <= time.fromisoformat(self.until)
        return hours and (not self.on or DAYS[local.weekday()] == self.on)


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    caller: str
    says: tuple[str, ...]
    person: str | None = None
    """Whose answers are given when it is asked who it is; the caller's own unless named."""
    at: str = "Mon 10:05"
    made: Change | None = None
    moved: Change | None = None
    cancelled: Change | None = None
    registered: str = ""
    """Name and date of birth of the patient that is made."""
    waitlisted: str = ""
    handed_over: bool = False
    """Staff have a task from it, and nothing was written."""
    nothing: bool = False
    told: str = ""
    """Words of a reply."""
    never: str = ""
    """Words that no reply may have, between bars."""
    kind: str = ""

    @property
    def starts_at(self) -> datetime:
        day, clock = self.at.split()
        return datetime.combine(MONDAY + timedelta(DAYS.index(day)), time.fromisoformat(clock), ZONE)

    @property
    def answers(self) -> Person | None:
        return PEOPLE.get(self.caller if self.person is None else self.person)

    def lines(self, choose: random.Random | None = None) -> list[str]:
        """The first wording of every step; with ``choose``, any."""
        pools = [_wordings(step) for step in self.says]
        return [choose.choice(pool) if choose else pool[0] for pool in pools]


def _wordings(step: str) -> list[str]:
    return WORDINGS[step[1:]] if step.startswith("@") else [each.strip() for each in step.split(" | ")]


def _read(name: str) -> list[Scenario]:
    found = tomllib.loads((FOLDER / f"{name}.toml").read_text())["scenario"]
    return [msgspec.convert(each | {"kind": name}, Scenario) for each in found]


WORDINGS: dict[str, list[str]] = tomllib.loads((FOLDER / "wordings.toml").read_text())
SCENARIOS = [scenario for name in ("happy", "awkward", "hostile") for scenario in _read(name)]
