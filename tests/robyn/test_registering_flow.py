"""Registering a new patient, told as conversations."""

from __future__ import annotations

import pytest

from routiq.frontdesk import intake
from routiq.frontdesk.changes import RegisterRequest
from routiq.frontdesk.wishes import Habit, KnownPatient, Outcome
from routiq.robyn.memory import from_state, to_state
from tests.robyn.desks import MOBILE, SAM, STRANGER, InMemoryDesk, at
from tests.robyn.talks import Talk

DETAILS = ["Zoë", "O'Brien", "yes", "1st of June 1994", "yes", "zoe at example dot com"]


def newcomer(desk: InMemoryDesk | None = None, wish: str = "I'd like to book Thursday after 3") -> Talk:
    """Somebody who has never been here, up to the first name."""
    talk = Talk(desk or InMemoryDesk(habit=Habit()), STRANGER)
    talk.says(wish, "no")
    return talk


def registered(talk: Talk) -> list[RegisterRequest]:
    return [request for request, _ in talk.desk.changed.values() if isinstance(request, RegisterRequest)]


def test_a_new_patient_is_registered_and_what_was_wished_goes_on() -> None:
    talk = Talk(InMemoryDesk(habit=Habit()), STRANGER)
    assert talk.say("I'd like to book Thursday after 3") == "Have you been to us before?"
    assert talk.say("no, never") == "Welcome! I just need a few details. What is the first name?"
    assert talk.say("Zoë") == "And the last name?"
    assert talk.say("O'Brien") == "That is Zoë O'Brien, spelled Z O Ë, O ' B R I E N. Is that right?"
    assert "date of birth" in talk.say("yes")
    assert "the one you are calling from" in talk.say("1st of June 1994")
    assert "e-mail" in talk.say("yes")
    read = talk.say("zoe at example dot com")
    assert read == (
        f"So that is Zoë O'Brien, born 1 June 1994, mobile {STRANGER}, e-mail zoe@example.com. Shall I register that?"
    )
    assert not talk.desk.asked
    said = talk.say("Yes please")
    assert said.startswith("Which type of appointment would you like")
    [request] = registered(talk)
    assert request.given == {
        "first_name": "Zoë", "last_name": "O'Brien", "date_of_birth": "1994-06-01", "mobile": STRANGER,
        "email": "zoe@example.com",
    }  # fmt: skip
    assert (request.accepting_words, request.asked_by) == ("Yes please", "conversation:7")
    assert "Thursday 26 November at 3 pm" in talk.say("a massage")
    assert "for Zoë" in talk.say("the first one")
    talk.say("yes")
    assert talk.desk.appointments[0].patient_id == "901"
    assert talk.booked == [at(26, "15:00")]


def test_who_says_so_is_not_asked_whether_they_were_here_before() -> None:
    talk = Talk(caller=STRANGER)
    assert "first name" in talk.say("I'm a new patient, can I come in on Thursday?")


def test_a_known_caller_registers_a_child() -> None:
    talk = Talk(InMemoryDesk(habit=Habit()))
    assert talk.say("I'd like to book for my son on Thursday") == "Have they been to us before?"
    talk.says("no", "Tim Nguyen", "yes", "1 June 2015", "0491 570 158", "no", "yes")
    [request] = registered(talk)
    assert request.given["first_name"] == "Tim"
    assert "for Tim" in talk.says("a massage", "the first one")


def test_both_names_at_once_are_both_names() -> None:
    talk = newcomer()
    assert talk.say("it's Mary Jane-Smith").startswith(
        "That is Mary Jane-Smith, spelled M A R Y, J A N E - S M I T H"
    )


@pytest.mark.parametrize("answer", ["no, it's Smythe", "Smythe", "no, S M Y T H E", "no it's spelled S-M-Y-T-H-E"])
def test_a_name_that_is_spelled_wrong_is_set_right(answer: str) -> None:
    talk = newcomer()
    talk.says("Ada", "Smith")
    assert talk.say(answer).startswith("That is Ada Smythe, spelled A D A, S M Y T H E")


def test_a_name_that_is_wrong_altogether_is_asked_anew() -> None:
    talk = newcomer()
    assert "spell the first name" in talk.says("Ada", "Smith", "no")
    assert talk.says("A-D-E-L-E", "Smith").startswith("That is Adele Smith")


def test_what_is_no_good_is_kindly_asked_again() -> None:
    talk = newcomer()
    assert "no date of birth I can use" in talk.says("Ada", "Smith", "yes", "the 45th of June")
    talk.says("1 June 1994", "no")
    assert "not a whole mobile number" in talk.say("0491")
    assert "not a whole mobile number" in talk.say("02 5550 1234")
    assert "e-mail" in talk.say("0491 570 158")
    assert "does not look like an e-mail" in talk.say("hmm, let me think")
    assert "Shall I register" in talk.say("no thanks")


def test_three_times_no_good_is_for_a_person_with_all_that_was_told() -> None:
    talk = newcomer()
    said = talk.says("Ada", "Smith", "yes", "dunno", "dunno", "dunno")
    assert "asked our team to ring you" in said
    assert "first name Ada, last name Smith" in talk.desk.tasks[0][1]
    assert "Thursday 26 November" in talk.desk.tasks[0][1]
    assert not registered(talk)


def test_what_is_not_needed_can_be_left_out() -> None:
    talk = newcomer()
    read = talk.says(*DETAILS[:5], "I don't have one")
    assert "e-mail" not in read


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        (["no, the mobile is 0491 570 158"], "mobile", "0491570158"),
        (["the email is wrong", "ada@example.com"], "email", "ada@example.com"),
        (["no", "the date of birth", "2 June 1994"], "date_of_birth", "1994-06-02"),
        (["no, my birthday is 3/6/1994"], "date_of_birth", "1994-06-03"),
        (["no", "the last name", "Smith", "yes"], "last_name", "Smith"),
    ],
)
def test_each_detail_can_be_corrected_and_is_read_back_anew(lines: list[str], field: str, value: str) -> None:
    talk = newcomer()
    talk.says(*DETAILS)
    assert "Shall I register" in talk.says(*lines)
    assert not talk.desk.asked
    talk.say("yes")
    assert registered(talk)[0].given[field] == value


def test_a_no_registers_nobody() -> None:
    talk = newcomer()
    assert "not registered anybody" in talk.says(*DETAILS, "no", "no, leave it")
    assert not talk.desk.asked


def test_who_looks_alike_is_asked_about_and_not_told_of() -> None:
    other = KnownPatient("777", "Zoe", "Zoe", "Obrien")
    talk = newcomer(InMemoryDesk(habit=Habit(), alike=(other,)))
    asked = talk.says(*DETAILS, "yes")
    assert asked == "Somebody with such a name may have been to us before. Is that the same person?"
    assert "Shall I register" in talk.say("no, that's not me")
    talk.say("yes")
    [request] = registered(talk)
    assert request.not_these == ("777",)


def test_who_was_here_before_after_all_is_known_by_name_and_birthday() -> None:
    talk = newcomer(InMemoryDesk(habit=Habit(), alike=(SAM,)))
    talk.says("Sam", "Nguyen", "yes", "2 April 1990", "yes", "no", "yes")
    said = talk.say("yes")
    assert said.startswith("Which type")
    assert talk.memory.patient_id == SAM.remote_id
    assert not registered(talk)


def test_who_looks_alike_and_says_so_but_differs_is_for_a_person() -> None:
    talk = newcomer(InMemoryDesk(habit=Habit(), alike=(SAM,)))
    talk.says("Sam", "Nguyen", "yes", "3 April 1990", "yes", "no", "yes")
    assert "asked our team to ring you" in talk.say("yes")
    assert talk.memory.patient_id == ""


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.NOT_ALLOWED, "could not register"),
        (Outcome.VENDOR_DOWN, "can't reach our records"),
        (Outcome.UNCERTAIN, "not confirmed yet"),
    ],
)
def test_what_did_not_work_is_said_truthfully_and_nothing_said_is_lost(outcome: Outcome, said: str) -> None:
    talk = newcomer(InMemoryDesk(habit=Habit(), outcomes=[outcome]))
    assert said in talk.says(*DETAILS, "yes")
    assert talk.memory.patient_id == ""
    assert "Zoë" in talk.desk.tasks[0][1]
    assert "Thursday 26 November" in talk.desk.tasks[0][1]


def test_the_practices_own_questions_are_asked() -> None:
    questions = intake.questions([("date_of_birth", True), ("address", True), ("post_code", True)])
    talk = newcomer(InMemoryDesk(habit=Habit(), questions=questions))
    assert "street address" in talk.says("Ada", "Smith", "yes", "1 June 1994")
    assert "postcode" in talk.say("12 Harbour Street")
    assert "four digits" in talk.say("20")
    assert "address 12 Harbour Street 2000" in talk.say("2000")


def test_a_question_in_the_middle_is_answered_and_the_flow_goes_on() -> None:
    talk = newcomer()
    said = talk.says("Ada", "is there parking?")
    assert said.endswith("And the last name?")
    talk.say("Smith")
    assert talk.memory.intake.given["last_name"] == "Smith"


def test_a_person_can_be_had_in_the_middle() -> None:
    talk = newcomer()
    assert "ring you back" in talk.says("Ada", "can I just talk to a person")
    assert not talk.desk.asked


def test_it_survives_a_restart_and_a_week_at_each_step() -> None:
    talk = newcomer()
    for line in (*DETAILS, "yes", "yes"):
        talk.memory = from_state(to_state(talk.memory))
        talk.clock.forward(days=7)
        talk.say(line)
    assert not registered(talk), "a yes after a week is to what is read back anew"
    talk.say("yes")
    assert len(registered(talk)) == 1


def test_one_broken_off_by_a_crash_goes_on_when_the_patient_comes_back() -> None:
    talk = newcomer()
    talk.says(*DETAILS, "yes")
    resumed = Talk(talk.desk, STRANGER)
    resumed.memory = from_state(to_state(talk.kept[-1]))
    resumed.clock.forward(days=7)
    assert "Which type" in resumed.say("hello?")
    assert len(registered(talk)) == 1
    assert resumed.memory.patient_id == "901"


def test_the_number_of_somebody_known_is_nobody_new() -> None:
    assert "been to us" not in Talk(caller=MOBILE).say("I'd like to book Thursday")
