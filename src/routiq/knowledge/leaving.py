"""What disconnecting means for what the practice told us."""

from __future__ import annotations

from datetime import datetime

from routiq.connections.disconnecting import Consequence, day_of, foretold
from routiq.connections.models import Connection
from routiq.knowledge.models import Gap, Source


def tell(connection: Connection, kept_until: datetime) -> list[Consequence]:
    stored, asked = Source.objects.count(), Gap.objects.count()
    if not stored and not asked:
        return []
    many = "1 source" if stored == 1 else f"{stored:,} sources"
    questions = "1 question" if asked == 1 else f"{asked:,} questions"
    return [
        Consequence(
            "knowledge",
            f"{many} of knowledge (notes, websites, documents) and {questions} without an answer: "
            f"kept until {day_of(kept_until, connection)}, then deleted.",
            stored,
        )
    ]


foretold.append(tell)
