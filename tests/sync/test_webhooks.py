from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.test import override_settings
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox, running_sandbox
from routiq import asgi
from routiq.connections import gateways
from routiq.connections.disconnecting import disconnect
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.connections.secrets import keyring
from routiq.mirror.models import Patient
from routiq.practices.audit import SYSTEM
from routiq.practices.models import Practice
from routiq.sync import inbox, jobs, pacing, webhooks
from routiq.sync.models import SyncEvent, WebhookEndpoint, WebhookRegistration
from tests.sandboxes import carry_open_run, connect
from tests.serving import serving
from tests.worlds import differences


@pytest.fixture(scope="module")
def sending_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(patients=40, seed=7, rate_limit=0, webhooks=True) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(sending_sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    """One that sends webhooks, for this module."""
    sending_sandbox.reset()
    with override_settings(PMS_URLS={"cliniko": sending_sandbox.cliniko_url}, PMS_REQUESTS=0):
        yield sending_sandbox
    gateways.close_all()


@pytest.fixture
def live(transactional_db: Any, practice: Practice, sandbox: RunningSandbox) -> Iterator[Connection]:
    """Connected, mirrored, and registered for events at a server that really runs."""
    with serving() as address, override_settings(BASE_URL=address):
        connection = connect(practice, sandbox)
        carry_open_run(connection)
        registration = webhooks.register(connection)
        assert registration is not None
        assert registration.state == WebhookRegistration.State.LIVE
        jobs._last_look.clear()
        yield connection


def wait_for(found: Callable[[], Any]) -> Any:
    """Deliveries come from another thread over real HTTP."""
    deadline = time.monotonic() + 10
    while not (value := found()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return value


def rename(sandbox: RunningSandbox, name: str, patient: Patient | None = None) -> str:
    patient = patient or Patient.objects.filter(status="active", merged_into="").first()
    assert patient is not None
    edit = {"op": "update", "collection": "patients", "id": patient.remote_id, "fields": {"first_name": name}}
    sandbox.edit([edit])
    return patient.remote_id


def look(connection: Connection) -> None:
    jobs.look_for_announced(practice_id=connection.practice_id, connection_id=connection.pk)


class Sender:
    """Sends by hand what a vendor, or somebody else, might send."""

    def __init__(self, connection: Connection) -> None:
        endpoint = WebhookEndpoint.objects.get(connection=connection, retire_at=None)
        self.secret = keyring().decrypt(endpoint.secret_cipher, webhooks.place_of_secret(endpoint))

    def headers(self, body: bytes, id_: str = "msg_1", at: float | None = None) -> dict[str, str]:
        stamp = str(int(at if at is not None else time.time()))
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signature = hmac.new(key, b".".join([id_.encode(), stamp.encode(), body]), hashlib.sha256).digest()
        return {
            "webhook-id": id_,
            "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(signature).decode(),
        }


def body_about(patient_id: str = "1408210033445566778") -> bytes:
    return json.dumps(
        {
            "id": "evt_1",
            "type": "patient.updated",
            "occurred_at": "2026-05-04T00:00:00Z",
            "data": {"id": patient_id, "links": {"self": "https://elsewhere.example/"}},
        }
    ).encode()


@pytest.fixture
def url(live: Connection, sandbox: RunningSandbox) -> str:
    """The address that the vendor was given."""
    return gateway_of(live).subscriptions()[0].url


def test_a_change_is_announced_stored_answered_and_pulled(live: Connection, sandbox: RunningSandbox) -> None:
    record = rename(sandbox, "Announced")
    event = wait_for(lambda: SyncEvent.objects.filter(record_id=record).first())
    assert (event.outcome, event.kind) == (SyncEvent.Outcome.WAITING, "patient.updated")
    assert Patient.objects.get(remote_id=record).first_name != "Announced", (
        "nothing but storing happens in the request"
    )

    look(live)
    event.refresh_from_db()
    assert event.outcome == SyncEvent.Outcome.APPLIED
    assert Patient.objects.get(remote_id=record).first_name == "Announced"
    assert differences(live, sandbox) == []


def test_one_delivery_sent_twice_is_one_event(live: Connection, url: str) -> None:
    body = body_about()
    headers = Sender(live).headers(body)
    assert [httpx2.post(url, content=body, headers=headers).status_code for _ in range(3)] == [204] * 3
    event = SyncEvent.objects.get()
    assert event.deliveries == 3


@pytest.mark.parametrize(
    ("spoil", "status", "reason"),
    [
        (lambda headers, body: (headers | {"webhook-signature": "v1,AAAA"}, body), 401, "bad_signature"),
        (lambda headers, body: (headers, body.replace(b"patient", b"patienT")), 401, "bad_signature"),
        (lambda headers, body: ({k: v for k, v in headers.items() if k != "webhook-id"}, body), 401, "no_id"),
        (lambda headers, body: (headers, b"x" * 70_000), 413, "too_large"),
    ],
    ids=["signature", "body", "no id", "too large"],
)
def test_what_is_not_genuine_is_refused_and_stands_in_the_log_with_its_reason(
    live: Connection, url: str, spoil: Callable[..., Any], status: int, reason: str
) -> None:
    body = body_about()
    headers, sent = spoil(Sender(live).headers(body), body)
    assert httpx2.post(url, content=sent, headers=headers).status_code == status
    event = SyncEvent.objects.get()
    assert (event.outcome, event.reason) == (SyncEvent.Outcome.REFUSED, reason)


@pytest.mark.parametrize(("shift", "reason"), [(-400, "too_old"), (400, "from_the_future")])
def test_an_old_delivery_is_refused(live: Connection, url: str, shift: int, reason: str) -> None:
    body = body_about()
    headers = Sender(live).headers(body, at=time.time() + shift)
    assert httpx2.post(url, content=body, headers=headers).status_code == 401
    assert SyncEvent.objects.get().reason == reason


def test_a_genuine_delivery_that_cannot_be_read_is_refused(live: Connection, url: str) -> None:
    body = b'{"type": "patient.updated", "data": {"id": "1; DROP TABLE"}}'
    assert httpx2.post(url, content=body, headers=Sender(live).headers(body)).status_code == 400
    assert SyncEvent.objects.get().reason == "unreadable"


def test_an_unknown_address_is_404_in_the_log_and_counted_and_only_post_is_taken(
    live: Connection, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.refused.clear()
    with caplog.at_level("WARNING", logger="routiq.inbox"):
        assert httpx2.post(url + "x", content=b"{}").status_code == 404
    assert [record.reason for record in caplog.records if record.name == "routiq.inbox"] == ["unknown_address"]
    assert inbox.refused == {"unknown_address": 1}
    assert httpx2.get(url).status_code == 405
    assert not SyncEvent.objects.exists()


def test_registering_anew_keeps_the_old_address_counting_for_a_while_and_then_ends_it(
    live: Connection, sandbox: RunningSandbox, url: str
) -> None:
    old = Sender(live)
    webhooks.register(live)
    assert WebhookEndpoint.objects.filter(connection=live).count() == 2
    assert len(gateway_of(live).subscriptions()) == 1
    body = body_about()
    assert httpx2.post(url, content=body, headers=old.headers(body)).status_code == 204
    new = Sender(live)
    assert httpx2.post(url, content=body, headers=new.headers(body, "msg_2")).status_code == 204

    WebhookEndpoint.objects.filter(retire_at__isnull=False).update(retire_at=timezone.now() - timedelta(seconds=1))
    asgi._inbox._known.clear()
    assert httpx2.post(url, content=body, headers=old.headers(body, "msg_3")).status_code == 410
    refused = SyncEvent.objects.get(outcome=SyncEvent.Outcome.REFUSED)
    assert (refused.connection, refused.reason) == (live, "retired_address")


def test_an_account_without_webhooks_is_told_so_and_is_no_error(
    transactional_db: Any, practice: Practice, shared_sandbox: RunningSandbox
) -> None:
    shared_sandbox.reset()
    with override_settings(PMS_URLS={"cliniko": shared_sandbox.cliniko_url}, PMS_REQUESTS=0):
        registration = webhooks.register(connect(practice, shared_sandbox))
    assert registration is not None
    assert registration.state == WebhookRegistration.State.NOT_OFFERED
    assert registration.next_attempt_at is None
    assert not WebhookEndpoint.objects.exists()


def test_a_failed_registration_is_tried_again_on_the_settled_schedule(
    transactional_db: Any, practice: Practice, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    connection = connect(practice, sandbox)
    sandbox.fault(kind="status", status=500, method="POST", path="webhooks", times=None)
    waits = []
    for _ in range(7):
        registration = webhooks.register(connection)
        assert registration is not None
        assert registration.state == WebhookRegistration.State.FAILED
        assert registration.error_advice
        assert registration.next_attempt_at is not None
        waits.append(round((registration.next_attempt_at - registration.checked_at).total_seconds() / 60))
    assert waits == [1, 5, 30, 120, 360, 360, 360]
    assert not webhooks.retry_is_due(connection)
    WebhookRegistration.objects.update(next_attempt_at=timezone.now())
    assert webhooks.retry_is_due(connection)


def test_a_lost_answer_to_a_registration_leaves_no_subscription_behind(
    transactional_db: Any, practice: Practice, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    connection = connect(practice, sandbox)
    sandbox.fault(kind="drop_after", method="POST", path="webhooks", times=1)
    webhooks.register(connection)
    assert gateway_of(connection).subscriptions() == []


def test_events_that_told_nothing_new_say_so(live: Connection, url: str) -> None:
    body = body_about(Patient.objects.filter(status="active")[0].remote_id)
    httpx2.post(url, content=body, headers=Sender(live).headers(body))
    look(live)
    assert SyncEvent.objects.get().outcome == SyncEvent.Outcome.NOTHING_NEW


def test_a_replay_is_safe_and_marked(live: Connection, url: str) -> None:
    body = body_about(Patient.objects.filter(status="active")[0].remote_id)
    httpx2.post(url, content=body, headers=Sender(live).headers(body))
    look(live)
    again = webhooks.replay(SyncEvent.objects.get())
    assert again.is_replay
    look(live)
    again.refresh_from_db()
    assert again.outcome == SyncEvent.Outcome.NOTHING_NEW


def test_webhooks_that_do_not_arrive_are_noticed_and_polls_quicken(live: Connection, sandbox: RunningSandbox) -> None:
    assert jobs.need_of(live).webhooks_live
    WebhookRegistration.objects.update(
        missed=pacing.MISSED, checked_at=timezone.now() - timedelta(hours=1), last_event_at=None
    )
    assert not jobs.need_of(live).webhooks_live


def test_a_storm_becomes_a_handful_of_pulls(live: Connection, sandbox: RunningSandbox) -> None:
    people = list(Patient.objects.filter(status="active", merged_into="")[:30])
    before = len(sandbox.requests())
    for number, patient in enumerate(people):
        rename(sandbox, f"Storm{number}", patient)
    wait_for(lambda: SyncEvent.objects.filter(outcome="waiting").count() >= len(people))
    look(live)
    assert not SyncEvent.objects.filter(outcome="waiting").exists()
    assert Patient.objects.filter(first_name__startswith="Storm").count() == len(people)
    assert len(sandbox.requests()) - before <= 3


def test_disconnecting_takes_the_registration_back(live: Connection, sandbox: RunningSandbox, url: str) -> None:
    disconnect(live, SYSTEM)
    assert not WebhookRegistration.objects.exists()
    assert sandbox.control("GET", "webhooks")["subscriptions"] == []
    asgi._inbox._known.clear()
    assert httpx2.post(url, content=b"{}").status_code == 410


def test_a_vendor_that_does_not_answer_does_not_keep_a_practice_from_leaving(
    live: Connection, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    sandbox.fault(kind="status", status=503, method="*", path=".", times=None)
    disconnect(live, SYSTEM)
    live.refresh_from_db()
    assert live.state == Connection.State.DISCONNECTED
    assert not live.key_cipher
