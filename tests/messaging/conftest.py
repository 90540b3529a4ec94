"""A practice that works with a system, and what the room above is told of its texts."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from routiq.messaging import concerns
from routiq.messaging.models import Text
from routiq.practices.models import Practice
from tests.dashboard.conftest import World


@dataclass
class Above:
    """The room whose texts they are."""

    holds: bool = True
    not_sent: list[str] = field(default_factory=list)
    """The reasons that it was told."""


@pytest.fixture
def above(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> Above:
    assert World(practice).connection.is_active
    room = Above()
    concern = concerns.Concern(lambda text: room.holds, lambda text: room.not_sent.append(text.reason))
    monkeypatch.setitem(concerns.of_purpose, Text.Purpose.CONFIRMATION, concern)
    return room
