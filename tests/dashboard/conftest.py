"""A practice with a connection and a small mirror, as the pages meet it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.dashboard.views import integrations
from routiq.mirror.models import (
    Appointment,
    AppointmentType,
    Attendance,
    BookingRules,
    ClassSession,
    Location,
    Patient,
    PatientPhone,
    Practitioner,
    RosterDay,
    UnavailableBlock,
)
from routiq.mirror.queries import fold
from routiq.pms import registry
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from routiq.sync.models import StreamState, SyncEvent, SyncPart, SyncRun, WebhookRegistration
from tests.dashboard.connecting import Connecting

_numbers = count(1)


class World:
    """Makes rows for one practice, in its scope."""

    def __init__(self, practice: Practice, vendor: str = "cliniko") -> None:
        self.practice = practice
        self.vendor = vendor
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        if self._connection is None:
            with acting_for(self.practice.pk):
                self._connection = Connection.objects.create(
                    practice=self.practice,
                    vendor=self.vendor,
                    region="au1" if registry.vendor(self.vendor).capabilities.has_regions else "",
                    account_id=f"{next(_numbers)}",
                    account_name=self.practice.name,
                    key_hint="x7Qp",
                    last_ok_at=timezone.now(),
                )
        return self._connection

    def _row(self) -> dict[str, Any]:
        now = timezone.now()
        return {
            "practice": self.practice,
            "connection": self.connection,
            "remote_id": f"{1_000_000_000_000_000_000 + next(_numbers)}",
            "remote_updated_at": now,
            "seen_at": now,
            "fingerprint": 1,
        }

    def patient(self, first: str = "Amelia", last: str = "Nguyen", phone: str = "", **fields: Any) -> Patient:
        email = fields.setdefault("email", f"{fold(first)}.{next(_numbers)}@example.com")
        values = {
            **self._row(),
            "first_name": first,
            "last_name": last,
            "date_of_birth": date(1984, 3, 9),
            "status": Patient.Status.ACTIVE,
            "sort_name": fold(f"{last} {first}"),
            "search_text": fold(f"{first} {last} {email} {phone.replace(' ', '')} {phone.replace(' ', '')[1:]}"),
            **fields,
        }
        with acting_for(self.practice.pk):
            patient = Patient.objects.create(**values)
            if phone:
                PatientPhone.objects.create(
                    practice=self.practice, patient=patient, position=0, number=phone, kind="mobile"
                )
        return patient

    def location(self, name: str = "Harbour Street", **fields: Any) -> Location:
        values = {"time_zone": "Australia/Sydney", "online": True, "active": True, **fields}
        with acting_for(self.practice.pk):
            return Location.objects.create(**self._row(), name=name, **values)

    def practitioner(self, name: str = "Jonas Weber", **fields: Any) -> Practitioner:
        with acting_for(self.practice.pk):
            return Practitioner.objects.create(**self._row(), name=name, **{"online": True, "active": True, **fields})

    def appointment_type(self, name: str = "Standard consultation", **fields: Any) -> AppointmentType:
        values = {"duration_minutes": 30, "online": True, "active": True, **fields}
        with acting_for(self.practice.pk):
            return AppointmentType.objects.create(**self._row(), name=name, **values)

    def rules(self, **fields: Any) -> BookingRules:
        values = {"online_bookings_enabled": True, "seen_at": timezone.now(), **fields}
        with acting_for(self.practice.pk):
            return BookingRules.objects.create(practice=self.practice, connection=self.connection, **values)

    def appointment(self, patient: Patient, starts_at: datetime, **fields: Any) -> Appointment:
        refers = {"practitioner": "", "location": "", "appointment_type": ""}
        refers |= {name: fields.pop(name).remote_id for name in list(refers) if name in fields}
        values = {
            "status": Appointment.Status.CONFIRMED,
            "ends_at": starts_at + timedelta(minutes=30),
            **{f"{name}_remote_id": remote_id for name, remote_id in refers.items()},
            **fields,
        }
        with acting_for(self.practice.pk):
            return Appointment.objects.create(
                **self._row(), patient_remote_id=patient.remote_id, starts_at=starts_at, **values
            )

    def class_session(self, starts_at: datetime | None = None, **fields: Any) -> ClassSession:
        """A session of a class, of an hour and eight places."""
        refers = {"practitioner": "", "location": "", "appointment_type": ""}
        refers |= {name: fields.pop(name).remote_id for name in list(refers) if name in fields}
        begins = starts_at or timezone.now() + timedelta(days=1)
        values = {
            "starts_at": begins,
            "ends_at": begins + timedelta(hours=1),
            "max_attendees": 8,
            **{f"{name}_remote_id": remote_id for name, remote_id in refers.items()},
            **fields,
        }
        with acting_for(self.practice.pk):
            return ClassSession.objects.create(**self._row(), **values)

    def seat(self, session: ClassSession, patient: Patient, status: str = "confirmed") -> Attendance:
        with acting_for(self.practice.pk):
            return Attendance.objects.create(
                **self._row(),
                class_remote_id=session.remote_id,
                patient_remote_id=patient.remote_id,
                status=status,
            )

    def block(self, who: Practitioner, starts_at: datetime, ends_at: datetime, **fields: Any) -> UnavailableBlock:
        """A stretch in which ``who`` takes no bookings."""
        with acting_for(self.practice.pk):
            return UnavailableBlock.objects.create(
                **self._row(),
                starts_at=starts_at,
                ends_at=ends_at,
                practitioner_remote_id=who.remote_id,
                **fields,
            )

    def works(self, who: Practitioner, where: Location, weekday: int, *hours: tuple[str, str]) -> RosterDay:
        """``who`` is there on these ISO weekdays, in these hours."""
        with acting_for(self.practice.pk):
            return RosterDay.objects.create(
                **self._row(),
                practitioner_remote_id=who.remote_id,
                location_remote_id=where.remote_id,
                weekday=weekday,
                hours=[list(each) for each in hours],
            )

    def event(self, minutes_ago: float = 0, **fields: Any) -> SyncEvent:
        """A line of the event log: a webhook about a patient that was applied a second later."""
        at = timezone.now() - timedelta(minutes=minutes_ago)
        values = {
            "source": "webhook",
            "stream": "patients",
            "kind": "patient.updated",
            "record_id": f"{next(_numbers)}",
            "received_at": at,
            "applied_at": at + timedelta(seconds=1),
            "outcome": "applied",
            **fields,
        }
        with acting_for(self.practice.pk):
            return SyncEvent.objects.create(practice=self.practice, connection=self.connection, **values)

    def refused(self, reason: str = "bad_signature", minutes_ago: float = 0) -> SyncEvent:
        return self.event(
            minutes_ago, outcome="refused", reason=reason, kind="delivery", stream="", record_id="", applied_at=None
        )

    def registration(self, state: str = "live", **fields: Any) -> WebhookRegistration:
        with acting_for(self.practice.pk):
            return WebhookRegistration.objects.create(
                practice=self.practice,
                connection=self.connection,
                **{"state": state, "checked_at": timezone.now(), **fields},
            )

    def streams(self, age: timedelta = timedelta(seconds=8)) -> None:
        """What changes was last fetched so long ago."""
        at = timezone.now() - age
        with acting_for(self.practice.pk):
            for stream in ("patients", "appointments", "classes", "attendances"):
                StreamState.objects.update_or_create(
                    practice=self.practice,
                    connection=self.connection,
                    stream=stream,
                    defaults={"complete_to": at, "last_success_at": at},
                )

    def night(self, days_ago: int = 0, **report: dict[str, int]) -> SyncRun:
        """A reconciliation that is done, with what it found by stream."""
        at = timezone.now() - timedelta(days=days_ago)
        with acting_for(self.practice.pk):
            return SyncRun.objects.create(
                practice=self.practice,
                connection=self.connection,
                kind=SyncRun.Kind.RECONCILIATION,
                state="done",
                requested_at=at,
                began_at=at,
                finished_at=at,
                report=report,
            )

    def first_sync(self, state: str = "running", **fields: Any) -> SyncRun:
        """A first sync a third of the way through."""
        now = timezone.now()
        with acting_for(self.practice.pk):
            run = SyncRun.objects.create(
                practice=self.practice,
                connection=self.connection,
                kind=SyncRun.Kind.FIRST,
                state=state,
                began_at=now - timedelta(minutes=1),
                finished_at=None if state in ("running", "paused") else now,
                **fields,
            )
            for number, (stream, fetched, remaining) in enumerate(
                (("locations", 2, 0), ("patients", 400, 600), ("appointments", 0, 200))
            ):
                SyncPart.objects.create(
                    practice=self.practice,
                    run=run,
                    stage=number,
                    stream=stream,
                    label=stream,
                    fetched=fetched,
                    remaining=remaining,
                    state="done" if not remaining else "running",
                )
        return run


@pytest.fixture
def world(practice: Practice) -> World:
    """The mirror of ``practice``."""
    return World(practice)


@pytest.fixture
def second(practice: Practice) -> World:
    """The mirror of ``practice``, where it works with the second system."""
    return World(practice, "nookal")


@pytest.fixture
def other_world(other_practice: Practice) -> World:
    """The mirror of somebody else's practice."""
    return World(other_practice)


@pytest.fixture
def sydney_noon() -> Callable[[int], datetime]:
    """Noon in Sydney, so many days from today."""

    def at(days: int) -> datetime:
        return (
            (timezone.now() + timedelta(days=days)).replace(hour=1, minute=0, second=0, microsecond=0).astimezone(UTC)
        )

    return at


@pytest.fixture
def connecting(monkeypatch: pytest.MonkeyPatch) -> Connecting:
    """What the pages hand over when a key is saved, instead of connecting with it."""
    double = Connecting()
    monkeypatch.setattr(integrations, "connect_and_sync", double)
    return double
