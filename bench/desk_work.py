"""A process of its own, as the web server is one: what the front desk does while somebody waits, timed call by call.

``recognise`` fills the copy up to so many patients first; ``times`` and ``book`` work with the sandbox. Prints what
it measured as JSON, ``book`` when it is asked to stop.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any

import django

_stop = threading.Event()
_PAGE = 1000
_ASKED = 2000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("recognise", "times", "book"))
    parser.add_argument("--practice", type=int, required=True)
    parser.add_argument("--size", type=int, default=0, help="patients, or how often it is asked")
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _stop.set())
    os.environ.setdefault("ROUTIQ_WEB_POOL", "10")  # As `routiq web` sets it.
    django.setup()
    from routiq.practices.tenancy import acting_for

    work: dict[str, Callable[[int], dict[str, Any]]] = {"recognise": recognise, "times": times, "book": bookings}
    with acting_for(arguments.practice):
        print(json.dumps(work[arguments.what](arguments.size)))


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = do()
    return time.perf_counter() - started, answer


# -- who is calling -------------------------------------------------------------------------------------------------


#: The beginnings of Australian numbers that are kept for fiction, ten thousand each.
_FICTION = [f"{area}{block}" for area in (2, 3, 7, 8) for block in (5550, 7010)]


def _number(of: int) -> str:
    """The number at this place of 80,000."""
    return f"+61{_FICTION[of % 8]}{of // 8 % 10_000:04d}"


def recognise(patients: int) -> dict[str, Any]:
    from routiq.connections.connecting import live_connection
    from routiq.frontdesk.people import recognise_caller
    from routiq.mirror.models import Patient
    from routiq.mirror.writing import write
    from routiq.pms.records import PatientRecord, PatientStatus, PhoneNumber

    connection = live_connection()
    assert connection is not None
    at = datetime(2026, 1, 1, tzinfo=UTC)
    statuses = (PatientStatus.ACTIVE,) * 8 + (PatientStatus.INACTIVE, PatientStatus.DECEASED)
    for first in range(Patient.objects.count(), patients, _PAGE):
        page = [
            PatientRecord(
                id=f"9{number:09d}",
                updated_at=at,
                created_at=at,
                first_name=f"Ada{number}",
                last_name=f"Brook{number % 997}",
                date_of_birth=date(1950 + number % 60, 1 + number % 12, 1 + number % 28),
                status=statuses[number % 10],
                # Families share one, and a quarter of all numbers is nobody's.
                phones=tuple(
                    PhoneNumber(number=each, e164=each, kind=kind)
                    for kind, each in (("mobile", _number(number * 3 // 5)), ("home", _number(number * 3 // 5 + 8)))
                ),
            )
            for number in range(first, min(first + _PAGE, patients))
        ]
        write(connection, page, at)
    seconds, met = [], 0
    chosen = random.Random(7)
    for _ in range(_ASKED):
        number = _number(chosen.randrange(patients * 4 // 5))
        as_said = chosen.choice([number, f"0{number[3:]}", f"(0{number[3]}) {number[4:8]} {number[8:]}", ""])
        took, caller = _timed(lambda as_said=as_said: recognise_caller(as_said))  # type: ignore[misc]
        seconds.append(took)
        met += bool(caller.patients)
    return {"seconds": seconds, "patients": Patient.objects.count(), "met": met}


# -- times ----------------------------------------------------------------------------------------------------------


def times(asked: int) -> dict[str, Any]:
    """Of eight practitioners of one location over two weeks: what is said on the phone, and all of both weeks."""
    from django.db.models import Count
    from django.utils import timezone

    from routiq.frontdesk.models import KnownTimes
    from routiq.frontdesk.times import find_times
    from routiq.frontdesk.wishes import NoTimes, Wish
    from routiq.mirror.models import AppointmentType, Location, Offering, Practitioner

    possible = Offering.objects.filter(
        location_remote_id__in=Location.objects.filter(online=True, active=True).values("remote_id"),
        appointment_type_remote_id__in=AppointmentType.objects.filter(
            online=True, active=True, max_attendees=1
        ).values("remote_id"),
        practitioner_remote_id__in=Practitioner.objects.filter(online=True, active=True).values("remote_id"),
    )
    by_place = possible.values("location_remote_id", "appointment_type_remote_id").annotate(people=Count("pk"))
    place = by_place.order_by("-people").first()
    assert place is not None
    today = timezone.localdate()
    some = Wish(
        place["appointment_type_remote_id"],
        location_id=place["location_remote_id"],
        first_day=today,
        last_day=today + timedelta(days=13),
    )
    every = replace(some, not_before=clock(23, 0))  # Nothing begins then: nobody stops early.
    measured: dict[str, Any] = {"people": place["people"], "requests": {}}
    for name, wish, is_cold in (("cold", some, True), ("cold_all", every, True), ("warm", some, False)):
        measured[name] = []
        for _ in range(asked if is_cold else asked * 10):
            if is_cold:
                KnownTimes.objects.all().delete()
            took, found = _timed(lambda wish=wish: find_times(wish))  # type: ignore[misc]
            measured[name].append(took)
            measured["requests"][name] = found.requests
        assert found.offers or found.reason is NoTimes.FULL, f"{name}: {found.reason} {found.advice}"
    return measured


# -- booking --------------------------------------------------------------------------------------------------------


def bookings(_: int) -> dict[str, Any]:
    """Book one time after the other, and note when each booking began and what it took, until told to stop."""
    from routiq.frontdesk.booking import book
    from routiq.frontdesk.times import find_times
    from routiq.frontdesk.wishes import BookingRequest, Wish
    from routiq.mirror.models import AppointmentType, Offering, Patient, Practitioner

    chosen = random.Random(7)
    told: list[dict[str, Any]] = []
    while not _stop.wait(0.05):
        people = Practitioner.objects.filter(online=True, active=True).values("remote_id")
        kinds = AppointmentType.objects.filter(online=True, active=True, max_attendees=1).values("remote_id")
        offered = list(
            Offering.objects.filter(appointment_type_remote_id__in=kinds, practitioner_remote_id__in=people)
        )
        patients = list(Patient.objects.filter(status="active", merged_into="", removed_at=None)[:200])
        if not (offered and patients):
            continue
        wanted = chosen.choice(offered)
        found = find_times(
            Wish(wanted.appointment_type_remote_id, wanted.practitioner_remote_id, wanted.location_remote_id, count=9)
        )
        if not found.offers:
            continue
        request = BookingRequest(
            patient_id=chosen.choice(patients).remote_id,
            offer=chosen.choice(found.offers),
            intent_key=f"bench {len(told)}",
            channel="bench",
            asked_by="bench:1",
        )
        began = time.time()
        took, answer = _timed(lambda request=request: book(request))  # type: ignore[misc]
        told.append({"at": began, "seconds": took, "outcome": str(answer.outcome), "why": answer.message})
    return {"bookings": told}


if __name__ == "__main__":
    main()
