"""Ending a connection: what that means today, said before it is done; then the key goes and the data stays a while.

The rooms above know what of theirs stops. They say so in a module ``leaving`` of their own, which adds to the lists
here, so that this room imports none of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from routiq.backups import ledger, shelf
from routiq.connections import gateways
from routiq.connections.models import Connection
from routiq.pms import registry
from routiq.practices import audit
from routiq.practices.live import announce
from routiq.practices.models import Practice

log = logging.getLogger("routiq.connections")

#: How many whole days everything is kept after the day of disconnecting (C81).
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Consequence:
    """One thing that disconnecting does, in today's numbers."""

    code: str
    """``patients``, ``appointments``, ``bookings``, ``conversations``, ``tasks``, ``campaigns`` ..."""
    text: str
    """A sentence for the page."""
    count: int | None = None
    """How many it concerns; empty where there is nothing to count."""


@dataclass(frozen=True)
class Consequences:
    kept_until: datetime
    items: tuple[Consequence, ...]

    def count(self, code: str) -> int | None:
        return next((item.count for item in self.items if item.code == code), None)


before_disconnect: list[Callable[[Connection], None]] = []
"""Called while the key still works, outside a transaction: what the vendor has to be told. One that fails is noted
and stops nothing."""

at_disconnect: list[Callable[[Connection], None]] = []
"""Called in the transaction that ends the connection: what of a room's own rows ends with it."""

foretold: list[Callable[[Connection, datetime], list[Consequence]]] = []
"""What a room has to say beforehand; called with the connection and until when the data would be kept."""


def consequences(connection: Connection) -> Consequences:
    """What disconnecting would do now, for the page that asks whether to (C86)."""
    until = kept_until(connection, timezone.now())
    items = [item for tell in foretold for item in tell(connection, until)]
    if all(item.code != "campaigns" for item in items):
        items.append(
            Consequence(
                "campaigns", "No campaign is paused and no outbound sequence is halted by this: none exist yet.", 0
            )
        )
    vendor = registry.vendor(connection.vendor)
    label = vendor.label
    webhooks = " and its webhooks stop" if vendor.capabilities.offers_webhooks else " stops"
    items += [
        Consequence(
            "stops",
            f"Robyn books nothing any more; she tells callers so and asks your team to ring them back. "
            f"Looking for changes in {label}{webhooks}.",
        ),
        Consequence("key", f"The key to {label} is destroyed here at once. Delete it in {label} as well."),
        Consequence(
            "restore",
            f"Connecting “{connection.account_name}” again until {day_of(until, connection)} brings everything back. "
            "Another account can be connected only after the data is deleted.",
        ),
    ]
    return Consequences(until, tuple(items))


def kept_until(connection: Connection, ended_at: datetime) -> datetime:
    """The last second (UTC) of the thirtieth day after ``ended_at`` (aware) at the practice: a page that names a day
    means the whole of it."""
    zone = connection.practice.zone
    day_after = ended_at.astimezone(zone).date() + KEPT_FOR + timedelta(days=1)
    return datetime.combine(day_after, time(0), zone).astimezone(UTC) - timedelta(seconds=1)


def day_of(moment: datetime, connection: Connection) -> str:
    """The day of a moment at the practice, as a person writes it."""
    local = moment.astimezone(connection.practice.zone)
    return f"{local:%A} {local.day} {local:%B %Y}"


def disconnect(connection: Connection, actor: audit.Actor) -> Connection:
    """End the connection (C77-C81). Done twice it is done once. Must be called outside a transaction.

    The vendor is told as far as it answers; then, in one transaction, the key is destroyed, what was under way is
    closed and the day of deletion is set. The data and the request budget stay.
    """
    if connection.state == Connection.State.DISCONNECTED:
        return connection
    for tell in before_disconnect:
        try:
            tell(connection)
        except Exception as error:  # Whatever a vendor does, the practice can leave it.
            log.warning("vendor not told", extra={"connection": connection.pk, "why": type(error).__name__})
    with transaction.atomic():
        Practice.objects.select_for_update().get(pk=connection.practice_id)
        current = Connection.objects.select_for_update().get(pk=connection.pk)
        if current.state != Connection.State.DISCONNECTED:
            _end(current, actor)
    shelf.note_here(ledger.DISCONNECTED, connection.practice_id, connection.pk)
    gateways.forget(connection)
    connection.refresh_from_db()
    return connection


def end_again(connection: Connection, actor: audit.Actor, purge_after: datetime) -> None:
    """End it without a word to the vendor, its data to be deleted after ``purge_after`` (aware): that was done
    before, and a restored database has forgotten it. Must be called outside a transaction."""
    with transaction.atomic():
        Practice.objects.select_for_update().get(pk=connection.practice_id)
        current = Connection.objects.select_for_update().get(pk=connection.pk)
        if current.state != Connection.State.DISCONNECTED:
            _end(current, actor)
        Connection.objects.filter(pk=connection.pk).update(purge_after=purge_after)
    gateways.forget(connection)


def _end(connection: Connection, actor: audit.Actor) -> None:
    now = timezone.now()
    connection.state = Connection.State.DISCONNECTED
    connection.disconnected_at = now
    connection.purge_after = kept_until(connection, now)
    connection.key_cipher, connection.key_hint = b"", ""
    connection.stale_since = None
    connection.reads_treatment_notes = False
    connection.paused_code = connection.paused_message = connection.paused_advice = ""
    connection.paused_at = None
    connection.save()
    for close in at_disconnect:
        close(connection)
    audit.record(
        actor,
        "connection.disconnected",
        f"connection:{connection.pk}",
        vendor=connection.vendor,
        kept_until=connection.purge_after.isoformat(),
    )
    announce(connection.practice_id, "connection")
