"""Reads that do not depend on each other, asked of a vendor together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Together = Callable[[Sequence[Callable[[], Any]]], list[Any]]
"""The answers to these questions, in order. When all are through, what the first one that failed raised is raised."""


def in_turn(questions: Sequence[Callable[[], Any]]) -> list[Any]:
    """One after the other: for whoever has no threads to give."""
    return [question() for question in questions]
