"""Things that go wrong on demand: armed through the control door, spent by matching requests."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

KINDS = (
    "html200",
    "empty200",
    "truncated",
    "empty403",
    "status",
    "slow",
    "drop_before",
    "drop_after",
    "redirect",
    "foreign_next",
    "edit_before",
    "edit_after",
    "mixed_unicode",
    "missing_key",
    "results_list",
    "numbered_map",
    "mixed_types",
    "page_drift",
    "mojibake",
    "pretended",
)
DELIVERY_KINDS = (
    "webhook_duplicate",
    "webhook_reorder",
    "webhook_delay",
    "webhook_drop",
    "webhook_bad_signature",
    "webhook_old_timestamp",
)


@dataclass
class Fault:
    """``path`` is a regular expression searched in the path below v1 (Nookal: in the method's name).

    ``times`` None means for ever.
    """

    kind: str
    method: str = "*"
    path: str = ""
    after: int = 0
    times: int | None = 1
    status: int = 500
    delay_ms: float = 0.0
    reset_seconds: float = 1.0
    host: str = "https://api.elsewhere.example.com"
    key: str = ""
    edits: list[dict[str, Any]] = field(default_factory=list)
    label: str | None = None
    shift: int = -1
    share: float = 1.0
    id: int = 0
    seen: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS + DELIVERY_KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS + DELIVERY_KINDS)}")
        re.compile(self.path)

    def takes(self, method: str, path: str, label: str | None) -> bool:
        """Count this request; tells if the fault strikes it."""
        if (method != "*" and self.method not in ("*", method)) or not re.search(self.path, path):
            return False
        if self.label is not None and self.label != label:
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True


class FaultBoard:
    """All armed faults; several may strike one request, in the order in which they were armed."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._next = 1

    def arm(self, wanted: dict[str, Any]) -> Fault:
        """Raises ValueError or TypeError for an unknown kind or field."""
        fault = Fault(**wanted)
        fault.id, self._next = self._next, self._next + 1
        self._faults.append(fault)
        return fault

    def striking(self, method: str, path: str, label: str | None) -> list[Fault]:
        if not self._faults:
            return []
        return [
            fault for fault in self._faults if fault.kind not in DELIVERY_KINDS and fault.takes(method, path, label)
        ]

    def striking_delivery(self, event: str, rng: Random) -> list[Fault]:
        """Faults for one webhook delivery; ``path`` is searched in the event's type, ``share`` of them strike."""
        return [
            fault
            for fault in self._faults
            if fault.kind in DELIVERY_KINDS
            and (fault.share >= 1 or rng.random() < fault.share)
            and fault.takes("*", event, fault.label)
        ]

    def clear(self) -> None:
        self._faults.clear()

    def report(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._faults]
