"""Push for demonstrations: subscriptions, signed deliveries with retries, and ways for them to go wrong.

The real API has nothing of the kind; this runs only when the sandbox is started with webhooks on. Deliveries follow
the Standard Webhooks specification: ``webhook-id``, ``webhook-timestamp`` (real Unix seconds) and
``webhook-signature: v1,<base64 HMAC-SHA256 of id.timestamp.body>``.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

import httpx2
import msgspec

from pms_sandbox.conditions import Row
from pms_sandbox.faults import FaultBoard
from pms_sandbox.world.model import World

EVENTS = tuple(f"{kind}.{what}" for kind in ("patient", "appointment") for what in ("created", "updated", "deleted"))
STREAMS = {"patients": "patient", "individual_appointments": "appointment", "group_appointments": "appointment"}
RETRY_FACTORS = (1, 6, 60, 360, 1800)
OLD_BY = 3600


@dataclass
class Subscription:
    """``base`` is the address that links in deliveries start with; ``ended`` after a 410 or a DELETE."""

    id: str
    account: str
    url: str
    events: list[str]
    secret: str
    created_at: str
    base: str
    ended: bool = False


@dataclass
class Delivery:
    """One event on its way to one subscriber. ``statuses`` holds the answers so far, 0 for none."""

    id: str
    subscription: str
    type: str
    record: str
    statuses: list[int] = field(default_factory=list)
    outcome: str = "pending"


class WebhookHub:
    """Turns record changes into deliveries. ``retry_seconds`` is the first delay; the next ones grow."""

    def __init__(self, worlds: dict[str, World], faults: FaultBoard, seed: int) -> None:
        self.retry_seconds = 5.0
        self.subscriptions: dict[str, Subscription] = {}
        self.deliveries: deque[Delivery] = deque(maxlen=5000)
        self._faults = faults
        self._rng = Random(f"webhooks/{seed}")
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[Callable[[], None]] = []
        self._client: httpx2.AsyncClient | None = None
        self._count = 0
        self._seed = seed
        for account, world in worlds.items():
            world.listeners.append(self._listener(account, world))

    def subscribe(self, account: str, id_: str, url: str, events: list[str], now: str, base: str) -> Subscription:
        digest = hashlib.sha256(f"whsec/{self._seed}/{id_}".encode()).digest()[:24]
        secret = f"whsec_{base64.b64encode(digest).decode()}"
        made = self.subscriptions[id_] = Subscription(id_, account, url, events, secret, now, base)
        return made

    def end(self, id_: str) -> None:
        self.subscriptions.pop(id_).ended = True

    def reset(self) -> None:
        for task in self._tasks:
            task.cancel()
        self.subscriptions.clear()
        self.deliveries.clear()
        self._held.clear()
        self.retry_seconds = 5.0

    def storm(self, account: str, world: World, name: str, count: int) -> int:
        """An update event for each of the first ``count`` records, as a bulk import would cause."""
        ids = list(world[name].rows)[:count]
        for id_ in ids:
            self._emit(account, f"{STREAMS[name]}.updated", name, id_, world.clock.stamp())
        return len(ids)

    def report(self) -> dict[str, Any]:
        return {
            "retry_seconds": self.retry_seconds,
            "subscriptions": [asdict(held) for held in self.subscriptions.values()],
            "deliveries": [asdict(held) for held in self.deliveries],
        }

    # -- sending ---------------------------------------------------------------------------------------------------

    def _listener(self, account: str, world: World) -> Callable[[str, Row | None, Row | None], None]:
        def listen(name: str, old: Row | None, new: Row | None) -> None:
            stream = STREAMS.get(name)
            if stream and self.subscriptions:
                row = new or old
                assert row is not None
                self._emit(account, f"{stream}.{_what(old, new)}", name, row["id"], world.clock.stamp())

        return listen

    def _emit(self, account: str, kind: str, name: str, id_: str, when: str) -> None:
        for held in list(self.subscriptions.values()):
            if held.account == account and kind in held.events:
                self._count += 1
                message_id = (
                    f"msg_{hashlib.sha256(f'{self._seed}/{held.id}/{self._count}'.encode()).hexdigest()[:24]}"
                )
                link = {"self": f"{held.base}/{name}/{id_}"}
                body = {"id": message_id, "type": kind, "occurred_at": when, "data": {"id": id_, "links": link}}
                delivery = Delivery(message_id, held.id, kind, id_)
                self.deliveries.append(delivery)
                self._send(held, delivery, msgspec.json.encode(body))

    def _send(self, held: Subscription, delivery: Delivery, body: bytes) -> None:
        """Start the delivery, bent by whatever faults are armed for it."""
        bent = {fault.kind: fault for fault in self._faults.striking_delivery(delivery.type, self._rng)}
        if "webhook_drop" in bent:
            delivery.outcome = "dropped"
            return
        delay = bent["webhook_delay"].delay_ms / 1000 if "webhook_delay" in bent else 0.0

        def start() -> None:
            for _ in range(2 if "webhook_duplicate" in bent else 1):
                task = asyncio.get_running_loop().create_task(self._deliver(held, delivery, body, delay, set(bent)))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

        if "webhook_reorder" in bent:
            # it leaves after the next event that is not held back, or after a second
            self._held.append(start)
            asyncio.get_running_loop().call_later(1.0, self._let_go)
            return
        start()
        asyncio.get_running_loop().call_later(0.05 + delay, self._let_go)

    def _let_go(self) -> None:
        waiting, self._held = self._held, []
        for late in waiting:
            late()

    def _caller(self) -> httpx2.AsyncClient:
        """One client for all deliveries; a storm waits for its turn instead of failing, and no socket is kept."""
        if self._client is None:
            limits = httpx2.Limits(max_connections=50, max_keepalive_connections=0)
            self._client = httpx2.AsyncClient(timeout=httpx2.Timeout(10, pool=None), limits=limits, trust_env=False)
        return self._client

    async def _deliver(
        self, held: Subscription, delivery: Delivery, body: bytes, delay: float, bent: set[str]
    ) -> None:
        await asyncio.sleep(delay)
        for factor in (*RETRY_FACTORS, 0):
            if held.ended:
                delivery.outcome = "subscription ended"
                return
            status = await _post(self._caller(), held, delivery.id, body, bent)
            delivery.statuses.append(status)
            if 200 <= status < 300:
                delivery.outcome = "delivered"
                return
            if status == 410:
                held.ended = True
                self.subscriptions.pop(held.id, None)
                delivery.outcome = "gone"
                return
            if factor:
                await asyncio.sleep(self.retry_seconds * factor)
        delivery.outcome = "given up"


async def _post(client: httpx2.AsyncClient, held: Subscription, message_id: str, body: bytes, bent: set[str]) -> int:
    """The answer's status, or 0 when there was none."""
    moment = int(time.time()) - (OLD_BY if "webhook_old_timestamp" in bent else 0)
    signature = sign(held.secret, message_id, moment, body)
    if "webhook_bad_signature" in bent:
        signature = sign("whsec_" + base64.b64encode(b"not the secret at all").decode(), message_id, moment, body)
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": signature,
    }
    try:
        return int((await client.post(held.url, content=body, headers=headers)).status_code)
    except httpx2.HTTPError:
        return 0


def sign(secret: str, message_id: str, moment: int, body: bytes) -> str:
    """``v1,<base64>`` over ``id.timestamp.body`` with the bytes behind ``whsec_``."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def describe(held: Subscription) -> dict[str, Any]:
    """What the list shows: everything but the secret."""
    return {"id": held.id, "url": held.url, "events": held.events, "created_at": held.created_at}


def _what(old: Row | None, new: Row | None) -> str:
    """Created, updated or deleted; archiving counts as deleting, coming back as an update."""
    if old is None:
        return "created"
    if new is None or (new.get("archived_at") and not old.get("archived_at")):
        return "deleted"
    return "updated"
