"""What the workers do for this room."""

from __future__ import annotations

import time

from procrastinate.contrib.django import app

from routiq import retention
from routiq.backups import noting
from routiq.practices.jobs_queue import defer_once

_NAME = "connections.retention"
#: A deletion that found somebody at work goes on after so long, seconds.
_AGAIN = 60


@app.periodic(cron="17 * * * *")
@app.task(queue="schedule", name=_NAME, queueing_lock=_NAME)
def keep_retention(timestamp: int) -> None:
    """Every hour: delete what was kept for its days, and note who left where that was cut short. Two at once do no
    harm: the report is written once, and a line that is there twice says the same."""
    noting.catch_up()
    if retention.purge_due():
        defer_once(keep_retention, _NAME, seconds_from_now=_AGAIN, timestamp=int(time.time()))


def delete_what_is_due() -> None:
    """Have a worker do it now, once the transaction is committed."""
    defer_once(keep_retention, _NAME, timestamp=int(time.time()))
