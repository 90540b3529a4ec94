"""What makes Robyn hand over, and what a practice may set about each of it.

Switched off means that she does not hand over by herself: she offers it, and does when the patient wants it (V4). An
emergency and the wish for a person are handed over in any case; switched off, they are a task and nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routiq.robyn.understanding.commands import Command, NameChoice, NotUnderstood, WishTime


class Trigger(StrEnum):
    CLINICAL = "clinical"
    EMERGENCY = "emergency"
    PRACTITIONER = "practitioner"
    COMPLAINT = "complaint"
    UNKNOWN = "unknown"
    PERSON = "person"
    BILLING = "billing"
    UNSURE = "unsure"


class Method(StrEnum):
    TASK = "task"
    EMAIL = "email"
    BOTH = "both"


ALWAYS = frozenset({Trigger.EMERGENCY, Trigger.PERSON})
"""Handed over whatever is set."""


@dataclass(frozen=True)
class Rule:
    """How one trigger is handed over. As it comes: on, a task and an e-mail at any hour."""

    on: bool = True
    method: Method = Method.BOTH
    method_after_hours: Method = Method.BOTH
    recipients: tuple[str, ...] = ()
    """E-mail addresses; none: the owners'."""
    to_practitioner: bool = True
    """To the practitioner's own address instead, where one was named."""
    threshold: float = 0.5
    """Of ``UNSURE``: a turn understood with less than this counts as not understood (see :func:`confidence`)."""

    def way(self, trigger: Trigger, *, in_hours: bool, reachable: bool = True) -> Method:
        """How it reaches the team: as it was set, but as a task where it is switched off or where nobody could be
        written to (not ``reachable``). An emergency is always a task as well."""
        method = self.method if in_hours else self.method_after_hours
        if not self.on or not reachable:
            return Method.TASK
        return Method.BOTH if trigger is Trigger.EMERGENCY and method is Method.EMAIL else method


def confidence(commands: tuple[Command, ...]) -> float:
    """How sure the rules are of a turn. They know three cases: nothing was understood (0); what was said fits several
    practitioners, types, places or days and must be asked (0.5); everything else (1)."""
    if not commands or any(isinstance(command, NotUnderstood) for command in commands):
        return 0.0
    for command in commands:
        if isinstance(command, NameChoice) and (len(command.ids) > 1 or command.close):
            return 0.5
        if isinstance(command, WishTime) and command.unsure:
            return 0.5
    return 1.0


NOTHING_UNDERSTOOD, SEVERAL_MEANINGS = 0.5, 0.75
"""The thresholds that make a difference: hand over when twice nothing was understood, or also when what was said
could twice mean several things."""
