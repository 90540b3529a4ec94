"""Reading what Cliniko delivers when something has changed."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import (
    VendorChanged,
)
from routiq.pms.gateway import ChangeKind, Stream, WebhookEvent, sends_no_events
from routiq.pms.registry import vendor
from routiq.pms.standard_webhooks import Forged, verify

read_event = vendor("cliniko").read_event


class Inbox:
    """Takes deliveries on a loopback port and hands them out one by one."""

    def __init__(self) -> None:
        self.deliveries: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        deliveries = self.deliveries

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                deliveries.put((dict(self.headers), self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks/0f1e2d3c4b5a"
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def next(self) -> tuple[dict[str, str], bytes]:
        return self.deliveries.get(timeout=8)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    made = Inbox()
    yield made
    made.server.shutdown()
    made.server.server_close()


# What is delivered


@pytest.mark.parametrize(
    ("edit", "collection", "type_", "streams"),
    [
        ("update", "patients", "patient.updated", (Stream.PATIENTS,)),
        ("delete", "patients", "patient.deleted", (Stream.PATIENTS, Stream.DELETED_PATIENTS)),
        (
            "update",
            "individual_appointments",
            "appointment.updated",
            (Stream.APPOINTMENTS, Stream.CLASSES, Stream.ATTENDANCES),
        ),
        (
            "delete",
            "individual_appointments",
            "appointment.deleted",
            (Stream.APPOINTMENTS, Stream.CLASSES, Stream.ATTENDANCES),
        ),
    ],
)
def test_a_change_arrives_signed_and_names_the_record_and_the_streams(
    edit: str,
    collection: str,
    type_: str,
    streams: tuple[Stream, ...],
    pushing: RunningSandbox,
    pushed: Any,
    inbox: Inbox,
) -> None:
    made = pushed.gateway.subscribe(inbox.url)
    record = pushing.world(collection)[collection][0]["id"]
    wanted = {"op": edit, "collection": collection, "id": record}
    pushing.edit([{**wanted, "fields": {"notes": "x"}} if edit == "update" else wanted])
    headers, body = inbox.next()
    genuine = verify(headers, body, [made.secret], time.time())
    assert genuine.id
    delivered, event = read_event(body)
    assert delivered == type_
    assert (event.record_id, event.kind) == (record, ChangeKind(type_.rpartition(".")[2]))
    assert event.streams == streams
    assert event.occurred_at is not None
    assert event.occurred_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("fault", "reason"), [("webhook_bad_signature", "bad_signature"), ("webhook_old_timestamp", "too_old")]
)
def test_a_bent_delivery_is_refused_with_its_reason(
    fault: str, reason: str, pushing: RunningSandbox, pushed: Any, inbox: Inbox
) -> None:
    made = pushed.gateway.subscribe(inbox.url)
    pushing.fault(kind=fault)
    pushing.control("POST", "webhooks/storm", {"collection": "patients", "count": 1})
    headers, body = inbox.next()
    with pytest.raises(Forged) as refused:
        verify(headers, body, [made.secret], time.time())
    assert refused.value.reason == reason


def test_a_repeated_delivery_carries_the_same_id(pushing: RunningSandbox, pushed: Any, inbox: Inbox) -> None:
    made = pushed.gateway.subscribe(inbox.url)
    pushing.fault(kind="webhook_duplicate")
    pushing.control("POST", "webhooks/storm", {"collection": "patients", "count": 1})
    first, second = (verify(*inbox.next(), [made.secret], time.time()) for _ in range(2))
    assert first.id == second.id


# Reading a body


def body_of(type_: Any = "patient.created", id_: Any = "12", **more: Any) -> bytes:
    return msgspec.json.encode({"id": "msg_1", "type": type_, "data": {"id": id_, "links": {"self": "x"}}, **more})


def test_only_type_id_and_time_are_taken() -> None:
    told = body_of(occurred_at="2026-05-04T11:00:00+10:00", data={"id": "12", "first_name": "Zoe"})
    assert read_event(told) == (
        "patient.created",
        WebhookEvent(
            record_id="12",
            kind=ChangeKind.CREATED,
            streams=(Stream.PATIENTS,),
            occurred_at=datetime(2026, 5, 4, 1, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize(
    "when", [None, "", "yesterday", 7, {}, [[[]]], "2026-05-04T11:00:00", "0001-01-01T00:00:00+10:00"]
)
def test_a_time_that_cannot_be_read_is_left_out(when: Any) -> None:
    assert read_event(body_of(occurred_at=when))[1].occurred_at is None


DEEP = 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<html>",
        b"\xff\xfe",
        b'{"type": "\xff"}',
        b"[" * DEEP,
        b'{"x":' + b"[" * DEEP + b"]" * DEEP + b"}",
        body_of()[:-1],
        body_of(None),
        body_of("patient"),
        body_of("invoice.created"),
        body_of("patient.merged"),
        body_of("Patient.created"),
        body_of(id_=None),
        body_of(id_=12),
        body_of(id_=""),
        body_of(id_="12\n"),
        body_of(id_="-1"),
        body_of(id_="١٢"),
        body_of(id_="12/archive"),
        body_of(id_="9" * 41),
        body_of(data=None),
    ],
    ids=lambda body: body[:60].decode("latin-1"),
)
def test_a_body_that_does_not_fit_is_named_without_its_values(body: bytes) -> None:
    with pytest.raises(VendorChanged) as refused:
        read_event(body)
    assert refused.value.code == "VendorChanged.webhook"
    assert f"{len(body)} bytes" in refused.value.evidence
    assert "archive" not in f"{vars(refused.value)}"


@given(st.binary(max_size=300))
def test_no_bytes_whatsoever_do_anything_else(body: bytes) -> None:
    with pytest.raises(VendorChanged):
        read_event(body)


def test_a_system_without_webhooks_reads_no_events() -> None:
    with pytest.raises(VendorChanged) as refused:
        sends_no_events(body_of())
    assert refused.value.cause == "webhook"
