"""The type of appointment is settled before times are looked for (BOOK-09)."""

from __future__ import annotations

import pytest

from routiq.frontdesk.wishes import Habit, Menu
from routiq.robyn.answers import Answer
from tests.robyn.desks import FOLLOW_UP, HARBOUR, MASSAGE, MINA, InMemoryDesk
from tests.robyn.talks import Talk


def talk() -> Talk:
    return Talk(agrees_to_type=False)


def test_the_usual_type_is_asked_about_before_times_are_looked_for() -> None:
    call = talk()
    asked = call.say("I'd like to book on Thursday after two")
    assert asked == "Is it for Standard Follow Up?"
    assert not call.desk.searches
    offered = call.say("yes please")
    assert offered.startswith("For Standard Follow Up with Mina Patel")
    (wish,) = call.desk.searches
    assert wish.appointment_type_id == FOLLOW_UP.id
    assert [day.isoformat() for day in wish.days] == ["2026-11-26"], "what was wished with it is kept"


def test_the_question_tells_of_no_visit() -> None:
    """A number alone is worth a first name (V5)."""
    call = talk()
    words = call.say("I'd like to book").lower()
    assert not {"usual", "usually", "again", "last", "before", "mina"} & set(words.strip("?").split())


def test_a_no_asks_which_it_is_instead() -> None:
    call = talk()
    asked = call.says("I'd like to book", "no")
    assert asked == "Which type of appointment would you like: Initial Consultation or Remedial Massage?"
    assert call.say("massage").startswith("For Remedial Massage")
    assert [wish.appointment_type_id for wish in call.desk.searches] == [MASSAGE.id]


@pytest.mark.parametrize("words", ["no, a massage please", "a massage actually", "Remedial massage"])
def test_another_type_may_be_said_at_once(words: str) -> None:
    call = talk()
    assert call.says("I'd like to book", words).startswith("For Remedial Massage")


@pytest.mark.parametrize("words", ["yes", "yep that's right", "the usual", "same as last time", "I think so", "sure"])
def test_whatever_says_yes_takes_it(words: str) -> None:
    call = talk()
    assert call.says("I'd like to book", words).startswith("For Standard Follow Up"), call.commands


@pytest.mark.parametrize("words", ["no", "not the usual one", "no, it's something different", "nope"])
def test_whatever_says_no_looks_for_nothing(words: str) -> None:
    call = talk()
    call.says("I'd like to book", words)
    assert not call.desk.searches


def test_a_type_that_was_named_is_not_asked_about() -> None:
    assert talk().say("a massage on Thursday please").startswith("For Remedial Massage")


def test_whoever_goes_on_with_the_day_has_taken_it() -> None:
    call = talk()
    assert call.says("I'd like to book", "Thursday after two").startswith("For Standard Follow Up")


def test_a_practice_with_one_type_asks_nothing() -> None:
    call = Talk(InMemoryDesk(the_menu=Menu((MINA,), (FOLLOW_UP,), (HARBOUR,))), agrees_to_type=False)
    assert call.say("I'd like to book").startswith("For Standard Follow Up")


def test_without_a_usual_one_it_is_asked_which() -> None:
    call = Talk(InMemoryDesk(habit=Habit()), agrees_to_type=False)
    assert call.say("I'd like to book").startswith("Which type of appointment would you like")


def test_it_is_asked_once_a_booking() -> None:
    call = talk()
    assert call.says("I'd like to book", "yes", "have you anything on Friday?").startswith("For Standard Follow Up")
    call.says("the first one", "yes", "I'd like to book another one")
    assert call.memory.last_said == "Is it for Standard Follow Up?"


def test_a_question_in_the_middle_is_answered_and_the_type_asked_again() -> None:
    class Parking:
        def answer(self, question: str, location_id: str = "") -> Answer | None:
            return Answer("There is parking behind the house.", "a note")

    call = Talk(knowledge=Parking(), agrees_to_type=False)
    call.say("I'd like to book")
    assert call.say("do you have parking?") == "There is parking behind the house. Is it for Standard Follow Up?"
    assert call.say("yes").startswith("For Standard Follow Up")


def test_what_comes_between_goes_back_to_it() -> None:
    call = talk()
    call.says("I'd like to book", "when is my next appointment?", "Sam Nguyen", "2 April 1990")
    assert call.memory.last_said.endswith("Is it for Standard Follow Up?")
    assert call.say("yes").startswith("For Standard Follow Up")


def test_what_is_not_understood_is_asked_again_then_a_person_takes_over() -> None:
    call = talk()
    call.say("I'd like to book")
    assert call.say("blue purple") == "Sorry, I did not understand. Yes or no? Is it for Standard Follow Up?"
    assert "our team" in call.say("blue purple")
    assert call.desk.tasks


def test_who_does_not_want_to_book_after_all_books_nothing() -> None:
    call = talk()
    assert "not booked anything" in call.says("I'd like to book", "no", "no, leave it")
