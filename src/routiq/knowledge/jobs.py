"""What the workers do for this room."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from routiq.connections.connecting import kept_connection, live_connection
from routiq.knowledge import digest, gaps, reading, sources
from routiq.knowledge.models import Source
from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for


@app.task(queue="knowledge", name="knowledge.read_source")
def read_source(practice_id: int, source_id: int) -> None:
    """Read a website or a document. Doing it twice is harmless: the second finds what the first left."""
    with acting_for(practice_id):
        reading.read(source_id)


@app.task(queue="knowledge", name="knowledge.settle_gaps")
def settle_gaps(practice_id: int) -> None:
    """After something was told: the questions that it answers are open no more. Doing it twice is harmless."""
    with acting_for(practice_id):
        gaps.settle()


@app.periodic(cron="*/5 * * * *")
@app.task(queue="schedule", name="knowledge.look_after", queueing_lock="knowledge.look_after")
def look_after(timestamp: int) -> None:
    """Every few minutes: websites that were read a day ago, readings that broke off, and the morning's letter."""
    for practice_id in practice_ids():
        with acting_for(practice_id):
            if live_connection() is None and kept_connection() is not None:
                continue  # The practice has left: what it told us is only kept.
            read_what_is_due()
            digest.send_if_due(timezone.now())


def read_what_is_due() -> None:
    """For the practice in force."""
    now = timezone.now()
    under_way = Q(state__in=[Source.State.WAITING, Source.State.READING])
    a_day_old = Q(kind=Source.Kind.SITE, requested_at__lte=now - reading.EVERY) & ~under_way
    broke_off = under_way & Q(requested_at__lte=now - reading.BROKE_OFF)
    due = Source.objects.exclude(kind=Source.Kind.NOTE).filter(a_day_old | broke_off)
    for pk in due.values_list("pk", flat=True):
        sources.due_again(pk)
