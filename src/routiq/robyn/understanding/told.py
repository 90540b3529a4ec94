"""What was told of the caller, for whom it is, and what was named of the menu, in one utterance. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from routiq.robyn.understanding import acts, asking, assent, details, identity, names, people, several, starting
from routiq.robyn.understanding.commands import (
    AnyChoice,
    Command,
    ForAnother,
    ForSelf,
    ForSeveral,
    GiveDateOfBirth,
    GiveEmail,
    GiveName,
    GivePhone,
    NameChoice,
    What,
)
from routiq.robyn.understanding.found import is_of
from routiq.robyn.understanding.reader import Context, Question

NAME_QUESTIONS = {Question.WHO, Question.FULL_NAME, Question.CALLER_NAME}
_WHOLE_NAME = {Question.FULL_NAME, Question.CALLER_NAME}


_UNDER_WAY = {
    Question.THIS_TYPE,
    Question.WHEN,
    Question.WHICH_DAY,
    Question.PICK,
    Question.CHOICE,
    Question.CONFIRM,
    Question.OTHER_DAYS,
    Question.ANYONE_ELSE,
}
"""An appointment is being made."""


def slips(said: str, context: Context) -> dict[str, str]:
    """Words spelled with a slip, of types and locations, and what they are; nobody's own name is taken for one."""
    if context.question in NAME_QUESTIONS:
        return {}
    return names.slips(said, (*context.menu.appointment_types, *context.menu.locations))


def for_whom(said: str, context: Context) -> list[Command]:
    """Whose appointment it is: several people's, somebody else's, or the own one where that was asked."""
    own_names = {tuple(names.tokens(name)) for name in context.names if names.is_said(name, said)}
    if found := several.for_several(said) or (len(own_names) > 1 and ForSeveral(others=len(own_names))):
        return [found]
    if context.question in {Question.WHOSE_FIRST, Question.NEXT_PERSON}:
        if several.means_self(said):
            return [ForSelf()]
        return [ForAnother()] if details.is_for_another(said) or several.means_other(said) else []
    if context.question in _UNDER_WAY and several.adds_somebody(said):
        return [ForSeveral(also=True)]
    return [ForAnother()] if details.is_for_another(said) else []


def given(text: str, said: str, context: Context) -> list[Command]:
    """What was told of the caller: only in words that announce it, or as the answer to the question."""
    found: list[Command] = []
    if email := identity.read_email(text):
        found.append(GiveEmail(email))
    if number := identity.announced_phone(said, international="+" in text):
        found.append(GivePhone(number))
    today = context.now.date()
    born = identity.announced_birth_date(said, today)
    if born is None and context.question is Question.FULL_NAME:
        born = identity.read_birth_date(said, today)
    if born:
        found.append(GiveDateOfBirth(born))
    if context.question not in NAME_QUESTIONS and (name := identity.announced_name(text)):
        found.append(GiveName(name))
    return found


def named(said: str, rest: str, context: Context, slipped: Iterable[str] = ()) -> list[Command]:
    """Names: the caller's own where it was asked for, and those of the menu. ``rest`` is ``said`` without its days
    and times; ``slipped`` are words of it that were spelled with a slip."""
    own = list(dict.fromkeys(name for name in context.names if names.is_said(name, rest)))
    answer = _own_name(said, rest, context, expected=bool(own))
    if len(own) == 1 and answer and not any(names.is_said(own[0], each.name) for each in answer):
        answer = [GiveName(" ".join(names.tokens(own[0])))]
    whole = context.question in _WHOLE_NAME and (answer or context.question is Question.CALLER_NAME)
    if context.question in NAME_QUESTIONS and (own or whole):
        return [*answer]
    found = _of_menu(rest, context, set(slipped)) or [*answer]
    if acts.wants_anyone(said) and not any(is_of(command, What.PRACTITIONER) for command in found):
        found.append(AnyChoice(What.PRACTITIONER))
    if acts.wants_any_place(said):
        found.append(AnyChoice(What.LOCATION))
    elif acts.wants_other_place(said) and not any(is_of(command, What.LOCATION) for command in found):
        found.append(NameChoice(What.LOCATION, other=True))
    return found


def _own_name(said: str, rest: str, context: Context, *, expected: bool) -> list[GiveName]:
    """The answer to a question for a name. ``expected``: one of the names that are being asked apart was said."""
    if context.question not in NAME_QUESTIONS:
        return []
    plain = re.sub(r"^(?:yes|yeah|yep|no|nope|ok|okay|sure)\b", "", acts.without_courtesies(rest))
    name, announced = identity.read_name(plain), identity.says_own_name(plain)
    asks = asking.opens_question(said) or (not expected and "?" in said and context.question is Question.WHO)
    refused = (context.question in _WHOLE_NAME and assent.says_no(said)) or (asks and not expected)
    refused = refused or bool(people.wants_person(said))
    if not name or (refused and not announced):
        return []
    return [GiveName(name)] if expected or announced or not starting.wants_booking(said) else []


def _of_menu(rest: str, context: Context, slipped: set[str]) -> list[Command]:
    """Practitioners, types and locations. What only a slip names has to be asked, unless it was just read out."""
    menu, found = context.menu, list[Command]()
    picking = context.question in {Question.PICK, Question.THIS_TYPE}
    people = names.name_practitioners(rest, menu.practitioners, expected=picking)
    found += [NameChoice(What.PRACTITIONER, people)] if people else []
    certain = " ".join(word for word in rest.split() if word not in slipped)
    for what, things in ((What.APPOINTMENT_TYPE, menu.appointment_types), (What.LOCATION, menu.locations)):
        if ids := names.name_by_words(rest, things, expected=picking):
            is_certain = picking or not slipped or ids == names.name_by_words(certain, things)
            found.append(NameChoice(what, ids, close=not is_certain))
    return found
