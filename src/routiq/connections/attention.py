"""Somebody is waiting for this practice's data: look for changes more often for a while."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from routiq.connections.models import Connection

#: How long one sign of attention counts.
LASTS = timedelta(minutes=1)


def watch() -> None:
    """A patient speaks, or a page that shows the day is open, at the practice in force. Cheap when repeated."""
    now = timezone.now()
    Connection.objects.filter(
        Q(watched_until=None) | Q(watched_until__lt=now + LASTS / 2), state=Connection.State.ACTIVE
    ).update(watched_until=now + LASTS)
