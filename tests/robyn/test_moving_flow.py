"""Moving an appointment, told as conversations."""

from __future__ import annotations

import pytest

from routiq.frontdesk.changes import MoveRequest
from routiq.frontdesk.wishes import Menu, Outcome
from routiq.robyn.memory import from_state, to_state
from tests.robyn.desks import FIRST_VISIT, HARBOUR, MINA, NORTH, OLIVER, SAM, InMemoryDesk, at, visit
from tests.robyn.talks import Talk


def shown(wish: str, desk: InMemoryDesk | None = None) -> Talk:
    talk = Talk(desk or InMemoryDesk())
    talk.says(wish, "Sam Nguyen", "2 April 1990")
    return talk


def moves(talk: Talk) -> list[MoveRequest]:
    return [request for request in talk.desk.asked if isinstance(request, MoveRequest)]


def stands_at(talk: Talk) -> list[object]:
    return [one.time.starts_at for one in talk.desk.coming_up(SAM.remote_id)]


def test_an_appointment_is_moved_after_old_and_new_were_read_back() -> None:
    talk = shown("I need to move my appointment to Thursday after 3")
    offered = talk.memory.last_said
    assert offered.startswith("Your Standard Follow Up with Mina Patel is on Wednesday 25 November at 10 am.")
    assert "For Standard Follow Up with Mina Patel at Harbour Street I have Thursday 26 November at 3 pm" in offered
    read = talk.say("the first one")
    assert "from Wednesday 25 November at 10 am to Thursday 26 November at 3 pm" in read
    assert read.endswith("Shall I move it?")
    assert not talk.desk.asked
    assert talk.say("Yes please").startswith(
        "It is moved: Thursday 26 November at 3 pm, Standard Follow Up with Mina"
    )
    [request] = moves(talk)
    assert (request.patient_id, request.appointment_id, request.accepting_words) == ("501", "801", "Yes please")
    assert stands_at(talk) == [at(26, "15:00")]
    assert not talk.booked


def test_what_the_practice_wants_said_is_said_before_the_yes_to_a_move_too() -> None:
    desk = InMemoryDesk(instructions="Please come ten minutes early.")
    said = shown("move my appointment to Thursday after 3", desk).say("the first one")
    assert said.startswith("Please come ten minutes early. So that moves your Standard Follow Up")


def test_without_a_wish_a_few_times_are_offered() -> None:
    talk = shown("can I reschedule my appointment?")
    assert "Tuesday 24 November at 9 am, 11:15 am or 2:15 pm" in talk.memory.last_said


def test_it_can_be_moved_earlier_and_later() -> None:
    desk = InMemoryDesk(visits={SAM.remote_id: [visit("801", at(26, "14:15"))]})
    talk = shown("can I move my appointment earlier?", desk)
    assert all(offer.time.starts_at < at(26, "14:15") for offer in talk.memory.offers)
    assert talk.memory.offers
    desk = InMemoryDesk(visits={SAM.remote_id: [visit("801", at(26, "14:15"))]})
    talk = shown("can I move my appointment later?", desk)
    assert all(offer.time.starts_at > at(26, "14:15") for offer in talk.memory.offers)
    talk.says("the first one", "yes")
    assert stands_at(talk) == [at(26, "15:00")]


def test_somebody_else_may_be_named() -> None:
    talk = shown("can I move my appointment to Thursday with Oliver")
    assert "with Oliver Stone" in talk.memory.last_said


def test_another_type_is_for_the_team_and_nothing_is_moved() -> None:
    talk = shown("I need to move my appointment to Thursday after 3")
    said = talk.say("can you make it a remedial massage instead")
    assert "it stays as it is" in said
    assert not talk.desk.asked
    assert "Wants Remedial Massage instead of what is booked" in talk.desk.tasks[0][1]


def test_a_question_about_another_type_in_the_middle_changes_nothing() -> None:
    talk = shown("move my appointment to Thursday after 3")
    talk.says("how much is a remedial massage?", "the first one", "yes")
    assert stands_at(talk) == [at(26, "15:00")]
    assert moves(talk)[0].offer.appointment_type_id == "t2"


def test_several_are_asked_apart() -> None:
    desk = InMemoryDesk(
        visits={SAM.remote_id: [visit("801", at(25, "10:00")), visit("802", at(27, "15:00"), OLIVER)]}
    )
    talk = shown("I want to move my appointment to Thursday", desk)
    assert "Which one do you mean?" in talk.memory.last_said
    said = talk.say("the one on Friday")
    assert said.startswith("Your Standard Follow Up with Oliver Stone is on Friday 27 November at 3 pm.")
    assert "Thursday 26 November" in said
    talk.says("the first one", "yes")
    assert moves(talk)[0].appointment_id == "802"


def test_the_time_it_has_is_not_offered() -> None:
    desk = InMemoryDesk(visits={SAM.remote_id: [visit("801", at(26, "15:00"))]})
    talk = shown("I need to change my appointment to another time on Thursday", desk)
    assert at(26, "15:00") not in [offer.time.starts_at for offer in talk.memory.offers]


def test_another_time_than_was_read_back_voids_the_yes() -> None:
    talk = shown("move my appointment to Thursday at 3")
    assert "Shall I move it?" in talk.memory.last_said
    assert "4:30 pm" in talk.say("yes but later")
    assert not talk.desk.asked


def test_another_time_for_what_was_just_moved_is_no_booking() -> None:
    talk = Talk()
    talk.says("move my appointment to Friday", "Sam Nguyen", "2 April 1990", "the first one", "yes", "thanks")
    assert "at 3 pm" in talk.say("actually make it Thursday at 3")
    assert talk.say("yes").startswith("It is moved:")
    assert not talk.booked


def test_after_it_was_cancelled_another_time_is_a_booking() -> None:
    talk = Talk()
    talk.says("Thursday at 3", "yes")
    talk.desk.visits[SAM.remote_id] = [visit("802", at(26, "15:00"))]
    talk.says("cancel it", "Sam Nguyen", "2 April 1990", "yes", "no")
    talk.says("actually could I do Friday at 9 instead", "yes")
    assert talk.booked[1:] == [at(27, "9:00")]


@pytest.mark.parametrize("lines", [["no", "no"], ["no", "leave it as it is"], ["bye"], ["the first one", "bye"]])
def test_giving_up_leaves_the_old_one(lines: list[str]) -> None:
    talk = shown("move my appointment to Thursday after 3")
    said = talk.says(*lines)
    assert "it stays as it is" in said or "have not moved anything" in said
    assert not talk.desk.asked
    assert stands_at(talk) == [at(25, "10:00")]


def test_after_giving_up_a_yes_moves_nothing_and_a_booking_is_a_booking() -> None:
    talk = shown("move my appointment to Thursday after 3")
    talk.says("no", "no", "yes")
    assert not talk.desk.asked
    talk.says("book me in for Friday at 9", "yes")
    assert talk.booked == [at(27, "9:00")]
    assert stands_at(talk) == [at(25, "10:00")]


def test_a_taken_time_moves_nothing_and_others_are_offered() -> None:
    talk = shown("move my appointment to Thursday after 3", InMemoryDesk(outcomes=[Outcome.SLOT_TAKEN]))
    said = talk.says("the first one", "yes")
    assert said.startswith("I'm sorry, that time has just been taken, so nothing is moved.")
    assert stands_at(talk) == [at(25, "10:00")]
    talk.says("yes", "yes")
    assert stands_at(talk) == [at(26, "16:30")]


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.NOT_ALLOWED, "your appointment stands as it was"),
        (Outcome.VENDOR_DOWN, "nothing is moved"),
        (Outcome.UNCERTAIN, "can't say which time stands"),
    ],
)
def test_what_did_not_work_is_said_truthfully(outcome: Outcome, said: str) -> None:
    talk = shown("move my appointment to Thursday after 3", InMemoryDesk(outcomes=[outcome]))
    reply = talk.says("the first one", "yes")
    assert said in reply
    assert "It is moved" not in reply
    assert stands_at(talk) == [at(25, "10:00")]
    talk.say("yes")
    assert len(moves(talk)) == 1


def test_moved_is_said_of_the_stored_row_only() -> None:
    talk = shown("move my appointment to Thursday after 3", InMemoryDesk(stored_wrong=True))
    assert "It is moved" not in talk.says("the first one", "yes")


def test_what_cannot_be_booked_online_goes_to_the_team() -> None:
    desk = InMemoryDesk(the_menu=Menu((MINA, OLIVER), (FIRST_VISIT,), (HARBOUR, NORTH)))
    talk = shown("I'd like to move my appointment", desk)
    assert "Nothing is changed" in talk.memory.last_said
    assert "Standard Follow Up with Mina Patel, Wednesday 25 November" in talk.desk.tasks[0][1]


def test_one_broken_off_by_a_crash_is_told_when_the_patient_comes_back() -> None:
    talk = shown("move my appointment to Thursday after 3")
    talk.says("the first one", "yes")
    resumed = Talk(talk.desk)
    resumed.memory = from_state(to_state(talk.kept[-1]))
    resumed.clock.forward(days=7)
    assert resumed.say("hello?").startswith("It is moved: Thursday 26 November at 3 pm")
    assert len(talk.desk.changed) == 1


def test_an_expired_offer_is_looked_up_again_before_a_new_yes() -> None:
    talk = shown("move my appointment to Thursday after 3")
    talk.say("the first one")
    talk.clock.forward(minutes=10)
    said = talk.say("yes")
    assert said.startswith("That was a while ago")
    assert said.endswith("Shall I move it?")
    assert not talk.desk.asked
    talk.say("yes")
    assert stands_at(talk) == [at(26, "15:00")]


def test_a_question_in_the_middle_is_answered_and_the_flow_goes_on() -> None:
    talk = shown("move my appointment to Thursday after 3")
    said = talk.says("the first one", "is there parking?")
    assert said.endswith("Shall I move it?")
    talk.say("yes")
    assert stands_at(talk) == [at(26, "15:00")]
