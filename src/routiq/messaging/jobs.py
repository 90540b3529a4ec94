"""What the workers do for this room."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from routiq.messaging import outbox, sending
from routiq.messaging.models import Text
from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for


@app.task(queue="texts", name="messaging.send_text")
def send_text(practice_id: int, text_id: int) -> None:
    """Send one text. Doing it twice is harmless: one that was taken is not sent again."""
    with acting_for(practice_id):
        sending.send(text_id)


@app.periodic(cron="* * * * *")
@app.task(queue="schedule", name="messaging.send_due", queueing_lock="messaging.send_due")
def send_due(timestamp: int) -> None:
    """Every minute: what waited for the morning, for another try or for a look, what a crash interrupted, and whether
    what was sent has arrived."""
    for practice_id in practice_ids():
        with acting_for(practice_id):
            for text in Text.objects.filter(state__in=Text.SEEN_TO, due_at__lte=timezone.now()):
                outbox.post(text)
