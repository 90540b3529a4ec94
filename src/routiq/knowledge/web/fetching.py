"""Fetching one web page of one website: public addresses only, within limits of time and size.

A name is looked up once for each connection, every address that it leads to must be public, and the connection goes
to exactly the address that was checked: a name that answers differently a moment later changes nothing. Through a
proxy none of that could be known, so none is used.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2

from routiq import __version__
from routiq.knowledge.problems import NotRead
from routiq.knowledge.web.addresses import same_site

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_BYTES = 1_500_000
"""Of one page."""
MOST_REDIRECTS = 5
SECONDS = 15.0
"""For one page, with all its redirects."""
_PHASES = {"connect": 5.0, "read": 8.0, "write": 5.0, "pool": 5.0}
#: Ranges in which another address is wrapped up; whoever means that one can name it.
_WRAPPED = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "2002::/16", "2001::/32", "::/96"))
_REDIRECTS = {301, 302, 303, 307, 308}


def is_public(address: Address) -> bool:
    """Reachable by everybody: not private, not this machine, not a link's own, not reserved, and nothing wrapped."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped is not None or any(address in net for net in _WRAPPED)
    ):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name. ``OSError`` when there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Reach:
    """Where fetching may go. Only tests ever make another one than this."""

    may_reach: Callable[[Address], bool] = is_public
    look_up: Callable[[str, int], list[str]] = look_up

    def address_of(self, host: str, port: int) -> str:
        """The address to connect to. ``NotRead`` unless all that the name leads to may be reached."""
        try:
            found = [ipaddress.ip_address(address.split("%")[0]) for address in self.look_up(host, port)]
        except (OSError, UnicodeError, ValueError):
            raise NotRead("no_host") from None
        if not found:
            raise NotRead("no_host")
        if not all(self.may_reach(address) for address in found):
            raise NotRead("not_public")
        # Many places have IPv6 names and no IPv6 route.
        return str(min(found, key=lambda address: address.version))


@dataclass(frozen=True)
class Fetched:
    address: str
    """Where it was found in the end."""
    status: int
    content: bytes
    content_type: str

    @property
    def is_page(self) -> bool:
        return self.content_type.split(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")


class _Deadline:
    def __init__(self) -> None:
        self.at = float("inf")

    def left(self, seconds: float | None) -> float:
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("out of time")
        return min(left, seconds or left)


class _TimedStream(httpcore2.NetworkStream):
    """A connection on which no step outlives the page's deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: _Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _CheckedBackend(httpcore2.NetworkBackend):
    """Connects to the very address that was checked; the certificate is still that of the name."""

    def __init__(self, reach: Reach, deadline: _Deadline) -> None:
        self._reach, self._deadline = reach, deadline
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        address = self._reach.address_of(host, port)
        stream = self._inner.connect_tcp(address, port, self._deadline.left(timeout))
        return _TimedStream(stream, self._deadline)

    def connect_unix_socket(self, *args: Any, **choices: Any) -> httpcore2.NetworkStream:
        raise NotRead("not_public")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class Fetcher:
    """Keeps its connections; close it. ``contact`` is the operator's, for the website's owner."""

    contact: str
    reach: Reach = field(default_factory=Reach)

    def __post_init__(self) -> None:
        self._deadline = _Deadline()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(trust_env=False),
            max_connections=2,
            keepalive_expiry=10.0,
            network_backend=_CheckedBackend(self.reach, self._deadline),
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.close()

    def get(self, address: str, start: str) -> Fetched:
        """GET ``address``, following redirects within the site of ``start``. ``NotRead`` for everything that is no
        answer; an answer of any status is given back."""
        self._deadline.at = time.monotonic() + SECONDS
        for _ in range(MOST_REDIRECTS + 1):
            if not same_site(address, start):
                raise NotRead("elsewhere")
            status, headers, content = self._ask(address)
            location = headers.get("location", "")
            if status not in _REDIRECTS or not location:
                return Fetched(address, status, content, headers.get("content-type", ""))
            address = urljoin(address, location).partition("#")[0]
        raise NotRead("elsewhere")

    def _ask(self, address: str) -> tuple[int, dict[str, str], bytes]:
        try:
            with self._pool.stream(
                "GET", address, headers=self._headers(address), extensions={"timeout": _PHASES}
            ) as answer:
                headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
                if headers.get("content-encoding", "identity").lower() != "identity":
                    raise NotRead("not_a_page")
                return answer.status, headers, self._body(answer.iter_stream())
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise NotRead("tls" if "CERTIFICATE" in str(error).upper() else "unreachable") from None
        except (httpcore2.UnsupportedProtocol, UnicodeError, ValueError):
            raise NotRead("not_a_page") from None

    @staticmethod
    def _body(pieces: Iterable[bytes]) -> bytes:
        content = bytearray()
        for piece in pieces:
            content += piece
            if len(content) > MOST_BYTES:
                raise NotRead("too_big")
        return bytes(content)

    def _headers(self, address: str) -> dict[bytes | str, bytes | str]:
        return {
            "Host": urlsplit(address).netloc,
            "User-Agent": f"Routiq/{__version__} ({self.contact})",
            "Accept": "text/html, application/xhtml+xml, text/plain;q=0.5",
            "Accept-Language": "en-AU, en",
            # Nothing packed: a small answer cannot become a large one.
            "Accept-Encoding": "identity",
        }
