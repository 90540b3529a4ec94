"""What fits whom on the waiting list: by all four keys, type, practitioner, location and when (WL-02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from routiq.connections.models import Connection
from routiq.frontdesk import wanted
from routiq.frontdesk.models import WaitlistEntry
from routiq.mirror.models import Appointment, Location


@dataclass(frozen=True)
class Stands:
    """Where an appointment stands; ``starts_at`` and ``ends_at`` are aware."""

    appointment_id: str
    patient_id: str
    appointment_type_id: str
    practitioner_id: str
    location_id: str
    starts_at: datetime
    ends_at: datetime


def fits(connection: Connection, entry: WaitlistEntry, place: Stands) -> bool:
    """Is this what the entry waits for, and sooner than what the patient has?"""
    if (
        entry.appointment_type_remote_id != place.appointment_type_id
        or entry.practitioner_remote_id not in ("", place.practitioner_id)
        or entry.location_remote_id not in ("", place.location_id)
        or not wanted.read(entry.wanted).fits(place.starts_at.astimezone(zone_of(connection, place.location_id)))
    ):
        return False
    held = held_meanwhile(entry)
    return held is None or held.remote_id == place.appointment_id or place.starts_at < held.starts_at


def held_meanwhile(entry: WaitlistEntry) -> Appointment | None:
    """The later appointment that the patient has until something sooner comes free, as long as it stands and is of
    the type that is waited for: a move keeps the type."""
    if not entry.sooner_than:
        return None
    return Appointment.objects.filter(
        connection=entry.connection_id,
        remote_id=entry.sooner_than,
        appointment_type_remote_id=entry.appointment_type_remote_id,
        status=Appointment.Status.CONFIRMED,
        removed_at=None,
    ).first()


def zone_of(connection: Connection, location_id: str) -> ZoneInfo:
    place = Location.objects.filter(connection=connection, remote_id=location_id).first()
    return ZoneInfo(place.time_zone) if place else connection.practice.zone
