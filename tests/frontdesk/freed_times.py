"""A time that came free, who waits for it, and who has it on offer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from routiq.connections.models import Connection
from routiq.environment import OfficeHours
from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.freed import came_free
from routiq.frontdesk.matching import Stands
from routiq.frontdesk.models import FreedTime, SlotOffer, WaitlistEntry
from routiq.frontdesk.offered import OfferAnswer
from routiq.frontdesk.offering import offer_next
from routiq.frontdesk.times import find_times
from routiq.frontdesk.waitlist import join
from routiq.frontdesk.wishes import OfferedTime, Wish
from routiq.mirror.models import Appointment, Patient
from routiq.practices.audit import Actor
from routiq.practices.tenancy import acting_for, current_practice_id
from tests.frontdesk.desk import booked_at, cancellation, offers_for
from tests.frontdesk.test_waitlist import request, somebody, two_times, usual
from tests.systems import At

RECEPTION = Actor("person", "1")


ALWAYS = OfficeHours(1, 7, datetime.min.time(), datetime.max.time())


@pytest.fixture(autouse=True)
def office_is_open(settings: Any) -> None:
    settings.OFFICE_HOURS = ALWAYS


@pytest.fixture
def freed(mirrored: At) -> Iterator[OfferedTime]:
    """Somebody gives up a time for which two others wait: Robyn's second choice first, since it is urgent to them."""
    patient = somebody()
    time, _ = two_times(patient)
    appointment = booked_at(patient, time)
    first, second = waiting(patient)
    for person, key, priority in ((first, "first", 1), (second, "second", 3)):
        join(request(person, usual(patient), key, priority=priority, practitioner_id=time.practitioner_id))
    assert cancel(cancellation(patient, appointment, time, warned=True)).outcome == "done"
    return time


def waiting(patient: str) -> tuple[str, str]:
    """Two others, who have nothing else in the coming days."""
    soon = timezone.now() + timedelta(days=40)
    busy = Appointment.objects.filter(starts_at__gt=timezone.now(), starts_at__lt=soon).values("patient_remote_id")
    free = Patient.objects.filter(status="active", removed_at=None, merged_into="").exclude(remote_id=patient)
    found = list(free.exclude(remote_id__in=busy).order_by("pk").values_list("remote_id", flat=True)[:2])
    assert len(found) == 2
    return found[0], found[1]


def go_on() -> SlotOffer | None:
    """What the job does that was queued when the time came free, or when an offer ended."""
    jobs = ProcrastinateJob.objects.filter(task_name="frontdesk.offer_freed_time", status="todo")
    made = None
    for job in jobs:
        made = offer_next(job.args["freed_id"]) or made
    return made


def offer() -> SlotOffer:
    made = go_on()
    assert made is not None
    return made


def state(row: SlotOffer | FreedTime | WaitlistEntry) -> str:
    row.refresh_from_db()
    return str(row.state)


def offers_for_type(kind: str, *, after: OfferedTime) -> OfferedTime:
    found = find_times(Wish(kind, first_day=after.local_start.date() + timedelta(days=7), count=1)).offers
    return found[0]


def side_by_side(*calls: Callable[[], OfferAnswer]) -> list[OfferAnswer]:
    """Several at the same moment, each on a connection of its own."""
    practice, gate = current_practice_id(), Barrier(len(calls))

    def one(call: Callable[[], OfferAnswer]) -> OfferAnswer:
        try:
            with acting_for(practice):
                gate.wait()
                return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def noted(connection: Connection, patient: str, time: OfferedTime) -> FreedTime:
    """A time that is free, noted as given up by somebody."""
    FreedTime.objects.filter(starts_at=time.starts_at).update(state="gone")
    came_free(
        connection,
        [
            Stands(
                appointment_id="1",
                patient_id="somebody else",
                appointment_type_id=time.appointment_type_id,
                practitioner_id=time.practitioner_id,
                location_id=time.location_id,
                starts_at=time.starts_at,
                ends_at=time.ends_at,
            )
        ],
    )
    return FreedTime.objects.get(starts_at=time.starts_at, state="open")


def on_offer(connection: Connection, patient: str, **more: Any) -> SlotOffer:
    join(request(patient, usual(patient), **more))
    made = offer_next(noted(connection, patient, offers_for(patient)[0]).pk)
    assert made is not None
    return made
