"""A new key, disconnecting and deleting over the API, against a real sandbox."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.mirror.models import Patient
from routiq.practices.models import AuditEntry
from routiq.practices.tenancy import acting_for
from tests.api.conftest import Caller, Connect


@pytest.fixture
def at(synced: Caller) -> str:
    """The address of the connection."""
    return f"/connections/{synced.get('/connections')['items'][0]['id']}"


def test_a_new_key_of_the_same_account_takes_over(synced: Caller, at: str, sandbox: RunningSandbox) -> None:
    before = synced.get(at)
    changed = synced.post(f"{at}/key", {"key": sandbox.key("spare")})
    assert changed.status == 200
    assert (changed["id"], changed["state"]) == (before["id"], "active")
    assert changed["key_set_at"] > before["key_set_at"]
    assert sandbox.key("spare") not in json.dumps(changed.json)
    with acting_for(synced.practice.pk):
        entry = AuditEntry.objects.get(action="connection.key_replaced")
    assert (entry.actor_kind, entry.actor_id) == ("token", str(synced.token.pk))


@pytest.mark.parametrize(("label", "code"), [("other", "other_account"), ("receptionist", "not_administrator")])
def test_a_key_that_cannot_take_over_is_refused_at_its_field(
    synced: Caller, at: str, sandbox: RunningSandbox, label: str, code: str
) -> None:
    before = synced.get(at)
    refused = synced.post(f"{at}/key", {"key": sandbox.key(label)})
    assert refused.status == 422
    assert refused.error["code"].endswith(code)
    assert list(refused.error["fields"]) == ["key"]
    if code == "other_account":
        assert before["account_name"] in refused.error["message"]
    assert synced.get(at).json == before.json


def test_disconnecting_is_told_confirmed_by_name_and_done_once(synced: Caller, at: str) -> None:
    with acting_for(synced.practice.pk):
        patients = Patient.objects.filter(removed_at=None).count()
    told = synced.get(f"{at}/consequences")
    counts = {each["code"]: each["count"] for each in told["items"]}
    assert counts["patients"] == patients > 0
    assert {"appointments", "bookings", "tasks", "conversations", "campaigns", "key", "restore"} <= set(counts)

    wrong = synced.post(f"{at}/disconnect", {"confirm": "yes"})
    assert (wrong.status, list(wrong.error["fields"])) == (422, ["confirm"])
    assert told["account_name"] in wrong.error["fields"]["confirm"]
    assert synced.post(f"{at}/disconnect", {}).status == 422
    assert synced.get(at)["state"] == "active"

    left = synced.post(f"{at}/disconnect", {"confirm": told["account_name"]})
    assert (left.status, left["state"]) == (200, "disconnected")
    assert left["kept_until"] > left["disconnected_at"]
    assert synced.post(f"{at}/disconnect", {"confirm": told["account_name"]}).json == left.json
    with acting_for(synced.practice.pk):
        stored = Connection.objects.get()
        assert not stored.key_cipher
        assert Patient.objects.filter(removed_at=None).count() == patients
        assert AuditEntry.objects.filter(action="connection.disconnected").count() == 1
    for method, path, body in (
        ("POST", "key", {"key": "x" * 43 + "-au2"}),
        ("POST", "sync", None),
        ("GET", "consequences", None),
    ):
        answer = synced.call(method, f"{at}/{path}", body)
        assert (answer.status, answer.error["code"]) == (409, "disconnected")


def test_the_same_account_comes_back_over_the_api(synced: Caller, at: str, connect: Connect) -> None:
    synced.post(f"{at}/disconnect", {"confirm": synced.get(at)["account_name"]})
    assert connect(synced)["id"] == int(at.rsplit("/", 1)[1])
    assert synced.get(at)["state"] == "active"


def test_deleting_at_once_needs_an_ended_connection_and_the_practices_name(synced: Caller, at: str) -> None:
    name = synced.practice.name
    early = synced.post(f"{at}/delete-data", {"confirm": name})
    assert (early.status, early.error["code"]) == (409, "still_connected")
    synced.post(f"{at}/disconnect", {"confirm": synced.get(at)["account_name"]})
    wrong = synced.post(f"{at}/delete-data", {"confirm": name.lower()})
    assert (wrong.status, list(wrong.error["fields"])) == (422, ["confirm"])
    begun = synced.post(f"{at}/delete-data", {"confirm": name})
    assert begun.status == 202
    with acting_for(synced.practice.pk):
        due = Connection.objects.get().purge_after
        assert due is not None
        assert due <= timezone.now()
        assert AuditEntry.objects.filter(action="connection.delete_requested").count() == 1
