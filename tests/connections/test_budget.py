from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from routiq.connections.budget import SharedPace, minutes_of_last_hour
from routiq.connections.models import Connection, RequestBudget
from routiq.pms.errors import RateLimited
from routiq.pms.gateway import Lane
from routiq.pms.pacing import BudgetRules
from routiq.practices.models import Practice


@pytest.fixture
def budgeted(transactional_db: None, practice: Practice) -> Connection:
    connection = Connection.objects.create(practice=practice, vendor="cliniko", account_id="1", account_name="A")
    RequestBudget.objects.create(practice=practice, connection=connection)
    return connection


def test_processes_share_one_budget_and_never_exceed_it(budgeted: Connection) -> None:
    rules = BudgetRules(limit=40, window_seconds=60.0)
    admitted: Counter[str] = Counter()
    lock = threading.Lock()

    class Enough(Exception):
        pass

    def give_up(seconds: float) -> None:
        raise Enough

    def process() -> None:
        pace = SharedPace(budgeted, rules, sleep=give_up)
        for lane in (Lane.LIVE,) * 30:
            try:
                with pace.admit(lane), lock:
                    admitted[lane] += 1
            except (Enough, RateLimited):
                break
        connections.close_all()

    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert admitted[Lane.LIVE] == 40


def test_background_leaves_the_reserve_to_a_live_caller(budgeted: Connection) -> None:
    rules = BudgetRules(limit=20, window_seconds=60.0, live_reserve=0.2)
    naps: list[float] = []

    class Enough(Exception):
        pass

    def nap(seconds: float) -> None:
        naps.append(seconds)
        raise Enough

    pace = SharedPace(budgeted, rules, sleep=nap)
    sent = 0
    with pytest.raises(Enough):  # noqa: PT012
        for _ in range(20):
            with pace.admit(Lane.BACKGROUND):
                sent += 1
    assert 1 <= sent <= 16
    began = time.monotonic()
    with pace.admit(Lane.LIVE):
        assert time.monotonic() - began < 1
    assert len(naps) == 1


def test_a_stop_by_the_vendor_holds_every_process(budgeted: Connection) -> None:
    rules = BudgetRules(limit=200, window_seconds=60.0)
    SharedPace(budgeted, rules).hold_until(timezone.now() + timedelta(seconds=30))
    pace = SharedPace(budgeted, rules, sleep=lambda seconds: None)
    with pytest.raises(RateLimited) as limited, pace.admit(Lane.LIVE):
        pytest.fail("nothing may be sent before the vendor's time is over")
    assert limited.value.until > timezone.now() + timedelta(seconds=20)


def test_the_last_hour_is_counted_by_minute_and_lane(budgeted: Connection) -> None:
    pace = SharedPace(budgeted, BudgetRules(limit=200, window_seconds=60.0))
    for lane in (Lane.LIVE, Lane.LIVE, Lane.BACKGROUND):
        with pace.admit(lane):
            pass
    minutes = minutes_of_last_hour(budgeted, timezone.now())
    assert len(minutes) == 60
    assert sum(live for _, live, _ in minutes) == 2
    assert sum(background for _, _, background in minutes) == 1
