"""What a turn left behind, for whoever tests Robyn: what was asked of the practice's system, the flow, the slots.

Plain values, with what is empty left out; kept with the turn of a test or a rehearsal only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from routiq.pms.overhearing import Asked
from routiq.robyn.memory import Memory

SHOWN_ON = frozenset({"test", "rehearsal"})
"""Channels of whose turns it is kept."""


def inside(memory: Memory, asked: Sequence[Asked]) -> dict[str, Any]:
    """``requests`` in the order in which they were answered; ``flow``; ``asks``: the open question; ``slots``."""
    return {
        "requests": msgspec.to_builtins(list(asked)),
        "flow": memory.flow.value,
        "asks": memory.question.value,
        "slots": _filled(_slots(memory)),
    }


def _slots(memory: Memory) -> dict[str, Any]:
    want, call = memory.want, memory.call_back
    chosen = memory.offer(memory.chosen) if memory.chosen else None
    slots = {
        "patient": memory.patient_called,
        "has_shown_who": memory.shown,
        "name": memory.claim.name or memory.name_heard,
        "date_of_birth": memory.claim.born,
        "type": want.appointment_type_id,
        "practitioner": want.practitioner_id,
        "location": want.location_id,
        "anyone": want.anyone,
        "when": [_filled(msgspec.to_builtins(window)) for window in want.windows],
        "offered": [offer.time.starts_at for offer in memory.offers],
        "read_back": chosen.time.starts_at if chosen else None,
        "about": [visit.time.starts_at for visit in memory.change.about],
        "told": sorted(memory.intake.given),
        "call_back_for": call.reason,
        "call_back_when": call.window,
        "not_understood": memory.misses,
        "handed_over": memory.handed_over,
    }
    plain: dict[str, Any] = msgspec.to_builtins(slots)
    return plain


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", 0, False, [], ())}
