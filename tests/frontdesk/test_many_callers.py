"""Many more callers at once than there are database sessions: nobody needs one while the vendor thinks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection as database

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.frontdesk.booking import book
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import BookingRequest, OfferedTime, Outcome, Wish
from routiq.mirror.models import Patient
from routiq.practices.tenancy import acting_for
from tests.frontdesk.desk import offers_for

CALLERS = 8


def apart(patient: str) -> list[OfferedTime]:
    """Times of which none is in the way of another."""
    kind = offers_for(patient)[0].appointment_type_id
    found: list[OfferedTime] = []
    for offer in find_times(Wish(appointment_type_id=kind, count=200)).offers:
        if not any(offer.starts_at < held.ends_at and held.starts_at < offer.ends_at for held in found):
            found.append(offer)
    return found[:CALLERS]


def test_who_waits_for_a_slow_vendor_keeps_no_session_from_anybody(
    patient: str, synced: Connection, sandbox: RunningSandbox, two_sessions: None
) -> None:
    times = apart(patient)
    patients = Patient.objects.filter(status=Patient.Status.ACTIVE, merged_into="")[:CALLERS]
    callers = [(who.remote_id, offer) for who, offer in zip(patients, times, strict=True)]
    sandbox.fault(kind="slow", delay_ms=350, times=None)

    def call(who: str, offer: OfferedTime) -> Outcome:
        try:
            with acting_for(synced.practice_id):
                return book(
                    BookingRequest(who, offer, intent_key=who, channel="test", asked_by="conversation:1")
                ).outcome
        finally:
            database.close()

    with ThreadPoolExecutor(CALLERS) as pool:
        outcomes = list(pool.map(call, *zip(*callers, strict=True)))
    assert outcomes == [Outcome.BOOKED] * CALLERS
