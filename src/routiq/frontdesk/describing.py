"""A write in words, for the task of the person who takes it over: all that it takes to do it by hand."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from routiq.frontdesk.models import Write
from routiq.mirror.models import AppointmentType, Location, Patient, Practitioner
from routiq.practices.clocks import clock
from routiq.practices.models import Practice


def in_words(write: Write) -> str:
    """``Booking RTQ-7KQ2MX for Amelia Nguyen, Friday 20 November 2026, 2:30 pm with Jonas Weber``; for a write that
    was never stored without the reference. Without a full stop."""
    what = f"{write.get_kind_display()} {write.reference}".strip()
    if write.kind == Write.Kind.REGISTRATION:
        return f"{what} of {_person(write)}"
    practice = Practice.objects.get(pk=write.practice_id)
    patient = Patient.objects.filter(remote_id=write.patient_remote_id).first()
    parts = [what, f" for {patient.full_name}" if patient else ""]
    if before := write.asked.get("before"):
        place = _zone(before["location_id"], practice)
        parts.append(f", from {moment_in_words(datetime.fromisoformat(before['starts_at']), place)}")
        parts.append(" to ")
    else:
        parts.append(", ")
    if write.starts_at is not None:
        parts.append(moment_in_words(write.starts_at, _zone(write.location_remote_id, practice)))
    if who := Practitioner.objects.filter(remote_id=write.practitioner_remote_id).first():
        parts.append(f" with {who.name}")
    return "".join(parts)


def details(write: Write) -> str:
    """What :func:`in_words` leaves out, as sentences: the type, the place, the reason, what was said."""
    kind = AppointmentType.objects.filter(remote_id=write.appointment_type_remote_id).first()
    place = Location.objects.filter(remote_id=write.location_remote_id).first()
    reason = str(write.asked.get("reason", "")).replace("_", " ")
    told = {
        "Appointment type": kind.name if kind else "",
        "Location": place.name if place else "",
        "Reason": reason,
        "Said": f"“{write.accepting_words}”" if write.accepting_words else "",
    }
    return " ".join(f"{name}: {value}." for name, value in told.items() if value)


def _person(write: Write) -> str:
    asked = write.asked
    born = asked.get("date_of_birth")
    day = datetime.fromisoformat(born) if born else None
    told = [
        f"{asked.get('first_name', '')} {asked.get('last_name', '')}".strip(),
        f"born {day.day} {day:%B %Y}" if day else "",
        asked.get("mobile", ""),
        asked.get("phone", ""),
        asked.get("email", ""),
        *asked.get("address_lines", ()),
        " ".join(filter(None, (asked.get("city", ""), asked.get("state", ""), asked.get("post_code", "")))),
    ]
    return ", ".join(filter(None, told))


def moment_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """``Friday 20 November 2026, 2:30 pm``"""
    local = moment.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y}, {clock(local)}"


def _zone(location_id: str, practice: Practice) -> ZoneInfo:
    place = Location.objects.filter(remote_id=location_id).first()
    return ZoneInfo(place.time_zone) if place else practice.zone
