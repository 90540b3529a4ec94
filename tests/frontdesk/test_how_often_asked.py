"""How often the vendor is asked for one write, one request after the other: somebody on the line waits that long."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from routiq.frontdesk.booking import book
from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.moving import reschedule
from routiq.frontdesk.wishes import BookingRequest, Outcome
from routiq.practices import side_by_side
from tests.frontdesk.desk import cancellation, move
from tests.frontdesk.test_both_systems import somebody, two_times
from tests.systems import At

#: Times or appointment, the change, and what stands there afterwards.
IN_TURN = 3


@pytest.fixture
def in_turn(mirrored: At, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many requests there were since the last time it was asked, those side by side counted as one."""
    beside: list[int] = []

    class Counting(ThreadPoolExecutor):
        def __init__(self, *args: Any, **values: Any) -> None:
            super().__init__(*args, **values)
            self._first = True

        def submit(self, *args: Any, **values: Any) -> Future[Any]:
            beside.append(0 if self._first else 1)
            self._first = False
            return super().submit(*args, **values)

    monkeypatch.setattr(side_by_side, "ThreadPoolExecutor", Counting)

    def asked() -> int:
        count = len(mirrored.sandbox.requests()) - sum(beside)
        beside.clear()
        mirrored.sandbox.clear_requests()
        return count

    return asked


def test_a_write_takes_three_answers_of_the_vendor(mirrored: At, in_turn: Callable[[], int]) -> None:
    patient = somebody()
    first, second = two_times(patient)
    in_turn()
    booked = book(BookingRequest(patient, first, intent_key="book", channel="test", asked_by="conversation:1"))
    assert booked.outcome is Outcome.BOOKED
    assert "conflicts_read" in booked.steps
    assert in_turn() == IN_TURN

    moved = reschedule(move(patient, booked.appointment_id, second))
    assert moved.outcome is Outcome.DONE
    assert "conflicts_read" in moved.steps
    assert in_turn() == IN_TURN

    cancelled = cancel(cancellation(patient, booked.appointment_id, second, warned=True))
    assert cancelled.outcome is Outcome.DONE
    assert in_turn() == IN_TURN
