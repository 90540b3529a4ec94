"""A real sandbox over real HTTP, gateways to it, and time that passes only when somebody sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox, running_sandbox
from routiq.pms.pacing import BudgetRules, LocalPace
from routiq.pms.registry import vendor
from tests.gateways import Walked
from tests.pms.diaries import Desk

TODAY = "2026-05-04"


class FakeTime:
    """Sleeping takes no time and is written down. It starts at the real now, since the vendor's stamps are real."""

    def __init__(self) -> None:
        self.now = time.time()
        self.naps: list[float] = []
        self.while_asleep: Callable[[], None] = lambda: None

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds
        self.while_asleep()


class Clinic(Walked):
    """A gateway to the sandbox with what a test wants to look at."""

    def __init__(self, gateway: Any, time: FakeTime, pace: LocalPace) -> None:
        self.gateway = gateway
        self.time = time
        self.pace = pace


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(patients=130, seed=7, today=TODAY, rate_limit=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: RunningSandbox) -> RunningSandbox:
    """The generated practice, nothing armed, nothing logged."""
    shared_sandbox.reset()
    return shared_sandbox


OpenClinic = Callable[..., Clinic]


def opening(name: str, sandbox: RunningSandbox, usual: str, **address: str) -> Iterator[OpenClinic]:
    """Opens gateways of one vendor with the sandbox's keys (``usual``: whose, unless it is said) and closes them."""
    opened: list[Any] = []

    def open_one(label: str = usual, rules: BudgetRules | None = None, **choices: Any) -> Clinic:
        time = FakeTime()
        pace = LocalPace(rules, clock=time.clock, sleep=time.sleep)
        key = sandbox.key(label) if label else ""
        given = {"key": key, "contact": "desk@example.org", **address, **choices}
        gateway = vendor(name).open(pace=pace, sleep=time.sleep, **given)
        opened.append(gateway)
        return Clinic(gateway, time, pace)

    yield open_one
    for gateway in opened:
        gateway.close()


@pytest.fixture
def open_clinic(sandbox: RunningSandbox) -> Iterator[OpenClinic]:
    """The practice, opened as Cliniko."""
    yield from opening("cliniko", sandbox, "admin", region=sandbox.shard, base_url=sandbox.cliniko_url)


@pytest.fixture
def clinic(open_clinic: OpenClinic) -> Clinic:
    return open_clinic()


@pytest.fixture(scope="module")
def shared_pushing() -> Iterator[RunningSandbox]:
    with running_sandbox(patients=20, seed=7, today=TODAY, rate_limit=0, webhooks=True) as running:
        yield running


@pytest.fixture
def pushing(shared_pushing: RunningSandbox) -> RunningSandbox:
    """A practice whose account has webhooks; nothing armed, nobody subscribed."""
    shared_pushing.reset()
    shared_pushing.clear_requests()
    return shared_pushing


@pytest.fixture
def pushed(pushing: RunningSandbox, open_clinic: OpenClinic) -> Clinic:
    return open_clinic(key=pushing.key("admin"), base_url=pushing.cliniko_url)


@pytest.fixture
def desk(sandbox: RunningSandbox, clinic: Clinic) -> Desk:
    return Desk(sandbox, clinic)


@pytest.fixture
def open_nookal(sandbox: RunningSandbox) -> Iterator[OpenClinic]:
    """The same practice, opened as Nookal; ``label`` is of one of the keys whose names begin with ``nookal``."""
    yield from opening("nookal", sandbox, "nookal", region="", base_url=sandbox.nookal_url)


@pytest.fixture
def nookal(open_nookal: OpenClinic) -> Clinic:
    return open_nookal()
