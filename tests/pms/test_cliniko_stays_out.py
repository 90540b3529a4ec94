"""Clinical notes, files, forms, alerts and invoices are never asked for."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import routiq.pms.cliniko
from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import NotBookableOnline, WriteRefused
from routiq.pms.gateway import Selection, Stream
from routiq.pms.records import AppointmentDraft, AppointmentMove, Cancellation, PatientDraft

CLOSED = ("treatment_note", "patient_attachment", "patient_form", "medical_alert", "invoice", "letters", "attachment")
ADDRESS = re.compile(r"""["'][^"'\s]*/[^"'\s]*["']""")


def test_no_address_in_this_room_leads_there() -> None:
    room = Path(routiq.pms.cliniko.__file__).parent
    addresses = [
        (path.name, address)
        for path in room.rglob("*.py")
        for address in ADDRESS.findall(path.read_text(encoding="utf-8"))
    ]
    assert any("/individual_appointments" in address for _, address in addresses)
    assert not [found for found in addresses if any(word in found[1] for word in CLOSED)]


def test_nothing_that_was_asked_for_led_there(sandbox: RunningSandbox, clinic: Any) -> None:
    gateway = clinic.gateway
    gateway.check()
    for stream in gateway.capabilities.streams:
        clinic.all(stream)
        clinic.all(stream, Selection(updated_since=datetime(2026, 5, 1, tzinfo=UTC)))
    appointment = clinic.all(Stream.APPOINTMENTS)[0]
    gateway.appointment(appointment.id)
    gateway.has_conflict(appointment.id)
    where = {
        "practitioner_id": appointment.practitioner_id,
        "location_id": appointment.location_id,
        "appointment_type_id": appointment.appointment_type_id,
    }
    start = datetime(2026, 5, 6, 1, tzinfo=UTC)
    gateway.find_appointments(
        patient_id=appointment.patient_id, practitioner_id=appointment.practitioner_id, starts_at=start
    )
    with pytest.raises(NotBookableOnline):
        gateway.available_times(
            **{**where, "practitioner_id": "1"}, duration_minutes=30, first=date(2026, 5, 4), last=date(2026, 5, 5)
        )
    draft = AppointmentDraft(
        **where, patient_id=appointment.patient_id, starts_at=start, ends_at=start + timedelta(minutes=30)
    )
    made = gateway.book(draft).record
    later = {"starts_at": start + timedelta(days=1), "ends_at": start + timedelta(days=1, minutes=30)}
    gateway.reschedule(AppointmentMove(**where, **later, appointment_id=made.id, patient_id=made.patient_id))
    gateway.cancel(Cancellation(appointment_id=made.id, patient_id=made.patient_id))
    gateway.withdraw(gateway.book(draft).record.id)
    gateway.find_patients(first_name="Ada", last_name="Nguyen", date_of_birth=None)
    gateway.register_patient(PatientDraft(first_name="Ada", last_name="Nguyen", notes="New"))
    with pytest.raises(WriteRefused):
        gateway.book(AppointmentDraft(**where, patient_id="1", starts_at=start, ends_at=start))
    asked = {re.sub(r"\d{5,}", "*", f"{entry['method']} {entry['path']}") for entry in sandbox.requests()}
    assert not [path for path in asked if any(word in path for word in CLOSED)]
    assert {path for path in asked if not path.startswith("GET")} == {
        "POST individual_appointments",
        "POST individual_appointments/*/archive",
        "PATCH individual_appointments/*",
        "PATCH individual_appointments/*/cancel",
        "POST patients",
    }
