"""A time that was read back is one person's to think about (B11)."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.frontdesk import holding, journal
from routiq.frontdesk.booking import begin
from routiq.frontdesk.models import SlotHold, Write
from routiq.frontdesk.wishes import BookingRequest, OfferedTime
from routiq.practices.tenancy import acting_for
from tests.frontdesk.desk import offers_for


@pytest.fixture
def offer(patient: str) -> OfferedTime:
    return offers_for(patient, 1)[0]


def who_holds(offer: OfferedTime) -> list[str]:
    return [row.holder for row in SlotHold.objects.all() if row.during.lower == offer.starts_at]


def test_of_many_in_the_same_instant_one_has_it_and_the_others_are_told(
    synced: Connection, offer: OfferedTime
) -> None:
    told: list[object] = []
    start = threading.Barrier(8)

    def conversation(number: int) -> None:
        with acting_for(synced.practice_id):
            for turn in range(6):
                start.wait()
                another = replace(
                    offer, starts_at=offer.starts_at + turn * timedelta(days=1),
                    ends_at=offer.ends_at + turn * timedelta(days=1),
                )  # fmt: skip
                try:
                    told.append((turn, holding.hold(another, f"conversation:{number}")))
                except Exception as error:
                    told.append(type(error).__name__)
        connections.close_all()

    threads = [threading.Thread(target=conversation, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, told)) == sorted(
        [f"({turn}, {mine})" for turn in range(6) for mine in [True] + [False] * 7]
    )


def test_who_holds_another_time_lets_go_of_the_first(offer: OfferedTime, patient: str) -> None:
    later = offers_for(patient, 3)[2]
    assert holding.hold(offer, "conversation:1")
    assert holding.hold(offer, "conversation:1"), "it is theirs already"
    assert not holding.hold(offer, "conversation:2")
    assert holding.hold(later, "conversation:1")
    assert (who_holds(offer), who_holds(later)) == ([], ["conversation:1"])
    assert holding.hold(offer, "conversation:2")


def test_after_five_minutes_it_is_anybodys_and_what_was_sent_is_not(
    synced: Connection, offer: OfferedTime, patient: str
) -> None:
    assert holding.hold(offer, "conversation:1")
    over = timezone.now() - timedelta(seconds=1)
    SlotHold.objects.update(expires_at=over)
    assert holding.hold(offer, "conversation:2")

    SlotHold.objects.all().delete()
    begin(synced, BookingRequest(patient, offer, intent_key="sent", channel="test", asked_by="conversation:1"))
    SlotHold.objects.update(expires_at=over)
    Write.objects.update(state=Write.State.SENT)
    assert not holding.hold(offer, "conversation:2")
    journal.forget_expired_holds(timezone.now())
    assert who_holds(offer) == [""], "the booking's"
    Write.objects.update(state=Write.State.HELD)
    assert holding.hold(offer, "conversation:2")


def test_of_somebody_unknown_there_is_nothing_to_hold(synced: Connection, offer: OfferedTime) -> None:
    assert holding.hold(replace(offer, practitioner_id="404"), "conversation:1")
    assert not SlotHold.objects.exists()
