"""What the vendor would accept, and the practice's own rules do not (B9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.frontdesk import checks
from routiq.frontdesk.booking import book
from routiq.frontdesk.wishes import BookingRequest, OfferedTime, Outcome
from routiq.mirror.models import (
    Appointment,
    AppointmentType,
    Attendance,
    BookingRules,
    ClassSession,
    Location,
    Offering,
    Patient,
    Practitioner,
)
from routiq.pms.cliniko.gateway import ClinikoGateway
from routiq.pms.gateway import Lane, Page, Selection, Stream
from routiq.sync.pull import pull
from tests.frontdesk.desk import booked_at, changes_sent, offers_for


@pytest.fixture
def offer(patient: str) -> OfferedTime:
    return offers_for(patient, 1)[0]


def refusal(connection: Connection, patient: str, offer: OfferedTime, **more: str) -> str:
    found = checks.not_this_time(connection, patient, offer, **more)
    return found.message if found else ""


def test_an_offered_time_passes_all_checks(synced: Connection, patient: str, offer: OfferedTime) -> None:
    assert refusal(synced, patient, offer) == ""


def test_what_is_refused_is_not_sent(
    synced: Connection, patient: str, offer: OfferedTime, sandbox: RunningSandbox
) -> None:
    Offering.objects.filter(practitioner_remote_id=offer.practitioner_id).delete()
    sandbox.clear_requests()
    answer = book(BookingRequest(patient, offer, intent_key="x", channel="test", asked_by="conversation:1"))
    assert (answer.outcome, answer.message) == (
        Outcome.NOT_ALLOWED,
        "This practitioner does not do this appointment type at this location.",
    )
    assert changes_sent(sandbox) == []


def test_a_time_that_has_passed_is_refused(synced: Connection, patient: str, offer: OfferedTime) -> None:
    past = replace(
        offer, starts_at=offer.starts_at - timedelta(days=400), ends_at=offer.ends_at - timedelta(days=400)
    )
    assert refusal(synced, patient, past) == "This time has passed."


@pytest.mark.parametrize("why", ["inactive", "deceased", "merged", "removed", "unknown"])
def test_only_an_active_patient_is_booked(synced: Connection, patient: str, offer: OfferedTime, why: str) -> None:
    rows = Patient.objects.filter(remote_id=patient)
    if why in ("inactive", "deceased"):
        rows.update(status=why)
    elif why == "merged":
        rows.update(merged_into="1")
    elif why == "removed":
        rows.update(removed_at=offer.starts_at)
    who = "404" if why == "unknown" else patient
    assert refusal(synced, who, offer) == "This is no active patient of the practice."


@pytest.mark.parametrize("what", ["practitioner", "location", "type", "class", "offering"])
def test_a_practitioner_who_does_not_do_this_here_is_not_booked(
    synced: Connection, patient: str, offer: OfferedTime, what: str
) -> None:
    if what == "practitioner":
        Practitioner.objects.filter(remote_id=offer.practitioner_id).update(active=False)
    elif what == "location":
        Location.objects.filter(remote_id=offer.location_id).update(active=False)
    elif what == "type":
        AppointmentType.objects.filter(remote_id=offer.appointment_type_id).update(active=False)
    elif what == "class":
        AppointmentType.objects.filter(remote_id=offer.appointment_type_id).update(max_attendees=8)
    else:
        Offering.objects.filter(
            practitioner_remote_id=offer.practitioner_id, appointment_type_remote_id=offer.appointment_type_id
        ).delete()
    assert "does not do this appointment type" in refusal(synced, patient, offer)


HOURS = 24 * 400


def test_notice_is_checked_and_our_copy_of_it_read_again_before_it_costs_a_time(
    synced: Connection, patient: str, offer: OfferedTime, sandbox: RunningSandbox
) -> None:
    BookingRules.objects.update(minimum_notice_hours=HOURS)
    AppointmentType.objects.update(lead_time_hours=None)
    assert refusal(synced, patient, offer) == "", "the practice has asked for less in the meantime"
    sandbox.settings(online_bookings={"min_hours_advance_required_to_book": HOURS})
    update = {"online_bookings_lead_time_hours": None}
    sandbox.edit(
        [{"op": "update", "collection": "appointment_types", "id": offer.appointment_type_id, "fields": update}]
    )
    BookingRules.objects.update(minimum_notice_hours=HOURS)
    AppointmentType.objects.update(lead_time_hours=None)
    assert refusal(synced, patient, offer) == f"The practice wants {HOURS} hours of notice for this."


def test_what_is_read_again_goes_before_all_background_work(
    synced: Connection, patient: str, offer: OfferedTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes: list[Lane] = []
    fetch = ClinikoGateway.fetch

    def noted(self: ClinikoGateway, *args: Any, lane: Lane = Lane.BACKGROUND) -> Page:
        lanes.append(lane)
        return fetch(self, *args, lane=lane)

    monkeypatch.setattr(ClinikoGateway, "fetch", noted)
    BookingRules.objects.update(minimum_notice_hours=HOURS)
    AppointmentType.objects.update(lead_time_hours=None)
    assert refusal(synced, patient, offer) == ""
    assert len(lanes) >= 3
    assert set(lanes) == {Lane.LIVE}, "somebody is on the line"


def test_a_types_own_notice_stands_in_place_of_the_practices(
    synced: Connection, patient: str, offer: OfferedTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "gateway_of", lambda connection: pytest.fail("nothing is to be read again"))
    BookingRules.objects.update(minimum_notice_hours=HOURS)
    AppointmentType.objects.update(lead_time_hours=0)
    assert refusal(synced, patient, offer) == ""


def at(offer: OfferedTime, start: str, minutes: int = 30) -> OfferedTime:
    """The same day at another time by the clock at the place."""
    clock = datetime.strptime(start, "%H:%M").time()
    local = datetime.combine(offer.local_start.date(), clock, ZoneInfo(offer.zone))
    return replace(offer, starts_at=local, ends_at=local + timedelta(minutes=minutes))


def open_from_to(sandbox: RunningSandbox, offer: OfferedTime, *hours: tuple[str, str]) -> None:
    """At the vendor, the practitioner works these hours at this place on the offer's weekday, whatever it was."""
    rows = sandbox.world("daily_availabilities")["daily_availabilities"]
    day = offer.local_start.isoweekday() % 7
    edits = [
        {"op": "delete", "collection": "daily_availabilities", "id": row["id"]}
        for row in rows
        if row["day_of_week"] == day and row["practitioner"]["links"]["self"].endswith(offer.practitioner_id)
    ]
    fields = {
        "practitioner_id": offer.practitioner_id,
        "business_id": offer.location_id,
        "day_of_week": day,
        "availabilities": [{"starts_at": since, "ends_at": until} for since, until in hours],
    }
    sandbox.edit([*edits, {"op": "create", "collection": "daily_availabilities", "fields": fields}])


@pytest.mark.parametrize(
    ("start", "minutes", "over"),
    [
        ("16:30", 30, False),
        ("16:45", 30, True),
        ("12:45", 30, True),
        ("10:45", 30, False),
        ("17:00", 30, False),
        ("08:00", 60, False),
        ("16:59", 600, True),
    ],
)
def test_an_appointment_ends_before_the_practitioner_goes(
    synced: Connection,
    patient: str,
    offer: OfferedTime,
    sandbox: RunningSandbox,
    start: str,
    minutes: int,
    over: bool,
) -> None:
    open_from_to(sandbox, offer, ("09:00", "11:00"), ("11:00", "13:00"), ("14:00", "17:00"))
    pull(gateway_of(synced), synced, Stream.ROSTERS, Selection(), None, lambda page, written, changes: None)
    days = timedelta(days=7)
    wanted = at(replace(offer, starts_at=offer.starts_at + days, ends_at=offer.ends_at + days), start, minutes)
    assert ("finishes at" in refusal(synced, patient, wanted)) is over


def other_practitioner(offer: OfferedTime) -> str:
    return Practitioner.objects.filter(active=True).exclude(remote_id=offer.practitioner_id)[0].remote_id


def test_a_patient_is_not_in_two_places(synced: Connection, patient: str, offer: OfferedTime) -> None:
    appointment = booked_at(patient, offer)
    Appointment.objects.filter(remote_id=appointment).update(practitioner_remote_id=other_practitioner(offer))
    assert refusal(synced, patient, offer) == "The patient has another appointment at this time."
    assert refusal(synced, patient, offer, besides=appointment) == "", "the one that is moved is in nobody's way"
    Appointment.objects.filter(remote_id=appointment).update(status="cancelled")
    assert refusal(synced, patient, offer) == ""


def test_a_seat_in_a_class_is_a_place_too(synced: Connection, patient: str, offer: OfferedTime) -> None:
    session = ClassSession.objects.filter(removed_at=None).first()
    assert session is not None
    minute = timedelta(minutes=1)
    ClassSession.objects.filter(pk=session.pk).update(
        starts_at=offer.starts_at - minute, ends_at=offer.starts_at + minute
    )
    seat = Attendance.objects.first()
    assert seat is not None
    Attendance.objects.filter(pk=seat.pk).update(
        patient_remote_id=patient, class_remote_id=session.remote_id, status="confirmed", removed_at=None
    )
    assert refusal(synced, patient, offer) == "The patient has another appointment at this time."
