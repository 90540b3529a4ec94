"""A process of its own, as the web server is one: somebody on the line, while the first sync runs.

Finds times and books one of them, again and again, and notes how long each request of the live lane waited to be let
through. Prints what it saw when it is asked to stop.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import django

_stop = threading.Event()
#: Of each window's live reserve, so much is used; and of one journey at most so many weeks are asked for.
_WEEKS_AHEAD = 5


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--practice", type=int, required=True)
    parser.add_argument("--seconds-per-request", type=float, required=True)
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _stop.set())
    django.setup()
    from routiq.practices.tenancy import acting_for

    waits = _listen()
    outcomes: Counter[str] = Counter()
    journeys: list[float] = []
    with acting_for(arguments.practice):
        due = _wait_until_there_is_something()
        while not _stop.wait(max(due - time.monotonic(), 0)):
            before, started = len(waits), time.monotonic()
            outcomes[_journey(f"bench {len(journeys)}")] += 1
            journeys.append(time.monotonic() - started)
            due = started + (len(waits) - before) * arguments.seconds_per_request
    print(json.dumps({"waits": waits, "outcomes": dict(outcomes), "journeys": journeys}))


def _listen() -> list[float]:
    """Measure at the door of the budget: from asking to being let through. A refusal counts with what it waited."""
    from routiq.connections.budget import SharedPace
    from routiq.pms.gateway import Lane, Tell

    waits: list[float] = []
    admit = SharedPace.admit

    @contextmanager
    def measured(pace: SharedPace, lane: Lane) -> Iterator[Tell]:
        asked = time.perf_counter()
        door = admit(pace, lane)
        try:
            tell = door.__enter__()
        finally:
            if lane is Lane.LIVE:
                waits.append(time.perf_counter() - asked)
        try:
            yield tell
        finally:
            door.__exit__(None, None, None)

    SharedPace.admit = measured  # type: ignore[method-assign]
    return waits


def _wait_until_there_is_something() -> float:
    from routiq.mirror.models import Offering, Patient

    while not (Offering.objects.exists() and Patient.objects.exists()) and not _stop.wait(0.05):
        pass
    return time.monotonic()


def _journey(key: str) -> str:
    """What a caller asks for: times of somebody for something, then one of them."""
    from django.utils import timezone

    from routiq.frontdesk.booking import book
    from routiq.frontdesk.times import find_times
    from routiq.frontdesk.wishes import BookingRequest, Wish
    from routiq.mirror.models import AppointmentType, Offering, Patient, Practitioner

    bookable = Offering.objects.filter(
        appointment_type_remote_id__in=AppointmentType.objects.filter(
            online=True, active=True, max_attendees=1
        ).values("remote_id"),
        practitioner_remote_id__in=Practitioner.objects.filter(online=True, active=True).values("remote_id"),
    )
    offering = random.choice(list(bookable))
    today = timezone.localdate()
    times = find_times(
        Wish(
            appointment_type_id=offering.appointment_type_remote_id,
            practitioner_id=offering.practitioner_remote_id,
            location_id=offering.location_remote_id,
            first_day=today + timedelta(days=random.randrange(_WEEKS_AHEAD * 7)),
        )
    )
    if not times.offers:
        return f"no times: {times.reason}"
    patients = Patient.objects.filter(status=Patient.Status.ACTIVE, merged_into="", removed_at=None)
    patient = random.choice(list(patients.values_list("remote_id", flat=True)[:50]))
    request = BookingRequest(
        patient_id=patient, offer=random.choice(times.offers), intent_key=key, channel="bench", asked_by="bench:1"
    )
    return str(book(request).outcome)


if __name__ == "__main__":
    main()
