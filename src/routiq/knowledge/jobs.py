"""What the workers do for this room."""

from __future__ import annotations

from procrastinate.contrib.django import app

from routiq.knowledge import reading
from routiq.practices.tenancy import acting_for


@app.task(queue="knowledge", name="knowledge.read_source")
def read_source(practice_id: int, source_id: int) -> None:
    """Read a website or a document. Doing it twice is harmless: the second finds what the first left."""
    with acting_for(practice_id):
        reading.read(source_id)
