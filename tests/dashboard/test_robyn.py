"""Test Robyn: talking as a patient, and seeing what was understood and done."""

from __future__ import annotations

import pytest
from django.test import Client

from routiq.dashboard.understood import action_in_words, command_in_words
from routiq.dashboard.views import robyn as views
from routiq.practices.models import Practice
from routiq.robyn.conversation import LONGEST, ConversationError, Reply
from routiq.robyn.models import Conversation
from tests.dashboard.conftest import World


def _talk(practice: Practice, channel: str = "test") -> Conversation:
    talk = Conversation.objects.create(practice=practice, channel=channel, caller_number="+61491570006")
    talk.turns.create(
        practice=practice, number=0, said="Hello, this is Robyn.", actions=[{"did": "recognised", "patients": 1}]
    )
    return talk


@pytest.fixture
def robyn(monkeypatch: pytest.MonkeyPatch, practice: Practice) -> list[str]:
    """Robyn answers every word with the same sentence; gives what she heard."""
    heard: list[str] = []

    def say(conversation_id: int, text: str, pictures: int = 0) -> Reply:
        heard.append(text)
        Conversation.objects.get(pk=conversation_id).turns.create(
            practice=practice,
            number=len(heard),
            heard=text,
            said="On Thursday at 3:15 pm?",
            commands=[{"type": "wish_time", "days": ["2026-11-26"], "not_before": "15:00:00"}],
            actions=[{"did": "offered", "tokens": ["1a", "1b"]}],
            took_ms=1412,
        )
        return Reply(conversation_id, "On Thursday at 3:15 pm?")

    monkeypatch.setattr(views, "say_to_robyn", say)
    return heard


def test_a_conversation_starts_from_a_number(client_in: Client, world: World) -> None:
    assert world.connection
    answer = client_in.post("/test-robyn", {"number": "0491 570 006"})
    talk = Conversation.objects.get()
    assert answer["Location"] == f"/test-robyn/{talk.pk}"
    assert talk.channel == "test"
    page = client_in.get(answer["Location"]).content.decode()
    assert talk.turns.get().said.split(",")[0] in page


def test_every_turn_asks_for_frequent_looks(
    client_in: Client, world: World, practice: Practice, robyn: list[str]
) -> None:
    talk = _talk(practice)
    assert world.connection.watched_until is None
    client_in.post(f"/test-robyn/{talk.pk}/say", {"text": "Thursday please"})
    world.connection.refresh_from_db()
    assert world.connection.watched_until is not None


def test_a_number_may_be_withheld(client_in: Client, world: World) -> None:
    assert world.connection
    client_in.post("/test-robyn", {"number": "0491 570 006", "withheld": "on"})
    assert Conversation.objects.get().caller_number == ""


def test_a_number_that_is_too_long_is_told_at_the_field(client_in: Client) -> None:
    answer = client_in.post("/test-robyn", {"number": "1" * 60})
    assert answer.status_code == 422
    assert "too long for a phone number" in answer.content.decode()
    assert not Conversation.objects.exists()


def test_a_turn_without_script_comes_back_as_the_whole_page(
    client_in: Client, practice: Practice, robyn: list[str]
) -> None:
    talk = _talk(practice)
    answer = client_in.post(f"/test-robyn/{talk.pk}/say", {"text": "Thursday after 3"}, follow=True)
    html = answer.content.decode()
    for text in ("Thursday after 3", "On Thursday at 3:15 pm?", "Time: Thu 26 Nov, after 3:00 pm", "1.4 s"):
        assert text in html
    assert robyn == ["Thursday after 3"]


def test_a_turn_in_place_is_the_new_turn_alone(client_in: Client, practice: Practice, robyn: list[str]) -> None:
    talk = _talk(practice)
    answer = client_in.post(
        f"/test-robyn/{talk.pk}/say", {"text": "Thursday after 3"}, headers={"HX-Request": "true"}
    )
    html = answer.content.decode()
    assert "Offered 2 times" in html
    assert "Hello, this is Robyn." not in html
    assert 'hx-swap-oob="beforeend:#trace"' in html
    assert "<html" not in html


@pytest.mark.parametrize("text", ["", "   ", "x" * (LONGEST + 1)])
def test_words_that_cannot_be_said_are_told_at_the_field(
    client_in: Client, practice: Practice, robyn: list[str], text: str
) -> None:
    talk = _talk(practice)
    answer = client_in.post(f"/test-robyn/{talk.pk}/say", {"text": text})
    assert answer.status_code == 422
    assert 'id="id_text_error"' in answer.content.decode()
    assert robyn == []


def test_what_robyn_cannot_serve_keeps_the_words(
    client_in: Client, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(conversation_id: int, text: str, pictures: int = 0) -> Reply:
        raise ConversationError("busy", "Robyn is still answering.", "Wait for her answer.")

    monkeypatch.setattr(views, "say_to_robyn", busy)
    talk = _talk(practice)
    html = client_in.post(f"/test-robyn/{talk.pk}/say", {"text": "Friday please"}).content.decode()
    assert "Robyn is still answering. Wait for her answer." in html
    assert 'value="Friday please"' in html


def test_a_conversation_from_elsewhere_can_only_be_read(
    client_in: Client, practice: Practice, robyn: list[str]
) -> None:
    talk = _talk(practice, channel="api")
    assert "can only be read" in client_in.get(f"/test-robyn/{talk.pk}").content.decode()
    assert client_in.post(f"/test-robyn/{talk.pk}/say", {"text": "hello"}).status_code == 404
    assert robyn == []


def test_a_pending_practice_is_told_so(client_in: Client, practice: Practice) -> None:
    assert "does not book" not in client_in.get("/test-robyn").content.decode()
    Practice.objects.filter(pk=practice.pk).update(status="pending")
    html = client_in.get("/test-robyn").content.decode()
    assert "does not book" in html
    assert "/go-live" in html


NAMES = {"201": "Jonas Weber"}


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"type": "start_booking"}, "Wants an appointment"),
        (
            {"type": "wish_time", "weekdays": [1, 3], "not_after": "12:00:00"},
            "Time: Mondays, Wednesdays, before 12:00 pm",
        ),
        ({"type": "wish_time", "soonest": True}, "Time: as soon as possible"),
        ({"type": "wish_time", "first_day": "2026-12-01", "last_day": "2026-12-04"}, "Time: Tue 1 Dec to Fri 4 Dec"),
        ({"type": "name_choice", "what": "practitioner", "ids": ["201"]}, "Practitioner: Jonas Weber"),
        ({"type": "name_choice", "what": "appointment_type", "ids": ["9"]}, "Names an appointment type"),
        (
            {"type": "name_choice", "what": "practitioner", "ids": ["201"], "close": True},
            "Practitioner: Jonas Weber (nearly spelled so)",
        ),
        ({"type": "for_several", "own": True, "others": 1}, "For several people"),
        ({"type": "for_several", "others": 1, "also": True}, "For somebody else as well"),
        ({"type": "give_up"}, "Wants nothing of it any more"),
        ({"type": "any_choice", "what": "location"}, "Any location will do"),
        ({"type": "choose", "position": 2}, "Takes the second"),
        ({"type": "give_date_of_birth", "date": "1984-03-09"}, "Date of birth: 9 Mar 1984"),
        ({"type": "emergency", "danger": "emergency"}, "Emergency mentioned"),
        ({"type": "something_new", "depth": 3}, "Something new: depth 3"),
        ({}, "Something"),
    ],
)
def test_commands_are_told_in_words(command: dict[str, object], words: str) -> None:
    assert command_in_words(command, NAMES) == words


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"did": "recognised", "patients": 0}, "Looked the number up: nobody known has it"),
        ({"did": "recognised", "patients": 3}, "Recognised the number: 3 patients share it"),
        ({"did": "times_read", "offers": [], "reason": "full"}, "Read the free times: nothing free fits"),
        ({"did": "asked_to_book", "outcome": "booked", "steps": ["held", "sent"]}, "Booked: time held, sent"),
        ({"did": "task_left", "kind": "call_back"}, "Left a task for staff: call back"),
        ({"did": "looked", "twice": True}, "Looked: twice yes"),
    ],
)
def test_actions_are_told_in_words(action: dict[str, object], words: str) -> None:
    assert action_in_words(action, NAMES) == words
