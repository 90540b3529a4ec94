"""Cancelling, told as conversations."""

from __future__ import annotations

import pytest

from routiq.frontdesk.changes import CancelRequest, Late
from routiq.frontdesk.wishes import ComingVisit, Outcome
from routiq.robyn.memory import from_state, to_state
from tests.robyn.desks import FAMILY, OLIVER, SAM, TOM, InMemoryDesk, at, visit
from tests.robyn.talks import Talk

FEE = Late(window_hours=24, fee="$45", counts_as_dna=False)


def two() -> dict[str, list[ComingVisit]]:
    return {SAM.remote_id: [visit("801", at(25, "10:00")), visit("802", at(27, "15:00"), OLIVER)]}


def shown(desk: InMemoryDesk | None = None, wish: str = "I need to cancel my appointment") -> Talk:
    """Sam, who has said what is wished and who he is."""
    talk = Talk(desk or InMemoryDesk())
    talk.says(wish, "Sam Nguyen", "2 April 1990")
    return talk


def cancelled(talk: Talk) -> list[str]:
    return [request.appointment_id for request in talk.desk.asked if isinstance(request, CancelRequest)]


def test_an_appointment_is_cancelled_after_a_yes_and_another_is_offered() -> None:
    talk = shown()
    read = talk.memory.last_said
    for part in ("Standard Follow Up", "Mina Patel", "Wednesday 25 November at 10 am", "Shall I cancel it?"):
        assert part in read
    assert not talk.desk.asked
    done = talk.say("Yes please, cancel it")
    assert done.startswith("It is cancelled: Standard Follow Up with Mina Patel, Wednesday 25 November at 10 am")
    assert done.endswith("Shall I find you another time?")
    [request] = talk.desk.asked
    assert isinstance(request, CancelRequest)
    assert (request.patient_id, request.appointment_id, request.starts_at) == ("501", "801", at(25, "10:00"))
    assert request.accepting_words == "Yes please, cancel it"
    assert request.asked_by == "conversation:7"
    assert not request.warned


def test_the_caller_shows_who_they_are_before_anything_is_told() -> None:
    talk = Talk()
    asked = talk.say("when is my appointment? I want to cancel it")
    assert "first and last name" in asked
    assert "Wednesday" not in asked
    assert "date of birth" in talk.say("Sam Nguyen")
    assert "Wednesday 25 November" in talk.say("2/4/1990")


@pytest.mark.parametrize("yes", ["yes", "yep cancel it thanks", "cancel it please", "ok, go ahead and cancel"])
def test_a_yes_in_the_words_for_it_is_a_yes(yes: str) -> None:
    talk = shown()
    talk.say(yes)
    assert cancelled(talk) == ["801"]


@pytest.mark.parametrize("no", ["no", "actually no, keep it", "don't cancel it", "leave it as it is", "I'll keep it"])
def test_a_no_leaves_it_as_it_is(no: str) -> None:
    talk = shown()
    assert "nothing is changed" in talk.say(no)
    assert not talk.desk.asked


def test_the_late_rule_is_said_before_the_yes() -> None:
    talk = shown(InMemoryDesk(late={"801": FEE}))
    read = talk.memory.last_said
    assert "less than 24 hours before. The clinic's fee for that is $45." in read
    assert read.endswith("Do you still want me to cancel it?")
    talk.say("yes")
    [request] = talk.desk.asked
    assert isinstance(request, CancelRequest)
    assert request.warned


def test_what_counts_as_missed_is_said_too() -> None:
    late = Late(window_hours=24, fee="", counts_as_dna=True)
    assert "counts as a missed appointment" in shown(InMemoryDesk(late={"801": late})).memory.last_said


def test_what_became_late_meanwhile_is_read_back_with_the_warning() -> None:
    talk = shown()
    talk.desk.late["801"] = FEE
    said = talk.say("yes")
    assert "$45" in said
    assert "801" in [one.id for one in talk.desk.coming_up("501")]
    assert talk.say("yes").startswith("It is cancelled")


def test_a_late_one_that_is_left_to_the_team_is_left_to_the_team() -> None:
    talk = shown(InMemoryDesk(late={"801": FEE}, blocked={"801"}))
    assert "our team looks after those. It is not cancelled" in talk.memory.last_said
    assert "Wants to cancel late: Standard Follow Up with Mina Patel" in talk.desk.tasks[0][1]
    talk.say("yes")
    assert not talk.desk.asked


def test_several_are_asked_apart() -> None:
    talk = shown(InMemoryDesk(visits=two()))
    assert talk.memory.last_said.startswith("You have Standard Follow Up with Mina Patel, Wednesday 25 November")
    for answer, meant in (("the second one", "802"), ("the Friday one", "802"), ("with Mina", "801")):
        talk = shown(InMemoryDesk(visits=two()))
        talk.says(answer, "yes")
        assert cancelled(talk) == [meant]


def test_the_one_whose_day_was_said_is_meant() -> None:
    talk = shown(InMemoryDesk(visits=two()), "cancel my appointment on Friday please")
    assert "Friday 27 November at 3 pm" in talk.memory.last_said
    talk.say("yes")
    assert cancelled(talk) == ["802"]


@pytest.mark.parametrize("words", ["can't make it on Friday", "I can't come in Friday", "won't make it Friday sorry"])
def test_who_cannot_come_on_a_day_means_the_one_on_that_day(words: str) -> None:
    assert "Friday 27 November at 3 pm" in shown(InMemoryDesk(visits=two()), words).memory.last_said


def test_all_of_them_are_read_back_and_cancelled_by_one_yes() -> None:
    talk = shown(InMemoryDesk(visits=two()), "please cancel all my appointments")
    read = talk.memory.last_said
    assert "Wednesday 25 November" in read
    assert "Friday 27 November" in read
    assert "cancel all of them?" in read
    assert talk.say("yes").startswith("Cancelled: ")
    assert cancelled(talk) == ["801", "802"]


def test_both_takes_both_of_those_listed() -> None:
    talk = shown(InMemoryDesk(visits=two()))
    assert "cancel all of them?" in talk.say("both of them")
    talk.say("yes")
    assert cancelled(talk) == ["801", "802"]


def test_another_one_than_was_read_back_voids_the_yes() -> None:
    talk = shown(InMemoryDesk(visits=two()))
    talk.say("the first one")
    assert "Friday 27 November at 3 pm" in talk.say("yes, the one on Friday")
    assert not talk.desk.asked
    talk.say("yes")
    assert cancelled(talk) == ["802"]


def test_not_that_one_but_the_other() -> None:
    talk = shown(InMemoryDesk(visits=two()))
    talk.say("the first one")
    assert "Friday 27 November at 3 pm" in talk.say("no, the other one")
    assert not talk.desk.asked


def test_a_yes_after_a_long_silence_is_to_what_stands_now() -> None:
    talk = shown()
    talk.clock.forward(hours=1)
    said = talk.say("yes")
    assert said.startswith("That was a while ago")
    assert not talk.desk.asked
    talk.say("yes")
    assert cancelled(talk) == ["801"]


def test_rebooking_starts_from_what_was_cancelled() -> None:
    talk = shown()
    said = talk.says("yes", "yes please, Thursday after 3")
    assert "For Standard Follow Up with Mina Patel" in said
    talk.says("the first one", "yes")
    assert talk.booked == [at(26, "15:00")]


def test_no_other_time_is_wanted() -> None:
    talk = shown()
    assert talk.says("yes", "no thanks") == "No worries. Is there anything else?"
    talk.say("no")
    assert talk.ended


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.NOT_ALLOWED, "it still stands"),
        (Outcome.VENDOR_DOWN, "it is not cancelled"),
        (Outcome.UNCERTAIN, "has not confirmed it yet"),
    ],
)
def test_what_did_not_work_is_said_truthfully(outcome: Outcome, said: str) -> None:
    talk = shown(InMemoryDesk(outcomes=[outcome]))
    reply = talk.say("yes")
    assert said in reply
    assert "It is cancelled:" not in reply
    if outcome is not Outcome.UNCERTAIN:
        assert "Wednesday 25 November" in talk.desk.tasks[0][1]


def test_an_uncertain_one_is_told_when_it_is_known() -> None:
    talk = shown(InMemoryDesk(outcomes=[Outcome.UNCERTAIN]))
    talk.say("yes")
    talk.desk.confirm_late()
    assert talk.say("and now?").startswith("The diary has confirmed the cancellation now.")


def test_of_two_the_one_that_failed_is_said() -> None:
    talk = shown(
        InMemoryDesk(visits=two(), outcomes=[Outcome.DONE, Outcome.NOT_ALLOWED]), "cancel all my appointments"
    )
    said = talk.say("yes")
    assert said.startswith("It is cancelled: Standard Follow Up with Mina Patel")
    assert "I could not cancel Standard Follow Up with Oliver Stone" in said
    assert "Oliver Stone" in talk.desk.tasks[0][1]


def test_one_broken_off_by_a_crash_is_told_when_the_patient_comes_back() -> None:
    talk = shown()
    talk.say("yes")
    resumed = Talk(talk.desk)
    resumed.memory = from_state(to_state(talk.kept[-1]))
    resumed.clock.forward(days=7)
    assert resumed.say("hello?").startswith("It is cancelled: Standard Follow Up with Mina Patel")
    assert len(talk.desk.changed) == 1


def test_one_that_never_began_before_the_crash_is_asked_again() -> None:
    talk = shown()
    talk.say("yes")
    resumed = Talk()
    resumed.memory = from_state(to_state(talk.kept[-1]))
    resumed.clock.forward(days=1)
    assert resumed.say("yes").startswith("That was a while ago")
    assert not resumed.desk.asked


def test_a_question_in_the_middle_is_answered_and_the_flow_goes_on() -> None:
    talk = shown()
    said = talk.say("is there parking?")
    assert "passed your question on" in said
    assert said.endswith("Shall I cancel it?")
    talk.say("yes")
    assert cancelled(talk) == ["801"]


def test_rather_moved_than_cancelled() -> None:
    talk = shown()
    said = talk.say("actually can I move it to Thursday instead")
    assert "Thursday 26 November" in said
    assert not talk.desk.asked


def test_nothing_to_cancel_is_said() -> None:
    talk = shown(InMemoryDesk(visits={}))
    assert "can't see an appointment" in talk.memory.last_said


def test_who_hangs_up_in_the_middle_hears_that_nothing_is_cancelled() -> None:
    talk = shown()
    assert "have not cancelled anything" in talk.say("bye")
    assert not talk.desk.asked


def test_a_booking_under_way_goes_on_after_a_cancellation() -> None:
    talk = Talk()
    talk.says("Thursday after 3", "please cancel my other appointment", "Sam Nguyen", "2 April 1990")
    said = talk.say("yes")
    assert said.startswith("It is cancelled:")
    assert said.endswith("Which one would you like?")
    talk.says("the first one", "yes")
    assert talk.booked == [at(26, "15:00")]


def test_from_a_shared_number_it_is_asked_too() -> None:
    desk = InMemoryDesk(visits={TOM.remote_id: [visit("901", at(26, "16:00"))]})
    talk = Talk(desk, FAMILY)
    asked = talk.say("I want to cancel Tom's appointment")
    assert "first and last name" in asked
    assert "16" not in asked
    assert "Thursday 26 November at 4 pm" in talk.says("Tom Brown", "1 June 2012")
    talk.say("yes")
    assert cancelled(talk) == ["901"]


def test_the_only_one_there_is_is_taken_by_a_yes() -> None:
    talk = Talk()
    asked = talk.says("I can't make it tomorrow", "Sam Nguyen", "2 April 1990")
    assert asked.startswith("I can't see one then.")
    assert talk.say("yes that one").endswith("Shall I cancel it?")
    assert not talk.desk.asked
