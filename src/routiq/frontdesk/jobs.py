"""What the workers do for this room."""

from __future__ import annotations

from procrastinate.contrib.django import app

from routiq.frontdesk.offered import keep_offering
from routiq.frontdesk.offering import offer_next
from routiq.frontdesk.settling import EVERY, settle_late, settle_open_bookings
from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for


@app.periodic(cron=f"* * * * * */{EVERY.seconds}")
@app.task(queue="schedule", name="frontdesk.settle", queueing_lock="frontdesk.settle")
def settle(timestamp: int) -> None:
    """Every ten seconds: follow up what was left open."""
    for practice_id in practice_ids():
        with acting_for(practice_id):
            settle_open_bookings()


@app.task(queue="live", name="frontdesk.look_once_more")
def look_once_more(practice_id: int, write_id: str) -> None:
    """A request that was told as not made: has it arrived after all? Twice is harmless."""
    with acting_for(practice_id):
        settle_late(write_id)


@app.task(queue="live", name="frontdesk.offer_freed_time")
def offer_freed_time(practice_id: int, freed_id: int) -> None:
    """A time came free, or the last offer of it is over: offer it to the next one who waits. Twice is harmless."""
    with acting_for(practice_id):
        offer_next(freed_id)


@app.periodic(cron="* * * * *")
@app.task(queue="schedule", name="frontdesk.waiting_list", queueing_lock="frontdesk.waiting_list")
def go_over_the_waiting_list(timestamp: int) -> None:
    """Every minute: what ran out, what is over, and what can be offered only now."""
    for practice_id in practice_ids():
        with acting_for(practice_id):
            keep_offering()
