"""A full day, on every system: the next free time is booked, and the list is joined for sooner (WL-01)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from routiq.frontdesk import wanted
from routiq.frontdesk.models import WaitlistEntry
from routiq.frontdesk.people import habit_of
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import OfferedTime, Wish
from routiq.mirror.models import Appointment
from routiq.pms.gateway import Stream
from routiq.sync.looking import look
from tests.stories.telling import Call, visits_of
from tests.systems import At


def full_day(at: At, patient: str) -> OfferedTime:
    """The first free time of the usual practitioner, on whose day reception then closes all there is."""
    habit = habit_of(patient)
    first = find_times(Wish(habit.appointment_type_id, habit.practitioner_id, habit.location_id)).offers[0]
    midnight = datetime.combine(first.local_start.date(), time(0), ZoneInfo(first.zone))
    fields = {
        "practitioner_id": first.practitioner_id,
        "business_id": first.location_id,
        "starts_at": f"{midnight.astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}",
        "ends_at": f"{(midnight + timedelta(days=1)).astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}",
    }
    at.sandbox.edit([{"op": "create", "collection": "unavailable_blocks", "fields": fields}])
    look(at.connection, (Stream.BLOCKS,), thorough=True)
    return first


def test_what_is_full_is_waited_for_beside_the_next_time_that_is_free(mirrored: At) -> None:
    regular = mirrored.sandbox.characters()["returning"]
    (patient,) = regular["patient_ids"]
    full = full_day(mirrored, patient)
    before = len(visits_of(mirrored, patient))
    call = Call(regular["phone"])
    said = call.say(f"An appointment with {full.practitioner_name} on {full.local_start:%d/%m/%Y} please")
    assert "Shall I look at other days?" in said, call.replies
    call.say("yes", "the first one please")
    said = call.say("yes please")
    assert said.startswith("It is booked:"), call.replies
    assert said.endswith("Shall I put you on the waiting list, in case something sooner comes free?")
    assert call.say("yes please").startswith("You are on the waiting list.")

    booking, entry = call.booking, WaitlistEntry.objects.get()
    assert booking is not None
    assert (entry.state, entry.sooner_than) == ("waiting", booking.appointment_remote_id)
    assert (entry.patient_remote_id, entry.practitioner_remote_id) == (patient, full.practitioner_id)
    assert wanted.read(entry.wanted).fits(full.local_start)
    assert Appointment.objects.get(remote_id=booking.appointment_remote_id).starts_at > full.starts_at
    assert len(visits_of(mirrored, patient)) == before + 1
