"""The budget of a vendor without a published limit: gentle, never more than three at once, led by the answers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routiq.pms.gateway import Lane
from routiq.pms.pacing_adaptive import (
    AHEAD,
    FORGOTTEN_MS,
    IN_FLIGHT,
    AdaptiveRules,
    AdaptiveState,
    block,
    decide,
    ended,
    let_go,
)

START = 1_777_852_800.0
USUAL = AdaptiveRules(2.0)

rules_of_all_sizes = st.builds(AdaptiveRules, cap=st.sampled_from([0.05, 0.5, 2.0, 10.0]))
statuses = st.sampled_from([200, 200, 200, 200, 404, 429, 500, 503, 0])
#: (pause before, lane, status of the answer, seconds it takes)
askers = st.lists(
    st.tuples(
        st.one_of(st.just(0.0), st.floats(0, 0.3), st.floats(0, 5)),
        st.sampled_from(list(Lane)),
        statuses,
        st.floats(0.01, 8),
    ),
    max_size=150,
)


class Line:
    """Requests that leave and come back, in a time of its own."""

    def __init__(self, rules: AdaptiveRules) -> None:
        self.rules, self.state, self.now = rules, AdaptiveState(), START
        self.coming: list[tuple[float, int, int, float]] = []
        self.sent: list[float] = []

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while self.coming and min(self.coming)[0] <= until:
            back, ticket, status, took = min(self.coming)
            self.coming.remove((back, ticket, status, took))
            self.now = max(self.now, back)
            self.state = ended(self.rules, self.state, ticket, self.now, status=status, seconds=took)
        self.now = until

    def ask(self, lane: Lane, status: int = 200, took: float = 0.1) -> float | None:
        """Seconds to wait; ``None`` when it was sent."""
        decision = decide(self.rules, self.state, lane, self.now)
        self.state = decision.state
        if decision.ticket is None:
            return decision.wait_seconds
        self.sent.append(self.now)
        self.coming.append((self.now + took, decision.ticket, status, took))
        return None

    def send(self, lane: Lane, status: int = 200, took: float = 0.1) -> None:
        while (wait := self.ask(lane, status, took)) is not None:
            assert wait > 0
            self.wait(wait)


@settings(max_examples=200, deadline=None)
@given(rules_of_all_sizes, askers)
def test_never_more_than_three_at_once_nor_more_than_the_cap_and_a_little(
    rules: AdaptiveRules, asked: list[tuple[float, Lane, int, float]]
) -> None:
    line = Line(rules)
    for pause, lane, status, took in asked:
        line.wait(pause)
        line.ask(lane, status, took)
        assert len(line.coming) <= IN_FLIGHT
        assert rules.slowest <= line.state.rate <= rules.cap
    for seconds in (1.0, 5.0, 30.0):
        for first, start in enumerate(line.sent):
            within = [moment for moment in line.sent[first:] if moment < start + seconds]
            assert len(within) <= rules.cap * seconds + AHEAD + 1.01


@settings(max_examples=200, deadline=None)
@given(rules_of_all_sizes, askers)
def test_the_wait_that_is_named_is_enough_unless_all_places_are_taken(
    rules: AdaptiveRules, asked: list[tuple[float, Lane, int, float]]
) -> None:
    line = Line(rules)
    for pause, lane, status, took in asked:
        line.wait(pause)
        wait = line.ask(lane, status, took)
        if wait is not None:
            line.wait(wait)
            places = IN_FLIGHT if lane is Lane.LIVE else IN_FLIGHT - 1
            again = line.ask(lane, status, took)
            # An answer that came meanwhile may have slowed everybody down.
            assert again is None or len(line.coming) >= places or line.state.slowed_at >= (line.now - wait) * 1000


def test_it_begins_with_two_a_second_and_stays_there_while_all_is_well() -> None:
    line = Line(AdaptiveRules(2.0))
    for _ in range(120):
        line.send(Lane.BACKGROUND)
    assert 59 <= line.now - START <= 61
    assert line.state.rate == 2.0


def test_where_more_is_allowed_it_speeds_up_step_by_step() -> None:
    line = Line(AdaptiveRules(10.0))
    line.send(Lane.BACKGROUND)
    assert line.state.rate == 2.0
    for _ in range(100):
        line.send(Lane.BACKGROUND, took=0.05)
    assert line.state.rate == 10.0


def test_a_setting_below_two_is_kept_from_the_start() -> None:
    line = Line(AdaptiveRules(0.5))
    for _ in range(10):
        line.send(Lane.BACKGROUND)
    assert line.now - START >= 18


@pytest.mark.parametrize(("status", "took"), [(429, 0.1), (500, 0.1), (503, 0.1), (0, 10.0)])
def test_trouble_slows_down_and_calm_brings_it_back(status: int, took: float) -> None:
    line = Line(USUAL)
    for _ in range(10):
        line.send(Lane.BACKGROUND)
    for _ in range(5):
        line.send(Lane.BACKGROUND, status, took)
    line.wait(20)
    assert line.state.rate <= 1.4
    slow = line.state.rate
    for _ in range(60):
        line.send(Lane.BACKGROUND)
    line.wait(5)
    assert slow < line.state.rate == 2.0


def test_a_bad_hour_still_asks_now_and_then() -> None:
    line = Line(USUAL)
    for _ in range(60):
        line.send(Lane.BACKGROUND, 503)
    assert line.state.rate == USUAL.slowest
    before = line.now
    line.send(Lane.BACKGROUND, 503)
    line.send(Lane.BACKGROUND, 503)
    assert line.now - before <= 2 / USUAL.slowest + 1


def test_answers_that_take_much_longer_than_usual_slow_down_but_not_to_a_crawl() -> None:
    line = Line(USUAL)
    for _ in range(40):
        line.send(Lane.BACKGROUND, took=0.3)
    for _ in range(6):
        line.send(Lane.BACKGROUND, took=4.0)
    line.wait(10)
    assert 0.5 <= line.state.rate < 1.5
    for _ in range(200):
        line.send(Lane.BACKGROUND, took=4.0)
    line.wait(10)
    assert line.state.rate == 2.0


def test_many_refusals_of_one_moment_count_once() -> None:
    line = Line(AdaptiveRules(8.0))
    for _ in range(80):
        line.send(Lane.BACKGROUND, took=0.01)
    line.wait(5)
    before = line.state.rate
    for _ in range(3):
        line.ask(Lane.LIVE, 429, 0.2)
    line.wait(0.5)
    assert line.state.rate == before / 2


def test_a_live_request_goes_first_whatever_background_does() -> None:
    line = Line(USUAL)
    while line.now < START + 60:
        wait = line.ask(Lane.BACKGROUND, took=1.5)
        if wait is not None:
            line.wait(min(wait, 0.2))
    for _ in range(1):
        assert line.ask(Lane.LIVE, took=1.5) is None


def test_background_pays_back_what_live_took_ahead() -> None:
    line = Line(USUAL)
    for _ in range(4):
        assert line.ask(Lane.LIVE, took=0.01) is None
        line.wait(0.02)
    wait = line.ask(Lane.BACKGROUND)
    assert wait is not None
    assert wait > 1.5


def test_a_process_that_died_gives_its_place_back() -> None:
    state = AdaptiveState()
    for number in range(IN_FLIGHT):
        state = decide(USUAL, state, Lane.LIVE, START + number).state
    later = START + 10
    assert decide(USUAL, state, Lane.LIVE, later).ticket is None
    assert decide(USUAL, state, Lane.LIVE, later + FORGOTTEN_MS / 1000).ticket is not None


def test_a_request_that_was_never_sent_gives_its_place_back_at_once() -> None:
    first = decide(USUAL, AdaptiveState(), Lane.BACKGROUND, START)
    assert first.ticket is not None
    state = let_go(USUAL, first.state, first.ticket, START)
    assert state.under_way == ()
    assert state.rate == 2.0


@given(st.floats(0.1, 500), st.sampled_from(list(Lane)))
def test_nobody_sends_before_the_vendor_listens_again(seconds: float, lane: Lane) -> None:
    state = block(block(AdaptiveState(), START + seconds), START + seconds / 2)
    early = decide(USUAL, state, lane, START + seconds * 0.99)
    assert early.ticket is None
    assert decide(USUAL, early.state, lane, START + seconds * 0.99 + early.wait_seconds + 0.001).ticket is not None


def test_a_clock_set_back_an_hour_stops_nothing_for_an_hour() -> None:
    line = Line(USUAL)
    for _ in range(20):
        line.send(Lane.LIVE)
    line.wait(5)
    line.now -= 3600
    wait = line.ask(Lane.BACKGROUND)
    assert wait is None or wait < 5


@settings(max_examples=50, deadline=None)
@given(askers)
def test_the_state_survives_the_database(asked: list[tuple[float, Lane, int, float]]) -> None:
    line = Line(USUAL)
    for pause, lane, status, took in asked:
        line.wait(pause)
        line.ask(lane, status, took)
    stored = json.dumps(line.state.dump())
    assert AdaptiveState.load(json.loads(stored)) == line.state
    assert len(stored) < 400


def test_what_another_pace_has_left_is_a_fresh_start() -> None:
    assert AdaptiveState.load({}) == AdaptiveState()
    assert AdaptiveState.load({"under_way": "broken"}) == AdaptiveState()
