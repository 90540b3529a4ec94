"""Which stretch of time the mirror keeps, in the practice's own days."""

from __future__ import annotations

from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from routiq.connections.models import Connection


def midnight(connection: Connection) -> datetime:
    """The start of today in the practice's zone."""
    local = timezone.now().astimezone(connection.practice.zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def window_start(connection: Connection) -> datetime:
    """The oldest start that is kept: 24 months back by default (C67)."""
    oldest: datetime = midnight(connection) - relativedelta(months=connection.practice.history_months)
    return oldest
