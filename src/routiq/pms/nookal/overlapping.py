"""What else stands at a time in a practitioner's day: Nookal has no such question, so rows are compared. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from routiq.pms.nookal import mapping, payloads
from routiq.pms.nookal.mapping import Habits
from routiq.pms.nookal.values import flag, record_id
from routiq.pms.records import AppointmentDraft, AppointmentMove, AppointmentRecord

Placed = AppointmentRecord | AppointmentDraft | AppointmentMove
"""What has a place in a practitioner's day, or wants one."""


def is_in_the_way(
    wish: Placed,
    rows: Iterable[payloads.Appointment],
    sessions: Iterable[payloads.ClassSession],
    habits: Habits,
    *,
    but: str,
) -> bool:
    """Does this practitioner have an appointment then, another than the one of the id ``but``, or a class?"""
    for row in rows:
        span = mapping.times(row, habits)
        stands = not (flag(row.cancelled) or flag(row.dna))
        theirs = record_id(row.practitioner_id) == wish.practitioner_id and record_id(row.id) != but
        if span is not None and stands and theirs and _overlap(wish, *span):
            return True
    for session in (mapping.class_session(each, habits) for each in sessions):
        if session is None or session.deleted_at is not None:
            continue
        if session.practitioner_id == wish.practitioner_id and _overlap(wish, session.starts_at, session.ends_at):
            return True
    return False


def _overlap(wish: Placed, starts_at: datetime, ends_at: datetime) -> bool:
    return starts_at < wish.ends_at and wish.starts_at < ends_at
