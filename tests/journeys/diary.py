"""What the sandbox's diary holds, read through its control door: the truth that pages are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pms_sandbox.testing import RunningSandbox


def linked(record: dict[str, Any], name: str) -> str:
    """The id that a record's link ends with; empty when it has none."""
    link = record.get(name)
    return str(link["links"]["self"]).rpartition("/")[2] if link else ""


@dataclass(frozen=True)
class Entry:
    """One booking of one patient."""

    id: str
    starts_at: datetime
    type: str
    who: str
    where: str
    zone: str
    cancelled: bool
    is_class: bool

    @property
    def local(self) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def day(self) -> str:
        return f"{self.local:%a} {self.local.day} {self.local:%b %Y}"

    @property
    def spoken_day(self) -> str:
        """As Robyn says it."""
        return f"{self.local:%A} {self.local.day} {self.local:%B}"

    @property
    def time(self) -> str:
        return f"{self.local.hour % 12 or 12}:{self.local:%M} {'am' if self.local.hour < 12 else 'pm'}"

    @property
    def spoken_time(self) -> str:
        """As Robyn says it: without the minutes when there are none."""
        return "12 noon" if self.time == "12:00 pm" else self.time.replace(":00 ", " ")

    @property
    def is_past(self) -> bool:
        return self.starts_at <= datetime.now(UTC)


class Diary:
    """The diary at one moment."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self._world = sandbox.world(
            "patients",
            "individual_appointments",
            "group_appointments",
            "attendees",
            "practitioners",
            "appointment_types",
            "businesses",
        )
        self._by_id = {name: {row["id"]: row for row in rows} for name, rows in self._world.items()}

    @property
    def patients(self) -> list[dict[str, Any]]:
        return self._world["patients"]

    def entries(self, patient_id: str) -> list[Entry]:
        """Every booking of this patient that was not deleted, newest first."""
        visits = [(row, row) for row in self._own("individual_appointments", patient_id)]
        for seat in self._own("attendees", patient_id):
            session = self._by_id["group_appointments"].get(linked(seat, "booking"))
            if session and not _is_deleted(session):
                visits.append((seat, session))
        return sorted((self._entry(*visit) for visit in visits), key=lambda each: each.starts_at, reverse=True)

    def _own(self, name: str, patient_id: str) -> list[dict[str, Any]]:
        return [row for row in self._world[name] if linked(row, "patient") == patient_id and not _is_deleted(row)]

    def _entry(self, booking: dict[str, Any], event: dict[str, Any]) -> Entry:
        practitioner = self._by_id["practitioners"][linked(event, "practitioner")]
        place = self._by_id["businesses"][linked(event, "business")]
        return Entry(
            id=booking["id"],
            starts_at=datetime.fromisoformat(event["starts_at"]),
            type=self._by_id["appointment_types"][linked(event, "appointment_type")]["name"],
            who=practitioner["display_name"],
            where=place["display_name"],
            zone=place["time_zone_identifier"],
            cancelled=bool(booking["cancelled_at"]),
            is_class=booking is not event,
        )


def _is_deleted(row: dict[str, Any]) -> bool:
    return bool(row.get("deleted_at") or row.get("archived_at"))
