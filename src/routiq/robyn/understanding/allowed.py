"""What a reader that is not made of rules may say, and the check of what it said. Pure.

Only questions that no identity hangs on are put to it, and none about appointments that a patient has: there the
rules alone read, and nothing leaves (ADR 020). What sets something off by itself counts only where the rules heard it
as well: a yes (B4), a place on the waiting list.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

import msgspec

from routiq.frontdesk.wishes import Choice, Menu
from routiq.robyn.understanding.commands import (
    Affirm,
    AnyChoice,
    Ask,
    AskBooking,
    AskInvoice,
    AskOthers,
    AskPerson,
    Choose,
    Clinical,
    Command,
    Correct,
    Deny,
    Emergency,
    End,
    ForAnother,
    ForSeveral,
    GiveUp,
    Greet,
    JoinWaitlist,
    NameChoice,
    NotUnderstood,
    Repeat,
    SayNew,
    StartBooking,
    StartCancel,
    StartReschedule,
    Thank,
    What,
    WishTime,
)
from routiq.robyn.understanding.reader import Context, Question

ASKED_AT = frozenset(
    {
        Question.OPEN,
        Question.PICK,
        Question.THIS_TYPE,
        Question.WHEN,
        Question.WHICH_DAY,
        Question.CHOICE,
        Question.CONFIRM,
        Question.WANTS_BOOKING,
        Question.WANTS_SOONER,
        Question.OTHER_DAYS,
        Question.ANYONE_ELSE,
        Question.BEEN_BEFORE,
        Question.ANYTHING_ELSE,
    }
)
"""The questions at which a model may be asked; at any other, also one that is new, the rules read alone."""
MOST_COMMANDS = 8
FURTHEST = timedelta(days=400)
"""No day after this is meant by anybody."""

_ALWAYS: tuple[type[Any], ...] = (
    StartBooking,
    StartReschedule,
    StartCancel,
    AskBooking,
    AskInvoice,
    NameChoice,
    AnyChoice,
    WishTime,
    Deny,
    AskPerson,
    Ask,
    SayNew,
    ForAnother,
    ForSeveral,
    GiveUp,
    Greet,
    Thank,
    End,
    Repeat,
    Emergency,
    Clinical,
    NotUnderstood,
)
_TABLE: tuple[type[Any], ...] = (Choose, AskOthers)
_ON_TABLE = {Question.PICK, Question.WHEN, Question.WHICH_DAY, Question.CHOICE, Question.CONFIRM}
_IF_HEARD: tuple[type[Any], ...] = (Affirm, JoinWaitlist)
"""What sets something off: allowed only where the rules read it too."""
_REASONS = {"asked", "late", "complaint", "billing"}


class NotAllowed(Exception):
    """The answer is none that may be acted on. The text is a code, without anything that was said."""


def kinds(context: Context, heard: tuple[Command, ...]) -> tuple[type[Any], ...]:
    """The commands that are allowed in answer to the open question. ``heard`` is what the rules read."""
    found = _ALWAYS
    if context.question in _ON_TABLE:
        found += _TABLE
    if context.question is Question.CONFIRM:
        found += (Correct,)
    return found + tuple(kind for kind in _IF_HEARD if any(isinstance(command, kind) for command in heard))


def checked(plain: Any, allowed: tuple[type[Any], ...], context: Context) -> tuple[Command, ...]:
    """The commands, when every one of them may be acted on. Raises :class:`NotAllowed`: half an answer is none."""
    if not isinstance(plain, list) or not 0 < len(plain) <= MOST_COMMANDS:
        raise NotAllowed("schema")
    if not _exact(plain):
        raise NotAllowed("schema")
    try:
        commands: tuple[Command, ...] = msgspec.convert(plain, tuple[reduce(or_, allowed), ...])  # type: ignore[misc]
    except (msgspec.ValidationError, ValueError, TypeError):
        raise NotAllowed("schema") from None
    if len(commands) > 1 and any(isinstance(command, NotUnderstood) for command in commands):
        raise NotAllowed("contradiction")
    for command in commands:
        _check(command, context)
    return commands


def _exact(plain: list[Any]) -> bool:
    """Each has the tag of a command; whether it is an allowed one is seen when it is converted."""
    return all(isinstance(each, dict) and isinstance(each.get("type"), str) for each in plain)


def _check(command: Command, context: Context) -> None:
    menu = context.menu
    match command:
        case NameChoice():
            if not command.other and not command.ids:
                raise NotAllowed("no_name")
            _known(command.ids, _listed(menu, command.what))
        case AskPerson():
            _known(command.practitioners, menu.practitioners)
            if command.reason not in _REASONS:
                raise NotAllowed("reason")
        case Choose():
            _on_table(command, context)
        case WishTime():
            _to_come(command, context.now.date())
        case StartReschedule() | StartCancel() | AskBooking():
            if command.which is not None:
                _to_come(command.which, context.now.date())


def _listed(menu: Menu, what: What) -> tuple[Choice, ...]:
    return {
        What.PRACTITIONER: menu.practitioners,
        What.APPOINTMENT_TYPE: menu.appointment_types,
        What.LOCATION: menu.locations,
    }[what]


def _known(ids: tuple[str, ...], choices: tuple[Choice, ...]) -> None:
    if not set(ids) <= {choice.id for choice in choices}:
        raise NotAllowed("unknown_id")


def _on_table(choice: Choose, context: Context) -> None:
    """Within what was offered; what is asked apart at the other questions is counted by the flow."""
    if context.question in {Question.CHOICE, Question.CONFIRM}:
        most = len(context.offers)
        if not most or abs(choice.position) > most or not 0 <= choice.but <= most:
            raise NotAllowed("not_on_table")


def _to_come(wish: WishTime, today: date) -> None:
    days = [*wish.days, *wish.not_days, *filter(None, (wish.first_day, wish.last_day))]
    if any(not today <= day <= today + FURTHEST for day in days):
        raise NotAllowed("day")
    if any(not 1 <= day <= 7 for day in (*wish.weekdays, *wish.not_weekdays)):
        raise NotAllowed("day")
    if any(at.tzinfo is not None for at in (wish.at, wish.not_before, wish.not_after) if at):
        raise NotAllowed("time")
    if wish.first_day and wish.last_day and wish.first_day > wish.last_day:
        raise NotAllowed("day")
