"""What becomes of an offer from the waiting list (WL-04, B12): yes, no, or silence.

A yes that comes in time is booked by the front desk's own commands under the offer's key, so that however often it is
said, or wherever the process dies, it is one booking. A yes that comes late is told truthfully that the time is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from routiq import faults
from routiq.connections.connecting import live_connection
from routiq.frontdesk import checks
from routiq.frontdesk import freed as freed_times
from routiq.frontdesk.booking import book
from routiq.frontdesk.changes import MoveRequest
from routiq.frontdesk.describing import moment_in_words
from routiq.frontdesk.ending import end_entry, end_offer
from routiq.frontdesk.left_alone import want_to_be_left_alone
from routiq.frontdesk.matching import held_meanwhile
from routiq.frontdesk.models import FreedTime, SlotOffer, StaffTask, WaitlistEntry, Write
from routiq.frontdesk.moving import reschedule
from routiq.frontdesk.offering import offer_next, until_when
from routiq.frontdesk.tasks import leave_task
from routiq.frontdesk.wishes import BookingRequest, OfferedTime, Outcome
from routiq.mirror.models import Appointment, Patient
from routiq.practices import audit
from routiq.practices.audit import Actor
from routiq.practices.clocks import clock
from routiq.practices.live import announce
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id

#: A yes that is being booked right now is left alone for so long.
IN_WORK = timedelta(seconds=30)
#: A time that suited nobody is tried again after so long; at once when somebody joins or an offer ends.
LOOK_AGAIN = timedelta(minutes=15)


class Came(StrEnum):
    """What came of an answer to an offer."""

    BOOKED = "booked"
    GONE = "gone"
    """Somebody else has it, it ran out, or it may not be booked. Nothing was booked."""
    NOT_YET = "not_yet"
    """The yes is kept; whether it is booked is not known yet, or the vendor has to answer first."""
    DECLINED = "declined"


@dataclass(frozen=True)
class OfferAnswer:
    came: Came
    message: str
    """One sentence for staff, to be told."""
    write_id: str = ""
    appointment_id: str = ""


def accept(offer_id: int, actor: Actor, words: str = "") -> OfferAnswer:
    """The patient says yes; ``words`` are theirs. ``SlotOffer.DoesNotExist``. Outside a transaction."""
    with transaction.atomic():
        offer = _locked(offer_id)
        if offer.state == SlotOffer.State.OPEN and offer.expires_at <= timezone.now():
            _run_out(offer)
        elif offer.state == SlotOffer.State.OPEN:
            offer.state, offer.answered_at, offer.answered_by = SlotOffer.State.ACCEPTED, timezone.now(), str(actor)
            offer.save(update_fields=["state", "answered_at", "answered_by"])
            audit.record(actor, "waitlist.accepted", f"waitlist:{offer.entry_id}", offer=offer.pk)
    faults.point("offer_accepted")
    if offer.state == SlotOffer.State.ACCEPTED:
        conclude(offer, words)
    return answer(SlotOffer.objects.select_related("write").get(pk=offer_id))


@transaction.atomic
def decline(offer_id: int, actor: Actor) -> OfferAnswer:
    """The patient says no: the next one is offered it, and they go on waiting. ``SlotOffer.DoesNotExist``."""
    offer = _locked(offer_id)
    if offer.state == SlotOffer.State.OPEN:
        offer.answered_at, offer.answered_by = timezone.now(), str(actor)
        end_offer(offer, SlotOffer.State.DECLINED, "They said no.")
        audit.record(actor, "waitlist.declined", f"waitlist:{offer.entry_id}", offer=offer.pk)
    return answer(offer)


def answer(offer: SlotOffer) -> OfferAnswer:
    """What can be said of an offer now, from its stored row alone."""
    came = {
        SlotOffer.State.OPEN: Came.NOT_YET,
        SlotOffer.State.ACCEPTED: Came.NOT_YET,
        SlotOffer.State.BOOKED: Came.BOOKED,
        SlotOffer.State.DECLINED: Came.DECLINED,
    }.get(SlotOffer.State(offer.state), Came.GONE)
    write = offer.write
    return OfferAnswer(
        came,
        offer.message or "It is being booked; look again in a minute.",
        str(write.pk) if write else "",
        write.appointment_remote_id if write and came is Came.BOOKED else "",
    )


def conclude(offer: SlotOffer, words: str = "") -> None:
    """Book what was said yes to, or find out what became of it; repeating is harmless. Outside a transaction."""
    write = Write.objects.filter(intent_key=offer.intent_key).first()
    refusal = ""
    if write is None:
        outcome, refusal = _book(offer, words)
        write = Write.objects.filter(intent_key=offer.intent_key).first()
        if write is None and outcome is Outcome.UNCERTAIN:
            return  # Another process is at it.
    faults.point("offer_carried")
    with transaction.atomic():
        now = _locked(offer.pk)
        if now.state == SlotOffer.State.ACCEPTED and now.attempts == offer.attempts:
            _settle(now, write, refusal)


def _book(offer: SlotOffer, words: str) -> tuple[Outcome, str]:
    time, key = time_of(offer), offer.intent_key
    held = held_meanwhile(offer.entry)
    if held is not None:
        moved = reschedule(
            MoveRequest(
                patient_id=offer.patient_remote_id,
                appointment_id=held.remote_id,
                offer=time,
                intent_key=key,
                channel="waitlist",
                asked_by=offer.answered_by,
                accepting_words=words,
            )
        )
        return moved.outcome, moved.message
    made = book(
        BookingRequest(
            patient_id=offer.patient_remote_id,
            offer=time,
            intent_key=key,
            channel="waitlist",
            asked_by=offer.answered_by,
            accepting_words=words,
        )
    )
    return made.outcome, made.message


def _settle(offer: SlotOffer, write: Write | None, refusal: str) -> None:
    """What is known of the booking now is what is known of the offer."""
    offer.write = write
    if write is None:
        # Refused before it began: for now, because the practice can write nothing, or for this patient and time.
        paused = checks.not_ready(live_connection())
        if paused is not None:
            _open_again(offer, paused.message)
        else:
            end_offer(offer, SlotOffer.State.GONE, f"Not booked. {refusal}".strip())
    elif write.state in (Write.State.BOOKED, Write.State.DONE):
        entry = WaitlistEntry.objects.select_for_update().get(pk=offer.entry_id)
        if entry.state == WaitlistEntry.State.WAITING:
            end_entry(entry, WaitlistEntry.State.BOOKED, audit.SYSTEM, booked=write.appointment_remote_id)
        freed_times.close(offer.freed, FreedTime.State.FILLED)
        end_offer(offer, SlotOffer.State.BOOKED, "Booked.")
    elif write.state == Write.State.TAKEN:
        freed_times.close(offer.freed, FreedTime.State.GONE)
        end_offer(offer, SlotOffer.State.GONE, "Gone: somebody else has just taken this time. They still wait.")
    elif write.state == Write.State.REFUSED:
        end_offer(offer, SlotOffer.State.GONE, f"Not booked. {write.error_message}".strip())
    elif write.state == Write.State.UNAVAILABLE:
        _open_again(offer, write.error_message)
    else:
        offer.message = "The booking was sent, and no answer came yet. It is being looked up: do not book it again."
        offer.save(update_fields=["message", "write"])


def _open_again(offer: SlotOffer, why: str) -> None:
    """It was certainly not booked, and the yes stands: there is time to try again."""
    offer.state, offer.attempts = SlotOffer.State.OPEN, offer.attempts + 1
    offer.expires_at = until_when(time_of(offer))
    offer.message = f"They said yes, and it could not be booked yet. {why} Try again."
    offer.save(update_fields=["state", "attempts", "expires_at", "message", "write"])
    announce(offer.practice_id, "waitlist")


@transaction.atomic
def run_out(offer_id: int) -> None:
    """Silence: their time is over, and the next one is offered it."""
    offer = _locked(offer_id)
    if offer.state == SlotOffer.State.OPEN and offer.expires_at <= timezone.now():
        _run_out(offer)


def _run_out(offer: SlotOffer) -> None:
    until = clock(timezone.localtime(offer.expires_at, offer.connection.practice.zone))
    if offer.attempts:
        patient = Patient.objects.get(connection=offer.connection_id, remote_id=offer.patient_remote_id)
        time = time_of(offer)
        leave_task(
            StaffTask.Kind.CALL_BACK,
            f"{patient.full_name} said yes to {moment_in_words(time.starts_at, time.local_start.tzinfo)} with "  # type: ignore[arg-type]
            f"{time.practitioner_name}, and it could not be booked. Ring them, and book a time.",
            write=offer.write,
        )
    end_offer(
        offer,
        SlotOffer.State.EXPIRED,
        f"Gone: nobody said yes by {until}, so it goes to the next one. They are still on the list.",
    )


def time_of(offer: SlotOffer) -> OfferedTime:
    return msgspec.convert(offer.time, OfferedTime)


def keep_offering() -> None:
    """What the clock brings, for the practice in force: offers that ran out, yeses that a crash interrupted, wishes
    that are over, and times for which somebody can be found only now. Outside a transaction."""
    now = timezone.now()
    under_way = SlotOffer.objects.filter(state__in=SlotOffer.UNDER_WAY)
    _take_back_from_who_said_stop()
    for offer_id in under_way.filter(state=SlotOffer.State.OPEN, expires_at__lte=now).values_list("pk", flat=True):
        run_out(offer_id)
    for offer in under_way.filter(state=SlotOffer.State.ACCEPTED, answered_at__lt=now - IN_WORK):
        conclude(offer)
    _let_lapse()
    open_times = FreedTime.objects.filter(state=FreedTime.State.OPEN).order_by("starts_at", "pk")
    for freed in open_times.filter(Q(looked_at=None) | Q(looked_at__lt=now - LOOK_AGAIN) | Q(starts_at__lte=now)):
        offer_next(freed.pk)


def _take_back_from_who_said_stop() -> None:
    """Nobody need ring them any more; the next one is offered it."""
    offered = dict(
        SlotOffer.objects.filter(state=SlotOffer.State.OPEN, attempts=0).values_list("pk", "patient_remote_id")
    )
    stopped = want_to_be_left_alone(offered.values())
    for offer_id, patient_id in offered.items():
        if patient_id in stopped:
            with transaction.atomic():
                now = _locked(offer_id)
                if now.state == SlotOffer.State.OPEN:
                    end_offer(now, SlotOffer.State.WITHDRAWN, "They said stop: they are not to be rung about this.")


def _let_lapse() -> None:
    """The last day of the wish is over, what should have been sooner was not, or the patient is none any more."""
    now = timezone.now()
    today = now.astimezone(Practice.objects.get(pk=current_practice_id()).zone).date()
    same = {"connection": OuterRef("connection"), "removed_at": None}
    active = Patient.objects.filter(
        **same, remote_id=OuterRef("patient_remote_id"), status=Patient.Status.ACTIVE, merged_into=""
    )
    held = Appointment.objects.filter(
        **same, remote_id=OuterRef("sooner_than"), status=Appointment.Status.CONFIRMED, starts_at__lte=now
    )
    waiting = WaitlistEntry.objects.filter(state=WaitlistEntry.State.WAITING)
    over = waiting.filter(Q(last_day__lt=today) | ~Exists(active) | Exists(held))
    for pk in over.values_list("pk", flat=True):
        with transaction.atomic():
            entry = waiting.select_for_update().filter(pk=pk).first()
            if entry is not None:
                end_entry(entry, WaitlistEntry.State.LAPSED, audit.SYSTEM)


def _locked(offer_id: int) -> SlotOffer:
    return (
        SlotOffer.objects.select_for_update(of=("self",))
        .select_related("entry", "freed", "connection__practice", "write")
        .get(pk=offer_id)
    )
