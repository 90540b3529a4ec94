"""Rows of a practice that no vendor is needed for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from django.utils import timezone
from psycopg.types.range import TimestamptzRange

from routiq.connections.models import Connection
from routiq.frontdesk.models import Booking, FreedTime, SlotOffer, StaffTask, WaitlistEntry, Write
from routiq.frontdesk.wishes import OfferedTime
from routiq.knowledge import gaps, sources
from routiq.knowledge.models import Gap, Source
from routiq.mirror.models import Appointment, Invoice, Patient, PatientPhone, Payment, WaitingListEntry
from routiq.mirror.queries import fold
from routiq.pms.phones import e164
from routiq.practices.audit import SYSTEM
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from routiq.robyn.models import Conversation, Scenario, Turn
from routiq.sync.models import SyncEvent, SyncRun


def make_connection(practice: Practice, **fields: Any) -> Connection:
    with acting_for(practice.pk):
        return Connection.objects.create(
            practice=practice, vendor="cliniko", region="au2", account_id="1", account_name=practice.name, **fields
        )


def make_patient(
    connection: Connection, first: str, last: str, phone: str = "", status: str = "active", **fields: Any
) -> Patient:
    now = timezone.now()
    with acting_for(connection.practice_id):
        number = Patient.objects.count() + 1
        patient = Patient.objects.create(
            practice_id=connection.practice_id,
            connection=connection,
            remote_id=f"9007199254740993{number:03}",
            remote_updated_at=now,
            seen_at=now,
            fingerprint=0,
            first_name=first,
            last_name=last,
            status=status,
            sort_name=fold(f"{last} {first}"),
            search_text=fold(f"{first} {last} ") + "".join(filter(str.isdigit, phone)),
            **fields,
        )
        if phone:
            PatientPhone.objects.create(
                practice_id=connection.practice_id,
                patient=patient,
                position=0,
                number=phone,
                e164=e164(phone),
                kind="mobile",
            )
    return patient


def make_papers(connection: Connection, patient: Patient) -> None:
    """An invoice with a payment, and an entry of the waiting list."""
    now = timezone.now()
    row: dict[str, Any] = {
        "practice_id": connection.practice_id,
        "connection": connection,
        "remote_updated_at": now,
        "seen_at": now,
        "fingerprint": 0,
        "patient_remote_id": patient.remote_id,
    }
    with acting_for(connection.practice_id):
        invoice = Invoice.objects.create(
            **row,
            remote_id="3001",
            number=f"INV {patient.last_name}",
            issued_at=now,
            total=Decimal("110.00"),
            paid=Decimal("30.50"),
            outstanding=Decimal("79.50"),
        )
        Payment.objects.create(
            practice_id=connection.practice_id,
            invoice=invoice,
            position=0,
            remote_id="1",
            paid_on=now.date(),
            amount=Decimal("30.50"),
            method="EFTPOS",
        )
        WaitingListEntry.objects.create(
            **row, remote_id="41", days="Mon, Thu", times="mornings", notes="Rings after six", remote_created_at=now
        )


def make_wait(connection: Connection, patient: Patient, **fields: Any) -> WaitlistEntry:
    """Somebody who waits; the practice is in force."""
    given = {"intent_key": f"wait:{WaitlistEntry.objects.count()}", "channel": "api", "asked_by": "token:0", **fields}
    return WaitlistEntry.objects.create(
        practice_id=connection.practice_id,
        connection=connection,
        patient_remote_id=patient.remote_id,
        appointment_type_remote_id="3",
        **given,
    )


def make_offer(wait: WaitlistEntry, start: datetime, **fields: Any) -> SlotOffer:
    """A time that is theirs to take for half an hour; the practice is in force."""
    until = start + timedelta(minutes=30)
    shared = {"practice_id": wait.practice_id, "connection": wait.connection}
    freed = FreedTime.objects.create(
        **shared,
        practitioner_remote_id="1",
        location_remote_id="2",
        starts_at=start,
        ends_at=until,
        left_by="somebody else",
    )
    time = OfferedTime(start, until, "Australia/Sydney", "1", "Jonas Weber", "2", "Quay Road", "3", "Follow-up")
    return SlotOffer.objects.create(
        **shared,
        freed=freed,
        entry=wait,
        patient_remote_id=wait.patient_remote_id,
        practitioner_pk=wait.connection_id,
        during=TimestamptzRange(start, until, "[)"),
        time=msgspec.to_builtins(time),
        **{"expires_at": timezone.now() + timedelta(minutes=30), **fields},
    )


@dataclass(frozen=True)
class Belongings:
    """One of everything that has an id."""

    connection: Connection
    run: SyncRun
    patient: Patient
    booking: Booking
    change: Write
    appointment: Appointment
    conversation: Conversation
    task: StaffTask
    wait: WaitlistEntry
    offer: SlotOffer
    event: SyncEvent
    night: SyncRun
    note: Source
    gap: Gap
    scenario: Scenario

    @property
    def ids(self) -> dict[str, Any]:
        """By the names that the API's paths give them."""
        return {
            "connection_id": self.connection.pk,
            "run_id": self.run.pk,
            "patient_id": self.patient.pk,
            "booking_id": self.booking.pk,
            "change_id": self.change.pk,
            "appointment_id": self.appointment.remote_id,
            "conversation_id": self.conversation.pk,
            "task_id": self.task.pk,
            "wait_id": self.wait.pk,
            "offer_id": self.offer.pk,
            "event_id": self.event.pk,
            "reconciliation_id": self.night.pk,
            "source_id": self.note.pk,
            "gap_id": self.gap.pk,
            "scenario_id": self.scenario.pk,
        }


def make_belongings(practice: Practice, connection: Connection | None = None) -> Belongings:
    connection = connection or make_connection(practice)
    patient = make_patient(connection, "Pat", f"Of {practice.name}", "0491 570 006")
    start = timezone.now() + timedelta(days=3)
    make_papers(connection, patient)
    with acting_for(practice.pk):
        gap = gaps.note(f"Where is {practice.name}'s piano?")
        assert gap is not None
        conversation = Conversation.objects.create(practice=practice, channel="api")
        Turn.objects.create(practice=practice, conversation=conversation, number=0, said="Hello.")
        wait = make_wait(connection, patient)
        return Belongings(
            connection=connection,
            run=SyncRun.objects.create(practice=practice, connection=connection, kind=SyncRun.Kind.FIRST),
            patient=patient,
            booking=Booking.objects.create(
                practice=practice,
                connection=connection,
                intent_key="token:0:rows",
                reference="RTQ-ROWS22",
                state=Booking.State.UNCERTAIN,
                patient_remote_id=patient.remote_id,
                practitioner_remote_id="1",
                location_remote_id="2",
                appointment_type_remote_id="3",
                starts_at=start,
                ends_at=start + timedelta(minutes=30),
                channel="api",
                asked_by="token:0",
            ),
            change=Write.objects.create(
                practice=practice,
                connection=connection,
                kind=Write.Kind.CANCELLATION,
                intent_key="cancel:token:0:rows",
                reference="RTQ-ROWS33",
                state=Write.State.UNCERTAIN,
                patient_remote_id=patient.remote_id,
                appointment_remote_id=f"{practice.pk}77",
                channel="api",
                asked_by="token:0",
            ),
            appointment=Appointment.objects.create(
                practice=practice,
                connection=connection,
                remote_id=f"{practice.pk}77",
                remote_updated_at=start,
                seen_at=start,
                fingerprint=0,
                patient_remote_id=patient.remote_id,
                practitioner_remote_id="1",
                location_remote_id="2",
                appointment_type_remote_id="3",
                starts_at=start,
                ends_at=start + timedelta(minutes=30),
                status=Appointment.Status.CONFIRMED,
            ),
            conversation=conversation,
            note=sources.add_note(f"Piano of {practice.name}", "It stands upstairs.", SYSTEM),
            gap=gap,
            scenario=Scenario.objects.create(
                practice=practice, name=f"A talk at {practice.name}", weekday=1, clock=time(9), lines=["Hello"]
            ),
            task=StaffTask.objects.create(
                practice=practice, kind="call_back", summary=f"Ring somebody at {practice.name}"
            ),
            wait=wait,
            offer=make_offer(wait, start),
            event=SyncEvent.objects.create(
                practice=practice,
                connection=connection,
                source=SyncEvent.Source.WEBHOOK,
                stream="patients",
                kind="patient.updated",
                record_id=patient.remote_id,
                received_at=timezone.now(),
                outcome=SyncEvent.Outcome.WAITING,
            ),
            night=SyncRun.objects.create(
                practice=practice,
                connection=connection,
                kind=SyncRun.Kind.RECONCILIATION,
                state=SyncRun.State.DONE,
                report={"patients": {"checked": 1, "extra": 0}},
            ),
        )
