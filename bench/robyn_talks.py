"""A process of its own, as the web server is one: whole turns of conversations, timed one by one.

From the words to the stored answer, with everything that a turn asks the database; the same talk again and again, one
after the other and fifty at once. Prints as JSON how long each turn took, and how often it asked the vendor.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Callable
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
        _talk(numbers[0], _at_once)  # What a process asks once is asked.
        alone = [turn for number in numbers[:AT_A_TIME] for turn in _talk(number, _at_once)]
    together = _together(arguments.practice, numbers)
    print(json.dumps({"alone": alone, "together": together}))


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


def _at_once(turn: int) -> None:
    """Without a pause."""


def _talk(number: str, wait_for: Callable[[int], None]) -> list[dict[str, Any]]:
    """The turns of one talk: ``ms``, and ``asked``: how often the vendor was."""
    from django.db import connection

    from routiq.robyn import conversation
    from routiq.robyn.models import Turn

    talk = conversation.start("test", number).conversation_id
    took = []
    for turn, said in enumerate(LINES):
        connection.close()  # As after a request: back to the pool.
        wait_for(turn)
        began = time.perf_counter()
        conversation.say(talk, said)
        took.append(1000 * (time.perf_counter() - began))
    stored = Turn.objects.filter(conversation_id=talk, number__gt=0).values_list("heard", "inside")
    asked = [{"said": heard, "asked": len(inside.get("requests", ()))} for heard, inside in stored]
    connection.close()
    return [{**turn, "ms": each} for turn, each in zip(asked, took, strict=True)]


def _together(practice: int, numbers: list[str]) -> list[dict[str, Any]]:
    """Each in a thread of its own as in the web server, with a turn every second: people listen and think for longer.
    What one waits for the others is in its time."""
    from routiq.practices.tenancy import acting_for

    begin = time.perf_counter() + 3.0

    def talk(place: int) -> list[dict[str, Any]]:
        def wait_for(turn: int) -> None:
            # Spread over the second, as callers are.
            time.sleep(max(0.0, begin + turn + place / len(numbers) - time.perf_counter()))

        with acting_for(practice):
            return _talk(numbers[place], wait_for)

    with ThreadPoolExecutor(len(numbers)) as pool:
        return [turn for turns in pool.map(talk, range(len(numbers))) for turn in turns]


if __name__ == "__main__":
    main()
