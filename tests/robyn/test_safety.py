from __future__ import annotations

import pytest

from routiq.robyn.understanding.commands import Clinical, Danger, Emergency
from routiq.robyn.understanding.reader import Context
from routiq.robyn.understanding.rules import Rules
from routiq.robyn.understanding.safety import asks_clinical, red_flag
from routiq.robyn.understanding.words import normalise
from tests.robyn.desks import MENU, MONDAY


@pytest.mark.parametrize(
    "said",
    [
        "I have chest pain",
        "my chest hurts, there is a tight pain in my chest",
        "I can't breathe",
        "I think I'm having a stroke",
        "my husband has collapsed",
        "one side of his face is drooping",
        "she is slurring her words",
        "he's having a seizure",
        "it won't stop, bleeding heavily",
        "I've lost control of my bladder",
        "I need an ambulance",
        "this is an emergency",
        "got this crushing feeling in me chest",
        "it's like an elephant sitting on my chest",
        "I can't catch my breath",
        "I've gone numb down one side",
        "me words are coming out funny",
        "she's having a fit",
        "can't wake him",
        "Dad hit his head and now he's confused",
        "he's bleeding heaps",
        "since my back went I can't feel when I need to wee",
        "I can't pee and my back is bad",
        "my tongue is swelling up from a bee sting",
        "the baby swallowed a button battery",
        "I've been bitten by a brown snake",
        "ring triple zero",
    ],
)
def test_an_emergency_is_seen(said: str) -> None:
    assert red_flag(normalise(said)) is Danger.EMERGENCY


@pytest.mark.parametrize(
    "said",
    [
        "I want to kill myself",
        "I don't want to live any more",
        "I keep thinking about hurting myself",
        "I'm suicidal",
        "there's nothing to live for",
        "honestly I don't see the point anymore",
        "I've been thinking about ending things",
        "I feel like topping myself",
        "I can't go on",
        "I just want to disappear for good",
    ],
)
def test_self_harm_is_seen(said: str) -> None:
    assert red_flag(normalise(said)) is Danger.SELF_HARM


@pytest.mark.parametrize(
    "said",
    [
        "my back is killing me",
        "I'd like to book for my sore chest muscle",
        "I had a stroke two years ago and need rehab",
        "it's not an emergency",
        "Thursday after three",
        "I cut my hair today",
        "he wants to see Mina",
        "I had a heart attack three years ago and want to start exercising",
        "I don't see the point in two appointments",
        "numb on one side of my foot",
        "can you fit me in, my kid's having a growth spurt",
        "I'd like to end it there for today",
        "my orthotics need a fitting",
        "collapsed arches, I need orthotics",
        "his arches have collapsed",
        "I hit my head last year, neck is still sore",
    ],
)
def test_ordinary_words_of_a_clinic_are_no_alarm(said: str) -> None:
    assert red_flag(normalise(said)) is None


@pytest.mark.parametrize(
    "said",
    [
        "Should I take ibuprofen?",
        "is this normal?",
        "what should I do about my knee",
        "do you think it's broken?",
        "do I need to stop running?",
        "reckon I need a scan for this?",
    ],
)
def test_clinical_questions_are_seen(said: str) -> None:
    assert asks_clinical(normalise(said))


def test_booking_for_a_complaint_of_the_body_is_no_clinical_question() -> None:
    assert not asks_clinical(normalise("My knee hurts, can I book for Thursday?"))


def test_an_emergency_is_read_before_anything_else() -> None:
    commands = Rules().read("Book me Thursday at 3 with Mina, I have chest pain", Context(MONDAY, menu=MENU))
    assert commands == (Emergency(Danger.EMERGENCY),)


def test_a_clinical_question_is_a_command() -> None:
    assert Clinical() in Rules().read("should I ice it?", Context(MONDAY))
