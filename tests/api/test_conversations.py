"""Robyn over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from routiq.frontdesk.models import Write
from routiq.practices.tenancy import acting_for
from routiq.robyn import conversation as robyn
from routiq.robyn.models import Conversation
from tests.api.conftest import Caller


def test_a_caller_is_greeted_and_booked_in_plain_words(synced: Caller) -> None:
    started = synced.post("/conversations", {"caller_number": "0491 570 006"})
    assert started.status == 201
    assert (started["ended"], started["booking_id"]) == (False, None)
    assert "Harbour Street Physiotherapy" in started["text"]
    path = f"/conversations/{started['conversation_id']}"

    for words in ("I'd like to book a standard consultation", "the first one please", "yes please"):
        said = synced.post(f"{path}/turns", {"text": words})
        assert said.status == 201, said.json
        assert said["text"]
    assert said["booking_id"], said.json
    assert synced.get(f"/bookings/{said['booking_id']}")["outcome"] == "booked"

    told = synced.get(path)
    assert (told["channel"], told["booking_id"]) == ("api", said["booking_id"])
    assert [turn["heard"] for turn in told["turns"]][1:3] == [
        "I'd like to book a standard consultation",
        "the first one please",
    ]
    assert told["turns"][0]["heard"] == ""
    assert told["turns"][-1]["said"] == said["text"]
    assert told["turns"][1]["commands"]


@pytest.mark.parametrize("body", [{}, {"caller_number": ""}, {"caller_number": "unknown"}, {"channel": "test"}])
def test_a_withheld_or_odd_number_is_greeted_too(caller: Caller, body: dict[str, str]) -> None:
    assert caller.post("/conversations", body).status == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"caller_number": 491570006}, "caller_number"),
        ({"caller_number": "0" * 41}, "caller_number"),
        ({"caller_number": "04\u0000"}, "caller_number"),
        ({"channel": "call"}, "channel"),
        ({"caller": "0491570006"}, "caller"),
    ],
)
def test_a_start_that_cannot_be_read_names_the_field(caller: Caller, body: dict[str, Any], field: str) -> None:
    answer = caller.post("/conversations", body)
    assert answer.status == 422
    assert list(answer.error["fields"]) == [field]


@pytest.mark.parametrize("text", [None, "", "   ", 7, "x" * (robyn.LONGEST + 1), "\ud83d", "a\u0000"])
def test_words_that_cannot_be_served_are_named(caller: Caller, text: object) -> None:
    path = f"/conversations/{caller.post('/conversations', {})['conversation_id']}"
    answer = caller.post(f"{path}/turns", {"text": text})
    assert answer.status == 422
    assert list(answer.error["fields"]) == ["text"]
    assert len(caller.get(path)["turns"]) == 1


def test_an_ended_conversation_and_someone_elses_channel_take_no_words(caller: Caller) -> None:
    pk = caller.post("/conversations", {})["conversation_id"]
    with acting_for(caller.practice.pk):
        Conversation.objects.update(ended_at=timezone.now())
        call = Conversation.objects.create(practice=caller.practice, channel="call")
    ended = caller.post(f"/conversations/{pk}/turns", {"text": "Hello"})
    assert (ended.status, ended.error["code"]) == (409, "ended")
    elsewhere = caller.post(f"/conversations/{call.pk}/turns", {"text": "Hello"})
    assert (elsewhere.status, elsewhere.error["code"]) == (409, "other_channel")


def test_two_turns_at_once_are_told_to_wait(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    pk = caller.post("/conversations", {})["conversation_id"]

    def busy(conversation_id: int, text: str, pictures: int = 0) -> robyn.Reply:
        raise robyn.ConversationError("busy", "Robyn is still answering.", "Wait for her answer.")

    monkeypatch.setattr(robyn, "say", busy)
    answer = caller.post(f"/conversations/{pk}/turns", {"text": "Hello"})
    assert (answer.status, answer.error["code"]) == (409, "busy")
    assert answer.headers["Retry-After"] == "1"


def test_a_rehearsal_at_another_time_becomes_a_scenario_that_is_asked_for_again(synced: Caller) -> None:
    evening = (timezone.now() + timedelta(days=2)).replace(hour=10, minute=0).isoformat()
    started = synced.post("/conversations", {"channel": "rehearsal", "caller_number": "0491 570 006", "at": evening})
    assert started.status == 201, started.json
    path = f"/conversations/{started['conversation_id']}/turns"
    for words in ("I'd like to book a standard consultation", "the first one please", "yes please"):
        said = synced.post(path, {"text": words})
    assert said["text"].startswith("It is booked:"), said.json
    wanted = {"conversation_id": started["conversation_id"], "name": "A regular books"}
    kept = synced.post("/scenarios", wanted)
    assert kept.status == 201, kept.json
    assert [each["kind"] for each in kept["expected"]["would_write"]] == ["booked"]
    assert synced.post("/scenarios", wanted).error["fields"]["name"]
    run = synced.post(f"/scenarios/{kept['id']}/run")
    assert (run["state"], run["verdict"]) == ("waiting", None)
    assert synced.post("/scenarios/run")["items"][0]["id"] == run["id"]
    assert synced.post(f"/scenarios/{kept['id']}/expect-last-run").status == 409
    assert synced.get("/scenarios")["items"][0]["last_run"]["id"] == run["id"]
    with acting_for(synced.practice.pk):
        assert not Write.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"channel": "test", "at": "2030-01-01T10:00:00Z"},
        {"channel": "rehearsal", "at": "2020-01-01T10:00:00Z"},
        {"channel": "rehearsal", "at": "2099-01-01T10:00:00Z"},
        {"channel": "rehearsal", "at": "2030-01-01T10:00:00"},
    ],
)
def test_only_a_rehearsal_happens_at_another_moment_and_soon(caller: Caller, body: dict[str, str]) -> None:
    answer = caller.post("/conversations", body)
    assert answer.status == 422
    assert list(answer.error["fields"]) == ["at"]
