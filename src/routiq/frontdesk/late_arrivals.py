"""What was told as not made is looked for once more: a request can arrive later than anybody waits for it.

Whether a lost request was done is told within a minute (:data:`routiq.frontdesk.carrying.BELIEVED_AFTER`). When the
latest moment at which it may arrive is over, the vendor is asked again, and a yes then counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from routiq.frontdesk import journal
from routiq.frontdesk.carrying import LATEST_ARRIVAL, Steps, arrived_late
from routiq.frontdesk.models import StaffTask, Write
from routiq.practices import audit
from routiq.practices.jobs_queue import defer_once
from routiq.practices.live import announce

#: Seconds until it is asked again when the vendor did not answer, and for how long.
AGAIN = 60
GIVEN_UP_AFTER = timedelta(hours=6)


def look_again_later(write: Write, seconds: float | None = None) -> None:
    """Have a worker do it. ``seconds`` from now; without them, when nothing can arrive any more."""
    from routiq.frontdesk.jobs import look_once_more

    if seconds is None:
        seconds = (_sent_at(write) + LATEST_ARRIVAL - timezone.now()).total_seconds()
    defer_once(
        look_once_more,
        f"late:{write.pk}",
        seconds_from_now=max(int(seconds) + 1, 1),
        practice_id=write.practice_id,
        write_id=str(write.pk),
    )


def look_for(write: Write, steps: Steps) -> bool:
    """Returns whether it stands after all, and is carried on. Repeating is harmless."""
    with journal.working_on(write.intent_key) as mine:
        write.refresh_from_db()
        if not mine or write.state != Write.State.UNAVAILABLE or _was_asked_for_again(write):
            return False
        if not write.connection.is_active:
            return False  # What is under way when a practice leaves is left to its team.
        known = arrived_late(steps, write, write.connection)
        if known is None and timezone.now() - _sent_at(write) < GIVEN_UP_AFTER:
            look_again_later(write, AGAIN)
        if not known:
            return False
        # Whoever was to ring and make it: it stands.
        open_tasks = StaffTask.objects.filter(write=write, kind=StaffTask.Kind.CALL_BACK, done_at=None)
        open_tasks.update(done_at=timezone.now(), done_by=str(audit.SYSTEM), note="It arrived after all.")
        announce(write.practice_id, "tasks")
    return True


def _was_asked_for_again(write: Write) -> bool:
    """Then what the vendor shows may be the later one's. A booking is known by its own reference."""
    if write.kind == Write.Kind.BOOKING:
        return False
    same = Q(kind=write.kind, patient_remote_id=write.patient_remote_id)
    if write.appointment_remote_id:
        same = Q(appointment_remote_id=write.appointment_remote_id)
    return Write.objects.filter(same, connection=write.connection_id, created_at__gt=write.created_at).exists()


def _sent_at(write: Write) -> datetime:
    return write.sent_at or write.created_at
