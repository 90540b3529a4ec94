"""What a receptionist can do in the practice's own screens, on any record; every edit bumps ``updated_at``.

The API's writes go through the same functions after their own checks, so both leave the same traces.
"""

from __future__ import annotations

from typing import Any

from pms_sandbox.conditions import Row
from pms_sandbox.stamps import parse_stamp, seconds, stamp
from pms_sandbox.world.model import World
from pms_sandbox.world.phones import normalized

BOTH_STAMPS = frozenset(
    {"individual_appointments", "group_appointments", "attendees", "unavailable_blocks", "businesses"}
)
_STAMP_FIELDS = (
    "starts_at",
    "ends_at",
    "cancelled_at",
    "archived_at",
    "deleted_at",
    "created_at",
    "updated_at",
)


class NoSuchRecord(KeyError):
    """The collection holds no record of this id."""


class BadEdit(ValueError):
    """An edit that makes no sense even for a receptionist."""


def find(world: World, name: str, id_: str) -> Row:
    collection = world.collections.get(name)
    if collection is None or id_ not in collection.rows:
        raise NoSuchRecord(f"{name}/{id_}")
    return collection.rows[id_]


def create(world: World, name: str, fields: dict[str, Any]) -> Row:
    """A new record with these fields; an individual appointment gets its attendee, a group its seats."""
    if name not in world.collections or name == "bookings":
        raise NoSuchRecord(name)
    now = world.clock.stamp()
    row: Row = {"id": fields.get("id") or world.new_id(), **_tidy(fields)}
    row.setdefault("created_at", now)
    row.setdefault("updated_at", now)
    if name in ("individual_appointments", "group_appointments"):
        _fill_booking(world, name, row)
    world.put(name, row)
    if name == "individual_appointments":
        create(world, "attendees", {"booking_id": row["id"], "patient_id": row["patient_id"]})
    if name == "attendees":
        _count_seats(world, row["booking_id"])
    return row


def update(world: World, name: str, id_: str, fields: dict[str, Any], *, bump: bool = True) -> Row:
    """Set these fields; ``updated_at`` becomes now unless the edit names it."""
    old = find(world, name, id_)
    row = {**old, **_tidy(fields), "id": id_}
    if bump and "updated_at" not in fields:
        row["updated_at"] = world.clock.stamp()
    world.put(name, row)
    if name == "individual_appointments" and row.get("patient_id") != old.get("patient_id"):
        for attendee in world["attendees"].having("booking_id", id_):
            update(world, "attendees", attendee["id"], {"patient_id": row["patient_id"]})
    if name == "attendees":
        _count_seats(world, row["booking_id"])
    return row


def archive(world: World, name: str, id_: str) -> Row:
    """Archived now; appointment-like records get both stamps (spec 2.5), an appointment takes its attendee along."""
    now = world.clock.stamp()
    stamps = {"archived_at": now} | ({"deleted_at": now} if name in BOTH_STAMPS else {})
    row = update(world, name, id_, stamps)
    if name in ("individual_appointments", "group_appointments"):
        for attendee in world["attendees"].having("booking_id", id_):
            update(world, "attendees", attendee["id"], stamps)
    return row


def unarchive(world: World, name: str, id_: str) -> Row:
    cleared = {"archived_at": None, "deleted_at": None}
    row = update(world, name, id_, cleared)
    if name in ("individual_appointments", "group_appointments"):
        for attendee in world["attendees"].having("booking_id", id_):
            update(world, "attendees", attendee["id"], cleared)
    return row


def cancel(world: World, name: str, id_: str, reason: int = 50, note: str | None = None) -> Row:
    """Cancelled now with a reason code of spec 3.2; the appointment and its attendee go together."""
    stamps = {"cancelled_at": world.clock.stamp(), "cancellation_reason": reason, "cancellation_note": note}
    row = update(world, name, id_, stamps)
    if name == "individual_appointments":
        for attendee in world["attendees"].having("booking_id", id_):
            update(world, "attendees", attendee["id"], stamps)
    return row


def set_arrival(world: World, name: str, id_: str, arrived: bool | None, *, bump: bool = True) -> Row:
    """Arrived, did not arrive, or undecided again; seen on the attendee and mirrored on the appointment."""
    mirrored = {"patient_arrived": arrived, "did_not_arrive": None if arrived is None else not arrived}
    if name == "attendees":
        attendee = update(world, name, id_, {"arrived": arrived})
        if attendee["booking_id"] in world["individual_appointments"].rows:
            update(world, "individual_appointments", attendee["booking_id"], mirrored, bump=bump)
        return attendee
    for attendee in world["attendees"].having("booking_id", id_):
        update(world, "attendees", attendee["id"], {"arrived": arrived})
    return update(world, name, id_, mirrored, bump=bump)


def delete(world: World, name: str, id_: str) -> None:
    """Gone for good. Of a patient the list of deleted ones keeps the instant (spec 2.5)."""
    row = find(world, name, id_)
    if name in ("individual_appointments", "group_appointments"):
        for attendee in world["attendees"].having("booking_id", id_):
            world.drop("attendees", attendee["id"])
    world.drop(name, id_)
    if name == "attendees":
        _count_seats(world, row["booking_id"])
    if name == "patients":
        now = world.clock.stamp()
        gone = {"id": id_, "deleted_at": now, "created_at": row["created_at"], "updated_at": now}
        world.put("deleted_patients", gone)


def merge(world: World, loser: str, survivor: str) -> Row:
    """Archive the loser as merged and hand over its appointments, seats and papers (spec 3.1)."""
    find(world, "patients", survivor)
    if loser == survivor:
        raise BadEdit("a patient cannot be merged into itself")
    now = world.clock.stamp()
    row = update(
        world,
        "patients",
        loser,
        {"archived_at": now, "merged_at": now, "merged_with_patient_id": survivor},
    )
    for name in (
        "individual_appointments",
        "attendees",
        "invoices",
        "patient_cases",
        "recalls",
        "communications",
        "treatment_cases",
        "treatment_notes",
        "bills",
        "waiting_list",
        "patient_files",
    ):
        for held in [held for held in world[name].rows.values() if held.get("patient_id") == loser]:
            update(world, name, held["id"], {"patient_id": survivor})
    return row


def decease(world: World, id_: str) -> Row:
    """Noted as dead; where a vendor has no such mark, the record is archived and nothing else tells."""
    now = world.clock.stamp()
    return update(world, "patients", id_, {"deceased_at": now, "archived_at": now})


def change_settings(world: World, changes: dict[str, Any]) -> dict[str, Any]:
    """Merge into the settings, section by section."""
    world.settings = _merged(world.settings, changes)
    return world.settings


def _merged(held: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    result = dict(held)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result


def _tidy(fields: dict[str, Any]) -> dict[str, Any]:
    """Stamps in stored form, ids as text, phone numbers with their computed half."""
    tidy = dict(fields)
    for name in _STAMP_FIELDS:
        if isinstance(tidy.get(name), str):
            tidy[name] = parse_stamp(tidy[name]) or tidy[name]
    for name, value in tidy.items():
        if name.endswith("_id") and isinstance(value, int):
            tidy[name] = str(value)
    phones = tidy.get("patient_phone_numbers")
    if phones is not None:
        tidy["patient_phone_numbers"] = [
            {
                "number": str(held.get("number", "")),
                "normalized_number": normalized(str(held.get("number", ""))),
                "phone_type": held.get("phone_type") or "Mobile",
            }
            for held in phones
        ]
    return tidy


def _fill_booking(world: World, name: str, row: Row) -> None:
    """An end from the type's duration, and for a group its number of seats."""
    if "starts_at" not in row:
        raise BadEdit("starts_at is needed")
    if name == "individual_appointments" and "patient_id" not in row:
        raise BadEdit("patient_id is needed")
    kind = world["appointment_types"].rows.get(row.get("appointment_type_id", ""), {})
    if not row.get("ends_at"):
        row["ends_at"] = stamp(seconds(row["starts_at"]) + 60 * int(kind.get("duration_in_minutes", 30)))
    if name == "group_appointments":
        row.setdefault("max_attendees", kind.get("max_attendees", 8))
        row.setdefault("patient_ids", [])


def _count_seats(world: World, booking_id: str) -> None:
    """Keep a group's ``patient_ids`` equal to those who have a seat; this is not an edit of the group."""
    group = world["group_appointments"].rows.get(booking_id)
    if group is None:
        return
    present = [
        row["patient_id"]
        for row in world["attendees"].having("booking_id", booking_id)
        if not row.get("cancelled_at") and not row.get("archived_at")
    ]
    if present != group.get("patient_ids"):
        world.put("group_appointments", {**group, "patient_ids": present})
