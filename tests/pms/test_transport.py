"""The HTTP connection against a server that misbehaves on purpose, below what the sandbox can do."""

from __future__ import annotations

import gzip
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from routiq.pms import answers, transport
from routiq.pms.errors import (
    NotFound,
    PmsError,
    RateLimited,
    VendorChanged,
    VendorUnavailable,
    WriteRefused,
    WriteUncertain,
)
from routiq.pms.gateway import Lane
from routiq.pms.pacing import LocalPace
from routiq.pms.transport import Transport

Answering = Callable[[http.server.BaseHTTPRequestHandler], None]
LIST = msgspec.json.Decoder(list[int])


class Misbehaving(http.server.ThreadingHTTPServer):
    """Answers each request with the next of its given answers; the last one stays."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answers: list[Answering] = []
        self.seen: list[Any] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Misbehaving

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        given = self.server.answers
        answer = given.pop(0) if len(given) > 1 else given[0]
        try:
            answer(self)
        except OSError:
            self.close_connection = True

    do_GET = do_POST = _answer

    def log_message(self, *_: object) -> None:
        pass


def answer(status: int = 200, content: bytes = b"[1,2]", **headers: str) -> Answering:
    def send(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        given = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        for name, value in {**given, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return send


def trickle(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(1000):
        handler.wfile.write(b" ")
        time.sleep(0.02)


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    server = Misbehaving()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def connection(server: Misbehaving, fake_time: Any) -> Iterator[Transport]:
    made = Transport(
        vendor="cliniko",
        label="Cliniko",
        base_url=f"http://127.0.0.1:{server.server_port}/v1",
        headers={"Authorization": "Basic c2VjcmV0Og=="},
        pace=LocalPace(clock=fake_time.clock, sleep=fake_time.sleep),
        contact="desk@example.org",
        sleep=fake_time.sleep,
        clock=fake_time.clock,
    )
    yield made
    made.close()


def test_a_packed_answer_is_unpacked(server: Misbehaving, connection: Transport) -> None:
    server.answers = [answer(content=gzip.compress(b"[1,2,3]"), Content_Encoding="gzip")]
    assert connection.read("/things", LIST).content == [1, 2, 3]
    assert server.seen[0][2]["Accept-Encoding"] == "gzip"


def test_a_packed_answer_cut_short_is_asked_for_again(server: Misbehaving, connection: Transport) -> None:
    packed = gzip.compress(b"[1,2,3]" * 50)
    server.answers = [
        answer(content=packed[:30], Content_Encoding="gzip"),
        answer(content=b"not gzip at all", Content_Encoding="gzip"),
        answer(content=gzip.compress(b"[1]"), Content_Encoding="gzip"),
    ]
    assert connection.read("/things", LIST).content == [1]


@pytest.mark.parametrize("packed", [True, False])
def test_an_answer_without_end_is_cut_off_at_the_cap(
    packed: bool, server: Misbehaving, connection: Transport
) -> None:
    huge = b" " * (answers.MAX_ANSWER_BYTES + 10)
    given = {"Content_Encoding": "gzip"} if packed else {}
    server.answers = [answer(content=gzip.compress(huge, 1) if packed else huge, **given)]
    with pytest.raises(VendorChanged) as refused:
        connection.read("/things", LIST)
    assert refused.value.cause == "too_large"
    assert len(server.seen) == 1


def test_an_answer_that_trickles_in_does_not_hold_a_caller(
    server: Misbehaving, connection: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(transport.LONGEST, Lane.LIVE, 0.3)
    server.answers = [trickle]
    started = time.monotonic()
    with pytest.raises(VendorUnavailable) as failed:
        connection.read("/things", LIST, lane=Lane.LIVE)
    assert failed.value.cause == "timeout"
    assert time.monotonic() - started < 1


def test_a_write_without_an_answer_in_time_is_uncertain(
    server: Misbehaving, connection: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(transport.LONGEST, Lane.LIVE, 0.2)
    server.answers = [trickle]
    with pytest.raises(WriteUncertain) as unclear:
        connection.write("POST", "/things", b"{}")
    assert unclear.value.cause == "timeout"
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirected_write_is_not_followed(status: int, server: Misbehaving, connection: Transport) -> None:
    server.answers = [answer(status, b"", Location="https://elsewhere.example/v1/things")]
    with pytest.raises(VendorChanged):
        connection.write("POST", "/things", b"{}")
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [303, 408, 500, 503])
def test_an_answer_that_may_mean_yes_is_uncertain(status: int, server: Misbehaving, connection: Transport) -> None:
    server.answers = [answer(status, b"")]
    with pytest.raises(WriteUncertain):
        connection.write("POST", "/things", b"{}")
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [400, 409, 415, 422])
def test_a_refused_write_changed_nothing(status: int, server: Misbehaving, connection: Transport) -> None:
    body = b'{"message":"Validation Failed","errors":{"patient_id":"Ada Nguyen is odd","Ada Nguyen":"x"}}'
    server.answers = [answer(status, body)]
    with pytest.raises(WriteRefused) as refused:
        connection.write("POST", "/things", b"{}")
    assert "patient_id" in refused.value.evidence
    assert "Ada" not in str(vars(refused.value))


def test_a_write_turned_away_for_a_moment_is_sent_after_it(
    server: Misbehaving, connection: Transport, fake_time: Any
) -> None:
    server.answers = [answer(429, b"", Retry_After="1"), answer(201, b"{}")]
    assert connection.write("POST", "/things", b"{}") == b"{}"
    assert 1 <= sum(fake_time.naps) < 1.1
    assert len(server.seen) == 2


def test_a_write_turned_away_for_long_is_told_until_when(server: Misbehaving, connection: Transport) -> None:
    server.answers = [answer(429, b"", Retry_After="40")]
    with pytest.raises(RateLimited) as limited:
        connection.write("POST", "/things", b"{}")
    assert timedelta(seconds=35) < limited.value.until - datetime.now(UTC) <= timedelta(seconds=40)
    assert len(server.seen) == 1


def test_values_are_escaped_and_the_address_is_as_documented(server: Misbehaving, connection: Transport) -> None:
    server.answers = [answer()]
    connection.read("/things", LIST, params=[("q[]", "updated_at:>=2026-05-01T00:00:00Z"), ("q[]", "id:=1,2")])
    path = "/v1/things?q%5B%5D=updated_at%3A%3E%3D2026-05-01T00%3A00%3A00Z&q%5B%5D=id%3A%3D1%2C2"
    assert server.seen[0][1] == path


def test_one_connection_is_kept_for_many_requests(server: Misbehaving, connection: Transport) -> None:
    ports = []

    def note(handler: http.server.BaseHTTPRequestHandler) -> None:
        ports.append(handler.client_address[1])
        answer()(handler)

    server.answers = [note]
    for _ in range(5):
        connection.read("/things", LIST)
    assert len(set(ports)) == 1


def test_many_threads_may_ask_at_once(server: Misbehaving, connection: Transport) -> None:
    server.answers = [answer()]
    read: list[Any] = []
    threads = [
        threading.Thread(target=lambda: read.append(connection.read("/things", LIST).content)) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == [[1, 2]] * 20


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_is_not_found(status: int, server: Misbehaving, connection: Transport) -> None:
    server.answers = [answer(status, b"")]
    with pytest.raises(NotFound) as missing:
        connection.read("/things/1408210033445566778", LIST)
    assert missing.value.request == "GET /things/{id}"


@pytest.mark.parametrize("content", [b"[1,2", b"", b"\xff\xfe", b"nonsense"])
def test_json_that_is_cut_or_broken_is_asked_for_again(
    content: bytes, server: Misbehaving, connection: Transport
) -> None:
    server.answers = [answer(content=content), answer()]
    assert connection.read("/things", LIST).content == [1, 2]


def test_what_does_not_fit_is_told_by_place_and_not_by_value(server: Misbehaving, connection: Transport) -> None:
    server.answers = [answer(content=b'[1,"Ada Nguyen"]')]
    with pytest.raises(VendorChanged) as refused:
        connection.read("/things", LIST)
    assert "$[1]" in refused.value.evidence or "$[...]" in refused.value.evidence
    assert "Ada" not in str(vars(refused.value))


NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 42)}, 42),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 42), "retry-after": "7"}, 42),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Mon, 04 May 2026 00:00:09 GMT"}, 9),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) - 100)}, 1),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 90_000)}, 60),
        ({"x-ratelimit-reset": "soon", "retry-after": "later"}, 15),
        ({}, 15),
    ],
)
def test_how_long_the_vendor_wants_to_be_left_alone(headers: dict[str, str], seconds: int) -> None:
    assert answers.hold_until(headers, NOW) == NOW + timedelta(seconds=seconds)


def test_every_error_of_an_answer_has_a_sentence_and_advice(server: Misbehaving, connection: Transport) -> None:
    for status in (204, 302, 400, 401, 403, 404, 405, 409, 418, 422, 451, 500, 599):
        server.answers = [answer(status, b"")]
        with pytest.raises(PmsError) as failed:
            connection.read("/things", LIST)
        assert failed.value.message.endswith(".")
        assert "{" not in failed.value.message
        assert failed.value.advice
        assert failed.value.status == status
