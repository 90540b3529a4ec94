"""What a person at the practice has to do."""

from __future__ import annotations

from routiq.frontdesk.models import Booking, StaffTask
from routiq.practices.live import announce
from routiq.practices.tenancy import current_practice_id


def leave_task(
    kind: StaffTask.Kind, summary: str, *, conversation_id: int | None = None, booking: Booking | None = None
) -> StaffTask:
    """Put something on the practice's list. ``summary`` is shown to staff as it is."""
    practice_id = current_practice_id()
    task = StaffTask.objects.create(
        practice_id=practice_id, kind=kind, summary=summary, conversation_id=conversation_id, booking=booking
    )
    announce(practice_id, "tasks")
    return task
