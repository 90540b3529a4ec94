"""What was asked for is not free: the next time is booked, and the waiting list is offered for sooner (WL-01)."""

from __future__ import annotations

from datetime import date, time

import pytest

from routiq.frontdesk.waitlist import Joining
from routiq.frontdesk.wanted import Days, When
from routiq.robyn.memory import from_state, to_state
from routiq.robyn.understanding.reader import Question
from tests.robyn.desks import SAM, InMemoryDesk, at, visit
from tests.robyn.talks import Talk

OFFERED = "Shall I put you on the waiting list, in case something sooner comes free?"


def booked_later(desk: InMemoryDesk | None = None) -> Talk:
    """Tomorrow was wished for and has nothing; Thursday is booked."""
    talk = Talk(desk or InMemoryDesk(free=[at(26, "14:15")]))
    talk.says("tomorrow in the afternoon", "yes", "the first one", "yes")
    assert talk.booked
    return talk


def test_who_did_not_get_what_they_asked_for_is_offered_the_waiting_list_for_sooner() -> None:
    talk = booked_later()
    assert talk.memory.last_said.startswith("It is booked: Thursday")
    assert talk.memory.last_said.endswith(OFFERED)
    said = talk.say("yes please")
    assert said.startswith("You are on the waiting list.")
    assert "until then this stands" in said
    (joined,) = talk.desk.waiting
    (answer,) = (answer for _, answer in talk.desk.booked.values())
    assert joined.sooner_than == answer.appointment_id
    assert (joined.patient_id, joined.appointment_type_id, joined.practitioner_id) == (SAM.remote_id, "t2", "")
    assert joined.when == When(
        days=(Days(date(2026, 11, 24), date(2026, 11, 26)),), not_before=time(12), not_after=time(17)
    )
    assert len(talk.booked) == 1


@pytest.mark.parametrize("said", ["no thanks", "no, that's all", "leave it", "no, forget it"])
def test_who_does_not_want_to_wait_is_on_no_list(said: str) -> None:
    talk = booked_later()
    assert "not booked" not in talk.say(said)
    assert not talk.desk.waiting
    assert len(talk.booked) == 1


def test_asking_for_the_list_in_so_many_words_is_a_yes() -> None:
    talk = booked_later()
    talk.say("can you put me on the waiting list")
    assert talk.desk.waiting[0].sooner_than


def test_thanks_are_no_yes_and_it_is_asked_again() -> None:
    talk = booked_later()
    assert talk.say("thanks").endswith(OFFERED)
    assert not talk.desk.waiting


def test_another_time_for_what_was_just_booked_moves_it_all_the_same() -> None:
    talk = booked_later(InMemoryDesk(free=[at(26, "14:15"), at(27, "15:00")]))
    said = talk.say("no, I meant Friday")
    assert "Friday 27 November" in said or "first and last name" in said
    assert len(talk.booked) == 1
    assert not talk.desk.waiting


def test_who_got_what_they_asked_for_or_nearly_is_not_asked() -> None:
    talk = Talk(InMemoryDesk(free=[at(26, "14:15")]))
    talk.says("Thursday at 2", "the first one", "yes")
    assert talk.memory.last_said.startswith("It is booked:")
    assert talk.memory.last_said.endswith("Is there anything else?")


def test_what_is_booked_is_earlier_than_what_was_asked_for() -> None:
    talk = Talk(InMemoryDesk(free=[at(24, "9:00")]))
    talk.says("Friday", "yes", "the first one", "yes")
    assert talk.memory.last_said.endswith("Is there anything else?")


def test_who_moves_to_the_next_time_that_there_is_is_offered_it_too() -> None:
    desk = InMemoryDesk(free=[at(27, "9:00")], visits={SAM.remote_id: [visit("801", at(30, "10:00"))]})
    talk = Talk(desk)
    talk.says("move my appointment to tomorrow", "Sam Nguyen", "2 April 1990", "yes", "the first one", "yes")
    assert talk.memory.last_said.startswith("It is moved:")
    assert talk.memory.last_said.endswith(OFFERED)
    talk.say("yes")
    assert desk.waiting[0].sooner_than == "801"


def test_what_the_list_does_not_take_goes_to_the_team() -> None:
    talk = booked_later(InMemoryDesk(free=[at(26, "14:15")], joining=Joining.NOT_ALLOWED))
    assert "asked our team to put you on the list" in talk.say("yes")
    assert "something sooner" in talk.desk.tasks[0][1]


def test_whoever_else_wants_an_appointment_is_next_after_that() -> None:
    talk = Talk(InMemoryDesk(free=[at(26, "14:15")]))
    talk.says("I'd like to book for me and my son", "for me", "tomorrow afternoon", "yes", "the first one", "yes")
    assert talk.memory.last_said.endswith(OFFERED), talk.memory.last_said
    said = talk.say("yes please")
    assert said.startswith("You are on the waiting list.")
    assert talk.memory.question is Question.NEXT_PERSON


def test_it_survives_a_restart() -> None:
    talk = booked_later()
    talk.memory = from_state(to_state(talk.memory))
    talk.say("yes please")
    assert talk.desk.waiting[0].sooner_than
