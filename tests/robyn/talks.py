"""A conversation without a database, told turn by turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from routiq.robyn.answers import Knowledge, NothingKnown
from routiq.robyn.flows import dispatch
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Memory, from_state, on_table, read_back, to_state
from routiq.robyn.understanding.commands import Affirm, Command
from routiq.robyn.understanding.reader import Context, Question
from routiq.robyn.understanding.rules import Rules
from tests.robyn.desks import MOBILE, SYDNEY, Clock, InMemoryDesk


@dataclass
class Talk:
    desk: InMemoryDesk = field(default_factory=InMemoryDesk)
    caller: str = MOBILE
    clock: Clock = field(default_factory=Clock)
    memory: Memory = field(default_factory=Memory)
    kept: list[Memory] = field(default_factory=list)
    ended: bool = False
    knowledge: Knowledge = field(default_factory=NothingKnown)
    commands: tuple[Command, ...] = ()
    agrees_to_type: bool = True
    """Says yes at once when it is asked whether it is for the usual type."""

    def __post_init__(self) -> None:
        self.memory.caller = self.caller
        self.greeting = self._reply(dispatch.greet(self._turn("", ())))

    def _context(self) -> Context:
        names: tuple[str, ...] = ()
        if self.memory.question in {Question.WHO, Question.FULL_NAME}:
            patients = self.desk.recognise_caller(self.caller).patients
            names = tuple(name for patient in patients for name in (patient.first_name, patient.called))
        return Context(
            self.clock().astimezone(SYDNEY),
            self.memory.question,
            self.desk.menu(),
            on_table(self.memory),
            names,
            read_back(self.memory),
        )

    def _turn(self, words: str, commands: Sequence[Command]) -> Turn:
        def keep() -> None:
            self.kept.append(from_state(to_state(self.memory)))

        return Turn(
            7, "test", words, self.memory, self.desk, self.desk.practice(), self._context(), tuple(commands), keep,
            self.knowledge,
        )  # fmt: skip

    def _reply(self, said: Said) -> str:
        self.memory.last_said = said.text
        self.memory = from_state(to_state(self.memory))
        self.ended = said.ended
        return said.text

    def say(self, words: str) -> str:
        self.commands = Rules().read(words, self._context())
        return self.do(*self.commands, words=words)

    def do(self, *commands: Command, words: str = "") -> str:
        reply = self._reply(dispatch.answer(self._turn(words, commands)))
        if self.agrees_to_type and self.memory.question is Question.THIS_TYPE:
            return self._reply(dispatch.answer(self._turn("yes", (Affirm(),))))
        return reply

    def says(self, *lines: str) -> str:
        """The last reply."""
        return [self.say(line) for line in lines][-1]

    @property
    def booked(self) -> list[datetime]:
        return [request.offer.starts_at for request in self.desk.appointments]
