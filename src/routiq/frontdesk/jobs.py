"""What the workers do for this room."""

from __future__ import annotations

from procrastinate.contrib.django import app

from routiq.frontdesk.settling import settle_open_bookings
from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for


@app.periodic(cron="* * * * *")
@app.task(queue="schedule", name="frontdesk.settle", queueing_lock="frontdesk.settle")
def settle(timestamp: int) -> None:
    """Every minute: follow up what was left open."""
    for practice_id in practice_ids():
        with acting_for(practice_id):
            settle_open_bookings()
