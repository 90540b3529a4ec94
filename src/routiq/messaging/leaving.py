"""What disconnecting means for texts that wait to be sent."""

from __future__ import annotations

from datetime import datetime

from routiq.connections.disconnecting import Consequence, at_disconnect, day_of, foretold
from routiq.connections.models import Connection
from routiq.messaging import outbox
from routiq.messaging.models import Text


def tell(connection: Connection, kept_until: datetime) -> list[Consequence]:
    stored = Text.objects.exclude(body="").count()
    if not stored:
        return []
    waiting = Text.objects.filter(state=Text.State.WAITING).count()
    said = [
        Consequence(
            "texts",
            f"{_many(stored)} on record: kept until {day_of(kept_until, connection)}, then deleted.",
            stored,
        )
    ]
    if waiting:
        text = f"{_many(waiting)} waiting to go out: not sent any more. Your team gets a task for each."
        said.append(Consequence("texts_waiting", text, waiting))
    return said


def _many(number: int) -> str:
    return "1 text message" if number == 1 else f"{number:,} text messages"


def end_what_waits(connection: Connection) -> None:
    """What is being handed over at this moment is left to whoever does that."""
    for text in Text.objects.filter(state=Text.State.WAITING).order_by("pk"):
        outbox.end(text, Text.Reason.DISCONNECTED, states=(Text.State.WAITING,))


foretold.append(tell)
at_disconnect.append(end_what_waits)
