"""What the flows hand over: one message for the team, completed while the patient tells more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    conversation_id: int
    kind: str
    """Of the task: one of ``StaffTask.Kind``."""
    trigger: str
    """One of ``Trigger``; empty for what Robyn could not finish herself: that is a task, whatever is set."""
    reason: str
    who: str = ""
    """Their name as far as it is known."""
    patient_id: str = ""
    number: str = ""
    window: str = ""
    message: str = ""
    wanted: str = ""
    practitioners: tuple[str, ...] = ()
    complete: bool = True
    """Nothing more is being asked."""
    in_hours: bool = True
    """Whether the team is in now."""
    id: int = 0
    """Of the message that this one completes."""

    @property
    def summary(self) -> str:
        """For staff, as the task says it."""
        who = f"{self.who} (patient {self.patient_id})" if self.patient_id else self.who
        parts = [self.reason.rstrip("."), f"Who: {who or 'not known'}", f"Number: {self.number or 'withheld'}"]
        if self.wanted:
            parts.append(f"Wanted: {self.wanted}")
        if self.window:
            parts.append(f"Ring: {self.window}")
        if self.message:
            parts.append(f"Message: {self.message!r}")
        return ". ".join(parts) + "."
