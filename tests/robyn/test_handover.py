from __future__ import annotations

import pytest

from tests.robyn.desks import SAM, STRANGER, InMemoryDesk, at, visit
from tests.robyn.talks import Talk


@pytest.mark.parametrize(("country", "number"), [("AU", "000"), ("NZ", "111"), ("GB", "999"), ("US", "911")])
def test_an_emergency_gets_the_countrys_number_and_an_alert(country: str, number: str) -> None:
    talk = Talk(InMemoryDesk(country=country))
    said = talk.says("Thursday at 3", "wait, I have chest pain")
    assert f"call {number} now" in said
    assert talk.desk.tasks[0][0] == "emergency"
    talk.say("yes")
    assert not talk.desk.requests


@pytest.mark.parametrize(("country", "line"), [("AU", "13 11 14"), ("NZ", "1737")])
def test_self_harm_gets_the_crisis_line(country: str, line: str) -> None:
    talk = Talk(InMemoryDesk(country=country))
    assert line in talk.say("I want to end my life")
    assert talk.desk.tasks[0][0] == "emergency"


def test_an_alert_is_left_once() -> None:
    talk = Talk()
    talk.says("I have chest pain", "the chest pain is bad")
    assert len(talk.desk.tasks) == 1


def test_clinical_questions_are_refused_in_fixed_words() -> None:
    talk = Talk()
    said = talk.say("should I take ibuprofen for my knee?")
    assert "can't give clinical advice" in said
    assert "passed your question on to our team" in said
    assert [kind for kind, _ in talk.desk.tasks] == ["call_back"]


def test_a_clinical_question_beside_a_wish_does_not_stop_the_booking() -> None:
    talk = Talk(agrees_to_type=False)
    said = talk.say("Is this normal? Can I book Thursday after 3?")
    assert "can't give clinical advice" in said
    assert said.endswith("Is it for Standard Follow Up?")
    assert "Thursday 26 November" in talk.say("yes")


def test_a_person_can_be_asked_for_at_any_time() -> None:
    talk = Talk()
    said = talk.says("Thursday at 3", "can I talk to a real person please")
    assert "asked our team to ring you back" in said
    assert talk.desk.tasks[0][0] == "call_back"
    talk.say("yes")
    assert not talk.desk.requests


def test_an_unknown_caller_reaches_a_person_at_once() -> None:
    talk = Talk(caller=STRANGER)
    talk.say("I want to speak to someone")
    assert STRANGER in talk.desk.tasks[0][1]


@pytest.mark.parametrize(
    ("words", "trigger"),
    [
        ("I want to complain about my last visit", "complaint"),
        ("I'm worse off than before you treated me", "complaint"),
        ("really dissatisfied with how I was treated, book me Thursday", "complaint"),
        ("you mucked me around last week", "complaint"),
        ("you're useless, this is a joke", "complaint"),
        ("my invoice is wrong", "billing"),
        ("why was I billed $120?", "billing"),
        ("I'm not paying that invoice", "billing"),
        ("Medibank knocked back my claim, they say the item number is wrong", "billing"),
    ],
)
def test_complaints_and_bills_go_to_people(words: str, trigger: str) -> None:
    talk = Talk()
    talk.say(words)
    assert [message.trigger for message in talk.desk.messages] == [trigger]
    assert not talk.desk.searches


def test_a_sore_back_that_got_worse_is_no_complaint() -> None:
    talk = Talk()
    talk.say("my back is worse since the weekend, can I book Thursday")
    assert not talk.desk.tasks


def test_one_clarifying_question_then_a_person() -> None:
    talk = Talk()
    assert talk.say("purple bananas").startswith("Sorry, I did not understand.")
    assert not talk.desk.tasks
    assert "ring you back" in talk.say("wibble")
    assert len(talk.desk.tasks) == 1


def test_words_that_answer_nothing_that_was_asked_are_not_asked_about_for_ever() -> None:
    talk = Talk()
    talk.desk.visits[SAM.remote_id].append(visit("803", at(27, "9:00")))
    talk.says("cancel my appointment", "Sam Nguyen", "2/4/1990")
    assert talk.say("yes").startswith("Sorry, I did not understand.")
    assert "ring you back" in talk.say("yes")


def test_understanding_in_between_starts_the_count_again() -> None:
    talk = Talk()
    talk.says("purple bananas", "Thursday", "wibble")
    assert not talk.desk.tasks


def test_a_practice_that_is_not_live_books_nothing() -> None:
    talk = Talk(InMemoryDesk(live=False))
    assert "the automated assistant at Harbour Street Physiotherapy" in talk.greeting
    for words in ("Thursday at 3", "book me in", "yes", "Jane Citizen"):
        said = talk.say(words)
    assert not talk.desk.searches
    assert not talk.desk.requests
    assert said


def test_a_practice_that_is_not_live_rings_back_on_request_only() -> None:
    talk = Talk(InMemoryDesk(live=False))
    talk.say("Thursday at 3")
    assert not talk.desk.tasks
    talk.say("can someone call me back")
    assert talk.desk.tasks[0][0] == "call_back"


def test_she_says_it_again() -> None:
    talk = Talk()
    offered = talk.say("Thursday after 3")
    assert talk.say("sorry, can you repeat that?") == offered


def test_a_goodbye_before_the_yes_books_nothing() -> None:
    talk = Talk()
    assert "not booked anything" in talk.says("Thursday at 3", "goodbye")
    assert talk.ended


def test_a_yes_that_settles_nothing_is_asked_about_once_then_a_person() -> None:
    talk = Talk()
    talk.say("I'd like to come in")
    assert "Which one would you like?" in talk.say("yes")
    assert "asked our team to ring you" in talk.say("yes")
    talk = Talk(agrees_to_type=False)
    talk.says("I'd like to come in", "no")
    assert "Which type" in talk.say("yes please dear")
    assert "asked our team to ring you" in talk.say("yes please")


def test_not_seeing_the_point_is_a_red_flag() -> None:
    talk = Talk()
    assert "Lifeline" in talk.say("I'm feeling really down and I can't see the point")
    assert "Lifeline" not in Talk().say("I can't see the point of two visits a week")
