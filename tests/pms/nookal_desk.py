"""Monday morning at a practice on Nookal: a combination that can be booked, and what stands in the diary."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from pms_sandbox.testing import RunningSandbox
from routiq.pms.gateway import Stream
from routiq.pms.records import AppointmentDraft, AppointmentMove

MONDAY = date(2026, 5, 4)


NOW = datetime(2026, 5, 3, 20, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_monday_morning(sandbox: RunningSandbox) -> Any:
    """Six in the morning in Sydney, for the sandbox and for us."""
    with time_machine.travel(NOW, tick=True):
        sandbox.clock(now="2026-05-03T20:00:00Z")
        yield


class Desk:
    """A combination that can be booked, and who it is for."""

    def __init__(self, sandbox: RunningSandbox, clinic: Any) -> None:
        self.clinic = clinic
        types = {kind.id: kind for kind in clinic.all(Stream.APPOINTMENT_TYPES)}
        self.patient_id = sandbox.characters()["returning"]["patient_ids"][0]
        self.offers = clinic.all(Stream.OFFERINGS)
        for offer in self.offers:
            self.location_id, self.practitioner_id = offer.location_id, offer.practitioner_ids[0]
            self.kind = types[offer.appointment_type_id]
            if self.free():
                break
        sandbox.clear_requests()

    def where(self) -> dict[str, Any]:
        return {
            "location_id": self.location_id,
            "practitioner_id": self.practitioner_id,
            "appointment_type_id": self.kind.id,
            "duration_minutes": self.kind.duration_minutes,
        }

    def free(self, days: int = 14, first: date = MONDAY) -> list[Any]:
        found: list[Any] = self.clinic.gateway.available_times(
            **self.where(), first=first, last=first + timedelta(days=days - 1)
        )
        return found

    def draft(self, starts_at: datetime, **fields: Any) -> AppointmentDraft:
        given = {
            "patient_id": self.patient_id,
            "practitioner_id": self.practitioner_id,
            "location_id": self.location_id,
            "appointment_type_id": self.kind.id,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=self.kind.duration_minutes),
            "notes": "Booked by Robyn. Ref AB12",
            **fields,
        }
        return AppointmentDraft(**given)

    def move(self, record: Any, starts_at: datetime, **fields: Any) -> AppointmentMove:
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
        found: list[Any] = self.clinic.gateway.find_appointments(
            patient_id=self.patient_id, practitioner_id=self.practitioner_id, starts_at=starts_at
        )
        return found


@pytest.fixture
def desk(sandbox: RunningSandbox, nookal: Any) -> Desk:
    return Desk(sandbox, nookal)


def rows(sandbox: RunningSandbox) -> dict[str, dict[str, Any]]:
    assert sandbox.server is not None
    return dict(sandbox.server.sandbox.worlds["main"]["individual_appointments"].rows)


def writes(sandbox: RunningSandbox) -> list[str]:
    return [
        entry["path"] for entry in sandbox.requests() if not entry["path"].startswith(("get", "verify", "search"))
    ]
