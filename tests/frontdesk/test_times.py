"""Which times are offered, in which order, and why there are none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

import time_machine
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.frontdesk import checks
from routiq.frontdesk.models import DeskRules
from routiq.frontdesk.people import habit_of, recognise_caller
from routiq.frontdesk.spreading import spread
from routiq.frontdesk.times import find_times, menu
from routiq.frontdesk.who_does_what import combinations
from routiq.frontdesk.wishes import Habit, NoTimes, OfferedTime, Wish
from routiq.mirror.models import AppointmentType, BookingRules, Location, Practitioner
from routiq.practices.models import Practice
from routiq.sync.jobs import read_settings
from tests.systems import At

SYDNEY = ZoneInfo("Australia/Sydney")


def offer(day: int, clock: str, who: str = "p1", where: str = "l1") -> OfferedTime:
    start = datetime.combine(date(2026, 12, day), time.fromisoformat(clock), SYDNEY)
    return OfferedTime(
        start.astimezone(UTC), start + timedelta(minutes=30), "Australia/Sydney", who, who, where, where, "t1", "t1"
    )


def said(offers: tuple[OfferedTime, ...]) -> list[str]:
    return [f"{each.local_start:%-d %H:%M} {each.practitioner_id}" for each in offers]


QUARTERS = ("09:00", "09:15", "09:30", "09:45", "10:00", "13:00", "17:15")


def test_different_days_and_parts_of_the_day_are_offered() -> None:
    free = [offer(day, clock) for day in (1, 2, 3) for clock in QUARTERS]
    assert said(spread(free, 3)) == ["1 09:00 p1", "2 13:00 p1", "3 17:15 p1"]


def test_of_one_day_its_parts_are_offered() -> None:
    assert said(spread([offer(1, clock) for clock in QUARTERS], 3)) == ["1 09:00 p1", "1 13:00 p1", "1 17:15 p1"]


def test_three_quarters_in_a_row_are_offered_only_when_that_is_all() -> None:
    four = [offer(1, clock) for clock in QUARTERS[:4]]
    assert said(spread(four, 2)) == ["1 09:00 p1", "1 09:45 p1"]
    assert said(spread(four[:3], 3)) == ["1 09:00 p1", "1 09:15 p1", "1 09:30 p1"]


def test_the_usual_practitioner_and_place_come_first_and_others_fill_up() -> None:
    free = [offer(1, "08:00", "p2"), offer(1, "09:00"), offer(2, "09:00"), offer(3, "09:00", "p1", "l2")]
    usual = Habit(practitioner_id="p1", location_id="l1")
    assert said(spread(free, 2, usual)) == ["1 09:00 p1", "2 09:00 p1"]
    assert said(spread(free, 3, usual)) == ["1 09:00 p1", "2 09:00 p1", "3 09:00 p1"]
    assert said(spread(free, 1)) == ["1 08:00 p2"]


def test_the_usual_practitioner_is_asked_first_and_alone_when_that_is_enough(
    patient: str, sandbox: RunningSandbox
) -> None:
    habit = habit_of(patient)
    found = find_times(Wish(habit.appointment_type_id, prefer=habit))

    assert {each.practitioner_id for each in found.offers} == {habit.practitioner_id}
    assert {each.location_id for each in found.offers} == {habit.location_id}
    assert found.requests == 1


def test_days_apart_are_asked_for_in_one_request(patient: str, sandbox: RunningSandbox) -> None:
    habit = habit_of(patient)
    today = datetime.now(SYDNEY).date()
    days = tuple(today + timedelta(days=ahead) for ahead in (1, 3, 5))
    found = find_times(Wish(habit.appointment_type_id, habit.practitioner_id, habit.location_id, days=days, count=50))
    assert found.requests == 1
    assert {each.local_start.date() for each in found.offers} <= set(days)


def asked(sandbox: RunningSandbox) -> Counter[str]:
    return Counter(entry["path"].rsplit("/", 1)[-1] for entry in sandbox.requests())


def test_weeks_without_a_free_time_are_passed_over(patient: str, synced: Connection, sandbox: RunningSandbox) -> None:
    """Away for five weeks: the first week is asked for, then when the next time is, then the week of that one."""
    habit = habit_of(patient)
    until = datetime.now(SYDNEY) + timedelta(days=35)
    block = {
        "practitioner_id": habit.practitioner_id,
        "business_id": habit.location_id,
        "starts_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ends_at": until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    sandbox.edit([{"op": "create", "collection": "unavailable_blocks", "fields": block}])
    sandbox.clear_requests()
    wish = Wish(habit.appointment_type_id, habit.practitioner_id, habit.location_id)
    next_one = find_times(replace(wish, count=1)).offers
    assert asked(sandbox) == {"available_times": 1, "next_available_time": 1}
    found = find_times(wish)

    assert next_one[0].starts_at >= until.astimezone(UTC)
    assert (found.offers[:1], len(found.offers)) == (next_one, 3)
    assert asked(sandbox)["available_times"] == 2, "the first week is known, those without anything are passed over"


def test_one_who_has_nothing_at_all_is_asked_for_no_further_week(
    patient: str, synced: Connection, sandbox: RunningSandbox
) -> None:
    habit = habit_of(patient)
    block = {
        "practitioner_id": habit.practitioner_id,
        "business_id": habit.location_id,
        "starts_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ends_at": (datetime.now(UTC) + timedelta(days=400)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    sandbox.edit([{"op": "create", "collection": "unavailable_blocks", "fields": block}])
    found = find_times(Wish(habit.appointment_type_id, habit.practitioner_id, habit.location_id))

    assert (found.reason, found.requests) == (NoTimes.FULL, 2)


def test_within_the_notice_is_told_apart_from_fully_booked(
    patient: str, synced: Connection, sandbox: RunningSandbox
) -> None:
    habit = habit_of(patient)
    today = datetime.now(SYDNEY).date()
    sandbox.settings(online_bookings={"min_hours_advance_required_to_book": 48})
    BookingRules.objects.filter(connection=synced).update(minimum_notice_hours=48)
    AppointmentType.objects.update(lead_time_hours=None)
    wish = Wish(habit.appointment_type_id, days=(today,))

    found = find_times(wish)
    assert (found.reason, found.advice) == (NoTimes.TOO_SOON, "The practice wants 48 hours of notice for this.")
    assert find_times(replace(wish, days=(today - timedelta(days=1),))).reason is NoTimes.TOO_SOON
    assert find_times(replace(wish, days=(today + timedelta(days=2000),))).reason is NoTimes.BEYOND
    yesterday = ((today - timedelta(days=1)).isoweekday(),)
    gone = replace(wish, days=(), weekdays=yesterday, first_day=today - timedelta(days=1), last_day=today)
    assert find_times(gone).reason is NoTimes.TOO_SOON, "of these days only one that has passed was wished for"


def test_what_is_offered_leaves_time_to_say_yes(patient: str, synced: Connection, sandbox: RunningSandbox) -> None:
    """By the notice of today it might still be booked, but not any more once it was read back."""
    kind = habit_of(patient).appointment_type_id
    start = find_times(Wish(kind, count=1)).offers[0]
    BookingRules.objects.filter(connection=synced).update(minimum_notice_hours=2)
    AppointmentType.objects.update(lead_time_hours=None)
    wish = Wish(kind, start.practitioner_id, start.location_id, days=(start.local_start.date(),), count=50)
    is_offered = {}
    for minutes in (2, 6):
        with time_machine.travel(start.starts_at - timedelta(hours=2, minutes=minutes), tick=False):
            found = find_times(wish).offers
            is_offered[minutes] = start.starts_at in {each.starts_at for each in found}
            assert checks.not_this_time(synced, patient, start) is None, "the check itself would still let it through"
    assert is_offered == {2: False, 6: True}


def test_a_location_where_it_is_a_day_later_already_is_asked_from_its_own_today(
    patient: str, synced: Connection, sandbox: RunningSandbox
) -> None:
    """The practice is in Perth, the location in Sydney: late in the evening the vendor refuses the day in Perth."""
    habit = habit_of(patient)
    Practice.objects.update(time_zone="Australia/Perth")
    late = datetime.combine(datetime.now(SYDNEY).date() + timedelta(days=1), time(23), ZoneInfo("Australia/Perth"))
    with time_machine.travel(late.astimezone(UTC), tick=True):
        found = find_times(Wish(habit.appointment_type_id, habit.practitioner_id))

    assert found.offers, found


def show(sandbox: RunningSandbox, shown: bool) -> None:
    for place in Location.objects.all():
        fields = {"show_in_online_bookings": shown}
        sandbox.edit([{"op": "update", "collection": "businesses", "id": place.remote_id, "fields": fields}])


def test_what_was_just_switched_on_is_offered_at_the_next_try(
    patient: str, synced: Connection, sandbox: RunningSandbox
) -> None:
    """Who was told where the switch is need not wait for the night until we know."""
    wish = Wish(habit_of(patient).appointment_type_id)
    show(sandbox, False)
    read_settings(synced.practice_id, synced.pk)
    show(sandbox, True)
    found = find_times(wish)
    assert found.reason is NoTimes.SWITCHED_OFF
    assert "Display this business in online bookings" in found.advice
    read_settings(synced.practice_id, synced.pk)  # What the worker was asked to do.
    assert find_times(wish).offers


def test_what_is_left_to_the_team_is_not_offered_and_staff_see_where_it_is_set(
    patient: str, synced: Connection, sandbox: RunningSandbox
) -> None:
    kind = habit_of(patient).appointment_type_id
    DeskRules.objects.create(practice=synced.practice, left_to_team=[kind])
    assert kind not in {choice.id for choice in menu().appointment_types}
    found = find_times(Wish(kind))
    assert (found.offers, found.reason) == ((), NoTimes.SWITCHED_OFF)
    name = AppointmentType.objects.get(remote_id=kind).name
    assert found.advice.startswith(f"“{name}” is left to the team: book it in Cliniko.")
    assert "Settings > Front desk" in found.advice


def test_the_menu_names_just_those_of_whom_times_are_looked_for(synced: Connection) -> None:
    """The two are read in different ways, so that a conversation need not wait."""
    gone = {"removed_at": timezone.now()}
    switches: tuple[dict[str, object], ...] = ({"online": False}, {"active": False}, gone)
    rows = [*Practitioner.objects.all(), *Location.objects.all(), *AppointmentType.objects.all()]
    seen: list[int] = []
    for row, switch in zip(rows, cycle((*switches, {}, {}, {})), strict=False):
        type(row)._default_manager.filter(pk=row.pk).update(**switch)
        found = combinations(synced, Wish(""))
        seen.append(len(found))
        named = menu()
        assert {choice.id for choice in named.practitioners} == {each.practitioner.remote_id for each in found}
        assert {choice.id for choice in named.locations} == {each.location.remote_id for each in found}
        assert {choice.id for choice in named.appointment_types} == {each.type.remote_id for each in found}
    assert max(seen) > min(seen), "the switches count"


def test_one_who_is_refused_by_the_vendor_does_not_hide_the_others(
    patient: str, synced: Connection, sandbox: RunningSandbox
) -> None:
    kind = habit_of(patient).appointment_type_id
    usual = find_times(Wish(kind, count=50)).offers
    gone = usual[0].practitioner_id
    hidden = {"show_in_online_bookings": False}
    sandbox.edit([{"op": "update", "collection": "practitioners", "id": gone, "fields": hidden}])
    Practitioner.objects.filter(remote_id=gone).update(title="")  # What was known is known no more.
    found = find_times(Wish(kind, first_day=datetime.now(SYDNEY).date() + timedelta(days=7), count=50))

    assert found.offers
    assert gone not in {each.practitioner_id for each in found.offers}


def test_times_are_found_on_every_system(mirrored: At) -> None:
    kind = habit_of(recognise_caller("0491 570 006").patients[0].remote_id).appointment_type_id
    found = find_times(Wish(kind))
    again = find_times(Wish(kind))
    far = [abs(one.starts_at - other.starts_at) for one in found.offers for other in found.offers if one is not other]

    assert len(found.offers) == 3
    assert min(far) >= timedelta(hours=2)
    assert (again.offers, again.requests) == (found.offers, 0)
