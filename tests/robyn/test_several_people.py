"""Appointments for several people: one after the other, and none is lost or made for the wrong one."""

from __future__ import annotations

from datetime import date

import pytest

from routiq.frontdesk.wishes import KnownPatient
from routiq.robyn.understanding.commands import ForAnother, ForSelf, ForSeveral
from routiq.robyn.understanding.reader import Context, Question
from routiq.robyn.understanding.rules import Rules
from tests.robyn.desks import FAMILY, MONDAY, SAM, STRANGER, TOM, ZOE, InMemoryDesk, at
from tests.robyn.talks import Talk


@pytest.mark.parametrize(
    ("said", "several"),
    [
        ("book me and my son in please", ForSeveral(own=True)),
        ("an appointment for me and my daughter", ForSeveral(own=True)),
        ("can you squeeze in my wife and me tomorrow?", ForSeveral(own=True)),
        ("me and my two kids need to come in", ForSeveral(own=True, others=2)),
        ("I need to book for both of us", ForSeveral(own=True)),
        ("can all three of us come in on Friday", ForSeveral(own=True, others=2)),
        ("I need to get my two boys in", ForSeveral(others=2)),
        ("an appointment for my son and my daughter please", ForSeveral(others=2)),
    ],
)
def test_several_people_are_heard(said: str, several: ForSeveral) -> None:
    heard = Rules().read(said, Context(MONDAY))
    assert several in heard
    assert not any(isinstance(command, ForAnother) for command in heard)


@pytest.mark.parametrize(
    "said", ["an appointment for my son please", "me and my sore back need a massage", "my kids gave me a cold"]
)
def test_one_person_is_one(said: str) -> None:
    assert not any(isinstance(command, ForSeveral) for command in Rules().read(said, Context(MONDAY)))


@pytest.mark.parametrize("said", ["me first", "mine please", "oh, either, doesn't matter"])
def test_the_own_one_first(said: str) -> None:
    assert ForSelf() in Rules().read(said, Context(MONDAY, Question.WHOSE_FIRST))


@pytest.mark.parametrize("said", ["his", "my daughter's", "the kids first", "do hers first"])
def test_theirs_first(said: str) -> None:
    heard = Rules().read(said, Context(MONDAY, Question.WHOSE_FIRST))
    assert ForAnother() in heard
    assert ForSelf() not in heard


def test_one_is_booked_and_then_the_other() -> None:
    talk = Talk(InMemoryDesk(patients={"+61491570006": (SAM,), FAMILY: (TOM, ZOE)}))
    said = talk.say("book me and my son in for Thursday at 3")
    assert "one person at a time" in said
    assert "yours or theirs" in said
    assert not talk.desk.appointments
    talk.say("me first")
    said = talk.say("yes")
    assert "booked: Thursday 26 November at 3 pm" in said
    assert "Shall I book the next one now?" in said
    assert "Have they been to us before" in talk.say("yes please")
    assert "Thursday 26 November" in talk.says("yes", "Tom Brown", "1 June 2012"), "a family comes on one day"
    said = talk.says("the first one", "yes")
    assert "Is there anything else?" in said
    assert [request.patient_id for request in talk.desk.appointments] == [SAM.remote_id, TOM.remote_id]
    assert {start.date() for start in talk.booked} == {at(26, "9:00").date()}


def test_theirs_first_and_then_the_own_one() -> None:
    talk = Talk()
    said = talk.says("me and my son need to come in", "his first")
    assert "Have they been" in said
    talk.says("yes", "Tom Brown", "1/6/2012", "the first one")
    assert "Shall I book yours now?" in talk.say("yes")
    talk.says("yes", "the first one", "yes")
    assert [request.patient_id for request in talk.desk.appointments] == [TOM.remote_id, SAM.remote_id]


def test_a_family_on_one_number_is_asked_who_is_first() -> None:
    talk = Talk(caller=FAMILY)
    said = talk.say("I need to book both my kids in")
    assert "Who shall I book first" in said
    talk.says("Zoe", "the first one")
    assert "Shall I book the next one now?" in talk.say("yes")
    assert "first name" in talk.say("yes")
    talk.says("Tom", "the first one", "yes")
    assert [request.patient_id for request in talk.desk.appointments] == [ZOE.remote_id, TOM.remote_id]


def test_two_names_at_once_are_two_people() -> None:
    talk = Talk(caller=FAMILY)
    assert "one person at a time" in talk.says("I'd like to book", "Tom and Zoe")
    talk.says("Tom", "the first one")
    assert "next one" in talk.say("yes")


def test_somebody_who_is_added_comes_after_this_one() -> None:
    talk = Talk()
    said = talk.says("I'd like to come in on Thursday", "can you do my son as well")
    assert "this one first" in said
    assert "Which one would you like" in said
    assert "next one" in talk.says("the first one", "yes")
    assert talk.desk.appointments[0].patient_id == SAM.remote_id


def test_the_next_one_may_be_left() -> None:
    talk = Talk()
    talk.says("book me and my wife in", "me", "the first one", "yes")
    assert "No worries. Is there anything else?" in talk.say("no, not now")
    talk.says("I'd like another appointment", "the second one")
    assert "next one" not in talk.say("yes"), "asked once"


def test_who_is_still_to_come_is_told_to_the_team() -> None:
    talk = Talk(caller=STRANGER)
    talk.says("my wife and me need an appointment", "me", "can I talk to a person please", "Pat Quill")
    assert "an appointment for 1 more" in talk.desk.tasks[0][1]


def test_whose_first_is_asked_again_and_then_a_person_helps() -> None:
    talk = Talk()
    assert "yours or theirs" in talk.says("me and my son need to come in", "wibble")
    talk.say("wibble wobble")
    assert talk.desk.tasks


def test_each_of_two_children_on_a_strangers_number_may_be_new() -> None:
    talk = Talk(caller=STRANGER)
    talk.says("I need to book my two kids in", "no", "Max", "Brandt", "yes", "1/2/2014", "yes", "no")
    talk.desk.patients[STRANGER] = (KnownPatient("901", "Max", "Max", "Brandt", date(2014, 2, 1)),)
    talk.says("yes", "the first one")
    assert "next one" in talk.say("yes")
    talk.desk.patients[STRANGER] += (ZOE,)
    assert "Have they been to us before?" in talk.say("yes"), "not only those with this number"
    assert "first name" in talk.say("no")


def test_the_next_one_is_looked_for_from_the_first_ones_time_on() -> None:
    talk = Talk(caller=FAMILY)
    talk.says("I need to get both kids in on Thursday after 2", "Tom", "the first one", "yes")
    said = talk.says("yes", "Zoe")
    assert "Thursday 26 November at 3 pm or 4:30 pm" in said
