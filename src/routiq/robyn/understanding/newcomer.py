"""The answers of a new patient to one question at a time. Pure."""

from __future__ import annotations

from routiq.robyn.understanding import (
    acts,
    asking,
    assent,
    details,
    existing,
    identity,
    names,
    people,
    safety,
    starting,
)
from routiq.robyn.understanding.commands import (
    Affirm,
    Command,
    Correct,
    Deny,
    GiveDateOfBirth,
    GiveDetail,
    GiveEmail,
    GiveName,
    GivePhone,
    NameDetail,
)
from routiq.robyn.understanding.reader import Context, Question

ASKED = {
    Question.GIVEN_NAME,
    Question.FAMILY_NAME,
    Question.SPELLING,
    Question.MOBILE,
    Question.EMAIL,
    Question.DETAIL,
    Question.REGISTER,
    Question.WHICH_DETAIL,
}
_NO_NAME = {"no", "nope", "wrong", "not right", "not quite", "incorrect", "yes", "stop", "skip", "none", "nothing"}


def answer(text: str, said: str, context: Context) -> list[Command]:
    """What answers the open question; nothing when it is none of these questions, or the words are something else
    altogether. ``said`` is ``text`` normalised."""
    question = context.question
    if question not in ASKED or _is_else(said, question):
        return []
    match question:
        case Question.GIVEN_NAME | Question.FAMILY_NAME:
            return [] if assent.says_no(said) else _name(text)
        case Question.SPELLING:
            return _spelling(text, said)
        case Question.MOBILE:
            if number := identity.read_phone(said, international="+" in text):
                return [GivePhone(number)]
            return [Affirm()] if details.same_number(said) and not assent.says_no(said) else []
        case Question.DETAIL:
            return [] if assent.says_no(said) else [GiveDetail(text.strip())]
        case Question.REGISTER | Question.WHICH_DETAIL:
            return _corrected(text, said, context)
    return []


def _name(text: str) -> list[Command]:
    name = details.name_written(text)
    plain = " ".join(names.tokens(name))
    return [GiveName(plain, name)] if name and plain not in _NO_NAME else []


def _spelling(text: str, said: str) -> list[Command]:
    wrong = assent.says_no(said)
    if assent.says_yes(said) and not wrong:
        return [Affirm()]
    return [*([Deny()] if wrong else []), *_name(text)]


def _corrected(text: str, said: str, context: Context) -> list[Command]:
    """Set right at once, or the detail that is wrong is named."""
    found: list[Command] = []
    if email := identity.read_email(text):
        found.append(GiveEmail(email))
    elif number := identity.read_phone(said, international="+" in text):
        found.append(GivePhone(number))
    elif born := identity.read_birth_date(said, context.now.date()):
        found.append(GiveDateOfBirth(born))
    if found:
        return [Correct(), *found]
    named, no = details.detail_named(said), assent.says_no(said)
    if named and (no or not assent.says_yes(said)):
        return [*([Deny()] if no else []), NameDetail(named.value)]
    return []


def _is_else(said: str, question: Question) -> bool:
    """A person is asked for, a question is put, something else is begun, or it is ended."""
    return bool(
        people.wants_person(said)
        or safety.asks_clinical(said)
        or acts.asks_repeat(said)
        or acts.says_goodbye(said)
        or starting.opts_out(said)
        or existing.gives_up(said)
        or (question is not Question.DETAIL and asking.opens_question(said))
        or (starting.is_mine(said) and (starting.moves(said) or starting.cancels(said, idle=False)))
    )
