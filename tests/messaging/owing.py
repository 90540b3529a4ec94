"""Texts as a room above stores them, and time that goes by."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from routiq.messaging import jobs, outbox
from routiq.messaging.models import Text
from routiq.practices.tenancy import current_practice_id

NUMBER = "+61491570006"
SYDNEY = ZoneInfo("Australia/Sydney")
WORDS = "Harbour Street: Hello Maggie, you are booked for Thursday 26 November at 2:15 pm."


def owed(key: str = "write:1", **fields: Any) -> outbox.Owed:
    now = timezone.now()
    return outbox.Owed(
        **{
            "intent_key": key,
            "purpose": Text.Purpose.CONFIRMATION,
            "about": "appointment:7",
            "patient_id": "501",
            "time_zone": "Australia/Sydney",
            "asked_for_at": now,
            "useful_until": now + timedelta(hours=24),
            **fields,
        }
    )


def stored(key: str = "write:1", number: str = NUMBER, body: str = WORDS, **fields: Any) -> Text:
    return outbox.store(owed(key, **fields), number, body)


def waiting() -> list[dict[str, int]]:
    """The jobs of the practice in force."""
    queued = ProcrastinateJob.objects.filter(task_name="messaging.send_text", status="todo")
    return [job.args for job in queued.order_by("pk") if job.args["practice_id"] == current_practice_id()]


def work() -> None:
    """A worker does what waits."""
    for job in waiting():
        jobs.send_text(**job)
    ProcrastinateJob.objects.filter(task_name="messaging.send_text")._raw_delete("default")


def minutes_pass(minutes: int) -> None:
    """Minute by minute, with the workers' look in each."""
    begun = timezone.now()
    for minute in range(1, minutes + 1):
        with time_machine.travel(begun + timedelta(minutes=minute, seconds=1)):
            jobs.send_due(0)
            work()


def sydney(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SYDNEY)
