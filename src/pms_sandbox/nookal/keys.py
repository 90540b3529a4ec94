"""Nookal's API keys: scoped to ticked locations, enabled or not (spec 1); the same for the same seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pms_sandbox.clock import Clock
from pms_sandbox.world.model import World

#: A key that was enabled again works only after so many seconds of the sandbox's clock.
WAKES_AFTER = 30.0
#: label, account, and how many of its locations are ticked (None: all), enabled
STANDARD: tuple[tuple[str, str, int | None, bool], ...] = (
    ("nookal", "main", None, True),
    ("nookal-spare", "main", None, True),
    ("nookal-one", "main", 1, True),
    ("nookal-off", "main", None, False),
    ("nookal-other", "other", None, True),
)


@dataclass
class NookalKey:
    """``locations`` are the ids ticked when the key was made or last edited; ``awake_at`` is in Unix seconds."""

    label: str
    key: str
    account: str
    locations: list[str]
    enabled: bool = True
    awake_at: float = 0.0
    vendor: str = "nookal"

    def works(self, now: float) -> bool:
        return self.enabled and now >= self.awake_at


def key_text(label: str, seed: int) -> str:
    """36 characters, 8-4-4-4-12, hexadecimal in mixed case."""
    digest = hashlib.sha256(f"pms-sandbox/nookal/{seed}/{label}".encode()).digest()
    text = "".join(
        digit.upper() if digest[16 + place // 2] >> place % 8 & 1 else digit
        for place, digit in enumerate(digest[:16].hex())
    )
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class NookalKeys:
    """All keys of both accounts by label and by text; the text is compared without regard to case."""

    def __init__(self, worlds: dict[str, World], seed: int, clock: Clock) -> None:
        self._worlds, self._seed, self._clock = worlds, seed, clock
        self.keys: dict[str, NookalKey] = {}
        self._by_text: dict[str, NookalKey] = {}
        self.reset()

    def reset(self) -> None:
        self.keys.clear()
        self._by_text.clear()
        for label, account, count, enabled in STANDARD:
            places = list(self._worlds[account]["businesses"].rows)
            self.add(label, account, places[:count], enabled=enabled)

    def add(self, label: str, account: str, locations: Sequence[str] | None, *, enabled: bool = True) -> NookalKey:
        """A key for these locations, or for all that there are now; a later one has to be ticked."""
        ticked = self._ticked(account, locations)
        key = NookalKey(label, key_text(label, self._seed), account, ticked, enabled)
        self.keys[label] = key
        self._by_text[key.key.lower()] = key
        return key

    def edit(self, label: str, changes: dict[str, Any]) -> NookalKey:
        """Tick other locations (``locations``) or switch the key (``enabled``)."""
        key = self.keys[label]
        if "locations" in changes:
            key.locations = self._ticked(key.account, changes["locations"])
        if "enabled" in changes:
            enabled = bool(changes["enabled"])
            if enabled and not key.enabled:
                key.awake_at = self._clock.now() + WAKES_AFTER
            key.enabled = enabled
        return key

    def find(self, text: str) -> NookalKey | None:
        """The key of this text, whether it works or not."""
        return self._by_text.get(text.lower())

    def _ticked(self, account: str, locations: Sequence[str] | None) -> list[str]:
        known = self._worlds[account]["businesses"].rows
        if locations is None:
            return list(known)
        wanted = [str(id_) for id_ in locations]
        strange = [id_ for id_ in wanted if id_ not in known]
        if strange:
            raise ValueError(f"no such location: {', '.join(strange)}")
        return wanted
