"""Conversations, programs, staff in the vendor's own pages, workers, retries, lost answers and deaths, over threads
and two processes, in any order (B1, B2, B5, B6, B8).

An interleaving is drawn from its number. At each point (see ``players``) that number's chance says who goes on;
sometimes several do at once. What came of it is compared with a diary in which one thing happens after the other
(``history``). ``RACES`` is how many are played, half of them on each system or all on ``RACES_SYSTEM``;
``RACES_SEED`` is the number of the first. Without them, a few that are always the same.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator

import pytest

from routiq.practices.models import Practice
from tests.races import history, players
from tests.races.players import APPOINTMENTS
from tests.races.scripts import draw
from tests.races.stage import Stage
from tests.systems import SYSTEMS, At

#: How many are played when no number is asked for.
BY_DEFAULT = 120
#: After so many that went wrong, more would tell nothing new.
ENOUGH = 10


@pytest.fixture
def stage(at: At, practice: Practice) -> Iterator[Stage]:
    wanted = os.environ.get("RACES_SYSTEM")
    if wanted not in (None, "", at.system.vendor):
        pytest.skip(f"only on {wanted}")
    before = players.prepare()
    sandbox = at.sandbox
    there = sandbox.world(APPOINTMENTS, "group_appointments", "unavailable_blocks")
    sandbox.edit([{"op": "delete", "collection": name, "id": row["id"]} for name in there for row in there[name]])
    at.carry()
    players.unhurried()
    stage = Stage(at)
    try:
        yield stage
    finally:
        stage.close()
        before()


def test_no_interleaving_sells_a_time_twice_loses_a_booking_or_tells_a_lie(stage: Stage) -> None:
    wanted = int(os.environ.get("RACES") or BY_DEFAULT)
    count = wanted if os.environ.get("RACES_SYSTEM") else -(-wanted // len(SYSTEMS))
    first = int(os.environ.get("RACES_SEED") or (random.randrange(2**32) if os.environ.get("RACES") else 1))
    began, played, wrong = time.monotonic(), 0, []
    for number in range(first, first + count):
        played += 1
        try:
            found = play(stage, number)
        except Exception as error:
            tell(f"{type(error).__name__}: {error}\n{again(stage, number)}")
            raise
        if found:
            tell(found)
            wrong.append(found)
        if len(wrong) == ENOUGH:
            break
    took = time.monotonic() - began
    tell(f"{stage.at.system.vendor}: {played} interleavings from {first} on in {took:.0f} s, {len(wrong)} went wrong")
    if wrong:
        pytest.fail("\n\n".join(wrong), pytrace=False)


def play(stage: Stage, number: int) -> str:
    """What is wrong, with all its steps and the line that plays it again; nothing when all is right. After an error,
    such as ``Stuck``, these players can play no other one."""
    drawn = draw(number, len(stage.cast.times))
    played = stage.play(drawn)
    stage.settle()
    after = history.After.read(stage.at.sandbox.world(APPOINTMENTS)[APPOINTMENTS])
    found = [*played.broken, *history.faults_of(played.cast, played.done, after)]
    if not found:
        return ""
    lines = [*found, "", *(f"{who}: {script}" for who, script in enumerate(drawn.scripts)), ""]
    return "\n".join([*lines, *played.steps, "", *map(str, played.done), "", again(stage, number)])


def again(stage: Stage, number: int) -> str:
    return f"RACES_SYSTEM={stage.at.system.vendor} RACES_SEED={number} RACES=1 make races"


def tell(line: str) -> None:
    """To whoever waits; pytest shows it where a test fails."""
    sys.__stderr__.write(f"{line}\n")
    sys.__stderr__.flush()
