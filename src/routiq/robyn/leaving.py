"""What disconnecting means for conversations that are under way."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from routiq.connections.disconnecting import Consequence, day_of, foretold
from routiq.connections.models import Connection
from routiq.robyn.models import Conversation

#: A conversation that was silent for longer is not under way any more.
RECENT = timedelta(hours=12)


def tell(connection: Connection, kept_until: datetime) -> list[Consequence]:
    since = timezone.now() - RECENT
    open_now = Conversation.objects.filter(ended_at=None, last_turn_at__gte=since, rehearsal=None).count()
    text = "Robyn is in no conversation."
    if open_now:
        many = "1 conversation" if open_now == 1 else f"{open_now:,} conversations"
        text = f"Robyn is in {many}: she can still take messages there, and books nothing."
    stored = Conversation.objects.count()
    many = "1 conversation" if stored == 1 else f"{stored:,} conversations"
    until = day_of(kept_until, connection)
    return [
        Consequence("conversations", text, open_now),
        Consequence("transcripts", f"{many} on record: kept until {until}, then deleted.", stored),
    ]


foretold.append(tell)
