"""Connecting, and following the sync, against a real sandbox over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.practices.models import AuditEntry
from routiq.practices.tenancy import acting_for
from routiq.sync.models import SyncRun
from tests.api.conftest import Caller, Connect, carry
from tests.api.rows import make_belongings, make_connection


def test_connecting_answers_at_once_and_the_sync_can_be_followed(
    connect: Connect, caller: Caller, sandbox: RunningSandbox
) -> None:
    made = connect(caller)
    assert made.status == 201
    assert (made["vendor"], made["region"], made["state"], made["paused"]) == ("cliniko", "au2", "active", None)
    assert caller.get("/connections")["items"] == [made.json]

    (run,) = caller.get("/sync-runs")["items"]
    assert (run["kind"], run["state"], run["connection_id"]) == ("first", "running", made["id"])
    assert caller.get(f"/sync-runs/{run['id']}")["progress"]["records"] == 0
    carry(caller)
    done = caller.get(f"/sync-runs/{run['id']}")
    assert (done["state"], done["error"]) == ("done", None)
    patients = next(each for each in done["progress"]["streams"] if each["stream"] == "patients")
    everyone = len(sandbox.world("patients")["patients"])
    assert patients["fetched"] == patients["total"] >= everyone

    practice = caller.get("/practice")
    assert practice["connection"]["id"] == made["id"]
    assert practice["counts"]["patients_all"] == everyone
    assert len(practice["practitioners"]) == len(sandbox.world("practitioners")["practitioners"])
    assert practice["switched_off"][0]["path"]
    assert {each["id"] for each in caller.get("/menu")["practitioners"]} <= {
        each["remote_id"] for each in practice["practitioners"] if each["online"]
    }


def test_the_key_is_never_given_back(connect: Connect, caller: Caller, sandbox: RunningSandbox) -> None:
    key = sandbox.key("admin")
    connect(caller)
    refused = caller.post("/connections", {"vendor": "cliniko", "region": "uk1", "key": key})
    for answer in (caller.get("/connections"), caller.get("/practice"), refused):
        assert key not in json.dumps(answer.json)
        assert key.rsplit("-", 1)[0] not in json.dumps(answer.json)


def test_connecting_again_keeps_the_connection(connect: Connect, caller: Caller) -> None:
    first, second = connect(caller), connect(caller)
    assert (first.status, second.status) == (201, 200)
    assert first["id"] == second["id"]
    assert len(caller.get("/sync-runs")["items"]) == 1
    with acting_for(caller.practice.pk):
        entry = AuditEntry.objects.get(action="connection.connected")
        assert (entry.actor_kind, entry.actor_id) == ("token", str(caller.token.pk))


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"key": "x" * 43 + "-au2"}, "key_rejected.", "key"),
        ({"key": "{admin}", "region": "uk1"}, "key_rejected.wrong_shard", "region"),
        ({"key": "two words-au2"}, "key_rejected.spaces", "key"),
        ({"key": ""}, "invalid", "key"),
        ({"key": 12345}, "invalid", "key"),
        ({}, "invalid", "key"),
        ({"key": "{admin}", "vendor": "nothing"}, "invalid", "vendor"),
        ({"key": "{admin}", "vendor": None}, "invalid", "vendor"),
        ({"key": "{admin}", "shard": "au2"}, "invalid", "shard"),
        ({"key": "{admin}", "region": "a\u0000"}, "invalid", "region"),
        ({"key": "{admin}", "region": "\ud800"}, "invalid", "region"),
    ],
)
def test_a_connection_that_cannot_be_made_names_the_field(
    caller: Caller, sandbox: RunningSandbox, body: dict[str, Any], code: str, field: str
) -> None:
    key = body.get("key")
    given = {"vendor": "cliniko", **body}
    if isinstance(key, str):
        given["key"] = key.replace("{admin}", sandbox.key("admin"))
    answer = caller.post("/connections", given)
    assert answer.status == 422
    assert answer.error["code"].startswith(code)
    assert field in answer.error["fields"]
    assert caller.get("/connections")["items"] == []


def test_a_vendor_that_does_not_answer_is_a_503(
    caller: Caller, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    sandbox.fault(kind="status", status=503, times=None)
    answer = caller.post("/connections", {"vendor": "cliniko", "key": sandbox.key("admin")})
    assert answer.status == 503
    assert answer.error["code"].startswith("vendor_unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_vendor_that_says_slow_down_is_passed_on(
    caller: Caller, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    sandbox.fault(kind="status", status=429, reset_seconds=45, times=None)
    answer = caller.post("/connections", {"vendor": "cliniko", "key": sandbox.key("admin")})
    assert answer.status == 503
    assert answer.error["code"].startswith("rate_limited")
    assert int(answer.headers["Retry-After"]) > 0


def test_sync_now_is_one_run_however_often_it_is_asked(db: None, caller: Caller) -> None:
    connection = make_connection(caller.practice)
    first, second = (caller.post(f"/connections/{connection.pk}/sync") for _ in range(2))
    assert first.status == second.status == 202
    assert first["id"] == second["id"]
    assert first.headers["Location"] == f"/api/v1/sync-runs/{first['id']}"


def test_a_paused_connection_says_what_the_owner_has_to_do(caller: Caller) -> None:
    connection = make_connection(
        caller.practice,
        state=Connection.State.PAUSED,
        paused_code="KeyRejected.revoked",
        paused_message="The key was revoked.",
        paused_advice="Paste a new one.",
    )
    answer = caller.post(f"/connections/{connection.pk}/sync")
    assert (answer.status, answer.error["code"]) == (409, "connection_paused")
    assert (answer.error["message"], answer.error["advice"]) == ("The key was revoked.", "Paste a new one.")
    assert caller.get(f"/connections/{connection.pk}")["paused"]["advice"] == "Paste a new one."
    assert caller.get("/availability?appointment_type=1").status == 503


def test_an_ended_connection_cannot_be_synced(caller: Caller) -> None:
    connection = make_connection(caller.practice, state=Connection.State.DISCONNECTED)
    assert caller.post(f"/connections/{connection.pk}/sync").error["code"] == "disconnected"


def test_runs_are_listed_newest_first_page_by_page(caller: Caller) -> None:
    own = make_belongings(caller.practice)
    with acting_for(caller.practice.pk):
        SyncRun.objects.update(state=SyncRun.State.DONE)
        for _ in range(4):
            SyncRun.objects.create(
                practice=caller.practice,
                connection=own.connection,
                kind=SyncRun.Kind.CHANGES,
                state=SyncRun.State.FAILED,
                error_code="VendorChanged",
                error_message="It changed.",
                error_advice="Tell support.",
            )
    seen: list[int] = []
    after = ""
    while after is not None:
        page = caller.get(f"/sync-runs?limit=2&connection={own.connection.pk}" + (f"&after={after}" if after else ""))
        seen += [row["id"] for row in page["items"]]
        after = page["next"]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 6
    assert caller.get(f"/sync-runs/{seen[0]}")["error"]["message"] == "It changed."
    assert caller.get("/sync-runs?after=x").error["fields"] == {"after": "Give a whole number."}


def test_a_practice_without_a_connection_is_shown_as_it_is(caller: Caller) -> None:
    practice = caller.get("/practice")
    assert practice["connection"] is None
    assert practice["locations"] == []
    assert caller.get("/menu").json == {"appointment_types": [], "practitioners": [], "locations": []}
    answer = caller.get("/availability?appointment_type=1")
    assert (answer.status, answer.error["code"]) == (503, "times_unavailable")
