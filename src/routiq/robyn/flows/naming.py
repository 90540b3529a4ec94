"""What was named of the menu: taken into the wish, or asked back when it was not plain."""

from __future__ import annotations

from routiq.frontdesk.wishes import Choice, Menu
from routiq.robyn import wording
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Memory
from routiq.robyn.understanding.commands import AnyChoice, Choose, NameChoice, What
from routiq.robyn.understanding.reader import Question

MOST_NAMED = 4
"""So many names can be listened to."""


def choices(menu: Menu, what: What) -> tuple[Choice, ...]:
    return {
        What.PRACTITIONER: menu.practitioners,
        What.APPOINTMENT_TYPE: menu.appointment_types,
        What.LOCATION: menu.locations,
    }[what]


def _field(what: What) -> str:
    return f"{what.value}_id"


def take_names(turn: Turn) -> tuple[bool, Said | None]:
    """Whether the wish changed, and the question to ask when a name fits several."""
    memory, changed = turn.memory, False
    picked = _picked(turn)
    if picked and memory.listed_what:
        changed = take(memory, memory.listed_what, picked)
    unclear: NameChoice | None = None
    for command in turn.commands:
        if isinstance(command, AnyChoice):
            changed = _forget(memory, command.what) or changed
        elif isinstance(command, NameChoice):
            ids = _narrowed(turn, command)
            if len(ids) == 1 and command.close and ids[0] != _current(turn, command.what):
                unclear = unclear or NameChoice(command.what, ids)
            elif len(ids) == 1:
                changed = take(memory, command.what, ids[0]) or changed
            elif ids and unclear is None:
                unclear = NameChoice(command.what, ids)
    if picked or changed:
        memory.listed_what, memory.listed = None, ()
    if unclear and len(unclear.ids) == 1:
        return changed, do_you_mean(turn, unclear.what, unclear.ids[0])
    return changed, pick(turn, unclear.what, unclear.ids) if unclear else None


def keep_names(turn: Turn) -> None:
    """What a question named plainly is remembered for when times are wanted; nothing is asked back."""
    for command in turn.commands:
        if not isinstance(command, NameChoice) or command.close:
            continue
        if len(ids := _narrowed(turn, command)) == 1:
            take(turn.memory, command.what, ids[0])


def _picked(turn: Turn) -> str:
    """The one of the listed names that was taken by its place."""
    memory, choice = turn.memory, turn.first(Choose)
    if memory.question is not Question.PICK or choice is None or not choice.position:
        return ""
    index = choice.position - 1 if choice.position > 0 else len(memory.listed) - 1
    return memory.listed[index] if 0 <= index < len(memory.listed) else ""


def _narrowed(turn: Turn, command: NameChoice) -> tuple[str, ...]:
    """The ids meant: those just listed, those of the menu, or the usual one when it is among several."""
    memory = turn.memory
    known = {choice.id for choice in choices(turn.context.menu, command.what)}
    if command.other:
        current = _current(turn, command.what)
        others = tuple(sorted(known - {current}))
        return others if current in known or len(known) > 1 else ()
    ids = tuple(id for id in command.ids if id in known)
    if memory.listed_what is command.what and (listed := tuple(id for id in ids if id in memory.listed)):
        ids = listed
    if len(ids) > 1:
        usual = _current(turn, command.what)
        if usual in ids:
            return (usual,)
    return ids


def _current(turn: Turn, what: What) -> str:
    memory = turn.memory
    offer = memory.offer(memory.chosen) or (memory.offers[0] if memory.offers else None)
    if offer:
        return str(getattr(offer.time, _field(what)))
    if wanted := getattr(memory.want, _field(what)):
        return str(wanted)
    return str(getattr(turn.desk.habit_of(memory.patient_id), _field(what))) if memory.patient_id else ""


def wanted(memory: Memory, what: What) -> str:
    """The id that was asked for by name; empty when none was."""
    return str(getattr(memory.want, _field(what)))


def take(memory: Memory, what: What, id: str) -> bool:
    """Take it into the wish. Whether that changed it."""
    before = getattr(memory.want, _field(what))
    setattr(memory.want, _field(what), id)
    if what is What.PRACTITIONER:
        memory.want.anyone = False
    elif what is What.LOCATION:
        memory.want.anywhere = False
    return bool(before != id)


def _forget(memory: Memory, what: What) -> bool:
    if what is What.APPOINTMENT_TYPE:
        return False
    before = (memory.want.anyone, memory.want.anywhere)
    setattr(memory.want, _field(what), "")
    if what is What.PRACTITIONER:
        memory.want.anyone = True
    else:
        memory.want.anywhere = True
    return before != (memory.want.anyone, memory.want.anywhere)


def is_it_this_type(turn: Turn, id: str, lead: str = "") -> Said:
    """Ask whether it is for this type. Nothing is said of its being the usual one: whoever has a patient's phone is
    told of no visit (V5)."""
    (name,) = (choice.name for choice in turn.context.menu.appointment_types if choice.id == id)
    turn.memory.listed_what, turn.memory.listed = What.APPOINTMENT_TYPE, (id,)
    return turn.ask(Question.THIS_TYPE, f"{lead} {wording.is_it_for(name)}".strip())


def do_you_mean(turn: Turn, what: What, id: str) -> Said:
    """Ask whether a close spelling means this one."""
    turn.memory.listed_what, turn.memory.listed = what, (id,)
    (name,) = (choice.name for choice in choices(turn.context.menu, what) if choice.id == id)
    return turn.ask(Question.THIS_TYPE, wording.do_you_mean(name))


def pick(turn: Turn, what: What, ids: tuple[str, ...] = ()) -> Said:
    """Ask which, by up to four names."""
    known = [choice for choice in choices(turn.context.menu, what) if not ids or choice.id in ids][:MOST_NAMED]
    turn.memory.listed_what = what
    turn.memory.listed = tuple(choice.id for choice in known)
    return turn.ask(Question.PICK, wording.which([choice.name for choice in known], what.value))
