"""One sandbox for the whole session, put back before each test; the calls go through real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pms_sandbox.testing import RunningSandbox, running_sandbox
from tests.sandbox.callers import Api, Clinic, NookalApi

TODAY = "2026-05-04"  # a Monday


@pytest.fixture(scope="session")
def _sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(patients=60, seed=7, today=TODAY, rate_limit=0) as running:
        yield running


@pytest.fixture
def sandbox(_sandbox: RunningSandbox) -> RunningSandbox:
    _sandbox.reset()
    return _sandbox


@pytest.fixture
def api(sandbox: RunningSandbox) -> Iterator[Api]:
    caller = Api(sandbox)
    yield caller
    caller.client.close()


@pytest.fixture
def clinic(sandbox: RunningSandbox) -> Clinic:
    return Clinic(sandbox)


@pytest.fixture
def nookal(sandbox: RunningSandbox) -> Iterator[NookalApi]:
    caller = NookalApi(sandbox)
    yield caller
    caller.client.close()
