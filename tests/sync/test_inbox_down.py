"""The webhook inbox while the database is away: the sender is told to come again, and nothing is lost for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from django.utils import timezone
from psycopg_pool import AsyncConnectionPool

from routiq import asgi
from routiq.connections.models import Connection
from routiq.connections.secrets import keyring
from routiq.practices.models import Practice
from routiq.sync import inbox, webhooks
from routiq.sync.models import SyncEvent, WebhookEndpoint
from tests.serving import serving

TOKEN = "a-token-that-nobody-guesses"
SECRET = "whsec_" + base64.b64encode(b"only the vendor knows this one..").decode()


@pytest.fixture
def address(transactional_db: Any, practice: Practice) -> Iterator[str]:
    """A registered address at a server that really runs."""
    connection = Connection.objects.create(practice=practice, vendor="cliniko", account_id="1", account_name="A")
    endpoint = WebhookEndpoint.objects.create(
        practice=practice,
        connection=connection,
        token_hash=hashlib.sha256(TOKEN.encode()).hexdigest(),
        subscription_id="7",
        created_at=timezone.now(),
    )
    endpoint.secret_cipher = keyring().encrypt(SECRET, webhooks.place_of_secret(endpoint))
    endpoint.save()
    with serving() as base:
        yield f"{base}{inbox.PREFIX}{TOKEN}"


def deliver(address: str) -> int:
    body = json.dumps(
        {
            "id": "evt_1",
            "type": "patient.updated",
            "occurred_at": "2026-05-04T00:00:00Z",
            "data": {"id": "1408210033445566778", "links": {"self": "https://elsewhere.example/"}},
        }
    ).encode()
    stamp = str(int(time.time()))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signature = hmac.new(key, b".".join([b"msg_1", stamp.encode(), body]), hashlib.sha256).digest()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(signature).decode(),
    }
    return httpx2.post(address, content=body, headers=headers, timeout=30).status_code


def lose_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the inbox finds nobody at the database's address (a port where nothing listens)."""
    nowhere = "postgresql://routiq_app@127.0.0.1:1/routiq?connect_timeout=1"

    def soon(*given: Any, **values: Any) -> AsyncConnectionPool[Any]:
        return AsyncConnectionPool(*given, **{**values, "timeout": 0.5, "reconnect_timeout": 0.1})

    monkeypatch.setattr(inbox, "AsyncConnectionPool", soon)
    monkeypatch.setattr(asgi._inbox, "_conninfo", lambda: nowhere)
    monkeypatch.setattr(asgi._inbox, "_pool", None)


@pytest.mark.parametrize("known", [False, True], ids=["a new address", "an address that was just looked up"])
def test_without_the_database_it_says_503_and_takes_the_repetition_afterwards(
    address: str, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    if known:
        assert httpx2.post(address, content=b"{}").status_code == 401
        SyncEvent.objects.all().delete()
        monkeypatch.setattr(inbox, "_REMEMBER", 60.0)
    with monkeypatch.context() as away:
        lose_the_database(away)
        assert deliver(address) == 503
    assert not SyncEvent.objects.exists()
    assert deliver(address) == 204
    assert SyncEvent.objects.get().delivery_id == "msg_1"
