"""What holds whatever happens: after each step, and at the end, when the night has come."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from django.db import connection as database
from hypothesis.stateful import RuleBasedStateMachine, invariant

from routiq.connections.models import Connection
from routiq.sync import engine
from routiq.sync.history import open_run
from routiq.sync.looking import look
from routiq.sync.models import SyncEvent, SyncRun
from routiq.sync.start import request_run
from routiq.sync.window import window_start
from tests.chaos.receptionist import Receptionist
from tests.chaos.stage import Stage
from tests.sandboxes import carry_open_run
from tests.worlds import differences

_VERSIONED = (
    "mirror_patient",
    "mirror_appointment",
    "mirror_classsession",
    "mirror_attendance",
    "mirror_unavailableblock",
)
#: The receptionist writes a rising number into the city of a patient.
_VERSION = {"mirror_patient": "coalesce(substring(city from '^v([0-9]+)$')::integer, 0)"}
_STAMPS = " UNION ALL ".join(
    f"SELECT '{table}', remote_id, remote_updated_at, {_VERSION.get(table, '0')} FROM {table}" for table in _VERSIONED
)
_REMOVED = " UNION ALL ".join(
    f"SELECT remote_id FROM {table} WHERE removed_at IS NOT NULL"
    for table in (*_VERSIONED, "mirror_location", "mirror_practitioner", "mirror_appointmenttype")
)


class AlwaysTrue(RuleBasedStateMachine):
    """A sequence from its beginning to the comparison at its end; what happens in between are the rules of others."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.stage.begin()
        self.connection = Connection.objects.select_related("practice").get(pk=self.stage.connection.pk)
        self.desk = Receptionist(
            self.stage.sandbox, self.stage.world, datetime.now(UTC), window_start(self.connection)
        )
        self.accepted: set[str] = set()
        """The deliveries that the inbox took."""
        self.before: dict[tuple[str, str], tuple[datetime, int]] = {}

    @invariant()
    def nothing_goes_back_in_time(self) -> None:
        now = _stamps()
        for key, (stamp, version) in self.before.items():
            assert key in now, f"{key} is lost"
            assert now[key][0] >= stamp, f"{key} goes back from {stamp} to {now[key][0]}"
            assert now[key][1] >= version, f"{key} goes back to an older copy"
        self.before = now

    @invariant()
    def only_what_is_gone_is_taken_for_gone(self) -> None:
        ever_gone = self.desk.deleted | self.desk.archived | self.stage.gone_at_first
        with database.cursor() as cursor:
            cursor.execute(_REMOVED)
            removed = {row[0] for row in cursor.fetchall()}
        assert removed <= ever_gone, f"taken for gone: {removed - ever_gone}"

    @invariant()
    def every_accepted_event_is_kept(self) -> None:
        events = SyncEvent.objects.filter(connection=self.connection, source="webhook", is_replay=False)
        outcomes = dict(events.exclude(delivery_id="").values_list("delivery_id", "outcome"))
        assert outcomes.keys() == self.accepted, f"lost or invented: {outcomes.keys() ^ self.accepted}"
        assert set(outcomes.values()) <= {"waiting", "applied", "nothing_new"}, outcomes

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self.it_comes_right()
        finally:
            self.stage.end()

    def it_comes_right(self) -> None:
        if open_run(self.connection) is not None:
            assert carry_open_run(self.connection) is engine.Ended.DONE, "what was interrupted is carried on"
        request_run(self.connection, SyncRun.Kind.RECONCILIATION)
        assert carry_open_run(self.connection) is engine.Ended.DONE
        self.the_mirror_is_true()
        self.nothing_goes_back_in_time()
        self.only_what_is_gone_is_taken_for_gone()
        self.every_accepted_event_is_kept()
        if SyncEvent.objects.filter(outcome="waiting").exists():
            look(self.connection, thorough=True)
            self.every_accepted_event_is_kept()
            assert not SyncEvent.objects.filter(outcome="waiting").exists()
            self.the_mirror_is_true()

    def the_mirror_is_true(self) -> None:
        found = differences(self.connection, self.stage.sandbox)
        assert not found, "\n".join(found)


def _stamps() -> dict[tuple[str, str], tuple[datetime, int]]:
    with database.cursor() as cursor:
        cursor.execute(_STAMPS)
        return {(table, id_): (stamp, version) for table, id_, stamp, version in cursor.fetchall()}
