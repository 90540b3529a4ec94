"""What the pages of a connection show and do, over the API: events, webhooks, health, nights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection, RequestBudget
from routiq.mirror.models import Patient
from routiq.practices.models import AuditEntry
from routiq.practices.tenancy import acting_for
from routiq.sync import engine
from routiq.sync.models import StreamState, SyncEvent, SyncRun, WebhookRegistration
from routiq.sync.start import request_run
from tests.api.conftest import Caller
from tests.api.rows import Belongings, make_belongings, make_connection


@pytest.fixture
def own(caller: Caller) -> Belongings:
    return make_belongings(caller.practice)


@pytest.fixture
def at(own: Belongings) -> str:
    """The address of the connection."""
    return f"/connections/{own.connection.pk}"


def event(own: Belongings, minutes_ago: float = 0, **fields: Any) -> SyncEvent:
    came = timezone.now() - timedelta(minutes=minutes_ago)
    values = {
        "source": "poll",
        "stream": "patients",
        "kind": "created",
        "record_id": "77",
        "received_at": came,
        "applied_at": came + timedelta(seconds=1.5),
        "outcome": "applied",
        **fields,
    }
    with acting_for(own.connection.practice_id):
        return SyncEvent.objects.create(practice_id=own.connection.practice_id, connection=own.connection, **values)


def ids(answer: Any) -> list[int]:
    return [line["id"] for line in answer["items"]]


def test_events_are_told_as_the_page_tells_them(caller: Caller, own: Belongings, at: str) -> None:
    made = event(own, minutes_ago=5, source="webhook", kind="patient.updated", record_id=own.patient.remote_id)
    refused = event(own, 9, outcome="refused", reason="too_old", kind="delivery", record_id="", applied_at=None)
    lines = {line["id"]: line for line in caller.get(f"{at}/events")["items"]}
    line = lines[made.pk]
    assert (line["what"], line["patient_id"], line["outcome"]) == ("Patient updated", own.patient.pk, "applied")
    assert (line["record_id"], line["seconds"], line["refusal"]) == (own.patient.remote_id, 1.5, None)
    assert lines[refused.pk]["refusal"]["code"] == "too_old"
    assert "more than five minutes" in lines[refused.pk]["refusal"]["message"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("outcome=refused", ["refused"]),
        ("source=poll&outcome=applied", ["looked"]),
        ("kind=created", ["looked"]),
        ("kind=updated", ["delivered"]),
        ("search=77", ["looked"]),
        ("search=Pat", ["delivered"]),
        ("search=Nobody", []),
    ],
)
def test_events_are_narrowed(caller: Caller, own: Belongings, at: str, query: str, found: list[str]) -> None:
    made = {
        "looked": event(own).pk,
        "delivered": own.event.pk,
        "refused": event(own, outcome="refused", reason="no_id", kind="delivery", record_id="").pk,
    }
    assert sorted(ids(caller.get(f"{at}/events?{query}"))) == sorted(made[name] for name in found)


def test_events_come_in_pages_and_no_filter_is_guessed(caller: Caller, own: Belongings, at: str) -> None:
    made = [own.event.pk, *(event(own, minutes_ago=number).pk for number in range(1, 5))]
    seen: list[int] = []
    after: str | None = ""
    while after is not None:
        page = caller.get(f"{at}/events?limit=2" + (f"&after={after}" if after else ""))
        seen += ids(page)
        after = page["next"]
    assert seen == made
    for query, field in (("outcome=lost", "outcome"), ("knid=created", "knid"), ("after=x", "after")):
        answer = caller.get(f"{at}/events?{query}")
        assert (answer.status, list(answer.error["fields"])) == (422, [field])


def test_a_delivery_is_replayed_and_marked(caller: Caller, own: Belongings, at: str) -> None:
    answer = caller.post(f"{at}/events/{own.event.pk}/replay")
    assert (answer.status, answer["is_replay"], answer["outcome"]) == (202, True, "waiting")
    assert answer["record_id"] == own.event.record_id
    with acting_for(caller.practice.pk):
        assert AuditEntry.objects.get(action="webhooks.replayed").actor_id == str(caller.token.pk)
    assert ProcrastinateJob.objects.filter(task_name="sync.look").exists()
    found = event(own)
    assert caller.post(f"{at}/events/{found.pk}/replay").status == 404, "what a look found was not delivered"


def test_webhooks_are_registered_again(caller: Caller, own: Belongings, at: str) -> None:
    answer = caller.post(f"{at}/webhooks")
    assert (answer.status, answer["connection_id"]) == (202, own.connection.pk)
    assert ProcrastinateJob.objects.filter(task_name__contains="regist").exists()
    with acting_for(caller.practice.pk):
        assert AuditEntry.objects.filter(action="webhooks.reregister_requested").count() == 1


@pytest.mark.parametrize("state", ["paused", "disconnected"])
def test_a_connection_that_is_not_at_work_says_so(caller: Caller, own: Belongings, at: str, state: str) -> None:
    with acting_for(caller.practice.pk):
        Connection.objects.update(state=state, paused_message="Revoked.", paused_advice="Paste a new key.")
    code = "connection_paused" if state == "paused" else "disconnected"
    for path in (f"events/{own.event.pk}/replay", "webhooks", f"reconciliations/{own.night.pk}/remove-held-back"):
        answer = caller.post(f"{at}/{path}")
        assert (answer.status, answer.error["code"]) == (409, code)
    assert caller.get(f"{at}/health")["state"] == state
    assert ids(caller.get(f"{at}/events")) == [own.event.pk]


def test_health_says_how_old_the_copy_is_and_what_is_wrong(caller: Caller, own: Belongings, at: str) -> None:
    now = timezone.now()
    with acting_for(caller.practice.pk):
        SyncRun.objects.filter(pk=own.run.pk).update(
            state="failed", error_code="VendorChanged", error_message="It changed.", error_advice="Tell support."
        )
        RequestBudget.objects.create(
            practice=caller.practice,
            connection=own.connection,
            minutes={str(int(now.timestamp() // 60)): [2, 5]},
        )
        for stream, age in (("patients", 30), ("appointments", 1200)):
            StreamState.objects.create(
                practice=caller.practice,
                connection=own.connection,
                stream=stream,
                complete_to=now,
                last_success_at=now - timedelta(seconds=age),
            )
        SyncRun.objects.create(
            practice=caller.practice, connection=own.connection, kind="first", state="done", finished_at=now
        )
        WebhookRegistration.objects.create(
            practice=caller.practice, connection=own.connection, state="live", checked_at=now, last_event_at=now
        )
    health = caller.get(f"{at}/health")
    assert health["is_fresh"] is False
    assert 1200 <= health["freshness_seconds"] < 1300
    assert [each["stream"] for each in health["streams"]] == ["appointments", "patients"]
    assert len(health["requests"]) == 60
    assert sum(minute["live"] for minute in health["requests"]) == 2
    assert sum(minute["background"] for minute in health["requests"]) == 5
    assert [each["advice"] for each in health["troubles"]] == ["Tell support."]
    assert (health["webhooks"]["state"], health["waiting_events"]) == ("live", 1)
    assert health["last_reconciliation_id"] == own.night.pk


def test_reports_of_nights_are_listed_newest_first(caller: Caller, own: Belongings, at: str) -> None:
    with acting_for(caller.practice.pk):
        SyncRun.objects.filter(pk=own.night.pk).update(
            report={"patients": {"checked": 60, "stale": 2}, "appointments": {"checked": 400, "missing": 1}}
        )
        later = SyncRun.objects.create(
            practice=caller.practice, connection=own.connection, kind="reconciliation", state="done", report={}
        )
        SyncRun.objects.create(
            practice=caller.practice,
            connection=own.connection,
            kind="reconciliation",
            state="done",
            requested_at=timezone.now() - timedelta(days=91),
        )
    first = caller.get(f"{at}/reconciliations?limit=1")
    assert ids(first) == [later.pk]
    second = caller.get(f"{at}/reconciliations?limit=1&after={first['next']}")
    (night,) = second["items"]
    assert (night["id"], second["next"]) == (own.night.pk, None)
    assert (night["found"]["checked"], night["found"]["missing"], night["found"]["stale"]) == (460, 1, 2)
    assert night["streams"]["appointments"]["missing"] == 1


def test_what_was_held_back_is_removed_on_demand(synced: Caller, sandbox: RunningSandbox) -> None:
    with acting_for(synced.practice.pk):
        row = Connection.objects.get()
        extra = Patient.objects.last()
        assert extra is not None
        for number in range(25):
            extra.pk, extra.remote_id, extra.seen_at = None, f"99{number}", timezone.now() - timedelta(days=1)
            extra.save()
        run = request_run(row, SyncRun.Kind.RECONCILIATION)
        assert engine.carry(run.pk) is engine.Ended.DONE
    (night,) = synced.get(f"/connections/{row.pk}/reconciliations")["items"]
    assert (night["found"]["held_back"], night["found"]["removed"]) == (25, 0)
    path = f"/connections/{row.pk}/reconciliations/{night['id']}/remove-held-back"
    assert synced.post(path).json == {"removed": 25}
    assert synced.post(path).json == {"removed": 0}


def test_a_connection_nobody_has_is_404_everywhere(caller: Caller) -> None:
    make_connection(caller.practice)
    for path in ("events", "health", "reconciliations", "consequences"):
        assert caller.get(f"/connections/999999/{path}").error["code"] == "not_found"
