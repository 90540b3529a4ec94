"""Subscribing to changes, where the account offers it, and reading what is delivered."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pms_sandbox.testing import RunningSandbox, running_sandbox
from routiq.pms.errors import (
    KeyRejected,
    NotOffered,
    NotPermitted,
    VendorChanged,
    VendorUnavailable,
    WriteRefused,
    WriteUncertain,
)
from routiq.pms.gateway import ChangeKind, Lane, Stream, WebhookEvent, sends_no_events
from routiq.pms.registry import vendor
from routiq.pms.standard_webhooks import Forged, is_secret, verify

URL = "http://127.0.0.1:9/hooks/0f1e2d3c4b5a"
read_event = vendor("cliniko").read_event


@pytest.fixture(scope="module")
def shared_pushing() -> Iterator[RunningSandbox]:
    with running_sandbox(patients=20, seed=7, today="2026-05-04", rate_limit=0, webhooks=True) as running:
        yield running


@pytest.fixture
def pushing(shared_pushing: RunningSandbox) -> RunningSandbox:
    """A practice whose account has webhooks; nothing armed, nobody subscribed."""
    shared_pushing.reset()
    shared_pushing.clear_requests()
    return shared_pushing


@pytest.fixture
def pushed(pushing: RunningSandbox, open_clinic: Any) -> Any:
    return open_clinic(key=pushing.key("admin"), base_url=pushing.cliniko_url)


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


class Lanes:
    """A pace that lets everything pass and writes down who asked."""

    def __init__(self) -> None:
        self.used: list[Lane] = []

    def admit(self, lane: Lane) -> AbstractContextManager[None]:
        self.used.append(lane)
        return nullcontext()

    def hold_until(self, until: datetime) -> None: ...


# Where there are none


def test_an_account_without_webhooks_is_told_apart_from_a_fault(sandbox: RunningSandbox, clinic: Any) -> None:
    with pytest.raises(NotOffered) as refused:
        clinic.gateway.subscribe(URL)
    assert refused.value.code == "NotOffered.webhooks"
    assert not refused.value.temporary
    assert refused.value.status == 404
    assert "Nothing needs to be done" in refused.value.advice
    assert [(entry["method"], entry["path"]) for entry in sandbox.requests()] == [("POST", "webhooks")]


def test_an_account_without_webhooks_has_none_to_list_or_to_end(clinic: Any) -> None:
    assert clinic.gateway.subscriptions() == []
    clinic.gateway.unsubscribe("1201506400000028732")


# Subscribing


def test_a_subscription_comes_with_its_secret_this_once(pushing: RunningSandbox, pushed: Any) -> None:
    made = pushed.gateway.subscribe(URL)
    assert made.url == URL
    assert is_secret(made.secret)
    assert made.created_at.tzinfo is not None
    (listed,) = pushed.gateway.subscriptions()
    assert listed == msgspec.structs.replace(made, secret="")
    (held,) = pushing.control("GET", "webhooks")["subscriptions"]
    assert sorted(held["events"]) == sorted(
        f"{what}.{kind}" for what in ("patient", "appointment") for kind in ("created", "updated", "deleted")
    )


def test_a_subscription_shows_neither_secret_nor_address_in_a_log(pushed: Any) -> None:
    made = pushed.gateway.subscribe(URL)
    for shown in (repr(made), str(made), f"{made}", f"{[made]}"):
        assert made.secret not in shown
        assert URL not in shown
        assert made.id in shown


def test_ending_one_leaves_the_others(pushed: Any) -> None:
    first, second = pushed.gateway.subscribe(URL), pushed.gateway.subscribe(URL + "f")
    pushed.gateway.unsubscribe(first.id)
    assert [held.id for held in pushed.gateway.subscriptions()] == [second.id]


def test_ending_twice_does_no_harm(pushed: Any) -> None:
    made = pushed.gateway.subscribe(URL)
    pushed.gateway.unsubscribe(made.id)
    pushed.gateway.unsubscribe(made.id)
    assert pushed.gateway.subscriptions() == []


@pytest.mark.parametrize("odd", ["", "../patients/1", "1?x=2", "1/archive", "9" * 41, "١"])
def test_what_is_no_id_is_never_sent(odd: str, pushing: RunningSandbox, pushed: Any) -> None:
    pushed.gateway.unsubscribe(odd)
    assert pushing.requests() == []


def test_more_than_one_page_of_subscriptions_is_listed_whole(pushed: Any) -> None:
    made = {pushed.gateway.subscribe(f"{URL}{number}").id for number in range(101)}
    assert {held.id for held in pushed.gateway.subscriptions()} == made


def test_nobody_waits_for_webhooks_so_they_leave_the_live_budget_alone(pushing: RunningSandbox) -> None:
    lanes = Lanes()
    gateway = vendor("cliniko").open(
        key=pushing.key("admin"), region=pushing.shard, base_url=pushing.cliniko_url, pace=lanes
    )
    gateway.unsubscribe(gateway.subscribe(URL).id)
    gateway.subscriptions()
    gateway.close()
    assert lanes.used == [Lane.BACKGROUND] * 3


def test_at_the_limit_a_subscription_waits_its_turn(pushing: RunningSandbox, pushed: Any) -> None:
    pushing.fault(kind="status", status=429, reset_seconds=30)
    assert pushed.gateway.subscribe(URL).url == URL
    assert sum(pushed.time.naps) > 20
    assert len(pushed.gateway.subscriptions()) == 1


# When it goes wrong


def test_a_lost_answer_is_uncertain_and_what_was_left_can_be_found_and_removed(
    pushing: RunningSandbox, pushed: Any
) -> None:
    pushing.fault(kind="drop_after", method="POST", path="^webhooks$")
    with pytest.raises(WriteUncertain) as lost:
        pushed.gateway.subscribe(URL)
    assert "calendar" not in lost.value.advice
    assert [entry["method"] for entry in pushing.requests()] == ["POST"]
    for held in pushed.gateway.subscriptions():
        if held.url == URL:
            pushed.gateway.unsubscribe(held.id)
    assert pushing.control("GET", "webhooks")["subscriptions"] == []


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_before"},
        {"kind": "status", "status": 500},
        {"kind": "html200"},
        {"kind": "truncated"},
        {"kind": "missing_key", "key": "id"},
        {"kind": "missing_key", "key": "secret"},
    ],
    ids=lambda fault: " ".join(map(str, fault.values())),
)
def test_an_unclear_answer_is_uncertain_and_never_sent_again(
    fault: dict[str, Any], pushing: RunningSandbox, pushed: Any
) -> None:
    pushing.fault(method="POST", times=None, **fault)
    with pytest.raises(WriteUncertain):
        pushed.gateway.subscribe(URL)
    assert len(pushing.requests()) == 1


def test_an_address_that_is_refused_says_so_and_is_not_repeated(pushing: RunningSandbox, pushed: Any) -> None:
    with pytest.raises(WriteRefused) as refused:
        pushed.gateway.subscribe("ftp://0f1e2d3c4b5a")
    assert "patient" not in refused.value.advice
    assert "0f1e2d3c4b5a" not in f"{vars(refused.value)}"
    assert "url" in refused.value.evidence


def test_a_missing_right_is_no_missing_offer(pushing: RunningSandbox, pushed: Any) -> None:
    pushing.fault(kind="empty403", times=None)
    with pytest.raises(NotPermitted):
        pushed.gateway.subscribe(URL)
    with pytest.raises(NotPermitted):
        pushed.gateway.subscriptions()


def test_a_revoked_key_is_told(pushing: RunningSandbox, pushed: Any) -> None:
    pushing.revoke("admin")
    for attempt in (
        lambda: pushed.gateway.subscribe(URL),
        lambda: pushed.gateway.subscriptions(),
        lambda: pushed.gateway.unsubscribe("1201506400000028732"),
    ):
        with pytest.raises(KeyRejected):
            attempt()


def test_a_list_that_fails_twice_is_asked_for_again(pushing: RunningSandbox, pushed: Any) -> None:
    made = pushed.gateway.subscribe(URL)
    pushing.fault(kind="status", status=502, method="GET", times=2)
    assert [held.id for held in pushed.gateway.subscriptions()] == [made.id]


def test_a_list_that_stays_away_is_no_empty_list(pushing: RunningSandbox, pushed: Any) -> None:
    pushing.fault(kind="status", status=503, times=None)
    with pytest.raises(VendorUnavailable):
        pushed.gateway.subscriptions()


def test_a_list_that_leads_to_another_server_is_refused(pushing: RunningSandbox, pushed: Any) -> None:
    pushed.gateway.subscribe(URL)
    pushing.fault(kind="foreign_next", times=None)
    with pytest.raises(VendorChanged) as refused:
        pushed.gateway.subscriptions()
    assert refused.value.cause == "foreign_host"


def test_ending_is_tried_again_when_the_answer_is_lost(pushing: RunningSandbox, pushed: Any) -> None:
    made = pushed.gateway.subscribe(URL)
    pushing.fault(kind="drop_after", method="DELETE")
    pushed.gateway.unsubscribe(made.id)
    assert pushed.gateway.subscriptions() == []


def test_ending_that_stays_unclear_says_what_happens_next(pushing: RunningSandbox, pushed: Any) -> None:
    made = pushed.gateway.subscribe(URL)
    pushing.fault(kind="status", status=500, method="DELETE", times=None)
    with pytest.raises(WriteUncertain) as lost:
        pushed.gateway.unsubscribe(made.id)
    assert "calendar" not in lost.value.advice


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
