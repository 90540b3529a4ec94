"""A practice on one system, as it is on a Monday morning, before every scenario: the sandbox's world and our copy of
it are put back, and the clocks stand where the scenario wants them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import psycopg
import time_machine
from django.test import override_settings
from psycopg import sql

from pms_sandbox.testing import RunningSandbox, running_sandbox
from routiq.connections import gateways
from routiq.practices import audit
from routiq.practices.tenancy import acting_for
from routiq.sync import engine
from routiq.sync.models import SyncRun
from routiq.sync.start import connect_and_sync
from tests import clearing
from tests.conftest import make_practice
from tests.scenarios.scenario import MONDAY, PEOPLE, ZONE
from tests.systems import SYSTEMS

Rows = dict[str, dict[str, dict[str, Any]]]
"""Collection, id, row."""
_BEGINS = datetime.combine(MONDAY, time(8), ZONE)
_VISITS = (("jose", 3, "11:00"), ("neville", 2, "09:00"), ("neville", 8, "09:30"))
"""Appointments that some of the people have: who, days after Monday, by the practice's clock."""


@dataclass
class Stage:
    vendor: str
    sandbox: RunningSandbox
    kept: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """Of each table with rows, what tells whether it has changed since."""
    _time: Any = None

    def id_of(self, who: str) -> str:
        person = PEOPLE[who]
        return str(self.sandbox.characters()[person.label]["patient_ids"][person.place])

    def world(self) -> Rows:
        """Everything that stands in the practice's system now. Rows are never changed in place: this stays."""
        assert self.sandbox.server is not None
        collections = self.sandbox.server.sandbox.world.collections
        return {name: dict(held.rows) for name, held in collections.items() if name != "bookings"}

    def set_world(self, moment: datetime) -> None:
        self._time.move_to(moment)
        self.sandbox.reset()
        self.sandbox.clock(now=_BEGINS.astimezone(UTC).isoformat())
        self.sandbox.edit(self._visits())
        self.sandbox.clock(now=moment.astimezone(UTC).isoformat())

    def _visits(self) -> list[dict[str, Any]]:
        assert self.sandbox.server is not None
        world = self.sandbox.server.sandbox.world
        who = next(id for id, row in world["practitioners"].rows.items() if row["first_name"] == "Theodore")
        kind = next(
            id for id, row in world["appointment_types"].rows.items() if row["name"] == "Standard consultation"
        )
        place = next(iter(world["businesses"].rows))
        return [
            {
                "op": "create",
                "collection": "individual_appointments",
                "fields": {
                    "patient_id": self.id_of(person),
                    "practitioner_id": who,
                    "business_id": place,
                    "appointment_type_id": kind,
                    "starts_at": _stamp(start),
                    "ends_at": _stamp(start + timedelta(minutes=30)),
                },
            }
            for person, days, clock in _VISITS
            for start in [datetime.combine(MONDAY + timedelta(days), time.fromisoformat(clock), ZONE)]
        ]

    def remember(self) -> None:
        session = clearing.administrator()
        for table in clearing.filled():
            name = sql.Identifier(table)
            session.execute(sql.SQL("CREATE TEMP TABLE {} AS SELECT * FROM {}").format(_kept(table), name))
            self.kept[table] = _state(session, table)

    def put_back(self) -> None:
        """Our own database, as it was remembered: only what has changed is written."""
        session = clearing.administrator()
        with session.transaction():
            for table in {*clearing.filled(), *self.kept}:
                if table in self.kept and _state(session, table) == self.kept[table]:
                    continue
                name = sql.Identifier(table)
                session.execute(sql.SQL("DELETE FROM {}").format(name))
                if table in self.kept:
                    columns = _columns(session, table)
                    session.execute(
                        sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
                            name, columns, columns, _kept(table)
                        )
                    )
                    self.kept[table] = _state(session, table)

    def forget(self) -> None:
        session = clearing.administrator()
        for table in self.kept:
            session.execute(sql.SQL("DROP TABLE {}").format(_kept(table)))


def _kept(table: str) -> sql.Identifier:
    return sql.Identifier(f"kept_{table}")


def _columns(session: psycopg.Connection[Any], table: str) -> sql.Composed:
    """Those that are stored; the database makes the others itself."""
    rows = session.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public' "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return sql.SQL(", ").join(sql.Identifier(name) for (name,) in rows)


def _state(session: psycopg.Connection[Any], table: str) -> tuple[Any, ...]:
    """How many rows, and the latest transaction that wrote one of them."""
    found = session.execute(
        sql.SQL("SELECT count(*), max(xmin::text::bigint) FROM {}").format(sql.Identifier(table))
    ).fetchone()
    assert found is not None
    return tuple(found)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def set_up(vendor: str) -> Iterator[Stage]:
    """Call it where the database may be used. The first sync is done once, for all scenarios."""
    system = next(each for each in SYSTEMS if each.vendor == vendor)
    with (
        time_machine.travel(_BEGINS, tick=True) as travelling,
        running_sandbox(patients=60, seed=7, today=MONDAY.isoformat(), rate_limit=0) as sandbox,
        override_settings(
            PMS_URLS={each.vendor: each.url(sandbox) for each in SYSTEMS}, PMS_REQUESTS=0, PMS_REQUESTS_PER_SECOND=0
        ),
    ):
        stage = Stage(vendor, sandbox, _time=travelling)
        stage.set_world(_BEGINS)
        practice, _ = make_practice()
        with acting_for(practice.pk):
            connection = connect_and_sync(
                practice_id=practice.pk, vendor=vendor, region="", key=sandbox.key(system.key), actor=audit.SYSTEM
            )
            run = SyncRun.objects.get(connection=connection, state=SyncRun.State.RUNNING)
            assert engine.carry(run.pk) is engine.Ended.DONE
            stage.remember()
            try:
                yield stage
            finally:
                stage.forget()
                gateways.close_all()
    clearing.clear()
