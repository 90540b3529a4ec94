"""A time that came free is offered to one person after the other, and is nobody's twice (B12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg.types.range import TimestamptzRange

from routiq.connections.disconnecting import disconnect
from routiq.connections.models import Connection
from routiq.consent import ledger
from routiq.environment import OfficeHours
from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.freed import came_free
from routiq.frontdesk.matching import Stands
from routiq.frontdesk.models import DeskRules, FreedTime, SlotOffer, StaffTask, WaitlistEntry, Write
from routiq.frontdesk.offered import Came, OfferAnswer, accept, answer, decline, keep_offering, run_out, time_of
from routiq.frontdesk.offering import offer_next
from routiq.frontdesk.times import find_times
from routiq.frontdesk.waitlist import join, leave
from routiq.frontdesk.waitlist_reading import who_waits, with_names
from routiq.frontdesk.wanted import Days, PartOfDay, When
from routiq.frontdesk.wishes import OfferedTime, Wish
from routiq.mirror.models import Appointment, Patient
from routiq.practices.audit import Actor
from routiq.practices.tenancy import acting_for, current_practice_id
from routiq.sync.looking import look
from tests.frontdesk.desk import booked_at, cancellation, offers_for, reception, standing
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


def test_a_freed_time_goes_to_who_is_next_and_a_yes_books_it(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    _, urgent = waiting(somebody())
    assert made.patient_remote_id == urgent
    assert time_of(made).starts_at == freed.starts_at
    (task,) = StaffTask.objects.filter(kind="offer_time", done_at=None)
    assert task == made.task
    assert Patient.objects.get(remote_id=urgent).full_name in task.summary
    assert freed.practitioner_name in task.summary
    assert go_on() is None, "one person at a time"

    answer = accept(made.pk, RECEPTION, "yes please")
    assert (answer.came, answer.message) == (Came.BOOKED, "Booked.")
    assert standing(mirrored.sandbox, freed) == [answer.appointment_id]
    entry = WaitlistEntry.objects.get(pk=made.entry_id)
    assert (entry.state, entry.booked_remote_id) == ("booked", answer.appointment_id)
    assert state(FreedTime.objects.get()) == "filled"
    task.refresh_from_db()
    assert (task.done_by, task.note) == ("person:1", "Booked.")
    assert Write.objects.get(pk=answer.write_id).accepting_words == "yes please"
    assert go_on() is None
    assert accept(made.pk, RECEPTION) == answer, "said twice, booked once"


def test_no_and_silence_go_to_the_next_and_a_late_yes_is_told_the_truth(mirrored: At, freed: OfferedTime) -> None:
    first = offer()
    assert decline(first.pk, RECEPTION).came is Came.DECLINED
    second = offer()
    assert second.patient_remote_id != first.patient_remote_id
    with time_machine.travel(second.expires_at - timedelta(seconds=1), tick=False):
        keep_offering()
        assert state(second) == "open"
    with time_machine.travel(second.expires_at, tick=False):
        keep_offering()
        assert state(second) == "expired"
        late = accept(second.pk, RECEPTION)
    assert late.came is Came.GONE
    assert late.message.startswith("Gone: nobody said yes by ")
    assert not standing(mirrored.sandbox, freed)
    assert go_on() is None, "nobody is offered the same time twice"
    assert list(WaitlistEntry.objects.values_list("state", flat=True)) == ["waiting"] * 2
    assert not StaffTask.objects.filter(kind="offer_time", done_at=None).exists()


def test_who_said_stop_is_offered_nothing_and_staff_see_why(mirrored: At, freed: OfferedTime) -> None:
    normal, urgent = waiting(somebody())
    number = Patient.objects.get(remote_id=urgent).phones.first()
    assert number is not None
    ledger.withdraw(number=number.number, words="STOP", source="conversation:1")
    made = offer()
    assert made.patient_remote_id == normal, "the next one, though the other one comes first"
    by_patient = {line.entry.patient_remote_id: line for line in with_names(list(who_waits()))}
    assert {patient: line.said_stop for patient, line in by_patient.items()} == {normal: False, urgent: True}

    ledger.withdraw(patient_id=normal, words="stop it", source="conversation:2")
    keep_offering()
    assert state(made) == "withdrawn", "nobody rings them about it any more"
    assert not StaffTask.objects.filter(kind="offer_time", done_at=None).exists()
    assert go_on() is None
    assert list(WaitlistEntry.objects.values_list("state", flat=True)) == ["waiting"] * 2


def test_a_yes_before_the_clock_comes_by_is_late_all_the_same(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    with time_machine.travel(made.expires_at, tick=False):
        assert accept(made.pk, RECEPTION).came is Came.GONE
    assert state(made) == "expired"


def test_who_comes_first_in_the_practice_system_has_it(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    other = Patient.objects.exclude(remote_id=made.patient_remote_id).filter(status="active").last()
    assert other is not None
    mirrored.sandbox.edit([reception(freed, other.remote_id)])
    answer = accept(made.pk, RECEPTION)
    assert (answer.came, answer.message) == (
        Came.GONE,
        "Gone: somebody else has just taken this time. They still wait.",
    )
    assert len(standing(mirrored.sandbox, freed)) == 1
    assert state(FreedTime.objects.get()) == "gone"


def test_an_offer_ends_as_soon_as_a_look_finds_the_time_taken(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    other = Patient.objects.exclude(remote_id=made.patient_remote_id).filter(status="active").last()
    assert other is not None
    mirrored.sandbox.edit([reception(freed, other.remote_id)])
    look(mirrored.connection, thorough=True)
    assert (state(made), state(FreedTime.objects.get())) == ("gone", "gone")
    assert StaffTask.objects.get(pk=made.task_id).done_at is not None
    assert accept(made.pk, RECEPTION).came is Came.GONE


def test_a_yes_that_the_system_did_not_hear_is_kept_and_told_when_its_time_runs_out(
    mirrored: At, freed: OfferedTime
) -> None:
    made = offer()
    mirrored.sandbox.fault(kind="status", status=503, times=None)
    answer = accept(made.pk, RECEPTION)
    assert answer.came is Came.NOT_YET, answer
    assert (state(made), made.attempts) == ("open", 1)
    mirrored.sandbox.clear_faults()
    with time_machine.travel(made.expires_at, tick=False):
        keep_offering()
    (task,) = StaffTask.objects.filter(kind="call_back")
    assert "said yes" in task.summary
    assert state(made) == "expired"


def test_the_same_yes_after_a_failed_try_books(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    mirrored.sandbox.fault(kind="status", status=503, times=None)
    accept(made.pk, RECEPTION)
    mirrored.sandbox.clear_faults()
    assert accept(made.pk, RECEPTION).came is Came.BOOKED
    assert len(standing(mirrored.sandbox, freed)) == 1


def test_a_yes_moves_the_appointment_that_they_have_meanwhile(mirrored: At) -> None:
    patient = somebody()
    soon, _ = two_times(patient)
    waits, _ = waiting(patient)
    late = offers_for_type(usual(patient), after=soon)
    mine = booked_at(patient, soon, "mine")
    theirs = booked_at(waits, late, "theirs")
    join(request(waits, usual(patient), sooner_than=theirs, reach_by="sms"))
    cancel(cancellation(patient, mine, soon, warned=True))
    made = offer()
    assert "A yes moves their appointment of " in StaffTask.objects.get(pk=made.task_id).summary
    assert "told by SMS" in StaffTask.objects.get(pk=made.task_id).summary
    answer = accept(made.pk, RECEPTION)
    assert (answer.came, answer.appointment_id) == (Came.BOOKED, theirs)
    assert Appointment.objects.get(remote_id=theirs).starts_at == time_of(made).starts_at
    assert not standing(mirrored.sandbox, late)
    assert FreedTime.objects.filter(starts_at=late.starts_at, left_by=waits, state="open").exists()


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


def test_two_yeses_at_once_are_one_booking(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    answers = side_by_side(*[lambda: accept(made.pk, RECEPTION)] * 3)
    assert {answer.came for answer in answers} <= {Came.BOOKED, Came.NOT_YET}
    assert accept(made.pk, RECEPTION).came is Came.BOOKED
    assert len(standing(mirrored.sandbox, freed)) == 1
    assert Write.objects.filter(intent_key__startswith="offer:").count() == 1


def test_a_yes_a_no_and_the_clock_at_the_same_instant_have_one_end(mirrored: At, freed: OfferedTime) -> None:
    made = offer()
    SlotOffer.objects.filter(pk=made.pk).update(expires_at=timezone.now() + timedelta(milliseconds=30))
    yes, no, _clock = side_by_side(
        lambda: accept(made.pk, RECEPTION),
        lambda: decline(made.pk, Actor("person", "2")),
        lambda: run_out(made.pk) or answer(SlotOffer.objects.get(pk=made.pk)),
    )
    stands = standing(mirrored.sandbox, freed)
    end = state(made)
    assert end in ("booked", "declined", "expired")
    assert len(stands) == (1 if end == "booked" else 0)
    assert (yes.came is Came.BOOKED) is (end == "booked")
    assert (no.came is Came.DECLINED) is (end == "declined")


def test_workers_at_the_same_moment_offer_a_time_to_one_person(mirrored: At, freed: OfferedTime) -> None:
    number = FreedTime.objects.get().pk
    made = side_by_side(*[lambda: offer_next(number)] * 3)  # type: ignore[list-item]
    assert len([each for each in made if each is not None]) == 1
    assert SlotOffer.objects.count() == StaffTask.objects.filter(kind="offer_time").count() == 1


def test_the_database_lets_no_time_be_on_offer_to_two(synced: Connection, patient: str) -> None:
    first = on_offer(synced, patient)
    twin = SlotOffer.objects.get(pk=first.pk)
    twin.pk, twin.patient_remote_id, twin.freed = None, "another", noted(synced, patient, time_of(first))
    with pytest.raises(IntegrityError, match="one_time_is_offered_to_one_person"), transaction.atomic():
        twin.save(force_insert=True)
    twin.patient_remote_id = patient
    twin.during = TimestamptzRange(twin.during.lower + timedelta(days=1), twin.during.upper + timedelta(days=1), "[)")
    with pytest.raises(IntegrityError, match="one_offer_at_a_time"), transaction.atomic():
        twin.save(force_insert=True)


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


def test_nobody_is_offered_more_than_two_times_a_day(synced: Connection, patient: str) -> None:
    join(request(patient, usual(patient)))
    freed = [noted(synced, patient, time) for time in offers_for(patient)]
    for each in freed[:2]:
        made = offer_next(each.pk)
        assert made is not None
        assert offer_next(freed[2].pk) is None, "one at a time"
        decline(made.pk, RECEPTION)
    assert offer_next(freed[2].pk) is None
    assert state(freed[2]) == "open"
    latest = freed[2].starts_at
    tomorrow = timezone.localtime(timezone=synced.practice.zone).replace(hour=0, minute=1) + timedelta(days=1)
    assert tomorrow < latest, "the third time is after tomorrow"
    with time_machine.travel(tomorrow, tick=True):
        assert offer_next(freed[2].pk) is not None


def test_how_long_and_how_often_is_the_practices_rule(synced: Connection, patient: str) -> None:
    DeskRules.objects.create(practice=synced.practice, offer_minutes=10, offers_a_day=1)
    made = on_offer(synced, patient)
    assert made.expires_at - made.made_at <= timedelta(minutes=10, seconds=1)
    decline(made.pk, RECEPTION)
    assert offer_next(noted(synced, patient, offers_for(patient)[1]).pk) is None, "that was the one of today"


def test_what_does_not_fit_is_not_offered(synced: Connection, patient: str) -> None:
    time = offers_for(patient)[0]
    other = next(part for part in PartOfDay if not When(parts=(part,)).fits(time.local_start))
    join(request(patient, usual(patient), when=When(parts=(other,))))
    freed = noted(synced, patient, time)
    assert offer_next(freed.pk) is None
    assert state(freed) == "open"

    join(request(patient, usual(patient), "now", when=When()))
    keep_offering()
    assert SlotOffer.objects.get().freed == freed, "what they wait for now fits"


def test_outside_office_hours_nobody_is_offered_anything_that_nobody_would_tell(
    synced: Connection, patient: str, settings: Any
) -> None:
    join(request(patient, usual(patient)))
    freed = noted(synced, patient, offers_for(patient)[0])
    settings.OFFICE_HOURS = OfficeHours(1, 1, datetime.min.time(), datetime.min.time())
    keep_offering()
    assert not SlotOffer.objects.exists()
    settings.OFFICE_HOURS = ALWAYS
    keep_offering()
    assert SlotOffer.objects.get().freed == freed


def test_who_leaves_the_list_is_not_waited_for(synced: Connection, patient: str) -> None:
    made = on_offer(synced, patient)
    leave(made.entry_id, RECEPTION)
    assert state(made) == "withdrawn"
    assert accept(made.pk, RECEPTION).came is Came.GONE
    assert StaffTask.objects.get(pk=made.task_id).done_at is not None


def test_a_yes_that_a_crash_interrupted_is_booked_by_the_clock(synced: Connection, patient: str) -> None:
    made = on_offer(synced, patient)
    long_ago = timezone.now() - timedelta(minutes=2)
    SlotOffer.objects.filter(pk=made.pk).update(state="accepted", answered_at=long_ago, answered_by="person:1")
    keep_offering()
    assert state(made) == "booked"


def test_a_wish_whose_days_are_over_comes_off_the_list(synced: Connection, patient: str) -> None:
    today = timezone.localdate(timezone=synced.practice.zone)
    until_today = When(days=(Days(None, today),))
    entry = WaitlistEntry.objects.get(pk=join(request(patient, usual(patient), when=until_today)).entry_id)
    keep_offering()
    assert state(entry) == "waiting"
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        keep_offering()
    assert state(entry) == "lapsed"


def test_a_practice_that_is_paused_keeps_the_yes(synced: Connection, patient: str) -> None:
    made = on_offer(synced, patient)
    Connection.objects.update(state="paused", paused_message="The key was refused.")
    answer = accept(made.pk, RECEPTION)
    assert (answer.came, state(made)) == (Came.NOT_YET, "open")
    assert "The key was refused." in answer.message


def test_disconnecting_ends_the_offers_and_keeps_the_list(synced: Connection, patient: str) -> None:
    made = on_offer(synced, patient)
    disconnect(synced, actor=RECEPTION)
    assert state(made) == "withdrawn"
    assert state(FreedTime.objects.get()) == "gone"
    assert WaitlistEntry.objects.get().state == "waiting"
