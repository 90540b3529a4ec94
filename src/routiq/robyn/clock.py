"""The conversation's clock, handed in so that tests can move it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the present moment, aware."""


def system_clock() -> datetime:
    return datetime.now(UTC)
