"""For whom it is booked: told apart, shown, or rung back."""

from __future__ import annotations

from tests.robyn.desks import (
    FAMILY,
    SAM,
    STRANGER,
    TOM,
    TOM_SENIOR,
    ZOE,
    InMemoryDesk,
)
from tests.robyn.talks import Talk


def test_a_family_is_told_apart_without_naming_anyone() -> None:
    talk = Talk(caller=FAMILY)
    for name in ("Tom", "Zo", "Brown"):
        assert name not in talk.greeting
    talk.says("Thursday at 3", "it's for zoe", "yes")
    assert talk.desk.appointments[0].patient_id == ZOE.remote_id


def test_a_name_is_not_taken_by_resemblance() -> None:
    talk = Talk(caller=FAMILY)
    assert "can't find" in talk.say("Zoey")
    talk.say("Tommy")
    assert not talk.memory.patient_id
    talk.say("Jane Brown")
    assert talk.desk.tasks[0][0] == "call_back"


def test_a_question_is_no_name() -> None:
    talk = Talk(caller=FAMILY)
    assert "can't find" not in talk.say("are dogs allowed?")
    talk.say("Thursday at 3")
    assert "can't find" not in talk.say("any parking there?")
    talk.say("Tom?")
    assert talk.memory.patient_id == TOM.remote_id


def test_two_of_one_name_are_told_apart_by_date_of_birth() -> None:
    talk = Talk(InMemoryDesk(patients={FAMILY: (TOM, TOM_SENIOR)}), FAMILY)
    assert "date of birth" in talk.say("Tom")
    talk.say("31 January 1980")
    assert talk.memory.patient_id == TOM_SENIOR.remote_id


def test_a_wrong_date_of_birth_does_not_say_what_was_wrong() -> None:
    talk = Talk(InMemoryDesk(patients={FAMILY: (TOM, TOM_SENIOR)}), FAMILY)
    assert "does not match" in talk.says("Tom", "1/1/1990")
    assert "ring you back" in talk.say("1/1/1991")
    assert not talk.memory.patient_id


def test_a_known_patient_on_an_unknown_number_shows_who_they_are_and_books() -> None:
    talk = Talk(caller=STRANGER)
    assert "been to us before" in talk.say("I'd like to come in Thursday after 3")
    assert "first and last name" in talk.say("yes")
    said = talk.says("Sam Nguyen", "2 April 1990")
    assert "Thursday 26 November at 3 pm or 4:30 pm" in said
    talk.says("the first one", "yes")
    assert talk.desk.appointments[0].patient_id == SAM.remote_id


def test_who_cannot_show_it_on_an_unknown_number_is_rung_back() -> None:
    talk = Talk(caller=STRANGER)
    talk.says("I'd like to book", "yes")
    for _ in range(3):
        said = talk.says("Jane Citizen", "1 January 1990")
    assert "ask our team to ring you back" in said
    talk.say("Jane Citizen")
    assert f"Who: Jane Citizen. Number: {STRANGER}" in talk.desk.tasks[0][1]


def test_a_withheld_number_is_asked_for() -> None:
    talk = Talk(caller="")
    talk.say("can I speak to somebody please")
    assert "Which number" in talk.say("Jane Citizen")
    talk.say("0491 570 006")
    assert "Number: 0491570006" in talk.desk.tasks[0][1]


def test_a_name_among_other_words_is_the_name() -> None:
    talk = Talk(caller=FAMILY)
    talk.say("it's for the young one, Tom")
    assert talk.memory.patient_id == TOM.remote_id
