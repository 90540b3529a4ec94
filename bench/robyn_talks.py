"""A process of its own, as the web server is one: whole turns of conversations, timed one by one.

From the words to the stored answer, with everything that a turn asks the database; the same talk again and again: one
after the other; fifty at once, of people who rang at different moments; and fifty in step, who all say the same line
in the same second. Prints as JSON how long each turn took, and how often it asked the vendor.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django

LINES = (
    "Hello",
    "Do you have parking?",
    "Are you open on Saturdays?",
    "How much is an initial consultation?",
    "I'd like to book something next week",
    "Not in the morning please",
    "What do I need to bring?",
    "The last one",
    "Do I need a referral?",
    "No thanks, leave it",
    "Where are you?",
    "Thank you",
)
AT_A_TIME = 20
"""Talks one after the other."""
LENGTH = len(LINES) + 1
"""Seconds of a talk with a turn a second: the greeting is the first."""
TALKS = 3
"""Lengths of a talk for which all are measured while all are under way."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--practice", type=int, required=True)
    parser.add_argument("--at-once", type=int, required=True)
    arguments = parser.parse_args()
    os.environ.setdefault("ROUTIQ_WEB_POOL", "10")  # As `routiq web` sets it.
    django.setup()
    import routiq.asgi  # noqa: F401 - As `routiq web` starts.
    from routiq.practices.tenancy import acting_for
    from routiq.processes import leave_alone_what_stays

    leave_alone_what_stays()

    with acting_for(arguments.practice):
        _teach()
        numbers = _numbers(arguments.at_once)
        _talk(numbers[0])  # What a process asks once is asked.
        alone = [turn for number in numbers[:AT_A_TIME] for turn in _talk(number)]
    apart = _apart(arguments.practice, numbers)
    in_step = _in_step(arguments.practice, numbers)
    print(json.dumps({"alone": alone, "apart": apart, "in_step": in_step}))


def _teach() -> None:
    from routiq.knowledge import sources
    from routiq.practices.audit import SYSTEM
    from tests.knowledge.practices import HARBOUR

    for title, text in HARBOUR.items():
        sources.add_note(title, text, SYSTEM)


def _numbers(many: int) -> list[str]:
    """Each of exactly one patient."""
    from routiq.frontdesk.people import recognise_caller
    from routiq.mirror.models import PatientPhone

    known = PatientPhone.objects.exclude(e164="").order_by("e164").values_list("e164", flat=True).distinct()
    found = [number for number in known if len(recognise_caller(number).patients) == 1]
    random.Random(7).shuffle(found)
    return (found * many)[:many]


def _talk(number: str, moments: Sequence[float] = ()) -> list[dict[str, Any]]:
    """The turns of one talk: ``due``, ``ms``, and ``asked``: how often the vendor was. ``moments``, by this process's
    clock, are when the greeting and each line is due; none: one after the other."""
    from django.db import connection

    from routiq.robyn import conversation
    from routiq.robyn.models import Turn

    due = [*moments] or [0.0] * LENGTH
    _wait_until(due[0])
    talk = conversation.start("test", number).conversation_id
    took = []
    for moment, said in zip(due[1:], LINES, strict=True):
        connection.close()  # As after a request: back to the pool.
        _wait_until(moment)
        began = time.perf_counter()
        conversation.say(talk, said)
        took.append(1000 * (time.perf_counter() - began))
    stored = Turn.objects.filter(conversation_id=talk, number__gt=0).values_list("heard", "inside")
    asked = [{"said": heard, "asked": len(inside.get("requests", ()))} for heard, inside in stored]
    connection.close()
    return [{**turn, "due": at, "ms": ms} for turn, at, ms in zip(asked, due[1:], took, strict=True)]


def _wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.perf_counter()))


def _apart(practice: int, numbers: list[str]) -> list[dict[str, Any]]:
    """As people ring: each at a moment of their own, spread over the length of a talk, and again as soon as they have
    hung up. Only what is due while all of them are talking counts."""
    begin = time.perf_counter() + 3.0
    places = [begin + LENGTH * place / len(numbers) for place in range(len(numbers))]
    turns = _together(practice, numbers, [[first + LENGTH * talk for talk in range(TALKS + 1)] for first in places])
    return [turn for turn in turns if begin + LENGTH <= turn["due"] < begin + LENGTH * (TALKS + 1)]


def _in_step(practice: int, numbers: list[str]) -> list[dict[str, Any]]:
    """The hardest second that there can be: all say the same line within it, and want the same time."""
    begin = time.perf_counter() + 3.0
    return _together(practice, numbers, [[begin + place / len(numbers)] for place in range(len(numbers))])


def _together(practice: int, numbers: list[str], begins: list[list[float]]) -> list[dict[str, Any]]:
    """Each caller in a thread of its own as in the web server, with a talk at each of these moments and a turn every
    second: people listen and think for longer. What one waits for the others is in its time."""
    from routiq.practices.tenancy import acting_for

    def talks(place: int) -> list[dict[str, Any]]:
        with acting_for(practice):
            return [
                turn
                for first in begins[place]
                for turn in _talk(numbers[place], [first + second for second in range(LENGTH)])
            ]

    with ThreadPoolExecutor(len(numbers)) as pool:
        return [turn for turns in pool.map(talks, range(len(numbers))) for turn in turns]


if __name__ == "__main__":
    main()
