"""Comparing the mirror of a practice on the second system with the sandbox's world, field by field.

Written from what the world holds, not from the product's mapping: the two are checked against each other. What that
system never tells (how many a class holds, that an appointment was deleted) is not compared.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.mirror.models import (
    Appointment,
    AppointmentType,
    Attendance,
    ClassSession,
    Invoice,
    Location,
    Patient,
    Practitioner,
    UnavailableBlock,
    WaitingListEntry,
)
from routiq.sync.window import window_start
from tests.worlds import lines, moment, related

#: Which numbers a record has room for, by the world's words.
_KINDS = {"Mobile", "Home", "Work", "Fax"}


def differences(connection: Connection, sandbox: RunningSandbox) -> list[str]:
    """What is missing, extra or different; empty when the mirror is true."""
    world = sandbox.world()
    since = window_start(connection)
    billed = {row["appointment_id"] for row in world["billed_visits"]}
    dead = {
        one for held in sandbox.characters().values() if held["label"] == "deceased" for one in held["patient_ids"]
    }

    def standing(name: str) -> dict[str, dict[str, Any]]:
        return {
            row["id"]: row
            for row in world[name]
            if not row.get("archived_at") and (moment(row.get("starts_at")) or since) >= since
        }

    everybody = {row["id"]: row for row in world["patients"]}
    classes, visits = standing("group_appointments"), standing("individual_appointments")
    seats = {
        f"{related(row, 'booking')}-{related(row, 'patient')}": row
        for row in world["attendees"]
        if related(row, "booking") in classes and not row.get("archived_at")
    }
    found = [
        *_compared(connection, Patient, everybody, lambda record, row: _patient(record, row, dead)),
        *_compared(connection, Location, standing("businesses"), _location),
        *_compared(connection, Practitioner, {row["id"]: row for row in world["practitioners"]}, _practitioner),
        *_compared(connection, Appointment, visits, lambda record, row: _visit(record, row, billed), since),
        *_compared(connection, ClassSession, classes, _class, since),
        *_compared(connection, Attendance, seats, _seat),
        *_compared(connection, UnavailableBlock, _days_closed(world, since), _closed, since),
        *_compared(connection, WaitingListEntry, {row["id"]: row for row in world["waiting_list"]}, _wish),
        *_compared(connection, Invoice, {row["id"]: row for row in world["bills"]}, _bill),
    ]
    return found + _types(connection, world)


def _days_closed(world: dict[str, Any], since: datetime) -> dict[str, dict[str, Any]]:
    """Each stretch without bookings, day by day at its place."""
    zones = {row["id"]: ZoneInfo(row["time_zone_identifier"]) for row in world["businesses"]}
    found = {}
    for row in world["unavailable_blocks"]:
        zone = zones[related(row, "business")]
        starts, ends = (parsed.astimezone(zone) for name in ("starts_at", "ends_at") if (parsed := moment(row[name])))
        day = starts.replace(hour=0, minute=0)
        while day < ends:
            following = (day + timedelta(days=1)).replace(tzinfo=zone)
            first, last = max(day, starts), min(following, ends)
            if first >= since:
                found[f"{first:%Y%m%d}-{row['id']}"] = {**row, "first": first, "last": last}
            day = following
    return {key: row for key, row in found.items() if not row.get("archived_at")}


def _compared(
    connection: Connection, model: Any, records: dict[str, Any], compare: Any, since: datetime | None = None
) -> list[str]:
    name = model.__name__.lower()
    rows = {row.remote_id: row for row in model.objects.filter(connection=connection)}
    found = [f"{name} {key}: missing" for key in records.keys() - rows.keys()]
    for key in rows.keys() - records.keys():
        row = rows[key]
        outside = since is not None and row.starts_at < since
        if row.removed_at is None and not outside:
            found.append(f"{name} {key}: extra")
    for key in records.keys() & rows.keys():
        pairs = {"removed": (False, rows[key].removed_at is not None), **compare(records[key], rows[key])}
        found += [f"{name} {key}: {line}" for line in lines(pairs)]
    return found


def _patient(record: dict[str, Any], row: Patient, dead: set[str]) -> dict[str, tuple[Any, Any]]:
    numbers: dict[str, str] = {}
    for held in record["patient_phone_numbers"] or []:
        numbers.setdefault(held["phone_type"] if held["phone_type"] in _KINDS else "Home", held["number"])
    status = "active"
    if record["archived_at"]:
        # The world does not say of everybody archived whether they died; of its characters it does.
        status = "deceased" if record["id"] in dead or row.status == "deceased" else "inactive"
    born = row.date_of_birth.isoformat() if row.date_of_birth else None
    return {
        "first_name": (record["first_name"], row.first_name),
        "last_name": (record["last_name"], row.last_name),
        "preferred": (record["preferred_first_name"] or "", row.preferred_name),
        "born": (record["date_of_birth"], born),
        "email": (record["email"] or "", row.email),
        "numbers": (sorted(numbers.values()), sorted(phone.number for phone in row.phones.all())),
        "address": ([line for n in (1, 2, 3) if (line := record[f"address_{n}"])], list(row.address_lines)),
        "city": (record["city"] or "", row.city),
        "post_code": (record["post_code"] or "", row.post_code),
        "status": (status, row.status),
        "notes": ("", row.notes),
        "updated": (moment(record["updated_at"]), row.remote_updated_at),
        "created": (moment(record["created_at"]), row.remote_created_at),
    }


def _location(record: dict[str, Any], row: Location) -> dict[str, tuple[Any, Any]]:
    return {
        "name": (record["display_name"] or record["business_name"], row.name),
        "zone": (record["time_zone_identifier"], row.time_zone),
        "active": (True, row.active),
    }


def _practitioner(record: dict[str, Any], row: Practitioner) -> dict[str, tuple[Any, Any]]:
    return {
        "first_name": (record["first_name"] or "", row.first_name),
        "last_name": (record["last_name"] or "", row.last_name),
        "active": (bool(record["active"]), row.active),
    }


def _status(record: dict[str, Any], missed: bool) -> str:
    if record["cancelled_at"]:
        return "cancelled"
    return "dna" if missed else "confirmed"


def _booking(record: dict[str, Any], row: Any) -> dict[str, tuple[Any, Any]]:
    return {
        "starts": (moment(record["starts_at"]), row.starts_at),
        "ends": (moment(record["ends_at"]), row.ends_at),
        "practitioner": (related(record, "practitioner"), row.practitioner_remote_id),
        "location": (related(record, "business"), row.location_remote_id),
        "updated": (moment(record["updated_at"]), row.remote_updated_at),
    }


def _visit(record: dict[str, Any], row: Appointment, billed: set[str]) -> dict[str, tuple[Any, Any]]:
    status = _status(record, bool(record["did_not_arrive"]))
    return {
        **_booking(record, row),
        "type": (related(record, "appointment_type"), row.appointment_type_remote_id),
        "patient": (related(record, "patient"), row.patient_remote_id),
        "status": (status, row.status),
        "arrived": (bool(record["patient_arrived"]), row.arrived),
        "completed": (status == "confirmed" and bool(record["patient_arrived"]), row.completed),
        "invoiced": (record["id"] in billed, row.invoiced),
        "cancelled": (moment(record["cancelled_at"]), row.cancelled_at),
    }


def _class(record: dict[str, Any], row: ClassSession) -> dict[str, tuple[Any, Any]]:
    return {
        **_booking(record, row),
        "type": (f"class-{related(record, 'appointment_type')}", row.appointment_type_remote_id),
    }


def _seat(record: dict[str, Any], row: Attendance) -> dict[str, tuple[Any, Any]]:
    return {
        "class": (related(record, "booking"), row.class_remote_id),
        "patient": (related(record, "patient"), row.patient_remote_id),
        "status": (_status(record, record["arrived"] is False), row.status),
        "arrived": (record["arrived"] is True, row.arrived),
        "updated": (moment(record["updated_at"]), row.remote_updated_at),
    }


def _closed(record: dict[str, Any], row: UnavailableBlock) -> dict[str, tuple[Any, Any]]:
    return {
        "starts": (record["first"], row.starts_at),
        "ends": (record["last"], row.ends_at),
        "practitioner": (related(record, "practitioner"), row.practitioner_remote_id),
        "location": (related(record, "business"), row.location_remote_id),
        "notes": ("", row.notes),
    }


def _wish(record: dict[str, Any], row: WaitingListEntry) -> dict[str, tuple[Any, Any]]:
    kind = row.appointment_type_remote_id.removeprefix("class-")
    return {
        "patient": (record["patient_id"], row.patient_remote_id),
        "location": (record["business_id"], row.location_remote_id),
        "type": (record["appointment_type_id"], kind),
        "practitioners": (record["practitioner_ids"], row.practitioner_remote_ids),
        "days": (", ".join(map(str, record["days"])), row.days),
        "priority": (str(record["priority"]), row.priority),
        "active": (record["active"], row.active),
        "updated": (moment(record["updated_at"]), row.remote_updated_at),
    }


def _bill(record: dict[str, Any], row: Invoice) -> dict[str, tuple[Any, Any]]:
    payments = [each for each in record["payments"] if not each.get("void")]
    total = sum(each["total"] for each in record["entries"] if not each.get("void"))
    paid = sum(each["amount"] for each in payments)
    listed = [each for each in row.payments.all() if not each.void]
    return {
        "number": (record["number"], row.number),
        "patient": (record["patient_id"], row.patient_remote_id),
        "practitioner": (record["practitioner_id"] or "", row.practitioner_remote_id),
        "location": (record["business_id"], row.location_remote_id),
        "issued": (moment(record["created_at"]), row.issued_at),
        "total": (Decimal(total) / 100, row.total),
        "paid": (Decimal(paid) / 100, row.paid),
        "outstanding": (Decimal(total - paid) / 100, row.outstanding),
        "payments": (
            [(each["id"], Decimal(each["amount"]) / 100, each["method"], each["date"]) for each in payments],
            [(each.remote_id, each.amount, each.method, each.paid_on.isoformat()) for each in listed],
        ),
        "void": (bool(record.get("voided_at")), row.void),
    }


def _types(connection: Connection, world: dict[str, Any]) -> list[str]:
    """Services and classes are numbered apart; one that is archived may or may not be listed still."""
    rows = {row.remote_id: row for row in AppointmentType.objects.filter(connection=connection, removed_at=None)}
    found = []
    for record in world["appointment_types"]:
        if record["archived_at"]:
            continue
        is_class = record["max_attendees"] > 1
        row = rows.get(f"class-{record['id']}" if is_class else record["id"])
        if row is None:
            found.append(f"type {record['id']}: missing")
            continue
        pairs = {
            "name": (record["name"], row.name),
            "minutes": (record["duration_in_minutes"], row.duration_minutes),
            "class": (is_class, row.is_class),
            "active": (True, row.active),
        }
        found += [f"type {record['id']}: {line}" for line in lines(pairs)]
    return found
