"""The audit trail: who did what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from routiq.practices.models import AuditEntry
from routiq.practices.tenancy import current_practice_id


@dataclass(frozen=True)
class Actor:
    """Who acts: ``person:3``, ``token:1``, ``conversation:7`` or ``system``."""

    kind: str
    id: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


SYSTEM = Actor("system")


def record(actor: Actor, action: str, target: str = "", **detail: Any) -> AuditEntry:
    """Add an entry for the practice in force. ``detail`` holds ids, counts and codes, no personal data."""
    return AuditEntry.objects.create(
        practice_id=current_practice_id(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        target=target,
        detail=detail,
    )
