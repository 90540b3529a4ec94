"""What a written row means: found by comparing it with the copy that was stored before (law 1).

No vendor's event is believed; whatever brought the row here, the change is what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

Row = Mapping[str, Any]


class ChangeKind(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    ARRIVED = "arrived"
    DID_NOT_ARRIVE = "did_not_arrive"
    COMPLETED = "completed"
    PAID = "paid"
    VOIDED = "voided"
    ARCHIVED = "archived"
    MERGED = "merged"
    DELETED = "deleted"
    RETURNED = "returned"
    """It was taken for gone, and the vendor has it."""


@dataclass(frozen=True)
class Change:
    record_id: str
    kind: ChangeKind
    before: Row | None = field(default=None, compare=False, repr=False)
    """The row as it was, by column, moments as ISO text; ``None`` when there was none, or it was not compared."""
    after: Row | None = field(default=None, compare=False, repr=False)


def compare(record_id: str, before: Row | None, after: Row) -> Change:
    """The one word for what happened: the weightiest difference, as a person would tell it."""
    return Change(record_id, _kind(before, after), before, after)


def _kind(before: Row | None, after: Row) -> ChangeKind:
    old = before or {}
    for kind, holds in _RULES:
        if holds(old, after):
            return kind if before is not None or kind in _EVEN_IF_NEW else ChangeKind.CREATED
    return ChangeKind.CREATED if before is None else ChangeKind.UPDATED


def _became(field: str, value: object) -> Any:
    return lambda old, new: new.get(field) == value and old.get(field) != value


def _was_set(field: str) -> Any:
    return lambda old, new: bool(new.get(field)) and not old.get(field)


def _is_back(old: Row, new: Row) -> bool:
    return bool(old.get("removed_at")) and not new.get("removed_at")


def _moved(old: Row, new: Row) -> bool:
    return bool(old) and any(
        old.get(field) != new.get(field)
        for field in ("starts_at", "ends_at", "practitioner_remote_id", "location_remote_id")
        if field in new
    )


def _was_paid(old: Row, new: Row) -> bool:
    """Nothing is owed any more on an invoice that was open."""
    owed = [Decimal(str(row.get("outstanding") or 0)) for row in (old, new)]
    return owed[0] > 0 >= owed[1]


_RULES = (
    (ChangeKind.DELETED, _was_set("removed_at")),
    (ChangeKind.RETURNED, _is_back),
    (ChangeKind.MERGED, _was_set("merged_into")),
    (ChangeKind.CANCELLED, _became("status", "cancelled")),
    (ChangeKind.DID_NOT_ARRIVE, _became("status", "dna")),
    (ChangeKind.COMPLETED, _became("completed", True)),
    (ChangeKind.ARRIVED, _became("arrived", True)),
    (ChangeKind.RESCHEDULED, _moved),
    (ChangeKind.ARCHIVED, _became("status", "inactive")),
    (ChangeKind.ARCHIVED, _became("active", False)),
    (ChangeKind.VOIDED, _became("void", True)),
    (ChangeKind.PAID, _was_paid),
)
#: A row that we see for the first time and that is gone already is told as gone, not as new.
_EVEN_IF_NEW = frozenset({ChangeKind.DELETED, ChangeKind.CANCELLED})
