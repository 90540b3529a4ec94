"""Giving up in the middle: all stays as it is, and it is said so."""

from __future__ import annotations

import pytest

from routiq.robyn.memory import Flow
from routiq.robyn.understanding.commands import GiveUp
from routiq.robyn.understanding.reader import Context, Question
from routiq.robyn.understanding.rules import Rules
from tests.robyn.desks import MONDAY, SAM, STRANGER, InMemoryDesk, at
from tests.robyn.talks import Talk

PROOF = ("Sam Nguyen", "2 April 1990")
GIVING_UP = (
    "leave it as it is",
    "actually, just leave it",
    "forget it",
    "nah never mind",
    "keep the old one",
    "I'll stick with what I've got",
    "oh don't worry about it",
)


@pytest.mark.parametrize("words", GIVING_UP)
def test_at_the_yes_to_a_move_the_old_time_stays_and_no_other_is_asked_for(words: str) -> None:
    talk = Talk()
    said = talk.says("move my appointment to Friday at 9", *PROOF)
    assert "Shall I move it?" in said
    said = talk.say(words)
    assert "it stays as it is" in said
    assert "other day" not in said
    assert not talk.desk.asked
    assert [visit.time.starts_at for visit in talk.desk.visits[SAM.remote_id]] == [at(25, "10:00")]


@pytest.mark.parametrize(
    "before", [("I'd like to come in",), ("I'd like to come in", "the first one"), ("book me in",)]
)
def test_a_booking_is_left(before: tuple[str, ...]) -> None:
    talk = Talk()
    talk.says(*before)
    assert "not booked anything. Is there anything else?" in talk.say("actually, forget it")
    assert not talk.desk.appointments


def test_a_new_patient_is_not_registered() -> None:
    talk = Talk(caller=STRANGER)
    talk.says("I'd like to come in", "no", "Pat")
    assert "not registered anybody" in talk.say("look, forget it")
    assert talk.memory.flow is Flow.BOOK
    assert not talk.desk.asked


def test_whether_they_have_been_here_is_not_answered_by_it() -> None:
    talk = Talk(caller=STRANGER)
    assert "been to us before" in talk.say("I'd like to come in")
    assert "not booked anything" in talk.say("oh never mind")


def test_a_cancellation_is_left() -> None:
    talk = Talk()
    talk.says("cancel my appointment", *PROOF)
    assert "stays as it is" in talk.say("never mind, leave it")
    assert not talk.desk.asked


def test_something_else_beside_it_is_seen_to() -> None:
    talk = Talk()
    said = talk.says("I'd like to come in", "forget it, what about Friday at 9")
    assert "Friday 27 November at 9 am" in said


@pytest.mark.parametrize("words", ["leave it with me", "leave it at 3 then", "I left it at home"])
def test_other_words_of_leaving_are_none(words: str) -> None:
    assert GiveUp() not in Rules().read(words, Context(MONDAY, Question.CHOICE))


def test_no_call_is_wanted_after_all_and_the_team_reads_so() -> None:
    talk = Talk()
    talk.says("I want to speak to someone", "about a form")
    said = talk.say("actually forget it")
    assert "told our team that you need no call" in said
    assert "good time" not in said
    assert len(talk.desk.tasks) == 1
    assert "said afterwards: 'actually forget it'" in talk.desk.tasks[0][1]
    assert talk.desk.messages[-1].complete


def test_where_nobody_was_told_yet_nothing_is_left() -> None:
    talk = Talk(InMemoryDesk(), caller="")
    talk.say("I want to speak to someone")
    assert "No worries" in talk.say("forget it")
    assert not talk.desk.tasks
