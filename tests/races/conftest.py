"""A small practice in a process of its own, whose times begin at each quarter of an hour, so that many overlap."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pms_sandbox.testing import RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(process=True, patients=20, seed=7, rate_limit=0, step="timeslot") as sandbox:
        yield sandbox
