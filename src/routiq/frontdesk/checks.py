"""What is checked before anything is written, from our copy: the vendor accepts what its own pages would not (B9).

Each check answers with a sentence for staff, or nothing. They are asked in the order in which a person would ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.frontdesk.models import Write
from routiq.frontdesk.wishes import OfferedTime
from routiq.mirror.changes import Change
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
    RosterDay,
)
from routiq.pms import registry
from routiq.pms.errors import PmsError
from routiq.pms.gateway import Lane, Page, Selection, Stream
from routiq.practices.clocks import clock
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id
from routiq.sync.pull import pull


@dataclass(frozen=True)
class Refusal:
    """Why nothing is done."""

    message: str
    advice: str = ""
    for_all: bool = False
    """Nothing at all may be written at the moment (B15): the practice or its connection is not ready."""


def not_ready(connection: Connection | None) -> Refusal | None:
    """Why nothing may be written at all (B15)."""
    if not Practice.objects.get(pk=current_practice_id()).is_live:
        return Refusal("The practice is still being set up.", "Press Go live on the dashboard.", for_all=True)
    if connection is None:
        return Refusal("No practice management system is connected.", "Connect one under Setup.", for_all=True)
    if not connection.is_active:
        return Refusal(connection.paused_message, connection.paused_advice, for_all=True)
    return None


def not_this_time(
    connection: Connection, patient_id: str, offer: OfferedTime, *, besides: str = ""
) -> Refusal | None:
    """Why this patient may not have this time. ``besides`` is the appointment that is moved there: it is in nobody's
    way."""
    if offer.starts_at <= timezone.now():
        return Refusal("This time has passed.", "Offer another time.")
    return (
        _inactive(connection, patient_id)
        or _not_offered(connection, offer)
        or _against_the_rules(connection, offer)
        or busy(connection, patient_id, offer, besides)
    )


def _inactive(connection: Connection, patient_id: str) -> Refusal | None:
    active = Patient.objects.filter(
        connection=connection,
        remote_id=patient_id,
        status=Patient.Status.ACTIVE,
        merged_into="",
        removed_at=None,
    )
    return None if active.exists() else Refusal("This is no active patient of the practice.", "Check the patient.")


def _not_offered(connection: Connection, offer: OfferedTime) -> Refusal | None:
    """The practitioner works here, and does this type at this location, as far as the vendor says who does what."""
    here = {"connection": connection, "active": True, "removed_at": None}
    known = (
        Practitioner.objects.filter(**here, remote_id=offer.practitioner_id).exists()
        and Location.objects.filter(**here, remote_id=offer.location_id).exists()
        and AppointmentType.objects.filter(**here, remote_id=offer.appointment_type_id, max_attendees=1).exists()
    )
    if known and registry.vendor(connection.vendor).capabilities.has_service_matrix:
        known = Offering.objects.filter(
            connection=connection,
            location_remote_id=offer.location_id,
            appointment_type_remote_id=offer.appointment_type_id,
            practitioner_remote_id=offer.practitioner_id,
        ).exists()
    if known:
        return None
    return Refusal("This practitioner does not do this appointment type at this location.", "Offer another time.")


def _against_the_rules(connection: Connection, offer: OfferedTime) -> Refusal | None:
    """Notice and hours are read from the vendor once a day; before one of them costs a patient a time that the vendor
    itself offers, they are read again."""
    if _too_soon(connection, offer) is None and _beyond_the_shift(connection, offer) is None:
        return None
    with suppress(PmsError):  # Without an answer, what we have is the best that is known.
        gateway = gateway_of(connection)
        for stream in (Stream.BOOKING_RULES, Stream.APPOINTMENT_TYPES, Stream.ROSTERS):
            if stream in gateway.capabilities.streams:
                pull(gateway, connection, stream, Selection(), None, _no_checkpoint, lane=Lane.LIVE)
    return _too_soon(connection, offer) or _beyond_the_shift(connection, offer)


def _no_checkpoint(page: Page, written: int, changes: list[Change]) -> None:
    """These lists are read whole each time."""


def notice_hours(kind: AppointmentType, rules: BookingRules | None) -> int:
    """The type's own notice stands in place of the practice's, shorter or longer."""
    if kind.lead_time_hours is not None:
        return kind.lead_time_hours
    return (rules.minimum_notice_hours if rules else None) or 0


def _too_soon(connection: Connection, offer: OfferedTime) -> Refusal | None:
    kind = AppointmentType.objects.get(connection=connection, remote_id=offer.appointment_type_id)
    hours = notice_hours(kind, BookingRules.objects.filter(connection=connection).first())
    if offer.starts_at >= timezone.now() + timedelta(hours=hours):
        return None
    return Refusal(f"The practice wants {hours} hours of notice for this.", "Offer a later time.")


def _beyond_the_shift(connection: Connection, offer: OfferedTime) -> Refusal | None:
    """A start within the practitioner's usual hours must end within them too. One outside of them is extra time that
    the practice has opened, of which only the vendor knows the end."""
    zone = ZoneInfo(offer.zone)
    start, end = offer.starts_at.astimezone(zone), offer.ends_at.astimezone(zone)
    hours = sorted(pair for day in _roster_days(connection, offer) for pair in day.hours)
    for since, until in _joined(hours):
        is_over = end.date() > start.date() or end.time() > until
        if since <= start.time() < until < time(23, 59) and is_over:
            return Refusal(f"The practitioner finishes at {clock(until)}.", "Offer an earlier time.")
    return None


def _roster_days(connection: Connection, offer: OfferedTime) -> QuerySet[RosterDay]:
    return RosterDay.objects.filter(
        connection=connection,
        practitioner_remote_id=offer.practitioner_id,
        location_remote_id=offer.location_id,
        weekday=offer.local_start.isoweekday(),
        removed_at=None,
    )


def _joined(hours: list[list[str]]) -> Iterator[tuple[time, time]]:
    """``[["09:00", "12:00"], ["12:00", "17:00"]]`` is one stretch."""
    held: tuple[time, time] | None = None
    for since, until in ((time.fromisoformat(a), time.fromisoformat(b)) for a, b in hours):
        if held is not None and since <= held[1]:
            held = (held[0], max(held[1], until))
            continue
        if held is not None:
            yield held
        held = (since, until)
    if held is not None:
        yield held


def busy(connection: Connection, patient_id: str, offer: OfferedTime, besides: str = "") -> Refusal | None:
    """The patient cannot be in two places. Whether this practitioner's own time is free is not asked here."""
    at_that_time = {"starts_at__lt": offer.ends_at, "ends_at__gt": offer.starts_at}
    elsewhere = ~Q(practitioner_remote_id=offer.practitioner_id)
    own = Appointment.objects.filter(
        elsewhere,
        connection=connection,
        patient_remote_id=patient_id,
        status=Appointment.Status.CONFIRMED,
        removed_at=None,
        **at_that_time,
    ).exclude(remote_id=besides)
    under_way = Write.objects.filter(
        elsewhere,
        connection=connection,
        patient_remote_id=patient_id,
        state__in=Write.OPEN,
        kind__in=[Write.Kind.BOOKING, Write.Kind.MOVE],
        **at_that_time,
    )
    if own.exists() or under_way.exists() or _has_a_seat(connection, patient_id, at_that_time):
        return Refusal("The patient has another appointment at this time.", "Offer another time.")
    return None


def _has_a_seat(connection: Connection, patient_id: str, at_that_time: dict[str, datetime]) -> bool:
    seats = Attendance.objects.filter(
        connection=connection,
        patient_remote_id=patient_id,
        status=Appointment.Status.CONFIRMED,
        removed_at=None,
    ).values("class_remote_id")
    return ClassSession.objects.filter(
        connection=connection, remote_id__in=seats, removed_at=None, **at_that_time
    ).exists()
