"""What the front desk had under way when a backup was made that is restored now (docs/adr/026)."""

from __future__ import annotations

from django.utils import timezone

from routiq.frontdesk import journal
from routiq.frontdesk.describing import in_words
from routiq.frontdesk.ending import end_offer
from routiq.frontdesk.models import FreedTime, SlotHold, SlotOffer, StaffTask, Write
from routiq.frontdesk.tasks import leave_task
from routiq.mirror.models import Patient

CODE = "Restored"


def close_what_was_under_way(when: str) -> int:
    """For the practice in force, in a transaction: no open write is sent, followed up or taken back, no yes is booked
    and no freed time offered again; a task for each that somebody waits for. ``when`` the backup was made, in words.
    Returns how many writes were open."""
    FreedTime.objects.filter(state=FreedTime.State.OPEN).update(state=FreedTime.State.GONE, closed_at=timezone.now())
    for offer in SlotOffer.objects.filter(state__in=SlotOffer.UNDER_WAY).select_related(
        "entry", "freed", "connection"
    ):
        _end(offer, when)
    open_writes = list(Write.objects.filter(state__in=Write.OPEN).order_by("created_at"))
    for write in open_writes:
        message = (
            f"It was under way when the backup was made that is restored now ({when}). Look whether it was done."
        )
        journal.close(write, Write.State.UNAVAILABLE, "restored", code=CODE, message=message)
        where = "among the patients" if write.kind == Write.Kind.REGISTRATION else "in the diary"
        leave_task(
            StaffTask.Kind.CHECK_BOOKING,
            f"{in_words(write)} was under way when the backup of {when} was made, which is restored now. Look "
            f"{where} whether it was done, before you do it or ring anybody.",
            write=write,
        )
    SlotHold.objects.all().delete()
    return len(open_writes)


def _end(offer: SlotOffer, when: str) -> None:
    said_yes = offer.state == SlotOffer.State.ACCEPTED or offer.attempts > 0
    end_offer(offer, SlotOffer.State.WITHDRAWN, f"It was offered before the backup of {when}, which is restored now.")
    if said_yes and not Write.objects.filter(intent_key=offer.intent_key).exists():
        patient = Patient.objects.filter(connection=offer.connection_id, remote_id=offer.patient_remote_id).first()
        leave_task(
            StaffTask.Kind.CHECK_BOOKING,
            f"{patient.full_name if patient else 'A patient'} had said yes to a time from the waiting list when the "
            f"backup of {when} was made, which is restored now. Look in the diary whether they are booked, before "
            "you book them or ring them.",
        )
