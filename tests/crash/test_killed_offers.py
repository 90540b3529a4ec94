"""kill -9 while a yes to an offer from the waiting list is carried out, on every system, then the workers: the yes is
kept, it is one booking, and nobody else is offered the time (B12)."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from routiq.frontdesk.models import FreedTime, SlotHold, StaffTask, WaitlistEntry, Write
from routiq.frontdesk.offered import IN_WORK, keep_offering
from routiq.frontdesk.wishes import OfferedTime
from tests.crash.doomed import Kill
from tests.crash.saying_yes import say_yes
from tests.frontdesk.desk import standing
from tests.frontdesk.freed_times import freed, go_on, offer, office_is_open, state  # noqa: F401
from tests.systems import At

pytestmark = pytest.mark.crash


@pytest.mark.parametrize(("point", "is_booked_by_then"), [("offer_accepted", False), ("offer_carried", True)])
def test_a_yes_killed_anywhere_is_one_booking(
    mirrored: At,
    freed: OfferedTime,  # noqa: F811
    kill: Kill,
    point: str,
    is_booked_by_then: bool,
) -> None:
    made = offer()
    before = Write.objects.count()
    connections.close_all()
    assert kill(point, mirrored.connection.practice_id, say_yes, made.pk) == -signal.SIGKILL
    assert state(made) == "accepted", "the yes is kept"
    assert bool(standing(mirrored.sandbox, freed)) is is_booked_by_then
    assert go_on() is None, "and nobody else hears of the time"
    keep_offering()
    assert state(made) == "accepted", "somebody may just be at it"

    with time_machine.travel(timezone.now() + IN_WORK + timedelta(seconds=1), tick=False):
        keep_offering()
        keep_offering()
    assert state(made) == "booked"
    made.refresh_from_db()
    assert made.write is not None
    assert standing(mirrored.sandbox, freed) == [made.write.appointment_remote_id]
    assert Write.objects.count() == before + 1
    assert state(WaitlistEntry.objects.get(pk=made.entry_id)) == "booked"
    assert state(FreedTime.objects.get()) == "filled"
    assert not SlotHold.objects.exists()
    assert not StaffTask.objects.filter(kind="offer_time", done_at=None).exists()
    assert go_on() is None
