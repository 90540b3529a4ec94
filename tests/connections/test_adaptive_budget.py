"""The shared budget of a vendor that publishes no limit."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from routiq.connections.budget import (
    SharedAdaptivePace,
    SharedPace,
    UnlimitedPace,
    minutes_of_last_hour,
    pace_of,
)
from routiq.connections.models import Connection, RequestBudget
from routiq.pms.errors import Disconnected, RateLimited
from routiq.pms.gateway import Lane
from routiq.pms.pacing_adaptive import IN_FLIGHT, AdaptiveRules, AdaptiveState
from routiq.practices.models import Practice

#: So fast that only the places are scarce.
FAST = AdaptiveRules(1000.0)


class Enough(Exception):
    pass


def give_up(seconds: float) -> None:
    raise Enough


@pytest.fixture
def budgeted(transactional_db: None, practice: Practice) -> Connection:
    connection = Connection.objects.create(practice=practice, vendor="nookal", account_id="1", account_name="A")
    RequestBudget.objects.create(practice=practice, connection=connection)
    return connection


def stored(connection: Connection) -> AdaptiveState:
    return AdaptiveState.load(RequestBudget.objects.get(connection=connection).state)


def test_each_vendor_has_the_pace_that_it_wants(budgeted: Connection) -> None:
    with override_settings(PMS_REQUESTS_PER_SECOND=2.0, PMS_REQUESTS=200):
        assert isinstance(pace_of(budgeted), SharedAdaptivePace)
        budgeted.vendor = "cliniko"
        assert isinstance(pace_of(budgeted), SharedPace)
    with override_settings(PMS_REQUESTS_PER_SECOND=0.0, PMS_REQUESTS=200):
        assert isinstance(pace_of(budgeted), SharedPace)
        budgeted.vendor = "nookal"
        assert isinstance(pace_of(budgeted), UnlimitedPace)


def test_all_processes_together_have_three_requests_under_way(budgeted: Connection) -> None:
    state = AdaptiveState(rate=1000.0)
    RequestBudget.objects.filter(connection=budgeted).update(state=state.dump())
    all_in, may_leave = threading.Semaphore(0), threading.Event()
    turned_away: list[int] = []

    def process() -> None:
        pace = SharedAdaptivePace(budgeted, FAST, sleep=give_up)
        try:
            with pace.admit(Lane.LIVE) as tell:
                all_in.release()
                may_leave.wait(30)
                tell(200, 0.1)
        except (Enough, RateLimited):
            turned_away.append(1)
        finally:
            connections.close_all()

    inside = [threading.Thread(target=process) for _ in range(IN_FLIGHT)]
    for thread in inside:
        thread.start()
    for _ in inside:
        assert all_in.acquire(timeout=30)
    process()
    assert turned_away == [1]
    assert len(stored(budgeted).under_way) == IN_FLIGHT
    may_leave.set()
    for thread in inside:
        thread.join()
    assert turned_away == [1]
    assert stored(budgeted).under_way == ()


def test_what_one_process_met_slows_the_others_down(budgeted: Connection) -> None:
    rules = AdaptiveRules(2.0)
    with SharedAdaptivePace(budgeted, rules).admit(Lane.LIVE) as tell:
        tell(429, 0.1)
    assert stored(budgeted).rate == 1.0
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        raise Enough

    other = SharedAdaptivePace(budgeted, rules, sleep=nap)
    with pytest.raises(Enough), other.admit(Lane.BACKGROUND):
        pytest.fail("it is not this one's turn yet")
    assert 0 < naps[0] <= 1.1


def test_a_request_that_failed_before_it_was_sent_gives_its_place_back(budgeted: Connection) -> None:
    with pytest.raises(ZeroDivisionError), SharedAdaptivePace(budgeted, FAST).admit(Lane.LIVE):
        raise ZeroDivisionError
    assert stored(budgeted).under_way == ()


def test_a_stop_by_the_vendor_holds_every_process(budgeted: Connection) -> None:
    SharedAdaptivePace(budgeted, FAST).hold_until(timezone.now() + timedelta(seconds=30))
    with pytest.raises(RateLimited) as limited, SharedAdaptivePace(budgeted, FAST).admit(Lane.LIVE):
        pytest.fail("nothing may be sent before the vendor's time is over")
    assert limited.value.until > timezone.now() + timedelta(seconds=20)


def test_nothing_is_sent_once_the_practice_has_ended_the_connection(budgeted: Connection) -> None:
    pace = SharedAdaptivePace(budgeted, FAST)
    with pace.admit(Lane.BACKGROUND) as tell:
        Connection.objects.filter(pk=budgeted.pk).update(state=Connection.State.DISCONNECTED)
        tell(200, 0.1)
    with pytest.raises(Disconnected), pace.admit(Lane.BACKGROUND):
        pytest.fail("the connection is gone")


def test_the_last_hour_is_counted_by_lane(budgeted: Connection) -> None:
    pace = SharedAdaptivePace(budgeted, FAST)
    for lane in (Lane.LIVE, Lane.LIVE, Lane.BACKGROUND):
        with pace.admit(lane) as tell:
            tell(200, 0.01)
    minutes = minutes_of_last_hour(budgeted, timezone.now())
    assert sum(live for _, live, _ in minutes) == 2
    assert sum(background for _, _, background in minutes) == 1
