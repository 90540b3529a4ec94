"""The request budget: never too much, live first, and background gets what is its own."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routiq.pms.errors import RateLimited
from routiq.pms.gateway import Lane
from routiq.pms.pacing import BURST, BudgetRules, BudgetState, LocalPace, block, decide, usage

CLINIKO = BudgetRules(200, 60.0)
START = 1_777_852_800.0

rules_of_all_sizes = st.builds(
    BudgetRules,
    limit=st.integers(1, 60),
    window_seconds=st.sampled_from([1.0, 5.0, 10.0, 60.0]),
    live_reserve=st.sampled_from([0.0, 0.1, 0.2, 0.5]),
)
# Pauses as a share of the window, and who asks.
askers = st.lists(
    st.tuples(st.one_of(st.just(0.0), st.floats(0, 0.05), st.floats(0, 1.2)), st.sampled_from(list(Lane))),
    max_size=400,
)


def most_in_any_window(sent: list[float], window: float) -> int:
    most, oldest = 0, 0
    for newest, moment in enumerate(sent):
        while sent[oldest] <= moment - window:
            oldest += 1
        most = max(most, newest - oldest + 1)
    return most


@settings(max_examples=300, deadline=None)
@given(rules_of_all_sizes, askers)
def test_no_window_ever_holds_more_than_the_limit(rules: BudgetRules, asked: list[tuple[float, Lane]]) -> None:
    state, now, sent = BudgetState(), START, []
    for pause, lane in asked:
        now += pause * rules.window_seconds
        decision = decide(rules, state, lane, now)
        state = decision.state
        if decision.admitted:
            sent.append(now)
    assert rules.limit is not None
    assert most_in_any_window(sent, rules.window_seconds) <= rules.limit


@settings(max_examples=300, deadline=None)
@given(rules_of_all_sizes, askers)
def test_a_live_request_waits_only_when_the_limit_is_used_up(
    rules: BudgetRules, asked: list[tuple[float, Lane]]
) -> None:
    state, now, sent = BudgetState(), START, []
    for pause, lane in asked:
        now += pause * rules.window_seconds
        # The stretch we guard is a hundredth longer than the window.
        recent = [moment for moment in sent if moment > now - rules.window_seconds * 1.01 - 0.002]
        decision = decide(rules, state, lane, now)
        if lane is Lane.LIVE and len(recent) < (rules.limit or 0):
            assert decision.admitted
        state = decision.state
        if decision.admitted:
            sent.append(now)


@settings(max_examples=200, deadline=None)
@given(rules_of_all_sizes, askers)
def test_the_wait_that_is_named_is_enough(rules: BudgetRules, asked: list[tuple[float, Lane]]) -> None:
    state, now = BudgetState(), START
    for pause, lane in asked:
        now += pause * rules.window_seconds
        decision = decide(rules, state, lane, now)
        if not decision.admitted:
            assert decision.wait_seconds > 0
            now += decision.wait_seconds + 0.001
            decision = decide(rules, decision.state, lane, now)
            assert decision.admitted
        state = decision.state


@settings(max_examples=200, deadline=None)
@given(rules_of_all_sizes, st.floats(0.01, 0.2), askers)
def test_polls_keep_to_their_share_whatever_they_want(
    rules: BudgetRules, share: float, asked: list[tuple[float, Lane]]
) -> None:
    rules = msgspec.structs.replace(rules, poll_share=share)
    state, now, polls = BudgetState(), START, []
    for pause, lane in asked:
        now += pause * rules.window_seconds / 4
        # As a row in the database keeps it from one process to the next.
        decision = decide(rules, BudgetState.load(state.dump()), lane, now)
        state = decision.state
        if decision.admitted and lane is Lane.POLL:
            polls.append(now)
    assert most_in_any_window(polls, rules.window_seconds) <= max((rules.limit or 0) * share, 1)


def test_polls_that_ask_all_the_time_get_their_share_and_leave_the_rest_to_other_background() -> None:
    state, polls, others = BudgetState(), 0, 0
    for tick in range(60_00):
        for lane in (Lane.POLL, Lane.BACKGROUND):
            decision = decide(CLINIKO, state, lane, START + tick / 100)
            state = decision.state
            polls += decision.admitted and lane is Lane.POLL
            others += decision.admitted and lane is Lane.BACKGROUND
    assert polls == CLINIKO.polls == 38 < 0.2 * 200
    assert polls + others >= 0.99 * (200 - CLINIKO.reserve)


@pytest.mark.parametrize("rules", [CLINIKO, BudgetRules(30, 10.0), BudgetRules(7, 1.0)])
def test_background_gets_its_whole_share_when_it_asks_all_the_time(rules: BudgetRules) -> None:
    state, now, sent = BudgetState(), START, []
    end = START + 60 * rules.window_seconds
    while now < end:
        decision = decide(rules, state, Lane.BACKGROUND, now)
        state = decision.state
        if decision.admitted:
            sent.append(now)
        else:
            # It wakes up a little late, as real processes do.
            now += decision.wait_seconds + 0.004
    share = ((rules.limit or 0) - rules.reserve) * 60
    assert len(sent) >= 0.99 * share
    assert most_in_any_window(sent, rules.window_seconds) <= (rules.limit or 0) - rules.reserve


def test_background_goes_out_evenly_and_in_small_bursts_at_most() -> None:
    state, sent = BudgetState(), []
    for tick in range(20_000):
        now = START + tick / 100
        decision = decide(CLINIKO, state, Lane.BACKGROUND, now)
        state = decision.state
        if decision.admitted:
            sent.append(now)
    assert most_in_any_window(sent, 0.3) <= BURST
    assert most_in_any_window(sent, 3.75) <= 10 + BURST


def test_the_reserve_is_free_for_live_even_when_background_takes_all_it_can() -> None:
    state, now = BudgetState(), START
    while now < START + 180:
        decision = decide(CLINIKO, state, Lane.BACKGROUND, now)
        state, now = decision.state, now + max(decision.wait_seconds, 0.001)
    for _ in range(38):
        decision = decide(CLINIKO, state, Lane.LIVE, now)
        assert decision.admitted
        state = decision.state


def test_background_steps_back_when_live_needs_more_than_the_reserve() -> None:
    state = BudgetState()
    for tick in range(120):
        state = decide(CLINIKO, state, Lane.LIVE, START + tick / 100).state
    now, background = START + 2, 0
    while now < START + 60:
        decision = decide(CLINIKO, state, Lane.BACKGROUND, now)
        state, now = decision.state, now + max(decision.wait_seconds, 0.001)
        background += decision.admitted
    assert 60 <= background <= 200 - 120 - CLINIKO.headroom


@given(st.floats(0.1, 500), st.sampled_from(list(Lane)), st.sampled_from([CLINIKO, BudgetRules(None, 60.0)]))
def test_nobody_sends_before_the_vendor_listens_again(seconds: float, lane: Lane, rules: BudgetRules) -> None:
    state = block(BudgetState(), START + seconds)
    early = decide(rules, state, lane, START + seconds * 0.99)
    assert not early.admitted
    assert decide(rules, early.state, lane, START + seconds * 0.99 + early.wait_seconds + 0.001).admitted


def test_a_shorter_stop_does_not_lift_a_longer_one() -> None:
    state = block(block(BudgetState(), START + 30), START + 5)
    assert not decide(CLINIKO, state, Lane.LIVE, START + 20).admitted


def test_a_clock_set_back_an_hour_does_not_stop_everything_for_an_hour() -> None:
    state = BudgetState()
    for tick in range(200):
        state = decide(CLINIKO, state, Lane.LIVE, START + tick / 10).state
    now = START - 3600
    refused = decide(CLINIKO, state, Lane.LIVE, now)
    assert not refused.admitted
    assert refused.wait_seconds < 62
    assert decide(CLINIKO, refused.state, Lane.LIVE, now + 62).admitted


@given(askers)
@settings(max_examples=50, deadline=None)
def test_the_state_survives_the_database(asked: list[tuple[float, Lane]]) -> None:
    state, now = BudgetState(), START
    for pause, lane in asked:
        now += pause
        state = decide(CLINIKO, state, lane, now).state
    stored = json.dumps(state.dump())
    assert BudgetState.load(json.loads(stored)) == state
    assert len(stored) < 2000


def test_a_row_that_was_never_written_is_a_fresh_budget() -> None:
    assert BudgetState.load({}) == BudgetState()


def test_usage_counts_the_last_window_by_lane() -> None:
    state = BudgetState()
    for second in range(70):
        state = decide(CLINIKO, state, Lane.LIVE if second % 2 else Lane.BACKGROUND, START + second).state
    shown = usage(CLINIKO, state, START + 69)
    assert (shown.live, shown.background, shown.limit, shown.blocked_until) == (30, 30, 200, None)
    assert usage(CLINIKO, block(state, START + 90), START + 69).blocked_until == pytest.approx(START + 90, abs=0.01)


class FakeTime:
    def __init__(self) -> None:
        self.now = START
        self.naps: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


def local_pace(rules: BudgetRules | None) -> tuple[LocalPace, FakeTime]:
    time = FakeTime()
    return LocalPace(rules, clock=time.clock, sleep=time.sleep), time


def test_without_a_limit_nobody_waits() -> None:
    pace, time = local_pace(None)
    for _ in range(1000):
        with pace.admit(Lane.BACKGROUND):
            pass
    assert time.naps == []


def test_background_sleeps_until_its_turn() -> None:
    pace, time = local_pace(BudgetRules(10, 10.0))
    for _ in range(30):
        with pace.admit(Lane.BACKGROUND):
            pass
    assert 30 / 0.8 - 10 <= time.now - START <= 30 / 0.8


def test_a_live_request_is_told_at_once_when_the_wait_would_be_long() -> None:
    pace, time = local_pace(BudgetRules(10, 60.0))
    for _ in range(10):
        with pace.admit(Lane.LIVE):
            pass
    with pytest.raises(RateLimited) as refused, pace.admit(Lane.LIVE):
        pass
    assert time.naps == []
    assert 59 < refused.value.until.timestamp() - START < 62


def test_a_stop_by_the_vendor_holds_everybody() -> None:
    pace, time = local_pace(None)
    pace.hold_until(datetime.fromtimestamp(START + 30, UTC))
    with pytest.raises(RateLimited), pace.admit(Lane.LIVE):
        pass
    with pace.admit(Lane.BACKGROUND):
        pass
    assert time.now >= START + 30


def test_many_threads_together_keep_the_limit() -> None:
    pace = LocalPace(BudgetRules(50, 600.0, live_reserve=0.0))
    sent: list[int] = []

    def ask() -> None:
        for _ in range(20):
            try:
                with pace.admit(Lane.LIVE):
                    sent.append(1)
            except RateLimited:
                pass

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 50
