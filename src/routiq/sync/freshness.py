"""Telling the owner when the mirror falls behind for long, and once when it is true again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.pms import registry
from routiq.practices import audit
from routiq.practices.letters import tell_owners
from routiq.sync.health import PROMISED, freshness_of


@transaction.atomic
def watch_over(connection: Connection) -> None:
    """Compare with what was promised; write one letter when it is lost and one when it is back.

    A paused connection has its own letter and is not told of twice; and after a new key, or coming back, there is
    as much time to catch up as was promised.
    """
    current = Connection.objects.select_for_update().get(pk=connection.pk)
    freshness = freshness_of(current)
    if freshness is None or not current.is_active:
        return
    label = registry.vendor(current.vendor).label
    if freshness >= PROMISED and current.stale_since is None:
        if timezone.now() - current.key_set_at < PROMISED:
            return
        current.stale_since = timezone.now() - freshness
        current.save(update_fields=["stale_since"])
        audit.record(audit.SYSTEM, "mirror.late", f"connection:{current.pk}")
        tell_owners(
            f"Changes from {label} are late",
            f"For {int(freshness.total_seconds() // 60)} minutes we could not read changes from {label}. What you "
            "see in Routiq may be out of date, and Robyn still checks every time in the diary before she books.\n\n"
            "You need not do anything: we keep trying, and write once it works again. The health page of the "
            "integration says what is wrong.",
        )
    elif freshness < PROMISED and current.stale_since is not None:
        minutes = int((timezone.now() - current.stale_since).total_seconds() // 60)
        current.stale_since = None
        current.save(update_fields=["stale_since"])
        audit.record(audit.SYSTEM, "mirror.fresh_again", f"connection:{current.pk}", minutes=minutes)
        tell_owners(
            f"Changes from {label} arrive again",
            f"After {minutes} minutes everything from {label} is up to date in Routiq again. Nothing was lost.",
        )
