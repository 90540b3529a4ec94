"""The connections to one vendor's host: a request is sent once, and what came of it is told in one of a few words.

By the standard library's client: a first sync asks thousands of times, and what larger clients do for each request
(taking the address apart, cookies, redirects, a parser in Python) costs several times as much as the request itself.
"""

from __future__ import annotations

import socket
import ssl
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from routiq.pms import answers
from routiq.pms.verdicts import Outcome

if sys.platform == "win32":
    from select import select
else:
    from select import POLLIN, poll

#: Requests that one process has under way with one account, at the most: what may be sent in a minute the pace says,
#: and nobody on the line shall wait here for those whose answers are slow.
MOST_AT_ONCE = 50
#: How many connections are kept for the next request, and for how many seconds.
_KEPT, _KEPT_FOR = 8, 20.0
_PIECE = 256 * 1024
_NOTHING: Mapping[str, str] = {}


class Line:
    """``base_url`` pins scheme, host and path prefix; ``headers`` go with each request. May be used from several
    threads at once."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._base = urlsplit(base_url)
        self._headers = {"Host": self._base.netloc.rpartition("@")[2], **headers}
        # A company's own outbound proxy is honoured, but never for the plain addresses of a sandbox.
        self._proxy = _proxy(self._base.hostname or "") if self._base.scheme == "https" else None
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._lock = threading.Lock()
        self._idle: list[tuple[HTTPConnection, float]] = []

    def close(self) -> None:
        """Close what nobody is using."""
        with self._lock:
            while self._idle:
                self._idle.pop()[0].close()

    def send(
        self,
        method: str,
        target: str,
        content: bytes | None,
        kind: str,
        *,
        timeouts: Mapping[str, float],
        last: float,
    ) -> Outcome:
        """``target`` is what follows the prefix, its query included; ``content`` is sent along as what ``kind`` says.
        ``timeouts`` are those of the single steps (pool, connect, write, read) in seconds; at ``last``, a reading of
        ``time.monotonic``, an answer that still trickles in is given up."""
        if not self._places.acquire(timeout=timeouts["pool"]):
            return Outcome(fault="busy", sent=False)
        try:
            connection = self._kept()
            if connection is None:
                connection = self._new(timeouts["connect"])
                fault = _connected(connection)
                if fault:
                    return Outcome(fault=fault, sent=False)
            headers = dict(self._headers)
            if kind:
                headers["Content-Type"] = kind
            if content is not None or method != "GET":
                headers["Content-Length"] = str(len(content or b""))
            asking = _Asking(connection, timeouts, last)
            try:
                return asking.ask(method, self._base.path + target, headers, content)
            finally:
                if asking.is_whole:
                    self._keep(connection)
                else:
                    connection.close()
        finally:
            self._places.release()

    def _new(self, timeout: float) -> HTTPConnection:
        host, port = self._base.hostname or "", self._base.port
        if self._base.scheme != "https":
            return HTTPConnection(host, port, timeout=timeout)
        if self._proxy is None:
            return HTTPSConnection(host, port, timeout=timeout, context=trusted())
        through = HTTPSConnection(
            self._proxy.hostname or "", self._proxy.port or 80, timeout=timeout, context=trusted()
        )
        through.set_tunnel(host, port or 443, _proof(self._proxy))
        return through

    def _kept(self) -> HTTPConnection | None:
        """The one that was used last, if the other side still holds it."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection, since = self._idle.pop()
            if time.monotonic() - since < _KEPT_FOR and not _has_ended(connection):
                return connection
            connection.close()

    def _keep(self, connection: HTTPConnection) -> None:
        now = time.monotonic()
        with self._lock:
            self._idle.append((connection, now))
            # Those that were not needed for longest are at the front.
            while len(self._idle) > _KEPT or now - self._idle[0][1] >= _KEPT_FOR:
                self._idle.pop(0)[0].close()


class _Asking:
    """One request on an open connection."""

    def __init__(self, connection: HTTPConnection, timeouts: Mapping[str, float], last: float) -> None:
        self._connection = connection
        self._timeouts = timeouts
        self._last = last
        self.is_whole = False
        """The answer was read to its end, and the other side holds the connection."""

    def ask(self, method: str, target: str, headers: Mapping[str, str], content: bytes | None) -> Outcome:
        status, told, received, fault = 0, _NOTHING, b"", ""
        try:
            self._wait_no_longer_than("write")
            self._connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                self._connection.putheader(name, value)
            self._connection.endheaders(content)
            self._wait_no_longer_than("read")
            with self._connection.getresponse() as answer:
                status, told = answer.status, _read(answer.getheaders())
                received = answers.body(self._pieces(answer), told.get("content-encoding", ""))
                self.is_whole = not answer.will_close
        except TimeoutError:
            fault = "timeout"
        except (OSError, HTTPException):
            fault = "lost"
        except answers.TooLarge:
            fault = "too_large"
        except answers.Damaged:
            fault = "cut_short"
        return Outcome(status, told, received, fault)

    def _wait_no_longer_than(self, phase: str) -> None:
        if self._connection.sock is not None:
            self._connection.sock.settimeout(self._timeouts[phase])

    def _pieces(self, answer: HTTPResponse) -> Iterator[bytes]:
        """As they come. One that trickles in so slowly that no single wait is too long is given up as well."""
        came = 0
        while piece := answer.read1(_PIECE):
            if time.monotonic() > self._last:
                raise TimeoutError
            came += len(piece)
            yield piece
        # One whose length nobody says ends with the connection: if nothing came, that may have been cut in its head.
        is_open_ended = answer.length is None and not answer.chunked
        if answer.length or (is_open_ended and not came):
            raise IncompleteRead(b"")


@cache
def trusted() -> ssl.SSLContext:
    """Whose certificates are believed: read once a process, which takes as long as several requests."""
    context = httpx2.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _connected(connection: HTTPConnection) -> str:
    """Why it cannot be opened, or empty."""
    try:
        connection.connect()
    except (OSError, HTTPException, UnicodeError) as error:
        connection.close()
        return "unknown_host" if isinstance(error, socket.gaierror | UnicodeError) else "unreachable"
    return ""


def _has_ended(connection: HTTPConnection) -> bool:
    """On one that is idle there is something to read only when the other side has closed it."""
    if connection.sock is None:
        return True
    if sys.platform == "win32":
        return bool(select([connection.sock], [], [], 0)[0])
    waiting = poll()
    waiting.register(connection.sock, POLLIN)
    return bool(waiting.poll(0))


def _proxy(host: str) -> SplitResult | None:
    """The one that the environment names for encrypted addresses, unless this host is excepted."""
    named = getproxies()
    address = named.get("https") or named.get("all")
    if not address or proxy_bypass(host):
        return None
    return urlsplit(address if "://" in address else f"http://{address}")


def _proof(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def _read(headers: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """By lower-case name; of one that comes twice, both."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found
