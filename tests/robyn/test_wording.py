"""How it is said: in another language, heard or read."""

from __future__ import annotations

import ast
from datetime import date, datetime
from pathlib import Path

import pytest

from routiq.frontdesk.wishes import NoTimes, Outcome
from routiq.robyn import language, wording
from routiq.robyn.language import speaking
from routiq.robyn.wording.moments import spoken_day, spoken_time
from tests.parsing import parsed
from tests.robyn.catalogues import ROOM, put, sentences
from tests.robyn.desks import FAMILY, MOBILE, STRANGER, SYDNEY, InMemoryDesk
from tests.robyn.talks import Talk

TALKS = [
    (
        MOBILE,
        ["Thursday after 3", "hm", "yes", "the first one", "is there parking?", "yes", "thanks", "no, that's all"],
    ),
    (
        MOBILE,
        ["Friday the 26th", "yes", "Friday", "blah", "no", "a massage with Oliver", "can I talk to a person", "bye"],
    ),
    (MOBILE, ["I have chest pain", "should I take ibuprofen?", "today at 9", "yes", "Sunday", "yes"]),
    (MOBILE, ["cancel my appointment", "when is my appointment?", "stop texting me", "I want to end my life"]),
    (FAMILY, ["Tom", "tomorrow", "yes", "qwerty", "qwerty", "qwerty"]),
    (STRANGER, ["I'd like to book", "yes", "blah", "Jane Citizen", "1 May 1990", "Jane Citizen", "2 May 1990"]),
    (
        STRANGER,
        [
            "book for my son",
            "no",
            "Tim",
            "O'Hara",
            "no",
            "Tim O'Hara",
            "yes",
            "1 June 2014",
            "12",
            "no email",
            "no",
            "the mobile",
            "0491 570 158",
            "yes",
            "a massage",
            "the first one",
            "yes",
        ],
    ),
    ("", ["can I speak to a person", "Jane Citizen", "0491 570 006", "yes"]),
    (MOBILE, ["cancel my appointment", "Sam Nguyen", "2 April 1990", "is there parking?", "yes", "no", "bye"]),
    (MOBILE, ["move my appointment", "Sam Nguyen", "2 April 1990", "the first one", "yes", "how much do I owe?"]),
    (MOBILE, ["when is my appointment?", "nobody at all", "1 May 1990", "put me on the waiting list", "what?"]),
]


def outside(text: str) -> str:
    """What of a text is in no brackets."""
    depth, left = 0, ""
    for mark in text:
        depth += {"⟦": 1, "⟧": -1}.get(mark, 0)
        left += mark if not depth and mark != "⟧" else ""
    return left.strip(" ,.?!:")


@pytest.fixture
def bracketed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A language that puts every sentence into brackets."""
    put(tmp_path, "xx", {sentence: f"⟦{sentence}⟧" for sentence in sentences()})
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize(("caller", "lines"), TALKS)
@pytest.mark.parametrize("desk", [{}, {"outcomes": [Outcome.UNCERTAIN]}, {"reason": NoTimes.FULL}, {"live": False}])
def test_everything_she_says_is_in_the_catalogue(caller: str, lines: list[str], desk: dict[str, object]) -> None:
    with speaking("xx-AU", "test"):
        talk = Talk(InMemoryDesk(**desk), caller, agrees_to_type=False)  # type: ignore[arg-type]
        said = [talk.greeting]
        for line in lines:
            if not talk.ended:
                said.append(talk.say(line))
    assert [outside(text) for text in said] == [""] * len(said), said


def test_a_language_without_a_catalogue_is_said_in_the_source() -> None:
    with speaking("mi-NZ", "call"):
        assert f"{wording.WHEN}" == "What day and time would suit you?"


def test_no_flow_has_a_sentence_of_its_own() -> None:
    own = []
    for path in (ROOM / "flows").glob("*.py"):
        tree = parsed(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in {
                "Said",
                "ask",
            }:
                own += [
                    text.value
                    for argument in node.args
                    for text in ast.walk(argument)
                    if isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value.strip(" .,:")
                ]
    assert own == []


@pytest.mark.parametrize(
    ("hour", "minute", "heard"),
    [
        (14, 15, "quarter past two"),
        (9, 0, "nine o'clock"),
        (16, 30, "half past four"),
        (11, 45, "quarter to twelve"),
        (12, 45, "quarter to one"),
        (12, 0, "midday"),
        (7, 30, "half past seven in the morning"),
        (18, 5, "five past six in the evening"),
        (13, 50, "ten to two"),
        (10, 42, "42 past ten"),
    ],
)
def test_times_are_heard_as_people_say_them(hour: int, minute: int, heard: str) -> None:
    with speaking("en-AU", "call"):
        assert spoken_time(datetime(2026, 11, 26, hour, minute, tzinfo=SYDNEY)) == heard


def test_days_are_heard_with_their_month_only_when_it_is_another() -> None:
    today = date(2026, 11, 23)
    with speaking("en-AU", "call"):
        assert spoken_day(date(2026, 11, 26), today) == "Thursday the 26th"
        assert spoken_day(date(2026, 12, 3), today) == "Thursday the 3rd of December"
        assert spoken_day(date(2027, 1, 11), today) == "Monday the 11th of January 2027"


def test_a_call_is_told_in_times_to_be_heard_and_a_message_in_times_to_be_read() -> None:
    with speaking("en-AU", "call"):
        assert "Thursday the 26th at three o'clock or half past four" in Talk().say("Thursday after 3")
    with speaking("en-AU", "sms"):
        assert "Thursday 26 November at 3 pm or 4:30 pm" in Talk().say("Thursday after 3")


def test_what_staff_read_is_written_whatever_the_channel() -> None:
    with speaking("en-AU", "call"):
        talk = Talk()
        talk.says("Thursday at 3", "can I talk to a person please")
    assert "Thursday 26 November" in talk.desk.tasks[0][1]
