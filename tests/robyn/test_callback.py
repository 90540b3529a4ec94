"""What is taken down for the team: as told by the conversation, and as the team reads it."""

from __future__ import annotations

from datetime import datetime

import pytest

from routiq.robyn.escalation.triggers import Rule, Trigger
from routiq.robyn.manner import Manner
from tests.robyn.desks import STRANGER, SYDNEY, Clock, InMemoryDesk
from tests.robyn.talks import Talk

SUNDAY = datetime(2026, 11, 22, 11, 0, tzinfo=SYDNEY)


def test_reason_window_message_and_number_are_taken_down_one_by_one() -> None:
    talk = Talk()
    assert "What is it about" in talk.say("can I talk to a real person please")
    assert "good time to ring" in talk.say("my insurance form")
    assert "should know" in talk.say("tomorrow after three")
    assert "ask for Sam on the number ending in 0 0 6" in talk.say("it needs to be posted this week")
    assert "has your message and will ring you back" in talk.say("yes that's right")
    [(kind, summary)] = talk.desk.tasks
    assert kind == "call_back"
    for words in ("asked for a person: 'my insurance form'", "Ring: tomorrow after three", "posted this week"):
        assert words in summary
    assert talk.desk.messages[-1].complete


def test_the_team_has_it_at_once_should_the_caller_hang_up() -> None:
    talk = Talk()
    talk.say("can I talk to a real person please")
    assert "Number: +61491570006" in talk.desk.tasks[0][1]
    assert not talk.desk.messages[0].complete


def test_another_number_is_taken_instead_of_the_one_that_is_calling() -> None:
    talk = Talk()
    talk.says("I want to speak to someone", "a letter", "any time", "no", "no, use 0491 570 157 please")
    assert len(talk.desk.tasks) == 1
    assert "Number: 0491570157" in talk.desk.tasks[0][1]


def test_a_plain_no_at_the_number_asks_for_another() -> None:
    talk = Talk()
    said = talk.says("I want to speak to someone", "a letter", "any time", "no", "no")
    assert "Which number" in said
    talk.say("0491 570 157")
    assert "Number: 0491570157" in talk.desk.tasks[0][1]


def test_who_told_already_what_it_is_about_is_not_asked_again() -> None:
    talk = Talk()
    said = talk.say("I want to complain, the practitioner was forty minutes late and nobody told me anything")
    assert "good time to ring" in said
    assert "ending in 0 0 6" in talk.say("this afternoon")
    assert "forty minutes late" in talk.desk.tasks[0][1]


def test_a_stranger_is_asked_who_it_is() -> None:
    talk = Talk(caller=STRANGER)
    talk.memory.question = talk.memory.question.OPEN
    assert "your name" in talk.say("I want to speak to someone")
    assert "What is it about" in talk.say("Pat Quill")
    assert "Who: Pat Quill" in talk.desk.tasks[0][1]


def test_a_wish_to_book_ends_the_questions_and_the_team_keeps_what_it_has() -> None:
    talk = Talk()
    talk.says("I want to complain", "actually just book me in for Thursday at 3 please")
    assert "Thursday 26 November" in talk.memory.last_said
    assert len(talk.desk.tasks) == 1


def test_whose_number_is_withheld_is_asked_whether_to_be_rung_and_may_book_instead() -> None:
    talk = Talk(caller="")
    assert "Shall I ask our team to ring you" in talk.say("do you have a lift?")
    assert "your name" in talk.say("yes please")
    assert "number" not in talk.say("actually I'd like to book something for Thursday")
    assert talk.memory.wants_booking
    assert not talk.desk.tasks


def test_who_does_not_want_to_be_rung_goes_on() -> None:
    talk = Talk(caller="")
    talk.say("do you have a lift?")
    assert "anything else" in talk.say("no thanks")
    assert not talk.desk.tasks


@pytest.mark.parametrize("between", [(), ("yes",)])
def test_all_that_was_asked_before_the_name_is_passed_on(between: tuple[str, ...]) -> None:
    talk = Talk(caller="")
    talk.says("do you have a lift?", *between, "how much is a massage?")
    if not between:
        talk.say("yes")
    talk.says("Pat Quill", "0491 570 157")
    assert "have a lift?" in talk.desk.tasks[0][1]
    assert "how much is a massage?" in talk.desk.tasks[0][1]


def test_asking_again_leaves_no_second_task() -> None:
    talk = Talk()
    talk.says("I want a person", "a person please", "just get me a human", "no", "no", "yes")
    talk.say("I want to talk to a person")
    assert len(talk.desk.tasks) == 1


def test_a_red_flag_in_the_middle_comes_first() -> None:
    talk = Talk()
    said = talk.says("I want a person", "I have chest pain right now")
    assert "call 000 now" in said
    assert [kind for kind, _ in talk.desk.tasks] == ["call_back", "emergency"]


def test_out_of_hours_says_when_the_team_is_in() -> None:
    talk = Talk(clock=Clock(SUNDAY))
    assert "They are in again on Monday 23 November from 8 am." in talk.say("I want to complain")
    assert "in again" not in Talk().say("I want to complain")


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        (Trigger.COMPLAINT, "I want to complain"),
        (Trigger.BILLING, "I was charged twice"),
        (Trigger.CLINICAL, "should I take ibuprofen for my knee?"),
        (Trigger.UNSURE, "wibble"),
        (Trigger.UNKNOWN, "is there parking?"),
    ],
)
def test_switched_off_she_only_offers_it_and_hands_over_on_a_yes(trigger: Trigger, words: str) -> None:
    talk = Talk(InMemoryDesk(rules={trigger: Rule(on=False)}))
    talk.says(*(("purple bananas",) if trigger is Trigger.UNSURE else ()), words)
    assert "Shall I ask our team to ring you" in talk.memory.last_said
    assert not talk.desk.tasks
    assert "asked our team to ring you back" in talk.say("yes please")
    assert talk.desk.messages[0].trigger == trigger.value


def test_what_is_offered_and_not_wanted_is_left() -> None:
    talk = Talk(InMemoryDesk(rules={Trigger.COMPLAINT: Rule(on=False)}))
    talk.says("I want to complain", "no")
    assert not talk.desk.tasks


@pytest.mark.parametrize(
    ("trigger", "words"), [(Trigger.PERSON, "I want to talk to a person"), (Trigger.EMERGENCY, "I have chest pain")]
)
def test_a_person_and_help_are_reached_whatever_is_set(trigger: Trigger, words: str) -> None:
    talk = Talk(InMemoryDesk(rules={trigger: Rule(on=False)}))
    talk.say(words)
    assert len(talk.desk.tasks) == 1


def test_a_practitioner_by_name_goes_to_them_unless_that_is_off() -> None:
    talk = Talk()
    talk.say("can I speak to Mina please")
    assert (talk.desk.messages[0].trigger, talk.desk.messages[0].practitioners) == ("practitioner", ("p1",))
    for words in ("can you get Mina to give me a buzz", "can I see if Mina can ring me tonight"):
        talk = Talk()
        talk.say(words)
        assert (talk.desk.messages[0].trigger, talk.desk.messages[0].practitioners) == ("practitioner", ("p1",))
    talk = Talk(InMemoryDesk(rules={Trigger.PRACTITIONER: Rule(on=False)}))
    talk.say("can I speak to Mina please")
    assert (talk.desk.messages[0].trigger, talk.desk.messages[0].practitioners) == ("person", ())


def test_a_careful_practice_hands_over_what_twice_could_mean_several_things() -> None:
    from routiq.robyn.understanding.commands import NameChoice, What

    unclear = NameChoice(What.PRACTITIONER, ("p1", "p2"))
    for threshold, tasks in ((0.5, 0), (0.75, 1)):
        talk = Talk(InMemoryDesk(rules={Trigger.UNSURE: Rule(threshold=threshold)}))
        talk.do(unclear, words="the doctor")
        talk.do(unclear, words="the doctor")
        assert len(talk.desk.tasks) == tasks


def test_the_country_of_the_location_gives_the_number() -> None:
    talk = Talk(InMemoryDesk(country="AU", countries={"l2": "NZ"}))
    talk.say("Can I come to Northside on Thursday?")
    assert talk.memory.want.location_id == "l2"
    assert "call 111 now" in talk.say("I have chest pain")


def test_a_picture_without_words_is_asked_about_and_then_a_person_looks() -> None:
    from routiq.robyn.understanding.commands import SentPicture

    talk = Talk()
    assert "can't look at pictures" in talk.do(SentPicture())
    assert not talk.desk.tasks
    assert "asked our team to ring you" in talk.do(SentPicture())
    assert len(talk.desk.tasks) == 1


@pytest.mark.parametrize(
    "words",
    [
        "are you a robot?",
        "am I talking to a real person?",
        "is this a machine",
        "are you human",
        "you're a real person, aren't you?",
        "are you sure you're not a person?",
        "who am I speaking to?",
        "what's your name?",
        "are you a physio?",
    ],
)
def test_she_never_denies_what_she_is(words: str) -> None:
    talk = Talk(InMemoryDesk(manner=Manner(her_name="Kea")))
    said = talk.say(words)
    assert said.startswith("I'm Kea, an automated assistant at Harbour Street Physiotherapy, not a person.")
    assert not talk.desk.tasks


def test_the_first_sentence_says_what_she_is_whatever_the_greeting() -> None:
    manner = Manner(her_name="Kea", greeting="Kia ora!", greetings={"test": "Lovely to hear from you."})
    talk = Talk(InMemoryDesk(manner=manner))
    assert talk.greeting.startswith(
        "Hello Sam, this is Kea, the automated assistant at Harbour Street Physiotherapy. Lovely to hear from you."
    )


def test_a_question_in_between_is_answered_and_is_no_time_to_ring() -> None:
    talk = Talk()
    talk.says("I want to speak to someone", "about a form")
    said = talk.say("what are your hours?")
    assert "good time to ring" in said
    assert "Ring:" not in talk.desk.tasks[0][1]
    talk.say("after lunch")
    assert "Ring: after lunch" in talk.desk.tasks[0][1]


def test_what_tells_no_time_to_ring_is_kept_for_the_team_and_the_time_is_asked_once_more() -> None:
    talk = Talk()
    assert "good time to ring" in talk.says("can Oliver ring me please", "it's about my orthotics")
    assert "ending in 0 0 6" in talk.say("the left one pinches")
    assert "Ring:" not in talk.desk.tasks[0][1]
    assert 'Message: "it\'s about my orthotics the left one pinches"' in talk.desk.tasks[0][1]


@pytest.mark.parametrize("words", ["no idea", "dunno", "I don't know love", "not sure"])
def test_who_cannot_say_when_is_not_pressed(words: str) -> None:
    talk = Talk()
    assert "should know" in talk.says("I want to speak to someone", "about a form", words)
    assert "Ring:" not in talk.desk.tasks[0][1]


@pytest.mark.parametrize(
    "window",
    ["once the kids are in bed", "whenever suits you", "I'm home all day", "up to you love", "tomorrow arvo"],
)
def test_a_time_to_ring_needs_no_clock(window: str) -> None:
    talk = Talk()
    talk.says("I want to speak to someone", "about a form", window)
    assert f"Ring: {window}" in talk.desk.tasks[0][1]


def test_thanks_and_a_goodbye_are_no_name() -> None:
    talk = Talk(caller="")
    talk.say("I want to speak to someone")
    talk.say("ta love, see ya")
    assert talk.ended
    assert not talk.desk.tasks
    talk = Talk(caller="")
    talk.says("I want to speak to someone", "Linh Ta", "0491 570 157")
    assert "Who: Linh Ta" in talk.desk.tasks[0][1]


@pytest.mark.parametrize(
    "words", ["does Bupa cover it?", "can I claim it on my health fund?", "am I covered by ACC?"]
)
def test_what_a_fund_pays_is_a_matter_of_money(words: str) -> None:
    talk = Talk()
    assert "one for our team" in talk.say(words)
    assert [message.trigger for message in talk.desk.messages] == [Trigger.BILLING.value]


@pytest.mark.parametrize("words", ["is there a lift?", "is the parking covered?"])
def test_any_other_question_is_none(words: str) -> None:
    talk = Talk()
    talk.say(words)
    assert [message.trigger for message in talk.desk.messages] == [Trigger.UNKNOWN.value]


def test_the_words_themselves_reach_the_team_also_when_they_are_few() -> None:
    talk = Talk()
    talk.say("tell Oliver thanks for last week")
    assert "asked for Oliver Stone: 'tell Oliver thanks for last week'" in talk.desk.tasks[0][1]
    talk = Talk()
    talk.say("I was charged twice")
    assert "'I was charged twice'" in talk.desk.tasks[0][1]


def test_a_time_to_ring_that_is_said_at_once_is_not_asked_for() -> None:
    talk = Talk()
    said = talk.say("can someone ring me after 3 tomorrow about my claim")
    assert "good time" not in said
    assert "Ring: can someone ring me after 3 tomorrow" in talk.desk.tasks[0][1]


@pytest.mark.parametrize("words", ["nothing", "no, that's it", "not that I can think of", "don't think so love"])
def test_nothing_more_to_say_is_no_message_and_no_goodbye(words: str) -> None:
    talk = Talk()
    said = talk.says("I want to speak to someone", "about a form", "any time", words)
    assert "ask for Sam on the number" in said
    assert "Message" not in talk.desk.tasks[0][1]
