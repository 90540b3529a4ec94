"""How a system that announces nothing, and tells the changes of only some of its streams, is kept up with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.mirror.models import AppointmentType, Invoice, Practitioner, WaitingListEntry
from routiq.pms import registry
from routiq.pms.gateway import Capabilities, Lane, Page, Selection, Stream
from routiq.pms.records import UNSTAMPED, InvoiceRecord, Record, WaitingListRecord
from routiq.practices.models import Practice
from routiq.sync import jobs, pacing, plan
from routiq.sync.looking import look, quick_streams, slow_streams
from routiq.sync.models import StreamState, SyncEvent, SyncRun, WebhookRegistration
from tests.worlds import differences

SYDNEY = ZoneInfo("Australia/Sydney")
MONDAY_NINE = datetime(2026, 5, 4, 9, 0, tzinfo=SYDNEY)
SILENT = pacing.Need(SYDNEY, announces=False, quick_round=timedelta(seconds=60))


def capabilities(**fields: Any) -> Capabilities:
    known = registry.vendor("cliniko").capabilities
    changed = {
        "streams": (Stream.LOCATIONS, Stream.PATIENTS, Stream.APPOINTMENTS, Stream.CLASSES, Stream.INVOICES),
        "streams_by_change": (Stream.PATIENTS, Stream.APPOINTMENTS, Stream.INVOICES),
        "offers_webhooks": False,
        "reads_many_by_id": False,
        **fields,
    }
    return msgspec.structs.replace(known, **changed)


@pytest.mark.parametrize(
    ("local", "need", "expected"),
    [
        (MONDAY_NINE, SILENT, timedelta(seconds=60)),
        (MONDAY_NINE - timedelta(hours=2), SILENT, pacing.ROUND),
        (MONDAY_NINE - timedelta(days=1), SILENT, pacing.ROUND),  # a Sunday
        (MONDAY_NINE - timedelta(days=1), replace(SILENT, watched_until=MONDAY_NINE), timedelta(seconds=60)),
        (MONDAY_NINE, replace(SILENT, quick_round=None), pacing.ROUND),
        (MONDAY_NINE, replace(SILENT, quick_round=None, watched_until=MONDAY_NINE), pacing.ROUND),
    ],
)
def test_a_silent_system_is_asked_gently(local: datetime, need: pacing.Need, expected: timedelta) -> None:
    assert pacing.interval(need, local) == expected
    assert pacing.thorough_interval(need) == pacing.ROUND <= timedelta(minutes=15)


def test_what_cannot_be_asked_for_changes_is_left_to_the_rounds() -> None:
    silent = capabilities()
    assert quick_streams(silent) == (Stream.PATIENTS, Stream.APPOINTMENTS, Stream.INVOICES)
    assert slow_streams(silent) == (Stream.LOCATIONS, Stream.CLASSES)
    closing = capabilities(streams=(Stream.PATIENTS, Stream.BLOCKS, Stream.DELETED_PATIENTS))
    assert slow_streams(closing) == (Stream.BLOCKS, Stream.DELETED_PATIENTS)
    telling = registry.vendor("cliniko").capabilities
    assert set(quick_streams(telling)) == {
        Stream.PATIENTS,
        Stream.APPOINTMENTS,
        Stream.CLASSES,
        Stream.ATTENDANCES,
    }
    assert slow_streams(telling) == plan.REFERENCE, "its own lists are read again all the same"


@pytest.fixture
def link(practice: Practice) -> Connection:
    return Connection.objects.create(practice=practice, vendor="cliniko", account_id="1", account_name="A")


def test_a_first_sync_reads_everybody_where_each_patient_would_cost_a_request(link: Connection) -> None:
    run = SyncRun.objects.create(
        practice=link.practice, connection=link, kind=SyncRun.Kind.FIRST, began_at=timezone.now()
    )

    def walks(of: Capabilities) -> list[tuple[str, bool]]:
        return [
            (str(walk.stream), bool(walk.selection.ids))
            for stage in plan.stages(run.kind, of)
            for walk in stage(run)
            if walk.selection.updated_since is None
        ]

    one_by_one = walks(capabilities())
    assert ("patients", True) not in one_by_one
    assert one_by_one.count(("patients", False)) == 1
    assert one_by_one.count(("invoices", False)) == 1
    assert ("waiting_list", False) not in one_by_one
    assert ("waiting_list", False) in walks(capabilities(streams=tuple(Stream)))
    whole = walks(registry.vendor("cliniko").capabilities)
    assert whole.count(("patients", False)) == 1
    assert ("invoices", False) not in whole


class Invoices:
    """A system that hands out these records again and again, as one does that is asked with a day's overlap."""

    def __init__(self) -> None:
        self.capabilities = capabilities(streams=(Stream.APPOINTMENTS, Stream.INVOICES, Stream.WAITING_LIST))
        self.records: dict[Stream, list[Record]] = {}
        self.asked: list[tuple[Stream, datetime | None]] = []

    def fetch(
        self, stream: Stream, selection: Selection, cursor: str | None = None, *, lane: Lane = Lane.BACKGROUND
    ) -> Page:
        self.asked.append((stream, selection.updated_since))
        return Page(records=self.records.get(stream, []), next_cursor=None, remaining=0, asked_at=timezone.now())


def bill(number: int, **fields: Any) -> InvoiceRecord:
    return InvoiceRecord(
        **{
            "id": str(number),
            "updated_at": UNSTAMPED,
            "patient_id": "7",
            "issued_at": datetime(2026, 5, 1, tzinfo=UTC),
            "total": Decimal(100),
            "paid": Decimal(0),
            "outstanding": Decimal(100),
            **fields,
        }
    )


@pytest.fixture
def told(link: Connection, monkeypatch: pytest.MonkeyPatch) -> Invoices:
    system = Invoices()
    monkeypatch.setattr("routiq.sync.looking.gateway_of", lambda connection: system)
    for stream in (Stream.APPOINTMENTS, Stream.INVOICES, Stream.WAITING_LIST):
        long_ago = timezone.now() - timedelta(hours=1)
        StreamState.objects.create(
            practice=link.practice, connection=link, stream=stream, complete_to=long_ago, last_success_at=long_ago
        )
    return system


@pytest.mark.django_db(transaction=True)
def test_an_overlap_costs_no_needless_writes(link: Connection, told: Invoices) -> None:
    told.records[Stream.INVOICES] = [bill(1), bill(2)]
    told.records[Stream.WAITING_LIST] = [
        WaitingListRecord(id="5", updated_at=datetime(2026, 5, 1, tzinfo=UTC), patient_id="7")
    ]
    assert look(link).changes == 3
    before = list(Invoice.objects.order_by("remote_id").values_list("seen_at", flat=True))
    for _ in range(3):
        assert look(link).changes == 0
        assert look(link, thorough=True).changes == 0
    assert list(Invoice.objects.order_by("remote_id").values_list("seen_at", flat=True)) == before
    assert WaitingListEntry.objects.count() == 1
    told.records[Stream.INVOICES][0] = bill(1, paid=Decimal(100), outstanding=Decimal(0))
    assert look(link).changes == 1
    newest = SyncEvent.objects.order_by("-pk").values_list("stream", "kind", "record_id").first()
    assert newest == ("invoices", "paid", "1")


@pytest.mark.django_db(transaction=True)
def test_without_stamps_the_cursor_is_when_we_asked(link: Connection, told: Invoices) -> None:
    told.records[Stream.INVOICES] = [bill(1)]
    first = timezone.now()
    look(link)
    told.asked.clear()
    look(link)
    since = dict(told.asked)
    asked = since[Stream.INVOICES]
    assert asked is not None
    assert first - plan.OVERLAP <= asked <= timezone.now() - plan.OVERLAP
    # Nothing came of the waiting list: it goes on from where it was complete, so that nothing slips through.
    assert since[Stream.WAITING_LIST] == StreamState.objects.get(stream="waiting_list").complete_to - plan.OVERLAP


@pytest.mark.django_db(transaction=True)
def test_a_round_is_due_after_its_time_and_only_where_there_is_something_for_it(
    link: Connection, told: Invoices, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not jobs.round_is_due(link), "the practice's own lists were never read here: the first sync does that"
    silent = capabilities(streams_by_change=(Stream.APPOINTMENTS,), streams=told.capabilities.streams)
    monkeypatch.setattr(jobs, "capabilities_of", lambda connection: silent)
    assert jobs.round_is_due(link)
    StreamState.objects.update(last_success_at=timezone.now() - pacing.ROUND + timedelta(seconds=30))
    assert not jobs.round_is_due(link)


def test_the_practices_own_lists_are_read_again_each_round_and_told(
    synced: Connection, sandbox: RunningSandbox
) -> None:
    WebhookRegistration.objects.create(
        practice=synced.practice, connection=synced, state="live", checked_at=timezone.now()
    )
    assert not jobs.round_is_due(synced)
    StreamState.objects.update(last_success_at=timezone.now() - pacing.ROUND)
    assert jobs.round_is_due(synced)
    sandbox.clock(advance_seconds=3)
    first, second, *_ = Practitioner.objects.filter(active=True).order_by("pk")
    kind = AppointmentType.objects.filter(active=True).first()
    assert kind is not None
    sandbox.edit(
        [
            {
                "op": "update",
                "collection": "practitioners",
                "id": first.remote_id,
                "fields": {"show_in_online_bookings": not first.online},
            },
            {"op": "update", "collection": "practitioners", "id": second.remote_id, "fields": {"active": False}},
            {"op": "archive", "collection": "appointment_types", "id": kind.remote_id},
        ]
    )
    sandbox.clear_requests()
    jobs.look_round_about(practice_id=synced.practice_id, connection_id=synced.pk)
    assert len(sandbox.requests()) <= 12
    assert differences(synced, sandbox) == []
    told = dict(SyncEvent.objects.values_list("record_id", "kind"))
    assert told == {first.remote_id: "updated", second.remote_id: "archived", kind.remote_id: "archived"}
    assert WebhookRegistration.objects.get().missed == 0, "no event announces these"
    assert not jobs.round_is_due(synced)
