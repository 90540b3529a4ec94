"""Webhooks, where the sandbox offers them: subscription, signature, retries, and deliveries gone wrong."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox, running_sandbox
from pms_sandbox.webhooks import EVENTS, sign
from tests.sandbox.callers import Api


class Receiver:
    """Collects deliveries on a loopback port and answers with the next of ``statuses``, then with 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.statuses.pop(0) if outer.statuses else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook/token"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]


def wait_for(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 8
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture(scope="module")
def _pushing() -> Iterator[RunningSandbox]:
    with running_sandbox(patients=20, today="2026-05-04", rate_limit=0, webhooks=True) as running:
        yield running


@pytest.fixture
def pushing(_pushing: RunningSandbox) -> RunningSandbox:
    _pushing.reset()
    _pushing.control("PATCH", "webhooks", {"retry_seconds": 0.01})
    return _pushing


@pytest.fixture
def caller(pushing: RunningSandbox) -> Iterator[Api]:
    api = Api(pushing)
    yield api
    api.client.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def subscription(caller: Api, receiver: Receiver) -> dict[str, Any]:
    answer = caller.send("POST", "webhooks", {"url": receiver.url, "events": list(EVENTS)})
    assert answer.status_code == 201
    return answer.json()


def rename(sandbox: RunningSandbox, count: int = 1) -> list[str]:
    ids = [row["id"] for row in sandbox.world("patients")["patients"] if not row["archived_at"]][:count]
    sandbox.edit([{"op": "update", "collection": "patients", "id": id_, "fields": {"city": "X"}} for id_ in ids])
    return ids


def test_the_secret_is_shown_once(caller, subscription):
    assert subscription["secret"].startswith("whsec_")
    page = caller.get("webhooks").json()
    assert page["total_entries"] == 1
    assert set(page["webhooks"][0]) == {"id", "url", "events", "created_at"}
    assert caller.send("DELETE", f"webhooks/{subscription['id']}").status_code == 204
    assert caller.get("webhooks").json()["webhooks"] == []
    assert caller.send("POST", "webhooks", {"url": "", "events": ["x"]}).status_code == 422


def test_a_change_is_delivered_and_signed(pushing, caller, receiver, subscription):
    patient = rename(pushing)[0]
    wait_for(lambda: bool(receiver.got))
    headers, body = receiver.got[0]
    event = json.loads(body)
    assert (event["type"], event["data"]["id"]) == ("patient.updated", patient)
    assert event["data"]["links"]["self"] == f"{caller.base}/patients/{patient}"
    assert headers["webhook-id"] == event["id"]
    moment = int(headers["webhook-timestamp"])
    assert abs(time.time() - moment) < 10
    assert headers["webhook-signature"] == sign(subscription["secret"], event["id"], moment, body)


def test_kinds_of_change(pushing, receiver, subscription):
    made = pushing.control("POST", "patients", {"first_name": "A", "last_name": "B"})
    pushing.control("POST", f"patients/{made['id']}/archive")
    appointment = pushing.world("individual_appointments")["individual_appointments"][0]["id"]
    pushing.control("POST", f"individual_appointments/{appointment}/cancel")
    pushing.control("DELETE", f"individual_appointments/{appointment}")
    wait_for(lambda: len(receiver.got) == 4)
    assert sorted(event["type"] for event in receiver.events()) == [
        "appointment.deleted",
        "appointment.updated",
        "patient.created",
        "patient.deleted",
    ]


def test_failures_are_retried_and_410_ends_it(pushing, caller, receiver, subscription):
    receiver.statuses = [500, 302]
    rename(pushing)
    wait_for(lambda: len(receiver.got) == 3)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    receiver.statuses = [410]
    rename(pushing)
    wait_for(lambda: caller.get("webhooks").json()["total_entries"] == 0)
    rename(pushing)
    outcomes = [held["outcome"] for held in pushing.control("GET", "webhooks")["deliveries"]]
    assert outcomes == ["delivered", "gone"]


def test_bent_deliveries(pushing, receiver, subscription):
    pushing.fault(kind="webhook_duplicate")
    rename(pushing)
    wait_for(lambda: len(receiver.got) == 2)
    assert receiver.got[0][1] == receiver.got[1][1]
    receiver.got.clear()

    pushing.fault(kind="webhook_bad_signature")
    rename(pushing)
    wait_for(lambda: bool(receiver.got))
    headers, body = receiver.got.pop()
    right = sign(subscription["secret"], headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] != right

    pushing.fault(kind="webhook_old_timestamp")
    rename(pushing)
    wait_for(lambda: bool(receiver.got))
    assert time.time() - int(receiver.got.pop()[0]["webhook-timestamp"]) > 3000

    pushing.fault(kind="webhook_drop")
    rename(pushing, 2)
    wait_for(lambda: bool(receiver.got))
    assert [held["outcome"] for held in pushing.control("GET", "webhooks")["deliveries"]].count("dropped") == 1


def test_reordered_deliveries(pushing, receiver, subscription):
    pushing.fault(kind="webhook_reorder")
    ids = rename(pushing, 2)
    wait_for(lambda: len(receiver.got) == 2)
    assert [event["data"]["id"] for event in receiver.events()] == ids[::-1]


def test_a_storm(pushing, receiver, subscription):
    assert pushing.control("POST", "webhooks/storm", {"collection": "patients", "count": 15})["events"] == 15
    wait_for(lambda: len(receiver.got) == 15)
    assert {event["type"] for event in receiver.events()} == {"patient.updated"}
