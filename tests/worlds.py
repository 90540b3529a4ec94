"""Comparing the mirror with the sandbox's world, field by field (S1, S15).

Written from the vendor's documented fields, not from the product's mapping: the two are checked against each other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.mirror.models import (
    Appointment,
    AppointmentType,
    Attendance,
    ClassSession,
    Location,
    Offering,
    Patient,
    Practitioner,
    UnavailableBlock,
)
from routiq.sync.window import window_start


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def related(record: dict[str, Any], name: str) -> str:
    link = record.get(name)
    return link["links"]["self"].rsplit("/", 1)[1] if link else ""


def differences(connection: Connection, sandbox: RunningSandbox) -> list[str]:
    """What is missing, extra or different; empty when the mirror is true."""
    world = sandbox.world(*MODELS, "attendees", "services")
    since = window_start(connection)
    found: list[str] = []
    for name, compare in (
        ("patients", _patient),
        ("practitioners", _practitioner),
        ("businesses", _location),
        ("appointment_types", _type),
        ("individual_appointments", _appointment),
        ("group_appointments", _class),
        ("unavailable_blocks", _block),
    ):
        model = MODELS[name]
        stored = model.objects.filter(connection=connection)
        if model is Patient:
            stored = stored.prefetch_related("phones")
        rows = {row.remote_id: row for row in stored}
        records = {record["id"]: record for record in world[name] if _in_window(record, since)}
        gone = {row.remote_id for row in rows.values() if row.removed_at is not None} - records.keys()
        outside = {
            key
            for key, row in rows.items()
            if hasattr(row, "starts_at") and row.starts_at < since and key not in records
        }
        found += [f"{name} {key}: missing" for key in records.keys() - rows.keys()]
        found += [f"{name} {key}: extra" for key in rows.keys() - records.keys() - gone - outside]
        for key in records.keys() & rows.keys():
            found += [f"{name} {key}: {line}" for line in compare(records[key], rows[key])]
    found += _seats(connection, world, since)
    found += _offerings(connection, world)
    return found


def _in_window(record: dict[str, Any], since: datetime) -> bool:
    starts = moment(record.get("starts_at"))
    return starts is None or starts >= since


def lines(pairs: dict[str, tuple[Any, Any]]) -> list[str]:
    return [f"{name}: vendor {theirs!r}, mirror {ours!r}" for name, (theirs, ours) in pairs.items() if theirs != ours]


def _patient(record: dict[str, Any], row: Patient) -> list[str]:
    born = row.date_of_birth.isoformat() if row.date_of_birth else None
    numbers = sorted(entry["number"] for entry in record["patient_phone_numbers"] or [])
    # Who was merged into another stays gone, even where the file is taken out of the archive once more.
    gone_at = record["archived_at"] or record["merged_at"]
    dialled = sorted("+" + entry["normalized_number"] for entry in record["patient_phone_numbers"] or [])
    return lines(
        {
            "first_name": (record["first_name"], row.first_name),
            "last_name": (record["last_name"], row.last_name),
            "preferred": (record["preferred_first_name"] or "", row.preferred_name),
            "born": (record["date_of_birth"], born),
            "email": (record["email"] or "", row.email),
            "numbers": (numbers, sorted(phone.number for phone in row.phones.all())),
            "dialled": (dialled, sorted(phone.e164 for phone in row.phones.all())),
            "address": (
                [line for n in (1, 2, 3) if (line := record[f"address_{n}"])],
                list(row.address_lines),
            ),
            "city": (record["city"] or "", row.city),
            "post_code": (record["post_code"] or "", row.post_code),
            "status": ("inactive" if gone_at else "active", row.status),
            "archived": (moment(gone_at), row.archived_at),
            "merged": (related(record, "merged_with_patient"), row.merged_into),
            "notes": ("", row.notes),
            "updated": (moment(record["updated_at"]), row.remote_updated_at),
            "created": (moment(record["created_at"]), row.remote_created_at),
            "removed": (None, row.removed_at),
        }
    )


def _practitioner(record: dict[str, Any], row: Practitioner) -> list[str]:
    return lines(
        {
            "first_name": (record["first_name"] or "", row.first_name),
            "last_name": (record["last_name"] or "", row.last_name),
            "designation": (record["designation"] or "", row.designation),
            "online": (bool(record["show_in_online_bookings"]), row.online),
            "active": (bool(record["active"]), row.active),
        }
    )


def _location(record: dict[str, Any], row: Location) -> list[str]:
    return lines(
        {
            "zone": (record["time_zone_identifier"], row.time_zone),
            "online": (bool(record["show_in_online_bookings"]), row.online),
            "active": (record["archived_at"] is None, row.active),
        }
    )


def _type(record: dict[str, Any], row: AppointmentType) -> list[str]:
    return lines(
        {
            "name": (record["name"], row.name),
            "duration": (record["duration_in_minutes"], row.duration_minutes),
            "attendees": (record["max_attendees"], row.max_attendees),
            "online": (bool(record["show_in_online_bookings"]), row.online),
            "lead": (record["online_bookings_lead_time_hours"], row.lead_time_hours),
            "active": (record["archived_at"] is None, row.active),
        }
    )


def _booking(record: dict[str, Any], row: Any) -> dict[str, tuple[Any, Any]]:
    return {
        "starts": (moment(record["starts_at"]), row.starts_at),
        "ends": (moment(record["ends_at"]), row.ends_at),
        "practitioner": (related(record, "practitioner"), row.practitioner_remote_id),
        "location": (related(record, "business"), row.location_remote_id),
        "type": (related(record, "appointment_type"), row.appointment_type_remote_id),
        "updated": (moment(record["updated_at"]), row.remote_updated_at),
        "removed": (bool(record["archived_at"] or record["deleted_at"]), row.removed_at is not None),
    }


def _status(record: dict[str, Any], missed: bool) -> str:
    if record["cancelled_at"]:
        return "cancelled"
    return "dna" if missed else "confirmed"


def _appointment(record: dict[str, Any], row: Appointment) -> list[str]:
    return lines(
        {
            **_booking(record, row),
            "patient": (related(record, "patient"), row.patient_remote_id),
            "status": (_status(record, bool(record["did_not_arrive"])), row.status),
            "arrived": (bool(record["patient_arrived"]), row.arrived),
            "cancelled": (moment(record["cancelled_at"]), row.cancelled_at),
        }
    )


def _class(record: dict[str, Any], row: ClassSession) -> list[str]:
    return lines({**_booking(record, row), "attendees": (record["max_attendees"], row.max_attendees)})


def _block(record: dict[str, Any], row: UnavailableBlock) -> list[str]:
    return lines(
        {
            "starts": (moment(record["starts_at"]), row.starts_at),
            "ends": (moment(record["ends_at"]), row.ends_at),
            "practitioner": (related(record, "practitioner"), row.practitioner_remote_id),
            "location": (related(record, "business"), row.location_remote_id),
            "notes": ("", row.notes),
            "updated": (moment(record["updated_at"]), row.remote_updated_at),
            "created": (moment(record["created_at"]), row.remote_created_at),
            "removed": (bool(record["archived_at"] or record["deleted_at"]), row.removed_at is not None),
        }
    )


def _seats(connection: Connection, world: dict[str, Any], since: datetime) -> list[str]:
    classes = {record["id"] for record in world["group_appointments"] if _in_window(record, since)}
    records = {record["id"]: record for record in world["attendees"] if related(record, "booking") in classes}
    rows = {row.remote_id: row for row in Attendance.objects.filter(connection=connection)}
    # The copy of a class that moved out of the window is kept, and so are its seats.
    left = ClassSession.objects.filter(connection=connection, starts_at__lt=since).exclude(remote_id__in=classes)
    outside = set(left.values_list("remote_id", flat=True))
    found = [f"seat {key}: missing" for key in records.keys() - rows.keys()]
    found += [
        f"seat {key}: extra"
        for key in rows.keys() - records.keys()
        if rows[key].removed_at is None and rows[key].class_remote_id not in outside
    ]
    for key in records.keys() & rows.keys():
        record, row = records[key], rows[key]
        found += [
            f"seat {key}: {line}"
            for line in lines(
                {
                    "class": (related(record, "booking"), row.class_remote_id),
                    "patient": (related(record, "patient"), row.patient_remote_id),
                    "status": (_status(record, record["arrived"] is False), row.status),
                    "arrived": (record["arrived"] is True, row.arrived),
                    "cancelled": (moment(record["cancelled_at"]), row.cancelled_at),
                    "updated": (moment(record["updated_at"]), row.remote_updated_at),
                    "removed": (bool(record["archived_at"] or record["deleted_at"]), row.removed_at is not None),
                }
            )
        ]
    return found


def _offerings(connection: Connection, world: dict[str, Any]) -> list[str]:
    theirs = {
        (related(row, "business"), related(row, "appointment_type"), link["links"]["self"].rsplit("/", 1)[1])
        for row in world["services"]
        for link in row["practitioners"]
    }
    ours = set(
        Offering.objects.filter(connection=connection).values_list(
            "location_remote_id", "appointment_type_remote_id", "practitioner_remote_id"
        )
    )
    return [f"offering {row}: missing" for row in theirs - ours] + [f"offering {row}: extra" for row in ours - theirs]


MODELS: dict[str, Any] = {
    "patients": Patient,
    "practitioners": Practitioner,
    "businesses": Location,
    "appointment_types": AppointmentType,
    "individual_appointments": Appointment,
    "group_appointments": ClassSession,
    "unavailable_blocks": UnavailableBlock,
}
