"""Answers gone wrong in this vendor's ways (spec 8): replaced, bent, or given for something that was not done."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from pms_sandbox.faults import Fault
from pms_sandbox.http import Answer, Request
from pms_sandbox.nookal.methods import Method
from pms_sandbox.spoil import replaced as replaced_as_everywhere
from pms_sandbox.world.model import World

_ODD_NAME = "Zo\u00eb\u200d \u05d3\u05d5\u05d3 \U0001f9d1\u200d\u2695\ufe0f"
_NAMES = frozenset({"FirstName", "Notes", "notes"})


def replaced(fault: Fault, request: Request) -> Answer | None:
    """What is sent without the call being carried out; a 429 says after how many seconds to ask again."""
    if fault.kind == "status" and fault.status == 429:
        return Answer(429, b"", [("retry-after", str(math.ceil(fault.reset_seconds)))], None)
    return replaced_as_everywhere(fault, request)


def spoiled(fault: Fault, method: Method, payload: dict[str, Any]) -> dict[str, Any]:
    """A success, damaged before it is written down."""
    data = payload["data"]
    if fault.kind == "results_list":
        data["results"] = []  # PHP writes an empty map so
    elif fault.kind == "empty200" and not method.writes:
        data["results"] = {key: [] if isinstance(held, list) else held for key, held in data["results"].items()}
        payload["details"] = {"totalItems": "0", "currentItems": 0}
        payload["settings"]["nextPage"] = None
    elif fault.kind == "mixed_types":
        data["results"] = _mixed(data["results"])
        payload["details"]["totalItems"] = int(payload["details"]["totalItems"])
        payload["settings"] = {
            key: value if value is None else str(value) for key, value in payload["settings"].items()
        }
    elif fault.kind == "numbered_map":
        data["results"] = {
            key: {str(place): record for place, record in enumerate(held)} if isinstance(held, list) else held
            for key, held in data["results"].items()
        }
    elif fault.kind == "missing_key":
        for record in _records(data["results"]):
            record.pop(fault.key, None)
    elif fault.kind == "mixed_unicode":
        for record in _records(data["results"]):
            record |= dict.fromkeys(_NAMES & record.keys(), _ODD_NAME)
    return payload


def mojibake(params: dict[str, str], texts: Iterable[str], *, lost: bool) -> None:
    """The text is stored as if its UTF-8 had been Latin-1, twice encoded; in another charset it is not stored."""
    for name in texts:
        if name in params:
            params[name] = "" if lost else params[name].encode().decode("latin-1")


def pretending(world: World, write: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer of a write whose every trace is taken back."""
    undo: list[tuple[str, Any, Any]] = []

    def note(name: str, old: Any, new: Any) -> None:
        undo.append((name, old, new))

    world.listeners.append(note)
    try:
        payload = write()
    finally:
        world.listeners.remove(note)
        for name, old, new in reversed(undo):
            if old is None:
                world.drop(name, new["id"])
            else:
                world.put(name, old)
    return payload


def _records(results: Any) -> list[dict[str, Any]]:
    lists = [held for held in results.values() if isinstance(held, list)] if isinstance(results, dict) else []
    return [record for held in lists for record in held if isinstance(record, dict)]


def _mixed(value: Any, place: int = 0) -> Any:
    """Every other number that was text is a number, and every other empty text is null."""
    if isinstance(value, dict):
        return {key: _mixed(held, number) for number, (key, held) in enumerate(value.items())}
    if isinstance(value, list):
        return [_mixed(held, number) for number, held in enumerate(value)]
    if isinstance(value, str) and place % 2 == 0:
        if value.isascii() and value.isdigit() and (value == "0" or not value.startswith("0")):
            return int(value)
        return value or None
    return value
