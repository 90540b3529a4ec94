"""What was found so far in an utterance, asked about by the reader of rules. Pure."""

from __future__ import annotations

from routiq.frontdesk.wishes import OfferedTime
from routiq.robyn.understanding import names
from routiq.robyn.understanding.commands import Command, GiveName, NameChoice, What


def without_names(rest: str, found: list[Command]) -> str:
    """The words without the caller's own name, which names nobody of the menu."""
    own = {word for command in found if isinstance(command, GiveName) for word in names.tokens(command.name)}
    return " ".join(word for word in rest.split() if word not in own) if own else rest


def leaves(name: Command, back: OfferedTime) -> bool:
    """Names somebody or something else than was read back."""
    if not isinstance(name, NameChoice) or not name.ids:
        return False
    return str(getattr(back, f"{name.what.value}_id")) not in name.ids


def sounds(hour: int, number: int) -> bool:
    return number in (hour, hour % 12 or 12)


def is_of(command: Command, what: What) -> bool:
    return isinstance(command, NameChoice) and command.what is what


def gives_name(found: list[Command]) -> bool:
    return any(isinstance(command, GiveName) for command in found)
