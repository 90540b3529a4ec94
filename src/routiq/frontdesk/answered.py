"""How long patients wait for a person: from what was left for the team until somebody was at it (V4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database
from django.utils import timezone

from routiq.frontdesk.models import StaffTask
from routiq.practices.tenancy import current_practice_id

LOOKED_BACK = timedelta(days=30)
_FOR_A_PERSON = (StaffTask.Kind.CALL_BACK.value, StaffTask.Kind.EMERGENCY.value)


@dataclass(frozen=True)
class Waits:
    """Of the call backs and emergencies of the last 30 days that somebody took or did."""

    tasks: int
    half: timedelta
    """Half of them waited no longer."""
    nine_of_ten: timedelta


def waits_for_a_person(now: datetime | None = None) -> Waits | None:
    """At the practice in force; ``None`` while there was nothing to measure."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY waited), "
            "percentile_cont(0.9) WITHIN GROUP (ORDER BY waited) FROM ("
            "SELECT LEAST(taken_at, done_at) - created_at AS waited FROM frontdesk_stafftask "
            "WHERE practice_id = %s AND kind = ANY(%s) AND created_at > %s"
            ") answered WHERE waited IS NOT NULL",
            [current_practice_id(), list(_FOR_A_PERSON), (now or timezone.now()) - LOOKED_BACK],
        )
        tasks, half, nine_of_ten = cursor.fetchone()
    return Waits(tasks, half, nine_of_ten) if tasks else None
