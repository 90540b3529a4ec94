"""A question in the middle is answered, and the flow goes on."""

from __future__ import annotations

from typing import ClassVar

import pytest

from routiq.robyn.answers import Answer
from tests.robyn.desks import HARBOUR, MASSAGE
from tests.robyn.talks import Talk


class Parking:
    def answer(self, question: str, location_id: str = "") -> Answer | None:
        return Answer("Parking is behind the clinic.", "Finding us") if "parking" in question else None


def test_what_is_known_is_answered_and_the_open_question_asked_again() -> None:
    talk = Talk(knowledge=Parking())
    talk.say("Thursday after 3")
    said = talk.say("is there parking?")
    assert said.startswith("Parking is behind the clinic. ")
    assert "Which one would you like?" in said
    assert not talk.desk.tasks
    talk.says("the first one", "yes")
    assert len(talk.booked) == 1


def test_a_question_beside_the_yes_is_answered_and_a_plain_yes_asked_for() -> None:
    talk = Talk(knowledge=Parking())
    talk.say("Thursday at 3")
    said = talk.say("yes, is there parking?")
    assert said.startswith("Parking is behind the clinic. So that is Thursday 26 November")
    assert not talk.desk.requests


def test_what_is_not_known_is_passed_on() -> None:
    talk = Talk(knowledge=Parking())
    assert "passed your question on" in talk.say("is there a lift?")
    assert "is there a lift" in talk.desk.tasks[0][1]


def test_a_question_is_put_about_the_location_that_the_talk_is_about() -> None:
    class Hours:
        asked: ClassVar[list[str]] = []

        def answer(self, question: str, location_id: str = "") -> Answer | None:
            self.asked.append(location_id)
            return Answer("Until six.", "Hours")

    talk = Talk(knowledge=Hours())
    talk.says("how late are you open?", "Thursday after 3", "how late are you open?")
    assert Hours.asked == ["", HARBOUR.id]


class Prices:
    def answer(self, question: str, location_id: str = "") -> Answer | None:
        return Answer("It is $110.", "Prices") if "how much" in question.lower() else None


def test_who_asks_what_something_costs_is_told_and_offered_no_times() -> None:
    talk = Talk(knowledge=Prices())
    said = talk.say("How much is a remedial massage?")
    assert said.startswith("It is $110. ")
    assert not talk.memory.offers
    talk.say("I'd like to book it for Thursday")
    assert {offer.time.appointment_type_id for offer in talk.memory.offers} == {MASSAGE.id}


def test_a_price_asked_for_in_the_middle_leaves_the_times_on_the_table() -> None:
    talk = Talk(knowledge=Prices())
    talk.say("Thursday after 3")
    on_the_table = talk.memory.offers
    assert on_the_table
    assert talk.say("how much is it?").startswith("It is $110. ")
    assert talk.memory.offers == on_the_table


def test_a_question_in_the_same_breath_as_a_wish_is_answered_and_the_wish_goes_on() -> None:
    asked: list[str] = []

    class Told:
        def answer(self, question: str, location_id: str = "") -> Answer | None:
            asked.append(question)
            return Answer("Parking is behind the building.", "A note")

    talk = Talk(knowledge=Told(), agrees_to_type=False)
    said = talk.say("I need to come in on Thursday, and where do I park?")
    assert said == "Parking is behind the building. Is it for Standard Follow Up?"
    assert asked == ["where do i park?"], "the day of the wish is not what is asked about"
    assert "Thursday 26 November" in talk.say("yes")
    assert not talk.desk.tasks


def test_what_is_asked_beside_a_wish_and_not_known_is_passed_on() -> None:
    talk = Talk(agrees_to_type=False)
    said = talk.say("can I come in on Thursday and do I need a referral?")
    assert said.startswith("I can't answer that myself, so I have passed your question on to our team.")
    assert said.endswith("Is it for Standard Follow Up?")
    assert "referral" in talk.desk.tasks[0][1]


def test_a_wish_put_as_a_question_is_no_question_about_the_practice() -> None:
    talk = Talk()
    talk.say("have you got anything on Thursday, or could I come in on Friday?")
    assert not talk.desk.tasks


def test_a_question_about_a_practitioner_in_the_middle_is_passed_on() -> None:
    talk = Talk()
    talk.say("Thursday after 3")
    assert "passed your question on" in talk.say("does Mina treat kids?")
    assert "treat kids" in talk.desk.tasks[0][1]


def test_a_wish_for_somebody_else_put_as_a_question_is_not_passed_on() -> None:
    talk = Talk()
    talk.says("Thursday at 3")
    assert "Oliver Stone" in talk.say("can I have Ollie instead?")
    assert "Mina Patel" in talk.say("is Mina free then?")
    assert not talk.desk.tasks


@pytest.mark.parametrize("words", ["do your physios treat kids", "have youse got wifi", "do you have a hydro pool"])
def test_who_asks_what_there_is_wants_no_appointment_yet(words: str) -> None:
    talk = Talk()
    talk.say(words)
    assert not talk.desk.searches
    assert words in talk.desk.tasks[0][1]
