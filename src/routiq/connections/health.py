"""Whether a connection works, and what is told to the owner when it does not."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.pms import registry
from routiq.pms.errors import KeyRejected, NotPermitted, PmsError
from routiq.practices import audit
from routiq.practices.letters import link, tell_owners
from routiq.practices.live import announce

#: After these nothing gets better until the owner does something.
NEEDS_THE_OWNER = (KeyRejected, NotPermitted)


@transaction.atomic
def pause(connection: Connection, error: PmsError) -> bool:
    """Stop asking the vendor, keep everything, and tell the owner: once, however many requests failed (S7).

    Returns whether it was this call that paused it. A key that was replaced meanwhile is not blamed for the old
    one's failure.
    """
    current = Connection.objects.select_for_update().get(pk=connection.pk)
    if current.state != Connection.State.ACTIVE or current.key_set_at != connection.key_set_at:
        return False
    current.state = Connection.State.PAUSED
    current.paused_code = error.code
    current.paused_message = error.message
    current.paused_advice = error.advice
    current.paused_at = timezone.now()
    current.save()
    audit.record(audit.SYSTEM, "connection.paused", f"connection:{connection.pk}", code=error.code)
    announce(connection.practice_id, "connection")
    _write_of_the_pause(current)
    return True


def _write_of_the_pause(connection: Connection) -> None:
    label, practice = registry.vendor(connection.vendor).label, connection.practice.name
    tell_owners(
        f"{practice}: the connection to {label} is paused",
        f"Routiq can no longer reach {label} for {practice}, so the connection is paused.\n\n"
        f"What happened: {connection.paused_message}\n"
        f"What to do: {connection.paused_advice}\n\n"
        f"Paste a working key here: {link(f'/settings/integrations/{connection.vendor}')}\n\n"
        "Everything is kept. Until then Robyn books nothing; she takes messages and asks your team to ring back.\n"
        "As soon as a working key is saved, Routiq goes on where it stopped.\n",
    )


def worked(connection: Connection) -> None:
    """The vendor answered: note when."""
    Connection.objects.filter(pk=connection.pk).update(last_ok_at=timezone.now())
