"""The same practice on each system: what a test that is true of all of them is run with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import override_settings

from pms_sandbox.testing import RunningSandbox
from routiq.connections import gateways
from routiq.connections.models import Connection
from routiq.pms import registry
from routiq.pms.gateway import Capabilities
from routiq.practices import audit
from routiq.practices.models import Practice
from routiq.sync import engine
from routiq.sync.models import SyncRun
from routiq.sync.start import connect_and_sync, request_run
from tests import kept, second_worlds, worlds


@dataclass(frozen=True)
class System:
    vendor: str
    key: str
    """The sandbox's name for it."""
    spare_key: str
    """Another one of the same account."""
    url: Callable[[RunningSandbox], str]
    differences: Callable[[Connection, RunningSandbox], list[str]]

    @property
    def capabilities(self) -> Capabilities:
        return registry.vendor(self.vendor).capabilities


SYSTEMS = (
    System("cliniko", "admin", "spare", lambda sandbox: sandbox.cliniko_url, worlds.differences),
    System("nookal", "nookal", "nookal-spare", lambda sandbox: sandbox.nookal_url, second_worlds.differences),
)


@dataclass
class At:
    """A practice, connected to one system of the sandbox."""

    system: System
    sandbox: RunningSandbox
    connection: Connection

    def differences(self) -> list[str]:
        self.connection.refresh_from_db()
        return self.system.differences(self.connection, self.sandbox)

    def carry(self) -> engine.Ended:
        """Do at once, in this process, what a worker would do."""
        run = SyncRun.objects.get(connection=self.connection, state=SyncRun.State.RUNNING)
        return engine.carry(run.pk)

    def reconcile(self) -> SyncRun:
        run = request_run(Connection.objects.get(pk=self.connection.pk), SyncRun.Kind.RECONCILIATION)
        assert engine.carry(run.pk) is engine.Ended.DONE
        run.refresh_from_db()
        return run


@pytest.fixture(params=SYSTEMS, ids=lambda system: system.vendor)
def system(request: pytest.FixtureRequest) -> System:
    found: System = request.param
    return found


@pytest.fixture
def at(transactional_db: Any, practice: Practice, shared_sandbox: RunningSandbox, system: System) -> Iterator[At]:
    """Connected, nothing fetched yet; no limit but the sandbox's own."""
    shared_sandbox.reset()
    with override_settings(
        PMS_URLS={each.vendor: each.url(shared_sandbox) for each in SYSTEMS},
        PMS_REQUESTS=0,
        PMS_REQUESTS_PER_SECOND=0,
    ):
        connection = connect_and_sync(
            practice_id=practice.pk,
            vendor=system.vendor,
            region="",
            key=shared_sandbox.key(system.key),
            actor=audit.SYSTEM,
        )
        yield At(system, shared_sandbox, connection)
    gateways.close_all()


@pytest.fixture
def mirrored(at: At) -> At:
    """Connected and mirrored."""
    kept.first_sync(at.connection, at.sandbox, at.carry)
    return at
