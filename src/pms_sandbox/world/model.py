"""The shape of a practice in memory: its collections, settings and people, free of any vendor's wording of links.

Field names follow Cliniko where a choice had to be made; foreign keys are ``*_id`` fields holding ids.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pms_sandbox.clock import Clock
from pms_sandbox.conditions import Row
from pms_sandbox.ids import IdMint
from pms_sandbox.store import Collection

_BOOKING_KEYS = ("patient_id", "practitioner_id", "business_id", "appointment_type_id", "repeated_from_id")
_BOOKING_RANGES = ("updated_at", "created_at", "starts_at", "cancelled_at", "archived_at", "deleted_at")
_BOOKING_DEFAULTS: dict[str, Any] = {"patient_arrived": False, "did_not_arrive": False, "patient_ids": ()}

_SHAPES: dict[str, tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]] = {
    "individual_appointments": (_BOOKING_DEFAULTS, _BOOKING_KEYS, _BOOKING_RANGES),
    "group_appointments": (_BOOKING_DEFAULTS, _BOOKING_KEYS, _BOOKING_RANGES),
    "unavailable_blocks": ({}, _BOOKING_KEYS, _BOOKING_RANGES),
    "bookings": (_BOOKING_DEFAULTS, _BOOKING_KEYS, _BOOKING_RANGES),
    "attendees": (
        {},
        ("booking_id", "patient_id", "patient_case_id"),
        ("updated_at", "created_at", "cancelled_at", "archived_at", "deleted_at"),
    ),
    "patients": ({}, (), ("updated_at", "created_at", "archived_at")),
    "invoices": ({}, ("patient_id", "appointment_id", "attendee_id"), ("updated_at", "created_at")),
    "practitioners": ({"active": True, "show_in_online_bookings": True}, (), ()),
    "businesses": ({"show_in_online_bookings": True}, (), ()),
    "treatment_cases": ({}, ("patient_id",), ("updated_at", "created_at")),
    "treatment_notes": ({}, ("patient_id",), ("updated_at", "created_at")),
    "bills": ({}, ("patient_id", "business_id"), ("updated_at", "created_at")),
    "billed_visits": ({}, ("appointment_id",), ()),
    "waiting_list": ({}, ("patient_id",), ("updated_at", "created_at")),
    "patient_files": ({}, ("patient_id",), ("updated_at", "created_at")),
}
_PLAIN = [
    "appointment_types",
    "daily_availabilities",
    "availability_blocks",
    "unavailable_block_types",
    "users",
    "deleted_patients",
    "billable_items",
    "appointment_type_billable_items",
    "recall_types",
    "recalls",
    "communications",
    "patient_cases",
    "invoice_items",
    "taxes",
    "concession_types",
    "contacts",
    "medical_alerts",
    "products",
    "patient_forms",
    "patient_attachments",
    "practitioner_reference_numbers",
    "referral_sources",
    "referral_source_types",
    "relationships",
    "concession_prices",
    "appointment_type_products",
    "patient_form_templates",
    "product_suppliers",
    "stock_adjustments",
    "reservations",
    "extra_fields",
]
#: What only the second vendor has: the control door shows these as they are stored.
STORED_ONLY = frozenset(
    {
        "treatment_cases",
        "treatment_notes",
        "bills",
        "billed_visits",
        "waiting_list",
        "patient_files",
        "extra_fields",
        "reservations",
    }
)
BOOKING_KINDS = ("individual_appointments", "group_appointments", "unavailable_blocks")

Listener = Callable[[str, Row | None, Row | None], None]


def fresh_collections() -> dict[str, Collection]:
    """Every collection a practice has, empty."""
    made = {name: Collection(name, *shape) for name, shape in _SHAPES.items()}
    return made | {name: Collection(name, {}) for name in _PLAIN}


@dataclass
class World:
    """One account. Write through :meth:`put` and :meth:`drop` so that the booking union and listeners follow."""

    account_id: str
    name: str
    zone: str
    clock: Clock
    mint: IdMint
    settings: dict[str, Any]
    collections: dict[str, Collection] = field(default_factory=fresh_collections)
    characters: list[dict[str, Any]] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    resets: int = 0
    _pristine: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Collection:
        return self.collections[name]

    def put(self, name: str, row: Row) -> Row:
        collection = self.collections[name]
        old = collection.rows.get(row["id"])
        collection.put(row)
        if name in BOOKING_KINDS:
            self.collections["bookings"].put(row)
        self._forget_dependents(name, old, row)
        for listener in self.listeners:
            listener(name, old, row)
        return row

    def drop(self, name: str, id_: str) -> Row:
        old = self.collections[name].drop(id_)
        if name in BOOKING_KINDS:
            self.collections["bookings"].drop(id_)
        self._forget_dependents(name, old, None)
        for listener in self.listeners:
            listener(name, old, None)
        return old

    def new_id(self) -> str:
        return self.mint.new(self.clock.now())

    def kind_of_booking(self, id_: str) -> str | None:
        """Which of the three booking collections holds this id."""
        return next((kind for kind in BOOKING_KINDS if id_ in self.collections[kind].rows), None)

    def snapshot(self) -> None:
        """Remember the present state for :meth:`reset`."""
        self._pristine = {
            "rows": {name: dict(collection.rows) for name, collection in self.collections.items()},
            "settings": copy.deepcopy(self.settings),
            "serial": self.mint.serial,
        }

    def reset(self) -> None:
        """Back to the remembered state; rows are shared with it, since no row is ever changed in place. What nobody
        touched meanwhile need not be sorted and encoded anew."""
        undone = [
            (name, old, row)
            for name, rows in self._pristine["rows"].items()
            for old, row in self.collections[name].load(rows)
        ]
        for name, old, row in undone:
            self._forget_dependents(name, old, row)
        if undone or self.settings != self._pristine["settings"]:
            self.settings = copy.deepcopy(self._pristine["settings"])
            self.resets += 1
        self.mint.serial = self._pristine["serial"]

    def _forget_dependents(self, name: str, old: Row | None, new: Row | None) -> None:
        """Records that show a piece of this one must be encoded anew."""
        if name == "patients" and old and _borrowed(old) != _borrowed(new):
            for other in ("individual_appointments", "bookings", "invoices"):
                self[other].forget_encoded([row["id"] for row in self[other].having("patient_id", old["id"])])
        elif name == "attendees":
            cases = {row.get("patient_case_id") for row in (old, new) if row} - {None}
            self["patient_cases"].forget_encoded([str(case) for case in cases])
        elif name == "businesses" and old:
            self["daily_availabilities"].forget_encoded(list(self["daily_availabilities"].rows))


def _borrowed(patient: Row | None) -> tuple[Any, ...]:
    """What other records show of a patient."""
    return tuple((patient or {}).get(key) for key in ("first_name", "last_name", "appointment_notes"))
