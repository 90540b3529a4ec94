"""The connections below a transport: kept, left, led through a proxy. The other side answers as it is told."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from routiq.pms.line import Line
from routiq.pms.verdicts import Outcome

YES = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Once: a\r\nX-Once: b\r\n\r\n{}"
TIMEOUTS = {"connect": 2.0, "read": 2.0, "write": 2.0, "pool": 0.2}


class Host:
    """Takes connections and answers each request on them with the same bytes; counts both."""

    def __init__(self) -> None:
        self.answer = YES
        self.hangs_up = False
        self.heard: list[bytes] = []
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                taken, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(taken,), daemon=True).start()

    def _serve(self, taken: socket.socket) -> None:
        with taken:
            while heard := taken.recv(65536):
                self.heard.append(heard)
                taken.sendall(self.answer)
                if self.hangs_up:
                    return

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host()
    yield made
    made.close()


def ask(line: Line, method: str = "GET", content: bytes | None = None) -> Outcome:
    return line.send(method, "/things?a=1", content, "", timeouts=TIMEOUTS, last=time.monotonic() + 2)


def test_a_request_says_what_it_has_to_and_nothing_else(host: Host) -> None:
    outcome = ask(Line(f"http://127.0.0.1:{host.port}/v2", {"User-Agent": "us", "Accept-Encoding": "gzip"}))
    (heard,) = host.heard
    first, *headers = heard.decode().split("\r\n")
    assert first == "GET /v2/things?a=1 HTTP/1.1"
    assert sorted(filter(None, headers)) == [
        "Accept-Encoding: gzip",
        f"Host: 127.0.0.1:{host.port}",
        "User-Agent: us",
    ]
    assert (outcome.status, outcome.content, outcome.headers["x-once"]) == (200, b"{}", "a, b")


def test_a_connection_is_kept_until_the_other_side_leaves_it(host: Host) -> None:
    line = Line(f"http://127.0.0.1:{host.port}", {})
    assert [ask(line).status, ask(line).status] == [200, 200]
    assert host.connections == 1
    host.hangs_up = True
    assert ask(line).status == 200
    time.sleep(0.05)
    assert ask(line, "POST", b"").status == 200, "it is noticed before something is sent on it"
    assert host.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{}",
        b"HTTP/1.1 200",
        b"",
        b"no answer at all\r\n\r\n",
    ],
)
def test_half_an_answer_is_none(host: Host, answer: bytes) -> None:
    host.answer, host.hangs_up = answer, True
    outcome = ask(Line(f"http://127.0.0.1:{host.port}", {}))
    assert (outcome.fault, outcome.content, outcome.sent) == ("lost", b"", True)


def test_who_cannot_be_reached_was_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as left:
        port = left.getsockname()[1]
    outcome = ask(Line(f"http://127.0.0.1:{port}", {}), "POST", b"x")
    assert (outcome.fault, outcome.sent) == ("unreachable", False)


def test_encrypted_requests_go_through_the_proxy_that_is_named(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    host.answer, host.hangs_up = b"HTTP/1.1 403 Forbidden\r\n\r\n", True
    monkeypatch.setenv("HTTPS_PROXY", f"http://desk:pass%20word@127.0.0.1:{host.port}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    outcome = ask(Line("https://vendor.example/v1", {"Authorization": "secret"}), "POST", b"x")
    assert (outcome.fault, outcome.sent) == ("unreachable", False)
    (asked,) = host.heard
    assert asked.startswith(b"CONNECT vendor.example:443 ")
    assert b"proxy-authorization: basic zgvzazpwyxnzihdvcmq=" in asked.lower()
    assert b"secret" not in asked
    # An excepted host is asked itself: here that fails, since it speaks no TLS.
    assert ask(Line(f"https://127.0.0.1:{host.port}", {})).fault == "unreachable"
    assert not any(heard.startswith(b"CONNECT") for heard in host.heard[1:])


def test_plain_requests_never_go_through_a_proxy(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert ask(Line(f"http://127.0.0.1:{host.port}", {})).status == 200
