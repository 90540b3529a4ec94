"""What must outlive every backup, in a file beside their keys: which practices left and whose data was deleted, so
that no restore brings them back, and which keys were destroyed, as proof. Ids and times; one JSON object a line, only
ever added to."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

PURGED = "purged"
DISCONNECTED = "disconnected"
RECONNECTED = "reconnected"
KEY_DESTROYED = "key_destroyed"
_FILE = "ledger.jsonl"


@dataclass(frozen=True)
class Purged:
    """All data of this connection was deleted at ``at`` (aware)."""

    practice_id: int
    connection_id: int
    at: datetime


@dataclass(frozen=True)
class Fate:
    """What became of a connection last."""

    what: str
    """``PURGED``, ``DISCONNECTED`` or ``RECONNECTED``."""
    at: datetime


def note(keys: Path, what: str, at: datetime, **detail: Any) -> None:
    """Add a line, and make sure that it is kept. A line that was cut off before it is ended first."""
    line = json.dumps({"what": what, "at": at.isoformat(), **detail}) + "\n"
    path = keys / _FILE
    cut_off = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size > 0
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, (("\n" if cut_off else "") + line).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def purged(keys: Path) -> list[Purged]:
    """Every deletion that is known, in the order in which they were noted."""
    return [
        Purged(line["practice"], line["connection"], datetime.fromisoformat(line["at"]))
        for line in _lines(keys)
        if line.get("what") == PURGED
    ]


def note_purged(keys: Path, found: list[Purged]) -> None:
    """Add those that are not known yet."""
    known = set(purged(keys))
    for each in found:
        if each not in known:
            note(keys, PURGED, each.at, practice=each.practice_id, connection=each.connection_id)


def fates_since(keys: Path, moment: datetime) -> dict[tuple[int, int], Fate]:
    """By practice and connection: what was noted of it last, at ``moment`` (aware) or later. A connection's number
    may be given again after a restore, so what is older is about another one."""
    found: dict[tuple[int, int], Fate] = {}
    for line in _lines(keys):
        if line.get("what") in (PURGED, DISCONNECTED, RECONNECTED):
            fate = Fate(line["what"], datetime.fromisoformat(line["at"]))
            name = line["practice"], line["connection"]
            if fate.at >= moment and (name not in found or fate.at >= found[name].at):
                found[name] = fate
    return found


def _lines(keys: Path) -> Iterator[dict[str, Any]]:
    try:
        text = (keys / _FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        # One that was cut off by a loss of power is noted again by whoever noted it.
        with contextlib.suppress(ValueError):
            yield json.loads(line)
