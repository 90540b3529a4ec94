"""What goes wrong at a vendor and passes by itself, as the sandbox can be told to."""

from __future__ import annotations

from typing import Any

PASSING: list[dict[str, Any]] = [
    {"kind": "html200"},
    {"kind": "truncated"},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    *({"kind": "status", "status": status} for status in (500, 502, 503, 504)),
]


def name_of(fault: dict[str, Any]) -> str:
    return f"{fault['kind']}{fault.get('status', '')}"
