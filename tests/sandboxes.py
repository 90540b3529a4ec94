"""The sandbox for tests that speak to a vendor, and a practice connected to it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.test import override_settings

from pms_sandbox.testing import RunningSandbox, running_sandbox
from routiq.connections import gateways
from routiq.connections.models import Connection
from routiq.practices import audit
from routiq.practices.models import Practice
from routiq.sync import engine
from routiq.sync.models import SyncRun
from routiq.sync.start import connect_and_sync
from tests import kept


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(patients=60, seed=7, rate_limit=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    """A world of 60 patients as it was generated, today; the product reaches it as Cliniko, without a limit."""
    shared_sandbox.reset()
    with override_settings(PMS_URLS={"cliniko": shared_sandbox.cliniko_url}, PMS_REQUESTS=0):
        yield shared_sandbox
    gateways.close_all()


def connect(practice: Practice, sandbox: RunningSandbox, key: str = "admin") -> Connection:
    return connect_and_sync(
        practice_id=practice.pk, vendor="cliniko", region="", key=sandbox.key(key), actor=audit.SYSTEM
    )


def carry_open_run(connection: Connection) -> engine.Ended:
    """Do at once, in this process, what a worker would do."""
    run = SyncRun.objects.get(connection=connection, state=SyncRun.State.RUNNING)
    return engine.carry(run.pk)


@pytest.fixture
def connection(transactional_db: Any, practice: Practice, sandbox: RunningSandbox) -> Connection:
    """Connected, nothing fetched yet. Sync threads need committed rows, so the test runs without a transaction."""
    return connect(practice, sandbox)


@pytest.fixture
def synced(connection: Connection, sandbox: RunningSandbox) -> Connection:
    """Connected and mirrored."""
    kept.first_sync(connection, sandbox, partial(carry_open_run, connection))
    return connection
