"""What disconnecting means for conversations that are under way."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from routiq.connections.disconnecting import Consequence, foretold
from routiq.connections.models import Connection
from routiq.robyn.models import Conversation

#: A conversation that was silent for longer is not under way any more.
RECENT = timedelta(hours=12)


def tell(connection: Connection, kept_until: datetime) -> list[Consequence]:
    since = timezone.now() - RECENT
    open_now = Conversation.objects.filter(ended_at=None, last_turn_at__gte=since).count()
    text = "Robyn is in no conversation."
    if open_now:
        many = "1 conversation" if open_now == 1 else f"{open_now:,} conversations"
        text = f"Robyn is in {many}: she can still take messages there, and books nothing."
    return [Consequence("conversations", text, open_now)]


foretold.append(tell)
