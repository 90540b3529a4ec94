"""A time that came free is offered to one person after the other: who is offered what (B12)."""
# ruff: noqa: F811 - fixtures that are imported

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from psycopg.types.range import TimestamptzRange

from routiq.connections.models import Connection
from routiq.consent import ledger
from routiq.environment import OfficeHours
from routiq.frontdesk.models import DeskRules, FreedTime, SlotOffer, StaffTask, WaitlistEntry, Write
from routiq.frontdesk.offered import Came, accept, decline, keep_offering, time_of
from routiq.frontdesk.offering import offer_next
from routiq.frontdesk.waitlist import join, leave
from routiq.frontdesk.waitlist_reading import who_waits, with_names
from routiq.frontdesk.wanted import Days, PartOfDay, When
from routiq.frontdesk.wishes import OfferedTime
from routiq.mirror.models import Patient
from tests.frontdesk.desk import offers_for, standing
from tests.frontdesk.freed_times import (  # noqa: F401
    ALWAYS,
    RECEPTION,
    freed,
    go_on,
    noted,
    offer,
    office_is_open,
    on_offer,
    side_by_side,
    state,
    waiting,
)
from tests.frontdesk.test_waitlist import request, somebody, usual
from tests.systems import At


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


def test_a_wish_whose_days_are_over_comes_off_the_list(synced: Connection, patient: str) -> None:
    today = timezone.localdate(timezone=synced.practice.zone)
    until_today = When(days=(Days(None, today),))
    entry = WaitlistEntry.objects.get(pk=join(request(patient, usual(patient), when=until_today)).entry_id)
    keep_offering()
    assert state(entry) == "waiting"
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        keep_offering()
    assert state(entry) == "lapsed"
