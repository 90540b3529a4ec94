"""Appointments and seats in classes as the one list that the vendor makes of them (spec 4.10).

A seat of a class is a row of its own: it has the seat's id and patient, and the class's time and place. Deleted rows
are not in the list; nothing tells that they went.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import msgspec

from pms_sandbox.conditions import Row
from pms_sandbox.store import Collection
from pms_sandbox.world.model import World

_KEPT = 8
_MAX_ENCODED = 250_000
_KEYS = ("patient_id", "practitioner_id", "business_id", "appointment_type_id", "class_id")


class Diary:
    """A collection that follows the world: made when first asked for, and anew after a reset."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows = Collection("diary", {}, _KEYS, ("updated_at", "created_at", "starts_at"))
        self._made_at = -1
        self._found: dict[Hashable, list[Row]] = {}
        self._encoded: dict[Hashable, msgspec.Raw] = {}
        world.listeners.append(self._follow)

    def remembered(self, question: Hashable, ask: Callable[[], list[Row]]) -> list[Row]:
        """What ``ask`` finds, kept while the world stays as it is: a caller walks many pages of one question."""
        self.collection()
        if question not in self._found:
            if len(self._found) >= _KEPT:
                self._found.clear()
            self._found[question] = ask()
        return self._found[question]

    def encoded(self, name: Hashable, encode: Callable[[], dict[str, Any]]) -> msgspec.Raw:
        """What ``encode`` makes, as JSON, kept as long: what a row shows may hang on any other."""
        self.collection()
        if name not in self._encoded:
            if len(self._encoded) >= _MAX_ENCODED:
                self._encoded.clear()
            self._encoded[name] = msgspec.Raw(msgspec.json.encode(encode()))
        return self._encoded[name]

    def collection(self) -> Collection:
        if self._made_at != self.world.resets:
            self._found.clear()
            self._encoded.clear()
            self._made_at = self.world.resets
            world = self.world
            own = {id_: row for id_, row in world["individual_appointments"].rows.items() if not _deleted(row)}
            seats = (self._seat(row) for row in world["attendees"].rows.values())
            self.rows.load(own | {row["id"]: row for row in seats if row})
        return self.rows

    def _follow(self, name: str, old: Row | None, new: Row | None) -> None:
        self._found.clear()
        self._encoded.clear()
        if self._made_at != self.world.resets:
            return
        if name == "individual_appointments":
            self._put(old, new)
        elif name == "attendees":
            self._put(old, new and self._seat(new))
        elif name == "group_appointments" and new:
            for attendee in self.world["attendees"].having("booking_id", new["id"]):
                self._put(attendee, self._seat(attendee))

    def _put(self, old: Row | None, new: Row | None) -> None:
        if new and not _deleted(new):
            self.rows.put(new)
        elif old and old["id"] in self.rows.rows:
            self.rows.drop(old["id"])

    def _seat(self, attendee: Row) -> Row | None:
        group = self.world["group_appointments"].rows.get(attendee["booking_id"])
        if group is None or _deleted(attendee) or _deleted(group):
            return None
        arrived = attendee.get("arrived")
        return {
            "id": attendee["id"],
            "class_id": group["id"],
            "patient_id": attendee.get("patient_id"),
            **{key: group.get(key) for key in ("practitioner_id", "business_id", "appointment_type_id")},
            "starts_at": group["starts_at"],
            "ends_at": group["ends_at"],
            "cancelled_at": attendee.get("cancelled_at") or group.get("cancelled_at"),
            "patient_arrived": arrived,
            "did_not_arrive": arrived is False,
            "notes": attendee.get("notes"),
            "created_at": attendee["created_at"],
            "updated_at": max(attendee["updated_at"], group["updated_at"]),
        }


def _deleted(row: Row) -> bool:
    return bool(row.get("archived_at") or row.get("deleted_at"))
