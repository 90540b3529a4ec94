"""Whoever speaks with a person is told when an answer takes longer than one waits in silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from routiq.frontdesk.waiting import FILLER_AFTER, At, may_take_a_moment, told_of_waits


@dataclass
class Clocks:
    """Time goes by only where the test says so; an alarm rings when it is due."""

    now: float = 100.0
    set_at: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def alarm(self, seconds: float, ring: Callable[[], None]) -> Callable[[], None]:
        due = (self.now + seconds, ring)
        self.set_at.append(due)
        return lambda: self.set_at.remove(due) if due in self.set_at else None

    def forward(self, seconds: float) -> None:
        self.now += seconds
        for due, ring in [each for each in self.set_at if each[0] <= self.now]:
            self.set_at.remove((due, ring))
            ring()


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def call(clocks: Clocks, seconds: float, what: At = At.LOOKING) -> None:
    may_take_a_moment(what)(clocks.forward)(seconds)


def test_a_quick_answer_needs_no_word(clocks: Clocks) -> None:
    told: list[At] = []
    with told_of_waits(told.append, alarm=clocks.alarm, clock=lambda: clocks.now):
        call(clocks, FILLER_AFTER - 0.1)
    clocks.forward(60)
    assert told == []


def test_a_long_one_is_told_once_and_what_it_is(clocks: Clocks) -> None:
    told: list[At] = []
    with told_of_waits(told.append, alarm=clocks.alarm, clock=lambda: clocks.now):
        call(clocks, FILLER_AFTER + 0.1, At.WRITING)
        call(clocks, 5)
    assert told == [At.WRITING]


def test_several_short_ones_add_up(clocks: Clocks) -> None:
    told: list[float] = []
    with told_of_waits(lambda _: told.append(clocks.now), alarm=clocks.alarm, clock=lambda: clocks.now):
        for _ in range(3):
            call(clocks, 0.3)
    assert told == [pytest.approx(100 + 3 * 0.3)]


def test_what_goes_wrong_while_telling_costs_no_answer(clocks: Clocks) -> None:
    def broken(_: At) -> None:
        raise RuntimeError("the line is gone")

    with told_of_waits(broken, alarm=clocks.alarm, clock=lambda: clocks.now):
        call(clocks, 2)


def test_who_does_not_ask_to_be_told_pays_nothing(clocks: Clocks) -> None:
    call(clocks, 2)
    assert clocks.set_at == []
