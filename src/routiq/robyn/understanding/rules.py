"""The reader made of rules: no network, no model, always there."""

from __future__ import annotations

import re

from routiq.robyn.understanding import acts, assent, identity, names, safety
from routiq.robyn.understanding.commands import (
    Affirm,
    AnyChoice,
    Ask,
    AskOthers,
    AskPerson,
    Choose,
    Clinical,
    Command,
    Deny,
    Emergency,
    End,
    GiveDateOfBirth,
    GiveName,
    GivePhone,
    Greet,
    NameChoice,
    NotUnderstood,
    Repeat,
    StartBooking,
    Thank,
    What,
)
from routiq.robyn.understanding.reader import Context, Question
from routiq.robyn.understanding.spans import Line
from routiq.robyn.understanding.times import Heard, hear_times
from routiq.robyn.understanding.words import normalise

_NAME_QUESTIONS = {Question.WHO, Question.FULL_NAME, Question.CALLER_NAME}
_TIME_QUESTIONS = {Question.WHEN, Question.CHOICE, Question.CONFIRM, Question.OTHER_DAYS}
_TABLE_QUESTIONS = {Question.CHOICE, Question.CONFIRM, Question.PICK, Question.WHEN}


class Rules:
    """Reads by the grammar of this package. Implements :class:`~routiq.robyn.understanding.reader.Understanding`."""

    def read(self, text: str, context: Context) -> tuple[Command, ...]:
        said = normalise(text)
        if danger := safety.red_flag(said):
            return (Emergency(danger),)
        found = self._identity(said, context)
        if not any(isinstance(command, GiveDateOfBirth | GivePhone) for command in found):
            found += self._said(said, context, named=bool(found))
        return tuple(found) or (NotUnderstood(),)

    def _identity(self, said: str, context: Context) -> list[Command]:
        if context.question is Question.DATE_OF_BIRTH:
            born = identity.read_birth_date(said, context.now.date())
            return [GiveDateOfBirth(born)] if born else []
        if context.question is Question.CALLER_NUMBER:
            number = identity.read_phone(said)
            return [GivePhone(number)] if number else []
        return []

    def _said(self, said: str, context: Context, *, named: bool) -> list[Command]:
        found: list[Command] = []
        if reason := acts.wants_person(said):
            found.append(AskPerson(reason))
        if safety.asks_clinical(said):
            found.append(Clinical())
        taken = self._choice(said, context)
        heard = self._times(said, context, taken)
        rest = heard.line.rest
        wished = () if taken and taken.position else heard.wishes
        found += self._acts(said, rest, context, bool(wished), taken)
        found += wished
        found += self._names(said, rest, context, answered=bool(found))
        if acts.wants_booking(said) and not any(isinstance(command, AskPerson) for command in found):
            found.append(StartBooking(another=acts.wants_another(said)))
        if not found and acts.asks_something(said):
            found.append(Ask())
        return found

    def _choice(self, said: str, context: Context) -> Choose | None:
        """What is taken of the things on the table, if any are."""
        if context.question not in _TABLE_QUESTIONS or not (context.offers or context.question is Question.PICK):
            return None
        several = len(context.offers) != 1 or context.question is Question.PICK
        taken = acts.choice(said, several=several)
        bare = re.fullmatch(r"(\d{1,2})(?: (?:please|thanks))?\W*", said)
        if taken and bare and any(_sounds(offer.local_start.hour, int(bare[1])) for offer in context.offers):
            return None
        return taken

    def _times(self, said: str, context: Context, taken: Choose | None) -> Heard:
        if context.question in {Question.DATE_OF_BIRTH, Question.CALLER_NUMBER, Question.CALLER_NAME}:
            return Heard((), Line(said))
        return hear_times(said, context.now, expect_time=context.question in _TIME_QUESTIONS and taken is None)

    def _acts(self, said: str, rest: str, context: Context, wished: bool, taken: Choose | None) -> list[Command]:
        found: list[Command] = []
        yes, no = assent.says_yes(said), assent.says_no(said)
        thanks, ends = acts.thanks(said), acts.ends(said)
        if context.question is Question.ANYTHING_ELSE:
            outright = assent.says_yes_outright(said)
            thanks, yes = thanks or (yes and not outright), yes and outright
            no, ends = no or (ends and not yes), ends and acts.says_goodbye(said)
        if context.question is Question.CONFIRM and wished and not yes:
            no = no or acts.changes(said)
        if yes and context.question is Question.CONFIRM and not assent.says_little_else(rest):
            yes = False
        if yes:
            found.append(Affirm())
        if no:
            found.append(Deny())
        if taken and (taken.position or taken.earlier or taken.later or not (wished or yes or no)):
            found.append(taken)
        if acts.asks_others(said) and context.question is not Question.ANYTHING_ELSE:
            found.append(AskOthers())
        if acts.asks_repeat(said) and not (yes or no or wished):
            found.append(Repeat())
        if thanks:
            found.append(Thank())
        if ends:
            found.append(End())
        if acts.greets(said):
            found.append(Greet())
        if (
            found
            and (acts.asks_something(said) or (yes and assent.asks_besides(said)))
            and not wished
            and not acts.wants_booking(said)
        ):
            found.append(Ask())
        return found

    def _names(self, said: str, rest: str, context: Context, *, answered: bool) -> list[Command]:
        question, found = context.question, list[Command]()
        own = [
            name
            for name in context.names
            if f" {' '.join(names.tokens(name))} " in f" {' '.join(names.tokens(rest))} "
        ]
        if question in _NAME_QUESTIONS:
            plain = rest if not answered else re.sub(r"^(?:yes|yeah|yep|no|nope|ok|okay|sure)\b", "", rest)
            name = identity.read_name(plain)
            if name and (own or not acts.wants_booking(said) or identity.says_own_name(plain)):
                found.append(GiveName(name))
            if own or question is Question.CALLER_NAME:
                return found
        picking = question is Question.PICK
        menu = context.menu
        for what, ids in (
            (What.PRACTITIONER, names.name_practitioners(rest, menu.practitioners, expected=picking)),
            (What.APPOINTMENT_TYPE, names.name_by_words(rest, menu.appointment_types, expected=picking)),
            (What.LOCATION, names.name_by_words(rest, menu.locations, expected=picking)),
        ):
            if ids:
                found = [command for command in found if not isinstance(command, GiveName)]
                found.append(NameChoice(what, ids))
        if acts.wants_anyone(said) and not any(_names(command, What.PRACTITIONER) for command in found):
            found.append(AnyChoice(What.PRACTITIONER))
        if acts.wants_any_place(said):
            found.append(AnyChoice(What.LOCATION))
        elif acts.wants_other_place(said) and not any(_names(command, What.LOCATION) for command in found):
            found.append(NameChoice(What.LOCATION, other=True))
        return found


def _sounds(hour: int, number: int) -> bool:
    return number in (hour, hour % 12 or 12)


def _names(command: Command, what: What) -> bool:
    return isinstance(command, NameChoice) and command.what is what
