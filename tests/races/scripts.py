"""What the players of an interleaving do, drawn from its number: plain data that can be sent to another process.

Patients, appointments and times are named by their place in the :class:`Cast`, so that a script means the same on
every system and in every run.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from routiq.frontdesk.wishes import OfferedTime

PATIENTS, STANDING = 4, 2
"""How many take part, and how many of them have an appointment already: of patient 0, patient 1 ..."""


@dataclass(frozen=True)
class Cast:
    """Who and what there is in one interleaving."""

    practice_id: int
    connection_id: int
    patients: tuple[str, ...]
    times: tuple[OfferedTime, ...]
    """Of two practitioners and two lengths, so close together that many overlap."""
    standing: tuple[str, ...] = ()
    """Ids of the appointments that stand at the beginning: the first is the first patient's, and so on."""
    standing_times: tuple[int, ...] = ()
    """Which of the times they have."""


@dataclass(frozen=True)
class Call:
    """One thing that a player does."""

    what: str
    """``book``, ``move``, ``cancel``; ``edit`` is staff in the vendor's own pages; ``settle`` and ``look`` are
    workers."""
    key: str = ""
    """The intent key: two calls with the same one are a retry, and are the same in all else."""
    patient: int = 0
    appointment: int = 0
    """The place of a standing one, or -1 for the one that this patient booked in the meantime."""
    time: int = 0
    edit: str = ""

    def __str__(self) -> str:
        words = {
            "book": f"books time {self.time} for patient {self.patient} ({self.key})",
            "move": f"moves appointment {self.appointment} of patient {self.patient} to time {self.time}"
            f" ({self.key})",
            "cancel": f"cancels appointment {self.appointment} of patient {self.patient} ({self.key})",
            "edit": f"staff: {self.edit}, appointment {self.appointment}, patient {self.patient}, time {self.time}",
        }
        return words.get(self.what, self.what)


@dataclass(frozen=True)
class Script:
    """One player: a conversation, a program, somebody of staff, a worker."""

    calls: tuple[Call, ...]
    lost: tuple[int, str] = (0, "")
    """The how-manieth change that this player sends is lost, ``drop_before`` or ``drop_after`` it is carried out."""
    dies_at: int = 0
    """At the how-manieth point its process dies; 0: it does not."""
    elsewhere: bool = False
    """In the other process."""

    def __str__(self) -> str:
        told = "; then ".join(map(str, self.calls))
        where = " [other process]" if self.elsewhere else ""
        lost = f" [change {self.lost[0]} is lost: {self.lost[1]}]" if self.lost[1] else ""
        return told + where + lost + (f" [dies at point {self.dies_at}]" if self.dies_at else "")


@dataclass(frozen=True)
class Play:
    """An interleaving: who plays, and the chance that decides who goes next."""

    number: int
    scripts: tuple[Script, ...]
    chance: random.Random = field(compare=False, repr=False)


def draw(number: int, times: int) -> Play:
    """The interleaving of this number; ``times`` is how many there are to choose from."""
    chance = random.Random(number)
    # Half of all wishes are for the same time or those beside it: that is where it is decided.
    favourite = chance.randrange(times)
    made: list[Call] = []

    def time() -> int:
        return favourite if chance.random() < 0.5 else chance.randrange(times)

    def change() -> Call:
        if made and chance.random() < 0.2:
            return chance.choice(made)
        what = chance.choices(["book", "move", "cancel"], [5, 3, 2])[0]
        key = f"{number}-{len(made)}"
        if what == "book":
            call = Call(what, key, patient=chance.randrange(PATIENTS), time=time())
        else:
            whose = chance.randrange(STANDING)
            call = Call(what, key, patient=whose, appointment=whose, time=time() if what == "move" else 0)
        made.append(call)
        return call

    def edit() -> Call:
        what = chance.choices(["create", "cancel", "archive", "move"], [4, 2, 1, 2])[0]
        who, which = chance.randrange(PATIENTS), chance.randrange(8)
        return Call("edit", patient=who, appointment=which, time=time(), edit=what)

    def player() -> Script:
        role = chance.random()
        if role < 0.22:
            return Script(tuple(edit() for _ in range(chance.choice([1, 1, 2]))))
        if role < 0.30:
            return Script((Call(chance.choice(["settle", "look"])),))
        calls = [change() for _ in range(chance.choice([1, 1, 2]))]
        if calls[0].what == "book" and chance.random() < 0.25:
            booked = calls[0]
            then = chance.choice(["move", "cancel"])
            calls[1:] = [Call(then, f"{booked.key}-then", patient=booked.patient, appointment=-1, time=time())]
        lost = (1, chance.choice(["drop_before", "drop_after"])) if chance.random() < 0.15 else (0, "")
        dies_at = chance.randint(1, 22) if chance.random() < 0.1 else 0
        return Script(tuple(calls), lost, dies_at, elsewhere=chance.random() < 0.4)

    return Play(number, tuple(player() for _ in range(chance.choice([2, 2, 3, 4]))), chance)
