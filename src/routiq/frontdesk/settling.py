"""What a crash or a silent vendor left open is followed up until it is known (B5, B14)."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from routiq.frontdesk import booking, cancelling, journal, moving, registering
from routiq.frontdesk.carrying import FOR_A_PERSON, Steps, follow_up
from routiq.frontdesk.describing import details, in_words
from routiq.frontdesk.late_arrivals import look_again_later, look_for
from routiq.frontdesk.models import StaffTask, Write
from routiq.frontdesk.tasks import leave_task

#: So often do the workers look.
EVERY = timedelta(seconds=10)
#: A write that is being carried out right now is left alone for so long.
IN_WORK = timedelta(seconds=20)

STEPS: dict[str, Steps] = {
    steps.kind: steps for steps in (booking.STEPS, moving.STEPS, cancelling.STEPS, registering.STEPS)
}


def settle_open_bookings() -> int:
    """Follow up every open write of the practice in force; returns how many were closed."""
    closed = 0
    quiet_since = timezone.now() - IN_WORK
    for write in Write.objects.filter(state__in=Write.OPEN, created_at__lt=quiet_since).select_related(
        "connection__practice"
    ):
        with journal.working_on(write.intent_key) as mine:
            if not mine:
                continue
            write.refresh_from_db()
            if write.is_open and write.connection.is_active:
                _settle(write)
                closed += not write.is_open
    return closed


def _settle(write: Write) -> None:
    steps = STEPS[write.kind]
    if write.state in (Write.State.SENT, Write.State.UNCERTAIN):
        look_again_later(write)  # First: who dies in the middle has promised it.
    follow_up(steps, write)
    _tell(steps, write)


def settle_late(write_id: str) -> None:
    """One that was told as not made is looked for once more."""
    write = Write.objects.filter(pk=write_id).select_related("connection__practice").first()
    if write is not None and look_for(write, STEPS[write.kind]):
        _tell(STEPS[write.kind], write)


def _tell(steps: Steps, write: Write) -> None:
    """What staff tell the patient, who was told that it is not certain, or nothing at all; with all that it takes to
    do it by hand."""
    tell = steps.tells.get(Write.State(write.state))
    if tell is not None and not write.steps.filter(step__in=FOR_A_PERSON).exists():
        summary = f"{in_words(write)}: {tell} {details(write)}".strip()
        leave_task(StaffTask.Kind.CALL_BACK, summary, write=write)
