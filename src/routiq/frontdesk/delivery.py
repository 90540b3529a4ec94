"""How an offer reaches a patient: a port, so that a message can take the place of a call.

There is one way today: somebody at the practice rings. It does not matter then how the patient likes to be told; the
task says so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils import timezone

from routiq.frontdesk import wanted
from routiq.frontdesk.describing import moment_in_words
from routiq.frontdesk.matching import held_meanwhile, zone_of
from routiq.frontdesk.models import SlotOffer, StaffTask, WaitlistEntry
from routiq.frontdesk.tasks import leave_task
from routiq.frontdesk.wishes import OfferedTime
from routiq.mirror.models import Patient
from routiq.practices import audit
from routiq.practices.clocks import clock
from routiq.practices.live import announce
from routiq.practices.models import Practice


class Delivery(Protocol):
    def is_open(self, practice: Practice, now: datetime) -> bool:
        """Can somebody be told now? What is offered while nobody tells it would run out unheard."""

    def tell(self, offer: SlotOffer, time: OfferedTime) -> None:
        """Offer it; in the transaction that stores the offer, which the caller saves."""

    def over(self, offer: SlotOffer, note: str) -> None:
        """There is nothing left to tell or to ask; in the transaction that ends the offer."""


class ByTask:
    """A task for the team: ring, and press what the patient says."""

    def is_open(self, practice: Practice, now: datetime) -> bool:
        return settings.OFFICE_HOURS.are_on(now.astimezone(practice.zone))

    def tell(self, offer: SlotOffer, time: OfferedTime) -> None:
        offer.task = leave_task(StaffTask.Kind.OFFER_TIME, _task_text(offer, time))

    def over(self, offer: SlotOffer, note: str) -> None:
        """As when somebody had done it; whoever opens the task sees how it ended."""
        if offer.task is None:
            return
        open_task = StaffTask.objects.filter(pk=offer.task.pk, done_at=None)
        who = offer.answered_by or str(audit.SYSTEM)
        if open_task.update(done_at=timezone.now(), done_by=who, note=note):
            announce(offer.practice_id, "tasks")


BY_TASK = ByTask()


def delivery_to(entry: WaitlistEntry) -> Delivery:
    """How this patient is reached. ``entry.reach_by`` is what they would like."""
    return BY_TASK


def _task_text(offer: SlotOffer, time: OfferedTime) -> str:
    entry = offer.entry
    patient = Patient.objects.get(connection=offer.connection_id, remote_id=offer.patient_remote_id)
    phone = patient.phones.first()
    ring = f"Ring {patient.full_name}{f' on {phone.number}' if phone else ''}"
    until = clock(timezone.localtime(offer.expires_at, offer.connection.practice.zone))
    said = [
        f"{ring}: {moment_in_words(time.starts_at, time.local_start.tzinfo)} with {time.practitioner_name} at "  # type: ignore[arg-type]
        f"{time.location_name} came free ({time.appointment_type_name}). It is theirs to take until {until}.",
        f"They wait for {wanted.read(entry.wanted).in_words()}.",
    ]
    if held := held_meanwhile(entry):
        zone = zone_of(offer.connection, held.location_remote_id)
        said.append(f"A yes moves their appointment of {moment_in_words(held.starts_at, zone)}.")
    if entry.reach_by != WaitlistEntry.ReachBy.PHONE:
        said.append(f"They would rather be told by {entry.get_reach_by_display()}.")
    if entry.note:
        said.append(f"Note: {entry.note}")
    return " ".join(said)
