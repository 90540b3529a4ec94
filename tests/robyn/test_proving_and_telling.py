"""Who somebody is, and what is told once that is shown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from routiq.frontdesk.wishes import Owed
from routiq.robyn.escalation.triggers import Rule, Trigger
from routiq.robyn.memory import from_state, to_state
from tests.robyn.desks import MASSAGE, MOBILE, OLIVER, SAM, STRANGER, TOM, InMemoryDesk, at, visit
from tests.robyn.talks import Talk


def test_when_where_and_with_whom_is_told_after_name_and_date_of_birth() -> None:
    talk = Talk()
    assert "first and last name" in talk.say("when is my next appointment?")
    assert "date of birth" in talk.say("Sam Nguyen")
    said = talk.say("2nd of April 1990")
    assert said == (
        "You have one appointment coming up: Standard Follow Up with Mina Patel, Wednesday 25 November at 10 am, "
        "at Harbour Street. Is there anything else?"
    )


def test_both_may_be_said_at_once_with_the_wish() -> None:
    talk = Talk()
    talk.say("it's Sam Nguyen here, my date of birth is 2/4/1990, am I booked in tomorrow?")
    assert talk.memory.shown


def test_it_is_asked_once_in_a_conversation() -> None:
    talk = Talk()
    talk.says("when is my appointment?", "Sam Nguyen", "2 April 1990")
    assert "Wednesday 25 November" in talk.say("and where is my appointment?")
    assert "Shall I cancel it?" in talk.say("cancel my appointment")


@pytest.mark.parametrize(
    ("name", "born"),
    [("Sam Nguyen", "3 April 1990"), ("Tim Nguyen", "2 April 1990"), ("Sam Brown", "2 April 1990")],
)
def test_whatever_was_wrong_the_words_are_the_same(name: str, born: str) -> None:
    talk = Talk()
    assert talk.says("when is my appointment?", name, born) == (
        "I'm sorry, I can't find those details. May I have the first and last name once more?"
    )


def test_after_three_tries_a_person_takes_over_and_nothing_is_told() -> None:
    talk = Talk()
    talk.say("cancel my appointment")
    for _ in range(3):
        said = talk.says("Sam Nguyen", "3 April 1990")
    assert "ask our team to ring you" in said
    talk.say("Sam Nguyen")
    assert "Could not show who they are" in talk.desk.tasks[-1][1]
    said = talk.says("when is my appointment?", "Sam Nguyen", "2 April 1990")
    assert "Wednesday" not in said
    assert not talk.memory.shown
    assert not talk.desk.asked


def test_a_first_name_alone_is_asked_on() -> None:
    talk = Talk()
    assert "last name" in talk.says("when is my appointment?", "Sam")
    assert "date of birth" in talk.say("Nguyen")


def test_who_would_rather_not_say_is_rung_back() -> None:
    talk = Talk()
    assert "asked our team to ring you" in talk.says("when is my appointment?", "no, I won't tell you that")
    assert not talk.memory.proving


def test_from_a_strangers_number_it_works_too() -> None:
    talk = Talk(caller=STRANGER)
    assert "Wednesday 25 November" in talk.says("when is my appointment?", "Sam Nguyen", "2 April 1990")


def test_somebody_elses_appointments_are_told_to_nobody() -> None:
    desk = InMemoryDesk(visits={TOM.remote_id: [visit("901", at(26, "16:00"))]})
    talk = Talk(desk)
    said = talk.says("when is Tom's appointment?", "Sam Nguyen", "2 April 1990")
    assert "16" not in said
    assert "Thursday" not in said


def test_a_question_while_it_is_asked_is_answered_and_it_goes_on() -> None:
    talk = Talk()
    said = talk.says("when is my appointment?", "is there parking?")
    assert said.endswith("may I have the first and last name the appointment is under?")


def test_it_survives_a_restart_at_each_step() -> None:
    talk = Talk()
    for line in ("when is my appointment?", "Sam Nguyen", "2 April 1990"):
        talk.memory = from_state(to_state(talk.memory))
        talk.clock.forward(days=7)
        talk.say(line)
    assert talk.memory.shown


def test_a_booking_under_way_goes_on_after_it() -> None:
    talk = Talk()
    talk.says("Thursday after 3", "wait, when is my current appointment?", "Sam Nguyen")
    said = talk.say("2 April 1990")
    assert "Wednesday 25 November" in said
    assert said.endswith("Which one would you like?")
    talk.says("the first one", "yes")
    assert talk.booked == [at(26, "15:00")]


def test_several_are_told_and_no_more_than_can_be_listened_to() -> None:
    visits = [visit(str(n), at(day, "10:00"), OLIVER, MASSAGE) for n, day in enumerate((24, 25, 26, 27))]
    talk = Talk(InMemoryDesk(visits={SAM.remote_id: visits}))
    said = talk.says("what appointments do I have?", "Sam Nguyen", "2 April 1990")
    assert said.startswith("The next of your 4 appointments are: Remedial Massage with Oliver Stone, Tuesday")
    assert "Friday" not in said


def test_the_day_that_was_asked_about_is_told() -> None:
    talk = Talk()
    said = talk.says("am I booked in on Friday?", "Sam Nguyen", "2 April 1990")
    assert said.startswith("I can't see one then. You have one appointment coming up")


def test_nobody_with_nothing_coming_up_is_left_without_an_offer() -> None:
    talk = Talk(InMemoryDesk(visits={}))
    said = talk.says("when is my appointment?", "Sam Nguyen", "2 April 1990")
    assert said == "I can't see an appointment coming up. Would you like to book one?"
    assert "Which would suit you?" in talk.say("yes please")


def test_what_is_owed_is_told_after_name_and_date_of_birth() -> None:
    talk = Talk()
    assert "first and last name" in talk.say("how much do I owe?")
    said = talk.says("Sam Nguyen", "2 April 1990")
    assert said == "There is $90.00 outstanding, on an invoice of 3 November 2026. Is there anything else?"


def test_nothing_owed_is_said() -> None:
    talk = Talk(InMemoryDesk(owing=Owed(Decimal(0))))
    assert "Nothing is outstanding" in talk.says("do I still owe anything?", "Sam Nguyen", "2 April 1990")


def test_a_copy_is_sent_by_people() -> None:
    talk = Talk()
    said = talk.says("can you resend my invoice", "Sam Nguyen", "2 April 1990")
    assert "asked our team to send you the copy" in said
    assert "copy of an invoice" in talk.desk.tasks[0][1]
    assert talk.desk.messages[0].trigger == Trigger.BILLING


def test_where_nothing_is_known_of_invoices_people_answer_at_once() -> None:
    talk = Talk(InMemoryDesk(invoices=False))
    assert "one for our team" in talk.say("how much do I owe?")
    assert "Asked about an invoice" in talk.desk.tasks[0][1]


@pytest.mark.parametrize(("on", "trigger"), [(True, "billing"), (False, "")])
@pytest.mark.parametrize("caller", [MOBILE, ""])
def test_a_question_about_an_invoice_goes_the_way_of_billing_where_that_is_on(
    on: bool, trigger: str, caller: str
) -> None:
    talk = Talk(InMemoryDesk(invoices=False, rules={Trigger.BILLING: Rule(on=on)}), caller)
    talk.says("how much do I owe?", *(("Jane Citizen", "0491 570 158") if not caller else ()))
    assert [message.trigger for message in talk.desk.messages] == [trigger] * len(talk.desk.messages)
    assert talk.desk.messages


def test_a_patient_without_a_date_of_birth_cannot_be_shown() -> None:
    talk = Talk(InMemoryDesk(patients={"+61491570006": (replace(SAM, date_of_birth=None),)}))
    assert "can't find those details" in talk.says("when is my appointment?", "Sam Nguyen", "2 April 1990")


def test_a_short_question_about_what_was_told_is_told_again() -> None:
    talk = Talk()
    told = talk.says("when is my next appointment", "Sam Nguyen", "2 April 1990")
    assert talk.say("and who with?") == told
    assert not talk.desk.tasks


def test_another_time_for_what_was_told_moves_it_and_books_nothing() -> None:
    talk = Talk()
    talk.says("when is my appointment?", "Sam Nguyen", "2 April 1990")
    said = talk.say("can I make it Friday at 9 instead")
    assert "moves your Standard Follow Up from Wednesday 25 November at 10 am to Friday 27 November at 9 am" in said
    assert talk.say("yes").startswith("It is moved:")
    assert not talk.booked


def test_a_copy_that_only_the_team_can_send_is_said_so_to_them() -> None:
    talk = Talk(InMemoryDesk(invoices=False))
    talk.say("can you email me the receipt")
    assert "Wants a copy of an invoice or a receipt" in talk.desk.tasks[0][1]
