"""What a flow has in hand for one turn, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from routiq.robyn.answers import Answer, Knowledge, NothingKnown
from routiq.robyn.desk import Desk, PracticeFacts
from routiq.robyn.memory import Memory, location_of
from routiq.robyn.understanding import asking
from routiq.robyn.understanding.commands import Ask, Command, StartBooking, WishTime
from routiq.robyn.understanding.reader import Context, Question
from routiq.robyn.understanding.words import normalise

C = TypeVar("C", bound=Command)


@dataclass(frozen=True)
class Said:
    text: str
    ended: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", str(self.text))


@dataclass
class Turn:
    conversation_id: int
    channel: str
    heard: str
    """The patient's words, verbatim."""
    memory: Memory
    desk: Desk
    practice: PracticeFacts
    context: Context
    commands: tuple[Command, ...]
    keep: Callable[[], None]
    """Stores the memory at once: called before anything goes out to the practice management system."""
    knowledge: Knowledge = field(default_factory=NothingKnown)
    actions: list[dict[str, Any]] = field(default_factory=list)
    filler: str = ""
    """What was said while the practice management system took its time."""
    held: bool = field(init=False)
    """A time may be held for them: it was when they spoke, or has been since."""

    def __post_init__(self) -> None:
        self.held = bool(self.memory.chosen)

    @property
    def who(self) -> str:
        """As the front desk's journal names this conversation."""
        return f"conversation:{self.conversation_id}"

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def today(self) -> date:
        return self.now.date()

    @cached_property
    def known(self) -> Answer | None:
        """What is known about the question in these words, if there is one."""
        found = self.knowledge.answer(self._asked, location_of(self.memory)) if self.has(Ask) else None
        if found is not None:
            self.did("answered", source=found.source)
        return found

    @property
    def _asked(self) -> str:
        """Only the question, where a wish stands beside it: its days are not what is asked about."""
        apart = asking.asked_apart(normalise(self.heard)) if self.has(StartBooking, WishTime) else []
        return " ".join(apart).replace(" ?", "?") or self.heard

    def did(self, what: str, **detail: Any) -> None:
        self.actions.append({"did": what, **detail})

    def first(self, kind: type[C]) -> C | None:
        return next((command for command in self.commands if isinstance(command, kind)), None)

    def has(self, *kinds: type[Any]) -> bool:
        return any(isinstance(command, kinds) for command in self.commands)

    @property
    def wishes(self) -> tuple[WishTime, ...]:
        return tuple(command for command in self.commands if isinstance(command, WishTime))

    def ask(self, question: Question, text: str) -> Said:
        """Say it and wait for the answer to ``question``."""
        self.memory.question = question
        return Said(text)
