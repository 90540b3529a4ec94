"""The days on which clocks change: what is offered, said and booked is the location's own time (B10, law 7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import override_settings

from pms_sandbox.testing import running_sandbox
from routiq.connections import gateways
from routiq.frontdesk.booking import book
from routiq.frontdesk.times import find_times, menu
from routiq.frontdesk.wishes import BookingRequest, Outcome, Wish
from routiq.mirror.models import Appointment, Patient
from routiq.mirror.queries import history
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from tests.conftest import make_practice
from tests.sandboxes import carry_open_run, connect

CHANGES = [
    ("Australia/Sydney", date(2026, 10, 4)),
    ("Australia/Sydney", date(2027, 4, 4)),
    ("Australia/Adelaide", date(2026, 10, 4)),
    ("Australia/Adelaide", date(2027, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("Pacific/Auckland", date(2026, 9, 27)),
    ("Pacific/Auckland", date(2027, 4, 4)),
]


@pytest.mark.parametrize(("zone", "day"), CHANGES, ids=lambda value: str(value))
def test_a_time_on_the_day_of_the_change_is_offered_and_booked_in_local_time(
    transactional_db: Any, zone: str, day: date
) -> None:
    here = ZoneInfo(zone)
    assert datetime(day.year, day.month, day.day, tzinfo=here).utcoffset() != (
        datetime(day.year, day.month, day.day, 12, tzinfo=here).utcoffset()
    ), "the clocks do change on this day"
    eve = datetime.combine(day - timedelta(days=2), time(10), here)

    with (
        time_machine.travel(eve.astimezone(UTC), tick=True),
        running_sandbox(patients=20, seed=7, rate_limit=0, time_zone=zone, today=eve.date().isoformat()) as sandbox,
        override_settings(PMS_URLS={"cliniko": sandbox.cliniko_url}, PMS_REQUESTS=0),
    ):
        practice, _ = make_practice(time_zone=zone)
        with acting_for(practice.pk):
            _everybody_works_on(sandbox, day)
            connection = connect(Practice.objects.get(), sandbox)
            carry_open_run(connection)
            kind = next(choice for choice in menu().appointment_types if choice.name == "Standard consultation")

            offers = find_times(Wish(appointment_type_id=kind.id, days=(day,), count=8)).offers
            early = find_times(Wish(appointment_type_id=kind.id, days=(day,), not_after=time(8, 59), count=8)).offers

            assert offers
            assert {offer.local_start.date() for offer in offers} == {day}
            assert min(offer.local_start.time() for offer in offers) == time(8, 0), (
                "the roster's hour, not one beside it"
            )
            assert all(time(8, 0) <= offer.local_start.time() < time(9, 0) for offer in early)

            patient = Patient.objects.filter(status="active", merged_into="").first()
            assert patient is not None
            answer = book(
                BookingRequest(patient.remote_id, offers[0], intent_key="dst", channel="test", asked_by="person:1")
            )
            assert answer.outcome is Outcome.BOOKED
            visit = next(visit for visit in history(patient) if visit.remote_id == answer.appointment_id)
            assert visit.local_start == offers[0].local_start
            assert visit.local_start.utcoffset() == datetime.combine(day, time(8), here).utcoffset()
            row = Appointment.objects.get(remote_id=answer.appointment_id)
            gateways.close_all()
            assert row.ends_at - row.starts_at == timedelta(minutes=visit.duration_minutes)


def _everybody_works_on(sandbox: Any, day: date) -> None:
    """The clocks change on Sundays: give every practitioner Sunday hours, 08:00 to 12:00, wherever they work."""
    world = sandbox.world("daily_availabilities")["daily_availabilities"]
    places = {
        (
            record["practitioner"]["links"]["self"].rsplit("/", 1)[1],
            record["business"]["links"]["self"].rsplit("/", 1)[1],
        )
        for record in world
    }
    assert day.isoweekday() == 7
    sandbox.edit(
        [
            {
                "op": "create",
                "collection": "daily_availabilities",
                "fields": {
                    "practitioner_id": practitioner,
                    "business_id": business,
                    "day_of_week": 0,
                    "availabilities": [{"starts_at": "08:00", "ends_at": "12:00"}],
                },
            }
            for practitioner, business in sorted(places)
        ]
    )
