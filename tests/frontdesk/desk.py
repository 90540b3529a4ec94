"""What tests of the front desk share: somebody with an appointment, and what the vendor's diary holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.frontdesk import carrying, settling
from routiq.frontdesk.booking import book
from routiq.frontdesk.changes import CancelRequest, MoveRequest
from routiq.frontdesk.models import Write
from routiq.frontdesk.people import habit_of
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import BookingRequest, OfferedTime, Outcome, Wish

APPOINTMENTS = "individual_appointments"


def offers_for(patient: str, count: int = 3) -> Sequence[OfferedTime]:
    found = find_times(Wish(appointment_type_id=habit_of(patient).appointment_type_id, count=count)).offers
    assert len(found) == count
    return found


def booked_at(patient: str, offer: OfferedTime, key: str = "before") -> str:
    """The vendor's id of an appointment that was made just now."""
    answer = book(BookingRequest(patient, offer, intent_key=key, channel="test", asked_by="conversation:1"))
    assert answer.outcome is Outcome.BOOKED
    return answer.appointment_id


def move(patient: str, appointment: str, offer: OfferedTime, key: str = "move", **more: Any) -> MoveRequest:
    given = {"channel": "test", "asked_by": "conversation:1", "accepting_words": "yes, move it", **more}
    return MoveRequest(patient_id=patient, appointment_id=appointment, offer=offer, intent_key=key, **given)


def cancellation(
    patient: str, appointment: str, offer: OfferedTime, key: str = "cancel", **more: Any
) -> CancelRequest:
    given = {"channel": "test", "asked_by": "conversation:1", "accepting_words": "yes, cancel it", **more}
    return CancelRequest(
        patient_id=patient, appointment_id=appointment, starts_at=offer.starts_at, intent_key=key, **given
    )


def stamp(offer: OfferedTime) -> str:
    return offer.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def row(sandbox: RunningSandbox, appointment: str) -> dict[str, Any]:
    return next(held for held in sandbox.world(APPOINTMENTS)[APPOINTMENTS] if held["id"] == appointment)


def standing(sandbox: RunningSandbox, offer: OfferedTime) -> list[str]:
    """Ids of what stands at this time with this practitioner."""
    return [
        held["id"]
        for held in sandbox.world(APPOINTMENTS)[APPOINTMENTS]
        if held["starts_at"] == stamp(offer)
        and held["practitioner"]["links"]["self"].endswith(offer.practitioner_id)
        and not held["cancelled_at"]
        and not held["archived_at"]
    ]


def reception(offer: OfferedTime, patient: str) -> dict[str, Any]:
    """Reception books this time in the vendor's own pages."""
    return {
        "op": "create",
        "collection": APPOINTMENTS,
        "fields": {
            "patient_id": patient,
            "practitioner_id": offer.practitioner_id,
            "business_id": offer.location_id,
            "appointment_type_id": offer.appointment_type_id,
            "starts_at": stamp(offer),
            "ends_at": offer.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    }


def changes_sent(sandbox: RunningSandbox) -> list[str]:
    return [f"{entry['method']} {entry['path']}" for entry in sandbox.requests() if entry["method"] != "GET"]


def later() -> None:
    """An hour goes by for everything that is open."""
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Write.objects.filter(state__in=Write.OPEN).update(created_at=an_hour_ago)
    Write.objects.filter(state__in=Write.OPEN).exclude(sent_at=None).update(sent_at=an_hour_ago)


def settle(times: int = carrying.LOOKUPS) -> int:
    """The workers come by so often; returns how many they closed."""
    closed = 0
    for _ in range(times):
        later()
        closed += settling.settle_open_bookings()
    return closed
