"""Limits that hold over all web processes together."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from routiq.practices import jobs, limits
from routiq.practices.models import Allowance, Person
from routiq.practices.people import ATTEMPTS, PER_SECONDS, TooManyAttempts, authenticate
from tests.conftest import PASSWORD

NOON = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
GUESS = """
import sys, django
django.setup()
from routiq.practices.people import TooManyAttempts, authenticate
for number in range(int(sys.argv[1])):
    try:
        print("in" if authenticate("owner@clinic.example", f"guess {number}") else "wrong")
    except TooManyAttempts:
        print("stopped")
"""
CALL = """
import sys, django
django.setup()
from routiq.api import limits
limits.REQUESTS_PER_MINUTE = 30
for number in range(int(sys.argv[1])):
    print("wait" if limits.seconds_to_wait(7) else "served")
"""


def in_two_processes(program: str, times: int) -> Counter[str]:
    """What two processes that run it side by side print, together."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "routiq.settings"}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(times)], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0].split() for process in running]
    assert [process.returncode for process in running] == [0, 0]
    return Counter(word for words in said for word in words)


@pytest.fixture
def owner(db: None) -> Person:
    return Person.objects.create_person("owner@clinic.example", PASSWORD)


def test_guessing_a_password_is_stopped_over_all_processes(transactional_db: Any) -> None:
    Person.objects.create_person("owner@clinic.example", PASSWORD)
    assert in_two_processes(GUESS, ATTEMPTS) == {"wrong": ATTEMPTS, "stopped": ATTEMPTS}
    with pytest.raises(TooManyAttempts):
        authenticate("owner@clinic.example", PASSWORD)


def test_a_tokens_requests_are_counted_over_all_processes(transactional_db: Any) -> None:
    # A minute may end in the middle, and then another thirty are served: never more.
    begun = timezone.now().timestamp() // 60
    said = in_two_processes(CALL, 60)
    minutes = int(timezone.now().timestamp() // 60 - begun) + 1
    assert said.total() == 120
    assert 30 <= said["served"] <= 30 * minutes


def test_one_who_is_stopped_is_told_how_long_and_let_in_after_it(owner: Person) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(ATTEMPTS):
            assert authenticate(owner.email, "a guess") is None
        clock.shift(60)
        with pytest.raises(TooManyAttempts) as stopped:
            authenticate(owner.email.upper(), PASSWORD)
        assert stopped.value.retry_after == PER_SECONDS - 60
        clock.shift(PER_SECONDS - 60)
        assert authenticate(owner.email, PASSWORD) == owner


def test_logging_in_begins_the_count_anew(owner: Person) -> None:
    for _ in range(3):
        for _ in range(ATTEMPTS - 1):
            assert authenticate(owner.email, "a guess") is None
        assert authenticate(owner.email, PASSWORD) == owner
    assert not Allowance.objects.exists()


def test_nobody_can_be_read_from_what_is_counted(owner: Person) -> None:
    authenticate(owner.email, "a guess")
    key = Allowance.objects.get().key
    assert "owner" not in key
    assert "clinic" not in key


def test_counts_whose_time_is_over_are_deleted(db: None) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        limits.count("api", "1", resets_at=NOON + timedelta(minutes=1))
        limits.count("api", "2", resets_at=NOON + timedelta(hours=3))
        clock.shift(2 * 3600)
        jobs.clear_limits(0)
        assert limits.count("api", "2", resets_at=NOON)[0] == 2
    assert Allowance.objects.count() == 1
