"""A combination that can be booked in the sandbox, and its free times."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from pms_sandbox.testing import RunningSandbox
from routiq.pms.gateway import Stream
from routiq.pms.records import AppointmentDraft

MONDAY = date(2026, 5, 4)


class Desk:
    """A combination that can be booked, and who it is for."""

    def __init__(self, sandbox: RunningSandbox, clinic: Any) -> None:
        types = {kind.id: kind for kind in clinic.all(Stream.APPOINTMENT_TYPES)}
        people = {person.id: person for person in clinic.all(Stream.PRACTITIONERS)}
        places = {place.id: place for place in clinic.all(Stream.LOCATIONS)}
        self.patient_id = sandbox.characters()["returning"]["patient_ids"][0]
        for offering in clinic.all(Stream.OFFERINGS):
            kind = types[offering.appointment_type_id]
            online = [who for who in offering.practitioner_ids if people[who].online and people[who].active]
            if online and kind.online and kind.max_attendees == 1 and places[offering.location_id].online:
                self.kind, self.practitioner_id, self.location_id = kind, online[0], offering.location_id
                break
        sandbox.clear_requests()

    def where(self) -> dict[str, Any]:
        return {
            "location_id": self.location_id,
            "practitioner_id": self.practitioner_id,
            "appointment_type_id": self.kind.id,
            "duration_minutes": self.kind.duration_minutes,
        }

    def draft(self, starts_at: datetime, **fields: Any) -> AppointmentDraft:
        given = {
            "patient_id": self.patient_id,
            "practitioner_id": self.practitioner_id,
            "location_id": self.location_id,
            "appointment_type_id": self.kind.id,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=self.kind.duration_minutes),
            **fields,
        }
        return AppointmentDraft(**given)

    def find(self, clinic: Any, starts_at: datetime) -> list[Any]:
        found: list[Any] = clinic.gateway.find_appointments(
            patient_id=self.patient_id, practitioner_id=self.practitioner_id, starts_at=starts_at
        )
        return found


def free(clinic: Any, desk: Desk, days: int = 14) -> list[Any]:
    slots: list[Any] = clinic.gateway.available_times(
        **desk.where(), first=MONDAY, last=MONDAY + timedelta(days=days - 1)
    )
    return slots
