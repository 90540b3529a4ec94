"""What the vendor said a moment ago answers the next one who asks, until something changes; no booking goes by it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.db import connections, transaction
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.frontdesk import known_times
from routiq.frontdesk.booking import book
from routiq.frontdesk.known_times import Whose
from routiq.frontdesk.models import KnownTimes, TimesChanged
from routiq.frontdesk.people import habit_of
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import BookingRequest, OfferedTime, Outcome, Times, Wish
from routiq.mirror.models import Appointment, BookingRules, Patient, Practitioner, RosterDay
from routiq.pms.errors import VendorUnavailable
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from routiq.sync.looking import look
from tests.frontdesk.desk import booked_at, reception, standing


def questions(sandbox: RunningSandbox) -> int:
    """How often the vendor was asked for times so far."""
    return sum(entry["path"].endswith("available_times") for entry in sandbox.requests())


@pytest.fixture
def wish(patient: str) -> Wish:
    """A day on which something is free, with one practitioner."""
    habit = habit_of(patient)
    first = find_times(Wish(habit.appointment_type_id, habit.practitioner_id, count=1)).offers[0]
    return Wish(
        first.appointment_type_id,
        first.practitioner_id,
        first.location_id,
        days=(first.local_start.date(),),
        count=50,
    )


def starts(times: Times) -> list[Any]:
    return [offer.starts_at for offer in times.offers]


def test_what_was_asked_a_moment_ago_is_not_asked_again(wish: Wish, sandbox: RunningSandbox) -> None:
    first = find_times(wish)
    before = questions(sandbox)
    again = find_times(wish)
    narrower = find_times(replace(wish, not_before=first.offers[-1].local_start.time()))

    assert questions(sandbox) == before
    assert (starts(again), again.requests) == (starts(first), 0)
    assert starts(narrower) == starts(first)[-1:]


def test_a_day_within_a_week_that_was_asked_for_is_known(patient: str, sandbox: RunningSandbox) -> None:
    whole = Wish(habit_of(patient).appointment_type_id, habit_of(patient).practitioner_id, count=50)
    found = find_times(whole).offers
    before = questions(sandbox)
    day = found[-1].local_start.date()
    one_day = find_times(replace(whole, days=(day,))).offers

    assert questions(sandbox) == before
    assert [offer.starts_at for offer in found if offer.local_start.date() == day] == [
        offer.starts_at for offer in one_day if offer in found
    ]


def test_after_a_minute_it_is_asked_again(wish: Wish, sandbox: RunningSandbox) -> None:
    offers = find_times(wish).offers
    sandbox.edit([reception(offers[0], Patient.objects.filter(status="active")[3].remote_id)])
    assert offers[0].starts_at in starts(find_times(wish)), "nobody has told us yet"
    KnownTimes.objects.update(asked_at=timezone.now() - timedelta(seconds=known_times.KEPT_SECONDS + 1))

    assert offers[0].starts_at not in starts(find_times(wish))


def booked_by_reception(connection: Connection, sandbox: RunningSandbox, offer: OfferedTime) -> None:
    sandbox.edit([reception(offer, Patient.objects.filter(status="active")[3].remote_id)])
    look(connection)


def booked_by_us(connection: Connection, sandbox: RunningSandbox, offer: OfferedTime) -> None:
    booked_at(Patient.objects.filter(status="active")[3].remote_id, offer)


def blocked_by_reception(connection: Connection, sandbox: RunningSandbox, offer: OfferedTime) -> None:
    fields = {
        "practitioner_id": offer.practitioner_id,
        "business_id": offer.location_id,
        "starts_at": offer.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ends_at": offer.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    sandbox.edit([{"op": "create", "collection": "unavailable_blocks", "fields": fields}])
    look(connection, thorough=True)


@pytest.mark.parametrize("happens", [booked_by_reception, booked_by_us, blocked_by_reception])
def test_an_appointment_or_a_block_of_that_day_ends_it(
    happens: Callable[..., None], wish: Wish, synced: Connection, sandbox: RunningSandbox
) -> None:
    offer = find_times(wish).offers[0]
    happens(synced, sandbox, offer)

    assert offer.starts_at not in starts(find_times(wish))


def test_one_that_was_given_up_is_offered_again(wish: Wish, synced: Connection, sandbox: RunningSandbox) -> None:
    offer = find_times(wish).offers[0]
    appointment = booked_at(Patient.objects.filter(status="active")[3].remote_id, offer)
    assert offer.starts_at not in starts(find_times(wish))
    gone = {"cancelled_at": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")}
    sandbox.edit([{"op": "update", "collection": "individual_appointments", "id": appointment, "fields": gone}])
    look(synced)

    assert offer.starts_at in starts(find_times(wish))


def hours_change(connection: Connection, practitioner_id: str) -> None:
    RosterDay.objects.filter(connection=connection, practitioner_remote_id=practitioner_id).update(hours=[])


def notice_changes(connection: Connection, practitioner_id: str) -> None:
    BookingRules.objects.filter(connection=connection).update(minimum_notice_hours=48)


def a_practitioner_changes(connection: Connection, practitioner_id: str) -> None:
    Practitioner.objects.filter(connection=connection, remote_id=practitioner_id).update(title="Dr")


@pytest.mark.parametrize("happens", [hours_change, notice_changes, a_practitioner_changes])
def test_hours_and_settings_end_it(
    happens: Callable[..., None], wish: Wish, synced: Connection, sandbox: RunningSandbox
) -> None:
    find_times(wish)
    before = questions(sandbox)
    happens(synced, wish.practitioner_id)
    find_times(wish)

    assert questions(sandbox) == before + 1


def test_what_changes_elsewhere_ends_nothing(wish: Wish, synced: Connection, sandbox: RunningSandbox) -> None:
    find_times(wish)
    before = questions(sandbox)
    Appointment.objects.exclude(practitioner_remote_id=wish.practitioner_id).update(notes="changed")
    others = Appointment.objects.filter(starts_at__gt=timezone.now() + timedelta(days=60))
    others.update(notes="changed")
    find_times(wish)

    assert questions(sandbox) == before
    assert not TimesChanged.objects.filter(practitioner_remote_id=wish.practitioner_id).exists()


def test_the_change_and_the_end_of_what_was_known_are_one(
    wish: Wish, synced: Connection, sandbox: RunningSandbox
) -> None:
    """Undone together: a page that is rolled back ends nothing."""
    find_times(wish)
    before = questions(sandbox)
    with transaction.atomic():
        hours_change(synced, wish.practitioner_id)
        assert TimesChanged.objects.exists()
        transaction.set_rollback(True)
    find_times(wish)

    assert questions(sandbox) == before


def test_a_change_while_the_vendor_is_asked_ends_the_answer(synced: Connection) -> None:
    whose, zone = Whose(Practitioner.objects.all()[0].remote_id, "1", "2"), ZoneInfo("Australia/Sydney")
    day = date(2026, 12, 1)

    def ask(first: date, last: date) -> list[Any]:
        hours_change(synced, whose.practitioner_id)
        return []

    known_times.ask_once(synced, whose, zone, [day], ask)
    assert known_times.known(synced, [whose], [day]) == {whose: {}}


def test_of_two_who_ask_the_same_at_once_one_asks(synced: Connection) -> None:
    whose, zone, day = Whose("7", "1", "2"), ZoneInfo("Australia/Sydney"), date(2026, 12, 1)
    asking, answered = threading.Event(), threading.Event()
    asked: list[str] = []
    got: dict[str, Any] = {}

    def somebody(name: str) -> None:
        def ask(first: date, last: date) -> list[Any]:
            asked.append(name)
            asking.set()
            answered.wait(10)
            return []

        try:
            with acting_for(synced.practice_id):
                got[name] = known_times.ask_once(synced, whose, zone, [day], ask, nap=lambda _: answered.set())
        finally:
            connections.close_all()

    first = threading.Thread(target=somebody, args=("first",))
    first.start()
    asking.wait(10)
    second = threading.Thread(target=somebody, args=("second",))
    second.start()
    for thread in (first, second):
        thread.join(10)

    assert asked == ["first"]
    assert got == {"first": ({day: ()}, True), "second": ({day: ()}, False)}


def test_who_asks_and_gets_no_answer_leaves_it_to_the_next(synced: Connection) -> None:
    whose, zone, day = Whose("7", "1", "2"), ZoneInfo("Australia/Sydney"), date(2026, 12, 1)

    def fail(first: date, last: date) -> list[Any]:
        raise VendorUnavailable("It does not answer.")

    with pytest.raises(VendorUnavailable):
        known_times.ask_once(synced, whose, zone, [day], fail)
    assert not KnownTimes.objects.exists()
    assert known_times.ask_once(synced, whose, zone, [day], lambda first, last: []) == ({day: ()}, True)


def test_who_died_asking_is_waited_for_no_longer_than_a_person_would(synced: Connection) -> None:
    whose, zone, day = Whose("7", "1", "2"), ZoneInfo("Australia/Sydney"), date(2026, 12, 1)
    KnownTimes.objects.create(
        practice_id=synced.practice_id, connection=synced, practitioner_remote_id="7", location_remote_id="1",
        appointment_type_remote_id="2", day=day, since=timezone.now(), until=timezone.now(),
        asked_at=timezone.now(), ticket="00000000-0000-0000-0000-000000000001",
    )  # fmt: skip
    naps: list[float] = []
    known_times.ask_once(synced, whose, zone, [day], lambda first, last: [], nap=naps.append)

    assert sum(naps) == pytest.approx(known_times.ASKING_LASTS, abs=known_times.LOOK_EVERY)


def test_a_booking_goes_by_the_vendor_and_not_by_what_is_known(
    patient: str, wish: Wish, sandbox: RunningSandbox
) -> None:
    offer = find_times(wish).offers[0]
    sandbox.edit([reception(offer, Patient.objects.filter(status="active")[3].remote_id)])
    assert offer.starts_at in starts(find_times(wish)), "what is known says that it is free"
    asked = BookingRequest(patient, offer, intent_key="stale", channel="test", asked_by="conversation:1")
    answer = book(asked)
    others = find_times(wish)

    assert answer.outcome is Outcome.SLOT_TAKEN
    assert len(standing(sandbox, offer)) == 1
    assert others.offers
    assert offer.starts_at not in starts(others)


def test_what_one_practice_knows_is_nothing_to_another(
    wish: Wish, synced: Connection, other_practice: Practice
) -> None:
    find_times(wish)
    whose = Whose(wish.practitioner_id, wish.location_id, wish.appointment_type_id)
    assert known_times.known(synced, [whose], wish.days)[whose]
    with acting_for(other_practice.pk):
        assert not known_times.known(synced, [whose], wish.days)[whose]
        with database.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM frontdesk_knowntimes")
            assert cursor.fetchone() == (0,)


def test_old_answers_are_deleted(wish: Wish, synced: Connection) -> None:
    find_times(wish)
    long_ago = timezone.now() - timedelta(hours=1)
    KnownTimes.objects.update(asked_at=long_ago)
    known_times.forget(synced, wish.practitioner_id, long_ago, timezone.now())
    TimesChanged.objects.update(at=long_ago)
    known_times.tidy(synced)

    assert not KnownTimes.objects.exists()
    assert not TimesChanged.objects.exists()
