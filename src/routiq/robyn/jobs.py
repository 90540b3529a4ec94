"""What the workers do for this room."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app

from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for
from routiq.robyn import forgetting
from routiq.robyn.escalation import telling


@app.periodic(cron="* * * * *")
@app.task(queue="schedule", name="robyn.tell_hand_overs", queueing_lock="robyn.tell_hand_overs")
def tell_hand_overs(timestamp: int) -> None:
    """Every minute: e-mails about hand-overs whose patient says no more."""
    for practice_id in practice_ids():
        with acting_for(practice_id), transaction.atomic():
            telling.tell_due()


@app.periodic(cron="40 * * * *")
@app.task(queue="schedule", name="robyn.forget", queueing_lock="robyn.forget")
def forget(timestamp: int) -> None:
    """Every hour: what was said longer ago than the practice keeps it is deleted (V8)."""
    for practice_id in practice_ids():
        with acting_for(practice_id):
            forgetting.forget_old()
