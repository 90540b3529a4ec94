"""The reader made of rules: no network, no model, always there.

The order is the meaning: red flags first, then what answers the open question exactly, then what somebody comes with,
then what is taken, agreed to or refused of what is on the table, then days, times and names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from routiq.robyn.understanding import (
    acts,
    asking,
    assent,
    begun,
    choosing,
    details,
    existing,
    identity,
    names,
    newcomer,
    people,
    safety,
    starting,
    times,
    told,
)
from routiq.robyn.understanding.commands import (
    Affirm,
    Ask,
    AskBooking,
    AskInvoice,
    AskMachine,
    AskOthers,
    AskPerson,
    Choose,
    Clinical,
    Command,
    Correct,
    Deny,
    Emergency,
    End,
    ForSeveral,
    GiveDateOfBirth,
    GiveEmail,
    GiveName,
    GivePhone,
    GiveUp,
    Greet,
    JoinWaitlist,
    NameChoice,
    NotUnderstood,
    OptOut,
    Repeat,
    SayNew,
    StartBooking,
    StartCancel,
    StartReschedule,
    Thank,
    What,
    WishTime,
)
from routiq.robyn.understanding.found import gives_name, is_of, leaves, sounds, without_names
from routiq.robyn.understanding.reader import Context, Question
from routiq.robyn.understanding.spans import Line
from routiq.robyn.understanding.times import Heard, hear_times, within
from routiq.robyn.understanding.words import fold, normalise

_NO_TIMES = {Question.DATE_OF_BIRTH, Question.CALLER_NUMBER, Question.CALLER_NAME, *newcomer.ASKED}
_TIME_QUESTIONS = {
    Question.WHEN,
    Question.WHICH_DAY,
    Question.CHOICE,
    Question.CONFIRM,
    Question.OTHER_DAYS,
    Question.CALL_WHEN,
    Question.WHICH_VISIT,
}
_TABLE_QUESTIONS = {
    Question.WHICH_DAY,
    Question.CHOICE,
    Question.CONFIRM,
    Question.PICK,
    Question.WHEN,
    Question.WHICH_VISIT,
}
_CALL_BACK = {Question.CALL_REASON, Question.CALL_WHEN, Question.CALL_MESSAGE, Question.CALL_CONFIRM}
"""To these "that's all" is an answer, and no goodbye."""
_LOOSELY = {Question.THIS_TYPE, Question.WANTS_BOOKING, Question.OTHER_DAYS, Question.ANYONE_ELSE}
"""Nothing is written by a yes to these."""
_AT_REST = {Question.OPEN, Question.ANYTHING_ELSE, Question.WANTS_BOOKING}
"""There is nothing to give up."""
_ANSWERING = (
    StartBooking
    | StartReschedule
    | StartCancel
    | AskBooking
    | AskInvoice
    | JoinWaitlist
    | OptOut
    | WishTime
    | AskOthers
    | AskPerson
    | AskMachine
    | Clinical
    | Repeat
    | GiveEmail
    | GiveName
    | ForSeveral
)
"""Commands that a question was asked for: what is left of it is no question of its own."""


class Rules:
    """Reads by the grammar of this package. Implements :class:`~routiq.robyn.understanding.reader.Understanding`."""

    def read(self, text: str, context: Context) -> tuple[Command, ...]:
        said = normalise(text)
        if danger := safety.red_flag(said):
            return (Emergency(danger),)
        turn = _Reading(text, said, context)
        found = turn.identity() or newcomer.answer(text, said, context) or turn.everything()
        return tuple(found) or (NotUnderstood(),)


@dataclass
class _Reading:
    """One utterance being read."""

    text: str
    said: str
    """The words, normalised."""
    context: Context

    @property
    def question(self) -> Question:
        return self.context.question

    def identity(self) -> list[Command]:
        """The exact answer to a question of identity: nothing else is read into its digits."""
        if self.question is Question.DATE_OF_BIRTH:
            today = self.context.now.date()
            born = identity.read_birth_date(self.said, today) or identity.read_birth_date(fold(self.text), today)
            return [GiveDateOfBirth(born)] if born else []
        if self.question in {Question.CALLER_NUMBER, Question.CALL_CONFIRM}:
            number = identity.read_phone(self.said, international="+" in self.text)
            return [GivePhone(number)] if number else []
        return []

    def everything(self) -> list[Command]:
        said = self.said
        given = told.given(self.text, self.said, self.context)
        if any(isinstance(command, GiveEmail) for command in given):
            said = normalise(identity.without_email(self.text))
        if any(isinstance(command, GivePhone | GiveDateOfBirth) for command in given):
            said = identity.without_details(said, plain=self.question is Question.FULL_NAME)
        slipped = told.slips(said, self.context)
        said = names.corrected(said, slipped)
        started = begun.started(said, self.question)
        people_asked = [] if isinstance(started, JoinWaitlist | OptOut) else self._people(said)
        found: list[Command] = [*people_asked, *given]
        if safety.asks_clinical(said):
            found.append(Clinical())
        if details.says_new(said):
            found.append(SayNew())
        found += told.for_whom(said, self.context)
        if isinstance(started, StartReschedule | StartCancel | AskBooking):
            return [*found, *self._about_existing(said, started, slipped.values())]
        taken = self._choice(existing.without_giving_up(said))
        heard = self._times(said, taken)
        wished = () if taken and (taken.position or choosing.only_manner(heard.wishes)) else heard.wishes
        if started is None and asking.asks_hours(said, idle=self.question in begun.IDLE):
            wished = ()
        rest = without_names(heard.line.rest, found)
        named = told.named(said, rest, self.context, slipped.values())
        if any(isinstance(command, AskPerson) and command.practitioners for command in found):
            named = [name for name in named if not is_of(name, What.PRACTITIONER)]
        if isinstance(started, StartBooking) and starting.asks_service(said):
            started = started if any(is_of(name, What.APPOINTMENT_TYPE) for name in named) else None
        if self.question is Question.WHEN and not wished and times.leaves_open(said):
            wished = (WishTime(any_day=True, any_time=True),)
        found += self._acts(said, heard.line.rest, wished, named, taken)
        if isinstance(started, OptOut | AskInvoice):
            found = [command for command in found if not isinstance(command, Deny | End | AskOthers)]
        found += wished
        found += [name for name in named if not (isinstance(name, GiveName) and gives_name(found))]
        if started and not any(isinstance(command, AskPerson) for command in found):
            found.append(started)
        if self._asks(existing.without_giving_up(said), found):
            found.append(Ask())
        return found

    def _asks(self, said: str, found: list[Command]) -> bool:
        """A question is left that no command answers."""
        if acts.greets(said):  # "hello?"
            return False
        answering = [command for command in found if isinstance(command, _ANSWERING)]
        if answering:
            wishes = all(isinstance(command, StartBooking | WishTime | ForSeveral) for command in answering)
            return wishes and any(self._asks_of_practice(part) for part in asking.asked_apart(said))
        if any(isinstance(command, Affirm) for command in found):
            return assent.asks_besides(said)
        if any(isinstance(command, NameChoice) for command in found):
            return asking.opens_question(said)
        return asking.asks_something(said)

    def _asks_of_practice(self, part: str) -> bool:
        return not (starting.books(part) or hear_times(part, self.context.now).wishes)

    # What somebody comes with

    def _people(self, said: str) -> list[Command]:
        if people.speaks_to(said):
            ids = names.name_practitioners(said, self.context.menu.practitioners)
            if ids:
                return [AskPerson("asked", ids)]
        asks = people.asks_machine(said)
        if reason := people.wants_person(people.without_machine(said) if asks else said):
            return [AskPerson(reason)]
        return [AskMachine()] if asks else []

    def _about_existing(self, said: str, started: Command, slipped: Iterable[str]) -> list[Command]:
        """Times beside it tell which appointment; after "to" or "instead", where it shall move."""
        now, moving = self.context.now, isinstance(started, StartReschedule)
        old, new = existing.split_moved(said) if moving else (said, "")
        which = existing.when_it_is(old, now)
        if moving and which.not_before and not (which.at or which.not_after):  # "from 3 to 4" moves the one at 3
            which = msgspec.structs.replace(which, at=which.not_before, not_before=None)
        wishes = hear_times(new, now, expect_time=True) if new else Heard((), Line(""))
        started = msgspec.structs.replace(started, which=which if which != WishTime() else None)
        found: list[Command] = [Affirm()] if self.question is Question.ANYTHING_ELSE and assent.says_yes(said) else []
        rest = hear_times(said, now).line.rest
        named = told.named(said, rest, self.context, slipped)
        found += [name for name in named if isinstance(name, NameChoice)]
        if moving and not wishes.wishes and (towards := existing.towards(said)):
            found.append(WishTime(earlier=towards == "earlier", later=towards == "later"))
        return [*found, started, *wishes.wishes]

    # What is taken, agreed to, refused

    def _choice(self, said: str) -> Choose | None:
        """What is taken of the things on the table, if any are."""
        listed = self.question in {Question.PICK, Question.WHICH_DAY}
        if self.question not in _TABLE_QUESTIONS or not (self.context.offers or listed):
            return None
        several = len(self.context.offers) != 1 or listed
        taken = choosing.choice(said, several=several) or choosing.left_out(said, self.context)
        bare = re.fullmatch(r"(\d{1,2})(?: (?:please|thanks))?\W*", said)
        if taken and bare and any(sounds(offer.local_start.hour, int(bare[1])) for offer in self.context.offers):
            return None
        return taken

    def _times(self, said: str, taken: Choose | None) -> Heard:
        if self.question in _NO_TIMES:
            return Heard((), Line(said))
        return hear_times(said, self.context.now, expect_time=self.question in _TIME_QUESTIONS and taken is None)

    def _acts(
        self, said: str, rest: str, wished: tuple[WishTime, ...], named: list[Command], taken: Choose | None
    ) -> list[Command]:
        question, found = self.question, list[Command]()
        loosely = question in _LOOSELY
        been = question is Question.BEEN_BEFORE and details.says_been(said)
        yes, no = assent.agrees_loosely(said) if loosely else assent.says_yes(said), assent.says_no(said)
        thanks, ends = acts.thanks(said), acts.ends(said)
        gives_up = question not in _AT_REST and taken is None and existing.gives_up(said)
        no = no or gives_up
        no = no and not (acts.asks_repeat(said) or (taken and (taken.but or choosing.leaves_out(said))))
        if question is Question.ANYTHING_ELSE:
            no = assent.says_no(assent.without_bethinking(said))
            found += [Correct()] if self._takes_back(said, wished, named) else []
            outright = assent.says_yes_outright(said)
            thanks, yes = thanks or (yes and not outright and not acts.closes(said)), yes and outright
            no = no or (acts.closes(said) and not yes)
            ends = acts.says_goodbye(said)
        elif question is Question.WANTS_SOONER:
            found += [Correct()] if self._takes_back(said, wished, named) else []
        elif yes and not acts.says_goodbye(said) and question is Question.CONFIRM:
            ends = False
        if question is Question.WANTS_BOOKING and acts.says_goodbye(said):
            yes = yes and assent.says_yes_outright(said)  # "Oh lovely, bye"
        if question in _CALL_BACK:
            ends = acts.says_goodbye(said)
        if question is Question.CHOICE and ends:  # "Okay, that's all" takes nothing, "great, that's all" does
            left = acts.without_closing(said)
            yes = yes and assent.says_yes(left) and not assent.only_acknowledges(left)
            no = no and assent.says_no(left)
        if question is Question.CANCEL:
            worded = existing.agrees_to_cancel(said)
            no = existing.keeps(said) or (no and not worded)
            yes = (yes or worded) and not no
        if question in {Question.CONFIRM, Question.CANCEL}:
            correct = self._corrects(said, wished, named, yes=yes, no=no)
            correct = correct or (question is Question.CANCEL and existing.means_another(said))
            no = no or (correct and acts.changes(said))
            yes = yes and (question is Question.CANCEL or assent.says_little_else(rest)) and not (no or correct)
            found += [Correct()] if correct else []
        if question in {Question.OPEN, Question.WHEN} and starting.books(said):
            yes = yes and assent.says_yes_outright(said)
        if question in {Question.OPEN, Question.WHEN} and wished:
            no = no and assent.says_no_outright(said)
        if acts.thanks_for_help(said) and question is not Question.CONFIRM:
            yes = yes and assent.says_yes_outright(said)
            settled = yes or no or wished or taken not in (None, Choose()) or starting.wants_booking(said)
            ends = ends or not (settled or asking.opens_question(said))
        if yes or been:
            found.append(Affirm())
        if no:
            found.append(Deny())
        if gives_up and not (yes or wished):
            found.append(GiveUp())
        others = self._others(said, wished, named, taken)
        taken = None if ends and taken == Choose() and acts.thanks_for_help(said) else taken
        if taken and not others and (taken != Choose() or not (wished or yes or no)):
            found.append(taken)
        elif self._takes_by_booking(said, yes=yes, others=others, no=no, taken=taken):
            found.append(Choose())
        if others:
            found.append(AskOthers())
        if acts.asks_repeat(said) and not (yes or no or wished):
            found.append(Repeat())
        if thanks:
            found.append(Thank())
        if ends:
            found.append(End())
        if acts.greets(said):
            found.append(Greet())
        return found

    def _corrects(
        self, said: str, wished: tuple[WishTime, ...], named: list[Command], *, yes: bool, no: bool
    ) -> bool:
        """Something else is wished than what was read back. A question about times beside a yes is none."""
        if any(isinstance(name, NameChoice) for name in named) and (no or acts.changes(said)):
            return True
        back = self.context.read_back
        if back and any(leaves(name, back) for name in named):
            return True
        telling = [wish for wish in wished if wish != WishTime(past=True)]
        if any(wish.later or wish.earlier for wish in telling):
            return True
        if not telling or back is None:
            return bool(telling) and not yes
        return no or acts.changes(said) or not all(within(wish, back.local_start) for wish in telling)

    def _takes_back(self, said: str, wished: tuple[WishTime, ...], named: list[Command]) -> bool:
        """With nothing under way, another time or practitioner instead of what was booked."""
        refuses = any(wish.not_days or wish.not_weekdays for wish in wished)
        told = wished or any(isinstance(name, NameChoice) for name in named)
        return bool(refuses or (told and acts.changes(said))) and not starting.wants_another(said)

    def _others(self, said: str, wished: tuple[WishTime, ...], named: list[Command], taken: Choose | None) -> bool:
        if self.question is Question.ANYTHING_ELSE or (taken and (taken.other or taken.but)):
            return False
        if acts.asks_others(said):
            return True
        if self.question is not Question.CHOICE or wished or any(isinstance(name, NameChoice) for name in named):
            return False
        return (starting.seeks(said) and not starting.books(said)) or acts.asks_otherwise(said)

    def _takes_by_booking(self, said: str, *, yes: bool, others: bool, no: bool, taken: Choose | None) -> bool:
        """ "Book me in" takes the one thing on the table."""
        single = self.question is Question.CHOICE and len(self.context.offers) == 1
        return single and starting.books(said) and not (yes or no or others or taken)
