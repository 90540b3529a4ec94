"""A combination that can be booked at a gateway, and who it is for. Which one it is, each suite finds for itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from routiq.pms.records import AppointmentDraft, AppointmentMove

MONDAY = date(2026, 5, 4)


class Bookable:
    """What a front desk does at the gateway of ``clinic``. Whoever inherits from it chooses the ids and ``kind``."""

    notes = "Booked by Robyn. Ref AB12"
    days = 14
    """So many are looked at for free times, unless it is said."""
    patient_id: str
    practitioner_id: str
    location_id: str
    kind: Any

    def __init__(self, clinic: Any) -> None:
        self.clinic = clinic

    @property
    def gateway(self) -> Any:
        return self.clinic.gateway

    def where(self) -> dict[str, Any]:
        return {
            "location_id": self.location_id,
            "practitioner_id": self.practitioner_id,
            "appointment_type_id": self.kind.id,
            "duration_minutes": self.kind.duration_minutes,
        }

    def free(self, first: date = MONDAY, days: int | None = None) -> list[Any]:
        last = first + timedelta(days=(self.days if days is None else days) - 1)
        found: list[Any] = self.gateway.available_times(**self.where(), first=first, last=last)
        return found

    def draft(self, starts_at: datetime, **fields: Any) -> AppointmentDraft:
        given = {
            "patient_id": self.patient_id,
            "practitioner_id": self.practitioner_id,
            "location_id": self.location_id,
            "appointment_type_id": self.kind.id,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=self.kind.duration_minutes),
            "notes": self.notes,
            **fields,
        }
        return AppointmentDraft(**given)

    def move(self, record: Any, starts_at: datetime, **fields: Any) -> AppointmentMove:
        """To where its practitioner and location are now."""
        given = {
            "appointment_id": record.id,
            "patient_id": record.patient_id,
            "practitioner_id": record.practitioner_id,
            "location_id": record.location_id,
            "appointment_type_id": record.appointment_type_id,
            "starts_at": starts_at,
            "ends_at": starts_at + (record.ends_at - record.starts_at),
            **fields,
        }
        return AppointmentMove(**given)

    def find(self, starts_at: datetime) -> list[Any]:
        found: list[Any] = self.gateway.find_appointments(
            patient_id=self.patient_id, practitioner_id=self.practitioner_id, starts_at=starts_at
        )
        return found
