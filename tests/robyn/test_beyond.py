"""What only people can answer: they get it at once, and she says so; and choices put in other words."""

from __future__ import annotations

from routiq.frontdesk.waitlist import Joining
from tests.robyn.desks import MOBILE, STRANGER, InMemoryDesk, at
from tests.robyn.talks import Talk


def test_a_question_in_the_middle_is_passed_on_and_the_flow_goes_on() -> None:
    talk = Talk()
    talk.say("Thursday after 3")
    said = talk.say("is there parking?")
    assert "passed your question on" in said
    assert "Which one would you like?" in said
    assert "3 pm" in talk.say("the first one")
    talk.say("yes")
    assert len(talk.booked) == 1


def test_the_same_question_is_passed_on_once() -> None:
    talk = Talk()
    assert "passed your question on" in talk.says("is there parking?", "is there parking?")
    assert len(talk.desk.tasks) == 1
    assert "'is there parking?'" in talk.desk.tasks[0][1]


def test_no_more_messages_is_recorded_at_once_and_the_flow_goes_on() -> None:
    talk = Talk()
    said = talk.says("Thursday after 3", "and stop texting me")
    assert said.startswith("Done: you will get no more messages from us")
    assert said.endswith("Which one would you like?")
    assert talk.desk.opted_out == [(MOBILE, "501", "and stop texting me")]


def test_a_stranger_who_opts_out_is_heard_too() -> None:
    talk = Talk(caller=STRANGER)
    talk.say("unsubscribe")
    assert talk.desk.opted_out == [(STRANGER, "", "unsubscribe")]


def test_without_a_number_nobody_can_be_left_alone_and_the_team_is_told() -> None:
    talk = Talk(caller="")
    talk.says("stop texting me", "Ada Li", "0491 570 158")
    assert "no more messages" in talk.desk.tasks[-1][1]


def test_opting_out_is_heard_while_the_practice_is_being_set_up() -> None:
    talk = Talk(InMemoryDesk(live=False))
    talk.say("stop texting me")
    assert talk.desk.opted_out


def test_the_waiting_list_is_joined_for_what_was_said() -> None:
    talk = Talk()
    said = talk.say("can you put me on the waiting list for a massage with Oliver on Friday?")
    assert said.startswith("You are on the waiting list for Remedial Massage with Oliver Stone.")
    assert "Friday 27 November" in said
    [request] = talk.desk.waiting
    assert (request.patient_id, request.appointment_type_id, request.practitioner_id) == ("501", "t3", "p2")
    assert request.when.days[0].first == at(27, "9:00").date()


def test_the_usual_is_waited_for_when_no_more_is_said() -> None:
    talk = Talk()
    talk.say("please put me on the waiting list")
    assert talk.desk.waiting[0].appointment_type_id == "t2"


def test_a_booking_under_way_goes_on_after_joining() -> None:
    talk = Talk()
    said = talk.says("Thursday after 3", "and put me on the waiting list too")
    assert said.endswith("Which one would you like?")
    talk.says("the first one", "yes")
    assert len(talk.booked) == 1
    assert len(talk.desk.waiting) == 1


def test_what_the_list_does_not_take_goes_to_the_team() -> None:
    talk = Talk(InMemoryDesk(joining=Joining.NOT_ALLOWED))
    assert "put you on the list" in talk.say("put me on the waiting list for Friday")
    assert "when something comes free" in talk.desk.tasks[0][1]


def test_a_named_practitioner_is_told_who_was_asked_for() -> None:
    talk = Talk()
    talk.say("can I speak to Oliver please")
    assert "Patient asked for Oliver Stone" in talk.desk.tasks[-1][1]


def test_who_is_running_late_is_told_to_the_team_at_once() -> None:
    talk = Talk()
    assert "let our team know" in talk.say("I'm running late for my appointment")
    assert "running late" in talk.desk.tasks[-1][1]


def test_whether_somebody_else_is_late_is_for_the_team() -> None:
    talk = Talk()
    assert "asked our team to ring you" in talk.say("is Mina running late?")
    assert not talk.desk.searches


def test_a_message_for_a_practitioner_is_no_wish_for_times() -> None:
    talk = Talk()
    talk.say("tell Oliver I said thanks for the exercises")
    assert talk.desk.messages[0].practitioners == ("p2",)
    assert not talk.desk.searches


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


def test_a_time_that_is_left_out_leaves_the_others_on_the_table() -> None:
    talk = Talk()
    assert "9 am, 11:15 am or 2:15 pm" in talk.say("Thursday")
    assert "I have Thursday 26 November at 11:15 am or 2:15 pm" in talk.say("not the nine o'clock")
    assert "at 2:15 pm" in talk.say("the second one")
    talk = Talk()
    talk.say("Thursday")
    assert "at 9 am or 2:15 pm. Which" in talk.say("anything but the second one")


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
