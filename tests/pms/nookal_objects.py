"""Nookal's objects as they come, and the record that is made of one."""

from __future__ import annotations

from typing import Any

import msgspec

from routiq.pms.nookal import mapping, payloads
from routiq.pms.nookal.mapping import Habits

HABITS = Habits(zones={"1": "Australia/Sydney", "2": "Australia/Perth"})


KEEPING = Habits(include_notes=True, zones=HABITS.zones)


def read(kind: Any, given: dict[str, Any]) -> Any:
    return msgspec.json.decode(msgspec.json.encode(given), type=kind)


def patient(habits: Habits = HABITS, **fields: Any) -> Any:
    given = {"ID": "713", "FirstName": "Ravi", "LastName": "Shah", "DateModified": "2026-04-11 05:20:41", **fields}
    return mapping.patient(read(payloads.Patient, given), habits)


def appointment(habits: Habits = HABITS, **fields: Any) -> Any:
    given = {
        "ID": "90211",
        "patientID": "713",
        "practitionerID": "5",
        "locationID": "1",
        "appointmentDate": "2026-10-06",
        "appointmentStartTime": "09:30:00",
        "appointmentEndTime": "10:15:00",
        "TimeZone": "Australia/Sydney",
        "appointmentStartDateTimeUTC": "2026-10-05 22:30:00",
        "appointmentEndDateTimeUTC": "2026-10-05 23:15:00",
        "appointmentType": "Consultation",
        "appointmentTypeID": "3",
        "status": "Pending",
        "arrived": None,
        "DNA": "0",
        "cancelled": "0",
        "cancellationDate": None,
        "invoiceGenerated": "0",
        "Notes": None,
        "dateCreated": "2026-09-20 01:02:03",
        "lastModified": "2026-09-21 04:05:06",
        **fields,
    }
    return mapping.appointment(read(payloads.Appointment, given), habits)
