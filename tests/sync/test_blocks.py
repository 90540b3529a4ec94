"""When a practitioner takes no bookings: copied, followed, compared, and told by its own words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.mirror.models import Practitioner, UnavailableBlock
from routiq.mirror.queries_calendar import blocked
from routiq.pms.gateway import Stream
from routiq.sync import engine, pacing
from routiq.sync.eventreading import latest
from routiq.sync.looking import look
from routiq.sync.models import StreamState, SyncEvent, SyncRun, WebhookRegistration
from routiq.sync.start import request_run
from routiq.sync.window import window_start
from tests.sandboxes import carry_open_run
from tests.worlds import differences

BLOCKS = "unavailable_blocks"


def stamped(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def close(connection: Connection, starts: datetime, hours: float, **fields: Any) -> dict[str, Any]:
    """The edit that blocks a practitioner's diary."""
    template = UnavailableBlock.objects.filter(connection=connection).latest("starts_at")
    return {
        "op": "create",
        "collection": BLOCKS,
        "fields": {
            "starts_at": stamped(starts),
            "ends_at": stamped(starts + timedelta(hours=hours)),
            "practitioner_id": template.practitioner_remote_id,
            "business_id": template.location_remote_id,
            "notes": "Appointment with my own doctor",
            **fields,
        },
    }


def test_a_block_that_is_entered_moved_and_taken_away_is_followed_in_words(
    synced: Connection, sandbox: RunningSandbox
) -> None:
    assert UnavailableBlock.objects.filter(connection=synced, removed_at=None).exists()
    sandbox.clock(advance_seconds=3)
    starts = timezone.now().replace(microsecond=0) + timedelta(days=2)
    (block,) = sandbox.edit([close(synced, starts, 2)])
    look(synced, thorough=True)
    row = UnavailableBlock.objects.get(remote_id=block)
    assert (row.starts_at, row.ends_at) == (starts, starts + timedelta(hours=2))
    assert row.notes == "", "a practice that does not keep notes keeps these neither"

    for step, edit in enumerate(
        (
            {"op": "update", "fields": {"ends_at": stamped(starts + timedelta(hours=5))}},
            {"op": "archive"},
            {"op": "unarchive"},
        )
    ):
        sandbox.clock(advance_seconds=3 * (step + 2))
        sandbox.edit([{"collection": BLOCKS, "id": block, **edit}])
        look(synced, thorough=True)
        assert differences(synced, sandbox) == []
    told = [line.what for line in reversed(latest(synced, 4))]
    assert told == [
        "Unavailable time created",
        "Unavailable time moved",
        "Unavailable time deleted",
        "Unavailable time is there again",
    ]


def test_quick_looks_leave_them_out_and_no_webhook_is_blamed_for_them(
    synced: Connection, sandbox: RunningSandbox
) -> None:
    WebhookRegistration.objects.create(
        practice=synced.practice, connection=synced, state="live", checked_at=timezone.now()
    )
    sandbox.clock(advance_seconds=3)
    starts = timezone.now() + timedelta(days=1)
    edits = [close(synced, starts + timedelta(hours=number), 0.5) for number in range(pacing.MISSED + 2)]
    made = sandbox.edit(edits)
    sandbox.clear_requests()
    look(synced)
    assert "unavailable_blocks" not in {entry["path"] for entry in sandbox.requests()}
    look(synced, thorough=True)
    assert UnavailableBlock.objects.filter(remote_id__in=made).count() == len(made)
    assert WebhookRegistration.objects.get().missed == 0


def test_the_night_mends_and_removes_them(synced: Connection, sandbox: RunningSandbox) -> None:
    rows = list(UnavailableBlock.objects.filter(removed_at=None).order_by("-starts_at")[:3])
    rows[0].delete()
    UnavailableBlock.objects.filter(pk=rows[1].pk).update(ends_at=rows[1].starts_at, fingerprint=1)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        sandbox.edit([{"op": "delete", "collection": BLOCKS, "id": rows[2].remote_id}])
        run = request_run(synced, SyncRun.Kind.RECONCILIATION)
        assert carry_open_run(synced) is engine.Ended.DONE
        run.refresh_from_db()
        assert differences(synced, sandbox) == []
    counts = run.report[Stream.BLOCKS]
    assert (counts["missing"], counts["stale"], counts["removed"]) == (1, 1, 1)
    assert UnavailableBlock.objects.get(pk=rows[2].pk).removed_at is not None


def test_an_installation_from_before_has_them_after_one_night(synced: Connection, sandbox: RunningSandbox) -> None:
    UnavailableBlock.objects.all().delete()
    StreamState.objects.filter(stream=Stream.BLOCKS).delete()
    look(synced, thorough=True)
    request_run(synced, SyncRun.Kind.RECONCILIATION)
    assert carry_open_run(synced) is engine.Ended.DONE
    assert differences(synced, sandbox) == []
    assert StreamState.objects.filter(stream=Stream.BLOCKS).exists()


def test_one_from_before_the_window_is_not_kept(synced: Connection, sandbox: RunningSandbox) -> None:
    sandbox.clock(advance_seconds=3)
    (old,) = sandbox.edit([close(synced, window_start(synced) - timedelta(days=9), 1)])
    look(synced, thorough=True)
    assert not UnavailableBlock.objects.filter(remote_id=old).exists()
    assert not SyncEvent.objects.filter(record_id=old).exists()


def test_a_stretch_of_weeks_is_found_on_each_of_its_days(synced: Connection, sandbox: RunningSandbox) -> None:
    sandbox.clock(advance_seconds=3)
    starts = timezone.now().replace(microsecond=0) + timedelta(days=200)
    (block,) = sandbox.edit([close(synced, starts, 24 * 20)])
    look(synced, thorough=True)
    who = UnavailableBlock.objects.get(remote_id=block).practitioner_remote_id
    amid = starts + timedelta(days=10)
    (found,) = blocked(synced, amid, amid + timedelta(days=1), practitioner_ids={who})
    assert found.remote_id == block
    assert found.practitioner_name == Practitioner.objects.get(remote_id=who).name
    after = starts + timedelta(days=20)
    assert blocked(synced, after, after + timedelta(days=1), practitioner_ids={who}) == []
