"""The connections to one vendor's host: a request is sent once, and what came of it is told in one of a few words.

By urllib3, whose pool does for a request what has to be done and little more: a first sync asks thousands of times
(docs/adr/025).
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Iterator, Mapping
from functools import cache
from http.client import HTTPException
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
import urllib3
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    EmptyPoolError,
    HTTPError,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
)

from routiq.pms import answers
from routiq.pms.verdicts import Outcome

# It would write whole addresses, query values included, into anybody's log.
logging.getLogger("urllib3").setLevel(logging.WARNING)

#: Requests that one process has under way with one account, at the most: what may be sent in a minute the pace says,
#: and nobody on the line shall wait here for those whose answers are slow.
MOST_AT_ONCE = 50
_PIECE = 256 * 1024
_HAS_NO_BODY = (204, 304)


class _Connection(HTTPSConnection):
    def connect(self) -> None:
        """Whatever fails up to here, the shaking of hands included: nothing was sent yet."""
        try:
            super().connect()
        except (OSError, HTTPException) as error:
            raise NewConnectionError(self, str(error)) from error


class _Encrypted(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Connection


class Line:
    """``base_url`` pins scheme, host and path prefix; ``headers`` go with each request. May be used from several
    threads at once."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        base = urlsplit(base_url)
        self._prefix = base.path
        self._pool = _pool(base.scheme, base.hostname or "", base.port)
        self._pool.headers = dict(headers)

    def close(self) -> None:
        """Close what nobody is using."""
        self._pool.close()

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
        ``timeouts`` are those of the single steps (pool, connect, read) in seconds; at ``last``, a reading of
        ``time.monotonic``, an answer that still trickles in is given up."""
        status, told, received, fault, sent = 0, urllib3.HTTPHeaderDict(), b"", "", True
        try:
            answer = self._pool.urlopen(
                method,
                self._prefix + target,
                body=content,
                headers={**self._pool.headers, **({"Content-Type": kind} if kind else {})},
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(connect=timeouts["connect"], read=timeouts["read"]),
                pool_timeout=timeouts["pool"],  # type: ignore[arg-type]
                preload_content=False,
                decode_content=False,
            )
            try:
                status, told = answer.status, answer.headers
                received = answers.body(_pieces(answer, last), told.get("content-encoding", ""))
            finally:
                # One that was read to its end is back in the pool already; any other is of no more use.
                answer.close()
        except EmptyPoolError:
            fault, sent = "busy", False
        except (NameResolutionError, LocationValueError):
            fault, sent = "unknown_host", False
        except (NewConnectionError, ConnectTimeoutError, ProxyError):
            fault, sent = "unreachable", False
        except (ReadTimeoutError, TimeoutError):
            fault = "timeout"
        except (HTTPError, OSError, HTTPException):
            fault = "lost"
        except answers.TooLarge:
            fault = "too_large"
        except answers.Damaged:
            fault = "cut_short"
        return Outcome(status, told, received, fault, sent)


def _pieces(answer: urllib3.BaseHTTPResponse, last: float) -> Iterator[bytes]:
    """As they come. One that trickles in so slowly that no single wait is too long is given up as well."""
    came = 0
    while piece := answer.read1(_PIECE, decode_content=False):
        if time.monotonic() > last:
            raise TimeoutError
        came += len(piece)
        yield piece
    # One whose length nobody says ends with the connection: if nothing came, that may have been cut in its head.
    says_length = "content-length" in answer.headers or "transfer-encoding" in answer.headers
    if not came and not says_length and answer.status not in _HAS_NO_BODY:
        raise ProtocolError("nothing came")


def _pool(scheme: str, host: str, port: int | None) -> urllib3.HTTPConnectionPool:
    """A company's own outbound proxy is honoured, but never for the plain addresses of a sandbox."""
    if scheme != "https":
        return urllib3.HTTPConnectionPool(host, port, maxsize=MOST_AT_ONCE, block=True)
    proxy = _proxy(host)
    if not proxy:
        return _Encrypted(host, port, maxsize=MOST_AT_ONCE, block=True, ssl_context=trusted())
    named = urlsplit(proxy)
    proof = f"{unquote(named.username or '')}:{unquote(named.password or '')}" if named.username else None
    manager = urllib3.ProxyManager(
        proxy,
        proxy_headers=urllib3.make_headers(proxy_basic_auth=proof),
        proxy_ssl_context=trusted(),
        ssl_context=trusted(),
        maxsize=MOST_AT_ONCE,
        block=True,
    )
    manager.pool_classes_by_scheme = {"http": urllib3.HTTPConnectionPool, "https": _Encrypted}
    return manager.connection_from_host(host, port, "https")


@cache
def trusted() -> ssl.SSLContext:
    """Whose certificates are believed: read once a process, which takes as long as several requests."""
    context = httpx2.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _proxy(host: str) -> str:
    """The one that the environment names for encrypted addresses, unless this host is excepted."""
    named = getproxies()
    address = named.get("https") or named.get("all") or ""
    if not address or proxy_bypass(host):
        return ""
    return address if "://" in address else f"http://{address}"
