"""What Robyn understands and cannot do herself yet: people get it at once, and she says so."""

from __future__ import annotations

import pytest

from tests.robyn.desks import STRANGER, InMemoryDesk, at
from tests.robyn.talks import Talk


@pytest.mark.parametrize(
    ("words", "said", "noted"),
    [
        (
            "I need to move my Thursday appointment to Friday",
            "nothing is changed yet",
            "the one Thursday 26 November",
        ),
        ("please cancel my appointment tomorrow", "not cancelled yet", "the one Tuesday 24 November"),
        ("cancel all my appointments", "not cancelled yet", "all of them"),
        ("when is my next appointment?", "about your appointment", "Asked about an appointment"),
        ("can you resend my invoice", "one for our team", "invoice"),
        ("put me on the waiting list for Friday", "put you on the list", "Wanted: Friday 27 November"),
        ("is there parking?", "passed your question on", "'is there parking?'"),
        ("stop texting me", "take you off the messages", "no more messages"),
    ],
)
def test_it_is_passed_on_to_people_and_said_so(words: str, said: str, noted: str) -> None:
    talk = Talk()
    assert said in talk.say(words)
    [(kind, summary)] = talk.desk.tasks
    assert kind == "call_back"
    assert noted in summary
    assert not talk.desk.requests


def test_a_question_in_the_middle_is_passed_on_and_the_flow_goes_on() -> None:
    talk = Talk()
    talk.say("Thursday after 3")
    said = talk.say("is there parking?")
    assert "passed your question on" in said
    assert "Which one would you like?" in said
    assert "3 pm" in talk.say("the first one")
    talk.say("yes")
    assert len(talk.booked) == 1


def test_the_same_thing_is_passed_on_once() -> None:
    talk = Talk()
    talk.says("when is my next appointment?", "when is my next appointment?")
    assert len(talk.desk.tasks) == 1


def test_without_a_number_the_name_is_asked_first() -> None:
    talk = Talk(caller="")
    talk.say("I want to cancel my appointment")
    said = talk.says("Ada Li", "0491 570 158")
    assert "ring you back" in said
    assert "cancel" in talk.desk.tasks[-1][1]


def test_a_stranger_who_opts_out_is_heard_too() -> None:
    talk = Talk(caller=STRANGER)
    talk.say("unsubscribe")
    talk.say("Ada")
    assert "no more messages" in talk.desk.tasks[-1][1]


def test_opting_out_is_heard_while_the_practice_is_being_set_up() -> None:
    talk = Talk(InMemoryDesk(live=False))
    talk.say("stop texting me")
    assert "no more messages" in talk.desk.tasks[-1][1]


def test_a_named_practitioner_is_told_who_was_asked_for() -> None:
    talk = Talk()
    talk.say("can I speak to Oliver please")
    assert "Patient asked for Oliver Stone" in talk.desk.tasks[-1][1]


def test_who_is_running_late_is_told_to_the_team_at_once() -> None:
    talk = Talk()
    assert "let our team know" in talk.say("I'm running late for my appointment")
    assert "running late" in talk.desk.tasks[-1][1]


def test_another_practitioner_than_was_read_back_voids_the_yes() -> None:
    talk = Talk()
    talk.says("Thursday at 3")
    assert "Oliver Stone" in talk.say("yes but with Oliver")
    assert not talk.desk.requests


def test_the_one_left_over_is_taken() -> None:
    talk = Talk()
    talk.say("Thursday at 3 or Friday at 9")
    assert "So that is Friday 27 November at 9 am" in talk.say("not Thursday")


def test_not_the_first_of_two_is_the_second() -> None:
    talk = Talk()
    talk.say("Thursday after 3")
    assert "at 4:30 pm" in talk.say("not the first one")


def test_the_other_one_of_two_is_read_back() -> None:
    talk = Talk()
    talk.says("Thursday after 3", "the first one")
    assert "at 4:30 pm" in talk.say("the other one")


def test_a_day_that_does_not_fit_its_date_is_asked_about() -> None:
    talk = Talk()
    asked = talk.say("Friday the 26th please")
    assert "Thursday 26 November or Friday 27 November" in asked
    assert "Thursday 26 November" in talk.say("the 26th")


def test_a_month_that_was_not_said_is_asked_when_today_is_that_day() -> None:
    talk = Talk()
    talk.clock.forward(hours=9)
    asked = talk.say("the 23rd at 9 in the morning")
    assert "do you mean Wednesday 23 December?" in asked
    talk.say("yes")
    assert talk.desk.searches[0].days == (at(23, "9:00", 12).date(),)


def test_of_two_readings_of_a_day_one_is_taken_by_its_place_or_weekday() -> None:
    for answer, day in (("the second one", 27), ("the Friday", 27), ("Thursday", 26)):
        talk = Talk()
        talk.says("Friday the 26th", answer)
        assert talk.desk.searches[-1].days == (at(day, "9:00").date(),)


def test_neither_reading_asks_when() -> None:
    talk = Talk()
    assert talk.says("Friday the 26th", "no") == "What day and time would suit you?"
