"""How a wait ends, and how an offer ends: in the transaction of whatever ended it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone
from psycopg.types.range import TimestamptzRange

from routiq.connections.models import Connection
from routiq.frontdesk import freed as freed_times
from routiq.frontdesk.delivery import delivery_to
from routiq.frontdesk.matching import Stands, fits
from routiq.frontdesk.models import FreedTime, SlotOffer, WaitlistEntry
from routiq.mirror.models import Practitioner
from routiq.practices import audit
from routiq.practices.audit import Actor
from routiq.practices.live import announce


def end_entry(entry: WaitlistEntry, state: WaitlistEntry.State, actor: Actor, *, booked: str = "") -> None:
    """Off the list; what they were just being offered goes to the next one."""
    entry.state, entry.ended_at, entry.ended_by, entry.booked_remote_id = state, timezone.now(), str(actor), booked
    entry.save(update_fields=["state", "ended_at", "ended_by", "booked_remote_id"])
    for offer in _open_offers().filter(entry=entry):
        end_offer(offer, SlotOffer.State.WITHDRAWN, "They are not on the list any more.")
    audit.record(actor, f"waitlist.{state}", f"waitlist:{entry.pk}")
    announce(entry.practice_id, "waitlist")


def end_offer(offer: SlotOffer, state: SlotOffer.State, message: str) -> None:
    """The offer is over; what nobody took is offered to the next one."""
    offer.state, offer.message = state, message
    offer.save()
    delivery_to(offer.entry).over(offer, message)
    freed = FreedTime.objects.get(pk=offer.freed_id)
    if freed.state == FreedTime.State.OPEN:
        freed_times.offer_soon(freed)
    announce(offer.practice_id, "waitlist")


def take_off_who_was_booked(connection: Connection, booked: Iterable[Stands]) -> None:
    """Whoever got just now what they were waiting for comes off the list, whoever booked it (WL-05). An appointment
    that fits only some of the keys leaves the patient waiting."""
    by_patient: dict[str, list[Stands]] = {}
    for each in booked:
        by_patient.setdefault(each.patient_id, []).append(each)
    waiting = WaitlistEntry.objects.select_for_update().filter(
        connection=connection, state=WaitlistEntry.State.WAITING, patient_remote_id__in=by_patient
    )
    for entry in waiting.order_by("pk"):
        got = next((each for each in by_patient[entry.patient_remote_id] if fits(connection, entry, each)), None)
        if got is not None:
            end_entry(entry, WaitlistEntry.State.BOOKED, audit.SYSTEM, booked=got.appointment_id)


def tell_what_is_taken(connection: Connection, booked: Iterable[Stands]) -> None:
    """What is somebody's now is nobody's to be offered: whoever was just being offered it is told the truth."""
    for place in booked:
        who = Practitioner.objects.filter(connection=connection, remote_id=place.practitioner_id).first()
        if who is None:
            continue
        during = TimestamptzRange(place.starts_at, place.ends_at, "[)")
        freed = FreedTime.objects.filter(
            connection=connection,
            state=FreedTime.State.OPEN,
            practitioner_remote_id=place.practitioner_id,
            starts_at__gte=place.starts_at,
            ends_at__lte=place.ends_at,
        ).exclude(offers__state=SlotOffer.State.ACCEPTED)
        for each in freed:
            freed_times.close(each, FreedTime.State.GONE)
        offers = _open_offers().filter(connection=connection, practitioner_pk=who.pk, during__overlap=during)
        for offer in offers.exclude(patient_remote_id=place.patient_id):
            end_offer(offer, SlotOffer.State.GONE, "Gone: somebody else was booked for this time. They still wait.")


def stop_offering(connection: Connection) -> None:
    """Nothing can be booked any more. The list itself stays as it is."""
    FreedTime.objects.filter(connection=connection, state=FreedTime.State.OPEN).update(
        state=FreedTime.State.GONE, closed_at=timezone.now()
    )
    for offer in _open_offers().filter(connection=connection):
        end_offer(offer, SlotOffer.State.WITHDRAWN, "The practice management system was disconnected.")


def _open_offers() -> QuerySet[SlotOffer]:
    """Those that wait for an answer; a yes that is being booked goes its own way."""
    return (
        SlotOffer.objects.select_for_update(of=("self",))
        .select_related("entry__connection__practice", "connection__practice")
        .filter(state=SlotOffer.State.OPEN)
        .order_by("pk")
    )
