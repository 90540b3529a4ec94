"""The webhook inbox: verify, store, answer; nothing else happens in the request.

A small ASGI application of its own, beside Django's: one database round trip a delivery, so that the vendor has its
answer at once, workers dead or alive (S12). What is stored is only which record was named; the event itself is not
believed, a worker looks for what changed (law 1).
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from routiq.connections.secrets import Place, keyring
from routiq.pms import registry
from routiq.pms.errors import VendorChanged
from routiq.pms.standard_webhooks import Forged, verify
from routiq.practices.live import CHANNEL

log = logging.getLogger("routiq.inbox")

PREFIX = "/hooks/"
LARGEST = 64 * 1024
#: An address is looked up in the database at most this often, seconds: a retired one is noticed as soon.
_REMEMBER = 3.0
#: Refused deliveries that are kept per minute and connection: enough to see what is wrong, no way to fill a disk.
_REFUSED_PER_MINUTE = 60

_FIND = """
SELECT practice_id, connection_id, retire_at IS NOT NULL AND retire_at <= now()
FROM sync_webhookendpoint WHERE token_hash = %s
"""
_SECRETS = """
SELECT endpoint.id, endpoint.secret_cipher, connection.vendor
FROM sync_webhookendpoint endpoint JOIN connections_connection connection ON connection.id = endpoint.connection_id
WHERE endpoint.connection_id = %s AND (endpoint.retire_at IS NULL OR endpoint.retire_at > now())
  AND endpoint.subscription_id <> ''
"""
_STORE = """
WITH stored AS (
  INSERT INTO sync_syncevent AS event (practice_id, connection_id, source, stream, record_id, kind, delivery_id,
    deliveries, received_at, outcome, reason, is_replay)
  VALUES (%(practice)s, %(connection)s, 'webhook', %(stream)s, %(record)s, %(kind)s, %(delivery)s, 1,
    clock_timestamp(), 'waiting', '', false)
  ON CONFLICT (connection_id, delivery_id) WHERE NOT (delivery_id = '')
    DO UPDATE SET deliveries = event.deliveries + 1
  RETURNING xmax = 0 AS is_new
), queued AS (
  INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)
  SELECT 'live', 'sync.look', 'look:' || %(connection)s, %(arguments)s::jsonb FROM stored WHERE is_new
  ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
), noted AS (
  UPDATE sync_webhookregistration SET last_event_at = clock_timestamp(), missed = 0
  WHERE connection_id = %(connection)s
    AND (last_event_at IS NULL OR missed > 0 OR last_event_at < clock_timestamp() - interval '1 second')
  RETURNING practice_id
)
SELECT pg_notify(%(channel)s, %(note)s) FROM noted
"""
_REFUSE = """
INSERT INTO sync_syncevent (practice_id, connection_id, source, stream, record_id, kind, delivery_id, deliveries,
  received_at, outcome, reason, is_replay)
SELECT %(practice)s, %(connection)s, 'webhook', '', '', 'delivery', '', 1, clock_timestamp(), 'refused', %(reason)s,
  false
WHERE (SELECT count(*) FROM sync_syncevent WHERE connection_id = %(connection)s AND outcome = 'refused'
  AND received_at > now() - interval '1 minute') < %(most)s
"""

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


#: How many deliveries this process has refused since it began, by reason.
refused: Counter[str] = Counter()


def _note(reason: str, **more: int) -> None:
    refused[reason] += 1
    log.warning("delivery refused", extra={"reason": reason, **more})


@dataclass(frozen=True)
class _Address:
    practice_id: int
    connection_id: int
    is_retired: bool
    vendor: str = ""
    secrets: tuple[str, ...] = ()


class Inbox:
    """Answers ``POST /hooks/<token>``: 204 stored, 400 unreadable, 401 not genuine, 404 unknown address, 410 retired
    address (the vendor stops sending), 413 too large, 503 the database does not answer (the vendor sends again)."""

    def __init__(self, conninfo: Callable[[], str]) -> None:
        self._conninfo = conninfo
        self._pool: AsyncConnectionPool[Any] | None = None
        self._known: dict[str, tuple[float, _Address | None]] = {}

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        try:
            status = await self._answer(scope, receive)
        except (psycopg.Error, PoolTimeout):
            log.exception("delivery not stored")
            status = 503
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, scope: dict[str, Any], receive: Receive) -> int:
        if scope["method"] != "POST":
            return 405
        body = await _read(receive)
        token = hashlib.sha256(scope["path"][len(PREFIX) :].rstrip("/").encode()).hexdigest()
        address = await self._address(token)
        if address is None:
            # Nobody's: it cannot stand on any practice's page.
            _note("unknown_address")
            return 404
        if address.is_retired:
            await self._refuse(address, "retired_address")
            return 410
        if body is None:
            await self._refuse(address, "too_large")
            return 413
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            verified = verify(headers, body, address.secrets, time.time())
        except Forged as forged:
            await self._refuse(address, forged.reason)
            return 401
        try:
            kind, event = registry.vendor(address.vendor).read_event(body)
        except VendorChanged:
            await self._refuse(address, "unreadable")
            return 400
        await self._store(address, verified.id, kind, str(event.streams[0]), event.record_id)
        return 204

    async def _address(self, token: str) -> _Address | None:
        until, address = self._known.get(token, (0.0, None))
        if time.monotonic() < until:
            return address
        pool = await self._open_pool()
        async with pool.connection() as connection, connection.transaction():
            await connection.execute("SELECT set_config('routiq.token', %s, true)", [token])
            row = await (await connection.execute(_FIND, [token])).fetchone()
            if row is None:
                address = None
            else:
                address = _Address(*row)
                if not address.is_retired:
                    address = await self._with_secrets(connection, address)
        if len(self._known) > 1000:
            self._known.clear()
        self._known[token] = (time.monotonic() + _REMEMBER, address)
        return address

    async def _with_secrets(self, connection: Any, address: _Address) -> _Address:
        await connection.execute("SELECT set_config('routiq.practice', %s, true)", [str(address.practice_id)])
        rows = await (await connection.execute(_SECRETS, [address.connection_id])).fetchall()
        secrets = tuple(
            keyring().decrypt(cipher, Place(address.practice_id, "sync_webhookendpoint", "secret_cipher", pk))
            for pk, cipher, _ in rows
        )
        vendor = rows[0][2] if rows else ""
        return _Address(address.practice_id, address.connection_id, False, vendor, secrets)

    async def _store(self, address: _Address, delivery: str, kind: str, stream: str, record: str) -> None:
        arguments = {"practice_id": address.practice_id, "connection_id": address.connection_id}
        await self._execute(
            address,
            _STORE,
            {
                "practice": address.practice_id,
                "connection": address.connection_id,
                "stream": stream,
                "record": record,
                "kind": kind,
                "delivery": delivery,
                "arguments": json.dumps(arguments),
                "channel": CHANNEL,
                "note": json.dumps({"practice": address.practice_id, "topic": "events"}),
            },
        )

    async def _refuse(self, address: _Address, reason: str) -> None:
        _note(reason, connection=address.connection_id)
        await self._execute(
            address,
            _REFUSE,
            {
                "practice": address.practice_id,
                "connection": address.connection_id,
                "reason": reason,
                "most": _REFUSED_PER_MINUTE,
            },
        )

    async def _execute(self, address: _Address, statement: str, values: dict[str, Any]) -> None:
        pool = await self._open_pool()
        async with pool.connection() as connection, connection.transaction(), connection.pipeline():
            await connection.execute("SELECT set_config('routiq.practice', %s, true)", [str(address.practice_id)])
            await connection.execute(statement, values)

    async def _open_pool(self) -> AsyncConnectionPool[Any]:
        if self._pool is None:
            self._pool = AsyncConnectionPool(self._conninfo(), min_size=1, max_size=4, timeout=5, open=False)
            await self._pool.open()
        return self._pool


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or ``None`` when it is larger than a delivery can be (the rest is read and thrown away)."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= LARGEST:
            parts.append(chunk)
        if not message.get("more_body"):
            return b"".join(parts) if size <= LARGEST else None


def conninfo() -> str:
    """The product's own database, as a connection string."""
    from django.db import connection
    from psycopg.conninfo import make_conninfo

    parameters = connection.get_connection_params()
    kept = {"dbname", "user", "password", "host", "port", "sslmode"}
    return make_conninfo(**{name: value for name, value in parameters.items() if name in kept and value})
