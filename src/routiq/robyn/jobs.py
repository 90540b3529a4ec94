"""What the workers do for this room."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app

from routiq.practices.jobs_queue import defer_once
from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for
from routiq.robyn import forgetting
from routiq.robyn.escalation import telling
from routiq.robyn.rehearsing import playing


@app.periodic(cron="* * * * *")
@app.task(queue="schedule", name="robyn.tell_hand_overs", queueing_lock="robyn.tell_hand_overs")
def tell_hand_overs(timestamp: int) -> None:
    """Every minute: e-mails about hand-overs whose patient says no more, and those that somebody wants at this
    hour."""
    for practice_id in practice_ids():
        with acting_for(practice_id), transaction.atomic():
            telling.tell_due()
            telling.tell_later()


@app.periodic(cron="40 * * * *")
@app.task(queue="schedule", name="robyn.forget", queueing_lock="robyn.forget")
def forget(timestamp: int) -> None:
    """Every hour: what was said longer ago than the practice keeps it is deleted (V8)."""
    for practice_id in practice_ids():
        with acting_for(practice_id):
            forgetting.forget_old()


@app.task(queue="robyn", name="robyn.play_scenarios")
def play_scenarios(practice_id: int) -> None:
    """Play the scenarios that wait. Doing it twice is harmless: the second finds what the first left."""
    with acting_for(practice_id):
        playing.play_waiting()


@app.periodic(cron="*/10 * * * *")
@app.task(queue="schedule", name="robyn.play_on", queueing_lock="robyn.play_on")
def play_on(timestamp: int) -> None:
    """Every ten minutes: scenarios whose playing broke off."""
    for practice_id in practice_ids():
        with acting_for(practice_id):
            if playing.is_waiting():
                lock = f"robyn.play_scenarios:{practice_id}"
                defer_once(play_scenarios, lock, practice_id=practice_id)
