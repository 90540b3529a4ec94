"""A small practice that is mirrored once and put back as it was before each sequence: world, mirror and clocks.

So a sequence depends on nothing but its own steps, and one that fails can be shortened and played again.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import connection as database
from django.db import transaction

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.sync.inbox import PREFIX, Inbox, conninfo

#: Put back before each sequence, in this order; taken away in the opposite one.
KEPT_TABLES = (
    "mirror_location",
    "mirror_practitioner",
    "mirror_appointmenttype",
    "mirror_offering",
    "mirror_rosterday",
    "mirror_bookingrules",
    "mirror_patient",
    "mirror_patientphone",
    "mirror_appointment",
    "mirror_classsession",
    "mirror_attendance",
    "mirror_unavailableblock",
    "sync_syncrun",
    "sync_syncpart",
    "sync_seenrecord",
    "sync_streamstate",
    "sync_webhookregistration",
    "sync_syncevent",
)
#: What lies further away than this is taken out of the generated world, so that the whole of it is quickly compared.
BOOKINGS_KEPT = timedelta(days=45)
CLASSES_KEPT = timedelta(days=9)


class Post:
    """Carries deliveries to the product's inbox, in this process: signed as a vendor signs, or not."""

    def __init__(self, token: str, secret: str) -> None:
        self._path = PREFIX + token
        self._secret = secret
        self._loop = asyncio.new_event_loop()
        self._inbox = Inbox(conninfo)

    def close(self) -> None:
        async def close() -> None:
            if self._inbox._pool is not None:
                await self._inbox._pool.close()

        self._loop.run_until_complete(close())
        self._loop.close()

    def deliver(self, delivery: str, kind: str, record: str, *, forged: bool = False) -> int:
        """Returns the status that the inbox answers with."""
        body = json.dumps({"id": delivery, "type": kind, "data": {"id": record}}).encode()
        stamp = str(int(time.time()))
        key = base64.b64decode(self._secret.removeprefix("whsec_"))
        if forged:
            key = b"x" + key[1:]
        digest = hmac.new(key, b".".join([delivery.encode(), stamp.encode(), body]), hashlib.sha256).digest()
        headers = {
            "webhook-id": delivery,
            "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        }
        return self._loop.run_until_complete(self._answer(headers, body))

    async def _answer(self, headers: dict[str, str], body: bytes) -> int:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": self._path,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        await self._inbox(scope, receive, send)
        return int(sent[0]["status"])


class Stage:
    def __init__(self, sandbox: RunningSandbox, connection: Connection, post: Post) -> None:
        self.sandbox = sandbox
        self.connection = connection
        self.post = post
        self.sequences = 0
        self.world: dict[str, list[dict[str, Any]]] = {}
        self.gone_at_first: set[str] = set()
        self._traveller: Any = None
        self._time: Any = None

    def thin_out(self) -> None:
        """Make the generated world small; as it is then, it comes back before each sequence."""
        now = datetime.now(UTC)
        edits = []
        for name, kept in (("individual_appointments", BOOKINGS_KEPT), ("group_appointments", CLASSES_KEPT)):
            for record in self.sandbox.world(name)[name]:
                if abs(datetime.fromisoformat(record["starts_at"]) - now) > kept:
                    edits.append({"op": "delete", "collection": name, "id": record["id"]})
        for record in self.sandbox.world("unavailable_blocks")["unavailable_blocks"]:
            edits.append({"op": "delete", "collection": "unavailable_blocks", "id": record["id"]})
        self._their_day_begins()
        self.sandbox.edit(edits)
        self.sandbox.snapshot()

    def _their_day_begins(self) -> None:
        """The world as it is remembered, at this moment, and nobody subscribed to what happens in it."""
        self.sandbox.reset()
        self.sandbox.clock(now=datetime.now(UTC).isoformat())

    def remember(self) -> None:
        """What is there now is how every sequence begins."""
        self.world = self.sandbox.world()
        self.gone_at_first = {
            record["id"]
            for records in self.world.values()
            for record in records
            if record.get("archived_at") or record.get("deleted_at")
        } | {record["id"] for record in self.world["deleted_patients"]}
        with database.cursor() as cursor:
            # As in the walks of a run: what would be lost with the machine is no part of the play.
            cursor.execute("SET synchronous_commit TO off")
            for table in KEPT_TABLES:
                cursor.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")  # type: ignore[arg-type]

    def begin(self) -> None:
        self.sequences += 1
        self._their_day_begins()
        with transaction.atomic(), database.cursor() as cursor:
            for table in reversed(KEPT_TABLES):
                cursor.execute(f"DELETE FROM {table}")
            for table in KEPT_TABLES:
                cursor.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept_{table}")
        self._traveller = time_machine.travel(datetime.now(UTC), tick=True)
        self._time = self._traveller.start()

    def end(self) -> None:
        if self._traveller is not None:
            self._traveller.stop()
            self._traveller = None
        self.sandbox.clear_faults()

    def our_clock_jumps(self, seconds: float) -> None:
        self._time.shift(seconds)

    def their_clock_jumps(self, seconds: float) -> None:
        self.sandbox.clock(advance_seconds=seconds)

    @contextmanager
    def fault(self, **wanted: Any) -> Iterator[None]:
        """A fault that lasts for what is done inside."""
        self.sandbox.fault(**wanted)
        try:
            yield
        finally:
            self.sandbox.clear_faults()
