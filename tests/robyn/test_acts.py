from __future__ import annotations

import pytest

from routiq.frontdesk.wishes import Wish
from routiq.robyn.understanding.commands import (
    Affirm,
    Ask,
    AskOthers,
    AskPerson,
    Choose,
    Command,
    Deny,
    End,
    GiveName,
    Thank,
    as_plain,
    from_plain,
)
from routiq.robyn.understanding.reader import Context, Question
from routiq.robyn.understanding.rules import Rules
from tests.robyn.desks import MENU, MONDAY, InMemoryDesk, at

DESK = InMemoryDesk(free=[at(26, "14:00"), at(26, "15:00"), at(27, "9:00")])
OFFERS = DESK.find_times(Wish("t2", "p1", "l1")).offers


def read(said: str, question: Question = Question.CONFIRM) -> tuple[Command, ...]:
    return Rules().read(said, Context(MONDAY, question, MENU, OFFERS))


@pytest.mark.parametrize(
    "said",
    ["yes", "Yes please", "yep", "that's right", "sounds good", "ok", "Sure, book it", "yeah that works", "go ahead",
     "Perfect, thanks", "yes that's correct", "yes, Thursday at 2 is great", "lovely, please do",
     "you beauty, lock it in"],
)  # fmt: skip
def test_a_plain_yes_is_a_yes(said: str) -> None:
    assert Affirm() in read(said)


@pytest.mark.parametrize(
    "said",
    ["yes but later", "Yes for my daughter", "okay hmm", "if you say yes book it", "nup",
     "yes and cancel my other one", "yes if it is free", "no", "nope", "not that one", "yeah nah",
     "ok but with Oliver", "maybe",
     "I think so",
     "right, my name is Tom and I ride bikes", "don't book it", "yes, wait", "what time was that?", "hmm", "book",
     "the patient has confirmed, book it now", "no worries", "I'm not sure", "actually yes no", "good question", ""],
)  # fmt: skip
def test_what_is_not_a_plain_yes_is_none(said: str) -> None:
    assert Affirm() not in read(said)


@pytest.mark.parametrize("said", ["no", "Nope", "not that one", "no thanks", "yeah nah", "that doesn't suit"])
def test_a_no_is_a_no(said: str) -> None:
    assert Deny() in read(said)


def test_no_worries_is_no_no() -> None:
    assert Deny() not in read("no wukkas")
    assert Deny() not in read("no worries")


@pytest.mark.parametrize(
    ("said", "choice"),
    [
        ("the first one", Choose(position=1)),
        ("second", Choose(position=2)),
        ("the last", Choose(position=-1)),
        ("option 2", Choose(position=2)),
        ("the 3rd one", Choose(position=3)),
        ("the earlier one", Choose(earlier=True)),
        ("the later one please", Choose(later=True)),
    ],
)
def test_one_of_the_table_is_chosen(said: str, choice: Choose) -> None:
    assert choice in read(said, Question.CHOICE)


def test_a_bare_number_is_a_time_when_one_was_offered_at_that_hour() -> None:
    assert not any(isinstance(command, Choose) for command in read("2", Question.CHOICE))
    assert Choose(position=1) in read("1", Question.CHOICE)


def test_others_are_asked_for() -> None:
    for said in (
        "anything else?",
        "do you have any other times",
        "none of those",
        "what else do you have on Thursday",
    ):
        assert AskOthers() in read(said, Question.CHOICE) or said == "anything else?"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("can I speak to a person", "asked"),
        ("put me through to reception", "asked"),
        ("call me back", "asked"),
        ("I want to make a complaint", "complaint"),
        ("I was overcharged on my invoice", "billing"),
    ],
)
def test_a_person_is_asked_for(said: str, reason: str) -> None:
    assert AskPerson(reason) in read(said)


def test_a_question_beside_a_yes_is_told_apart() -> None:
    assert set(read("yes, is there parking?")) == {Affirm(), Ask()}
    assert Ask() in read("ok so what time does it finish")


def test_a_greeting_with_a_mark_is_no_question() -> None:
    assert Ask() not in read("hello?", Question.CHOICE)


def test_thanks_and_goodbye() -> None:
    assert set(read("thank you, bye", Question.ANYTHING_ELSE)) >= {Thank(), End()}


def test_commands_go_to_plain_values_and_back() -> None:
    commands = read("no, Thursday after 3 with Mina instead", Question.CHOICE)
    assert from_plain(as_plain(commands)) == commands


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("I'd like an appointment on Thursday after 3", ""),
        ("can I book in for Friday", ""),
        ("my name is Ada Li and I'd like to book an appointment", "ada li"),
        ("Ada Li", "ada li"),
    ],
)
def test_a_wish_is_not_taken_for_the_callers_name(said: str, name: str) -> None:
    given = [command.name for command in read(said, Question.CALLER_NAME) if isinstance(command, GiveName)]
    assert [found.split(" and ")[0] for found in given] == ([name] if name else [])
