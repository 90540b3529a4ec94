"""Our own waiting list: who is on it, and who comes off it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.frontdesk import wanted
from routiq.frontdesk.models import WaitlistEntry
from routiq.frontdesk.moving import reschedule
from routiq.frontdesk.people import habit_of, recognise_caller
from routiq.frontdesk.times import find_times
from routiq.frontdesk.waitlist import Joining, JoinRequest, entries_of, join, leave
from routiq.frontdesk.wanted import Days, PartOfDay, When
from routiq.frontdesk.wishes import OfferedTime, Wish
from routiq.mirror.models import Offering, Patient
from routiq.practices.audit import Actor
from routiq.practices.models import AuditEntry
from routiq.sync.looking import look
from tests.frontdesk.desk import booked_at, move, reception
from tests.systems import At

RECEPTION = Actor("person", "1")
FRIDAY_NINE = datetime(2026, 11, 20, 9, 0)


def request(patient: str, kind: str, key: str = "wait", **more: Any) -> JoinRequest:
    given = {"channel": "test", "asked_by": "conversation:1", **more}
    return JoinRequest(patient_id=patient, appointment_type_id=kind, intent_key=key, **given)


def usual(patient: str) -> str:
    return habit_of(patient).appointment_type_id


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        (When(), True),
        (When(days=(Days(date(2026, 11, 18), date(2026, 11, 20)),)), True),
        (When(days=(Days(date(2026, 11, 21)), Days(None, date(2026, 11, 19)))), False),
        (When(weekdays=(1, 5)), True),
        (When(weekdays=(6,)), False),
        (When(parts=(PartOfDay.MORNING, PartOfDay.EVENING)), True),
        (When(parts=(PartOfDay.AFTERNOON,)), False),
        (When(not_before=time(9), not_after=time(9)), True),
        (When(not_before=time(9, 15)), False),
        (When(not_after=time(8, 45)), False),
    ],
)
def test_a_time_fits_by_day_weekday_part_and_clock(when: When, fits: bool) -> None:
    assert when.fits(FRIDAY_NINE) is fits
    assert wanted.read(wanted.stored(when)) == when


def test_noon_is_afternoon_and_five_is_evening() -> None:
    parts = {
        hour: [part for part in PartOfDay if When(parts=(part,)).fits(FRIDAY_NINE.replace(hour=hour))]
        for hour in (0, 11, 12, 16, 17, 23)
    }
    assert [len(found) for found in parts.values()] == [1] * 6
    assert {hour: found[0] for hour, found in parts.items()} == {
        0: "morning", 11: "morning", 12: "afternoon", 16: "afternoon", 17: "evening", 23: "evening",
    }  # fmt: skip


def test_a_wish_in_words() -> None:
    when = When(
        days=(Days(None, date(2026, 11, 30)),),
        weekdays=(4, 1),
        parts=(PartOfDay.EVENING, PartOfDay.MORNING),
        not_before=time(9, 30),
    )
    assert when.in_words() == "Mondays or Thursdays, mornings or evenings, from 9:30 am, until 30 Nov 2026"
    assert When().in_words() == "any time"


def test_a_wish_for_times_becomes_when_somebody_waits() -> None:
    days = tuple(date(2026, 11, day) for day in (20, 18, 19, 25))
    when = wanted.of_wish(Wish("1", days=days, not_before=time(9), weekdays=(3, 4, 5)))
    assert when.days == (Days(date(2026, 11, 18), date(2026, 11, 20)), Days(days[3], days[3]))
    assert (when.weekdays, when.not_before, when.last_day) == ((3, 4, 5), time(9), date(2026, 11, 25))
    assert wanted.of_wish(Wish("1")) == When()
    assert wanted.of_wish(Wish("1", first_day=days[0])).last_day is None


def test_the_same_request_twice_is_one_entry(synced: Connection, patient: str) -> None:
    wish = request(patient, usual(patient), note="Rings after four")
    first, again = join(wish), join(wish)
    assert first.outcome is Joining.JOINED
    assert first == again
    (entry,) = entries_of(patient)
    assert (entry.pk, entry.note, entry.state) == (first.entry_id, "Rings after four", "waiting")
    assert AuditEntry.objects.filter(action="waitlist.joined", target=f"waitlist:{entry.pk}").count() == 1
    entry.pk = None
    with pytest.raises(IntegrityError, match="one_entry_per_intent"):
        entry.save(force_insert=True)


def test_who_waits_for_it_already_keeps_the_place_and_what_is_said_now_counts(
    synced: Connection, patient: str
) -> None:
    first = join(request(patient, usual(patient), note="Rings after four"))
    joined_at = entries_of(patient)[0].created_at
    later = join(request(patient, usual(patient), "again", priority=3, when=When(weekdays=(2,))))
    assert (later.outcome, later.entry_id) == (Joining.ON_IT_ALREADY, first.entry_id)
    (entry,) = entries_of(patient)
    assert (entry.priority, entry.note, entry.created_at) == (3, "Rings after four", joined_at)
    assert wanted.read(entry.wanted) == When(weekdays=(2,))


def test_what_cannot_be_waited_for_is_named_by_field(synced: Connection, patient: str) -> None:
    yesterday = timezone.localdate() - timedelta(days=2)
    answer = join(
        request(
            "404",
            "405",
            practitioner_id="406",
            location_id="407",
            sooner_than="408",
            priority=9,
            reach_by="pigeon",
            when=When(days=(Days(None, yesterday),), weekdays=(8,), not_before=time(12), not_after=time(9)),
        )
    )
    assert (answer.outcome, answer.entry_id) == (Joining.NOT_ALLOWED, None)
    assert set(answer.problems) == {
        "patient_id", "appointment_type_id", "practitioner_id", "location_id", "sooner_than", "priority", "reach_by",
        "days", "weekdays", "not_after",
    }  # fmt: skip
    assert answer.message == "This is no active patient of the practice."
    archived = Patient.objects.filter(status="inactive")[0].remote_id
    assert set(join(request(archived, usual(patient))).problems) == {"patient_id"}
    assert not WaitlistEntry.objects.exists()


def test_what_somebody_has_meanwhile_is_of_the_type_that_is_waited_for(mirrored: At) -> None:
    patient = somebody()
    appointment = booked_at(patient, two_times(patient)[1])
    other = Offering.objects.exclude(appointment_type_remote_id=usual(patient))[0].appointment_type_remote_id
    answer = join(request(patient, other, sooner_than=appointment))
    assert answer.problems == {"sooner_than": "That appointment is of another type, so that a yes could not move it."}


def test_who_leaves_is_off_the_list_and_may_join_anew(synced: Connection, patient: str) -> None:
    first = join(request(patient, usual(patient))).entry_id
    assert first is not None
    assert leave(first, RECEPTION).state == leave(first, Actor("person", "2")).state == "left"
    assert WaitlistEntry.objects.get(pk=first).ended_by == "person:1"
    assert not entries_of(patient)
    assert join(request(patient, usual(patient), "anew")).outcome is Joining.JOINED


def somebody() -> str:
    return recognise_caller("0491 570 006").patients[0].remote_id


def two_times(patient: str) -> tuple[OfferedTime, OfferedTime]:
    found = find_times(Wish(usual(patient), count=3)).offers
    return found[0], found[-1]


@pytest.mark.parametrize("by", ["us", "reception"])
def test_whoever_is_booked_for_what_they_wait_for_comes_off_the_list(mirrored: At, by: str) -> None:
    patient = somebody()
    soon, _ = two_times(patient)
    kind = usual(patient)
    wanted_one = join(request(patient, kind, practitioner_id=soon.practitioner_id)).entry_id
    other_days = When(days=(Days(soon.local_start.date() + timedelta(days=1)),))
    somewhen = join(request(patient, kind, "other", when=other_days)).entry_id
    other = Patient.objects.filter(status="active").exclude(remote_id=patient)[0].remote_id
    somebody_else = join(request(other, kind, "else")).entry_id

    if by == "us":
        appointment = booked_at(patient, soon)
    else:
        mirrored.sandbox.edit([reception(soon, patient)])
        look(mirrored.connection, thorough=True)
        appointment = WaitlistEntry.objects.get(pk=wanted_one).booked_remote_id
        assert appointment
    states = dict(WaitlistEntry.objects.values_list("pk", "state"))
    assert states == {wanted_one: "booked", somewhen: "waiting", somebody_else: "waiting"}
    assert WaitlistEntry.objects.get(pk=wanted_one).booked_remote_id == appointment


def test_who_has_a_later_time_meanwhile_waits_until_there_is_a_sooner_one(mirrored: At) -> None:
    patient = somebody()
    soon, late = two_times(patient)
    appointment = booked_at(patient, late)
    entry = join(request(patient, usual(patient), sooner_than=appointment)).entry_id
    assert WaitlistEntry.objects.get(pk=entry).state == "waiting"
    look(mirrored.connection, thorough=True)
    assert WaitlistEntry.objects.get(pk=entry).state == "waiting", "the look found nothing that is new"

    reschedule(move(patient, appointment, soon))
    found = WaitlistEntry.objects.get(pk=entry)
    assert (found.state, found.booked_remote_id) == ("booked", appointment)
