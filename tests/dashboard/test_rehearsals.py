"""The pages of rehearsals and scenarios, and what somebody may set for their own e-mails."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from routiq.dashboard import asked
from routiq.dashboard.insidewords import inside_in_words
from routiq.practices.audit import SYSTEM
from routiq.practices.models import Membership, Practice
from routiq.robyn.models import Conversation, Rehearsal, Scenario, ScenarioRun
from routiq.robyn.rehearsing import scenarios
from tests.dashboard.conftest import World

ENDING = {
    "done": [
        {
            "kind": "booked", "patient": "Sam Nguyen", "practitioner": "Mina Patel", "location": "Harbour Street",
            "type": "Follow Up", "starts_at": "2026-11-26T03:15:00Z", "zone": "Australia/Sydney",
        }
    ]
}  # fmt: skip


def _scenario(practice: Practice) -> Scenario:
    return Scenario.objects.create(
        practice=practice, name="A regular books", caller_number="+61491570006", weekday=6, clock=time(20),
        lines=["I'd like to book", "yes please"], expected=ENDING,
    )  # fmt: skip


def test_a_rehearsal_begins_at_the_moment_that_was_chosen(
    client_in: Client, world: World, practice: Practice
) -> None:
    assert world.connection
    day = (timezone.now() + timedelta(days=3)).date()
    answer = client_in.post("/test-robyn/rehearsals", {"caller": "", "day": day.isoformat(), "clock": "20:00"})
    kept = Rehearsal.objects.get()
    assert answer["Location"] == f"/test-robyn/{kept.conversation_id}"
    local = kept.moment.astimezone(practice.zone)
    assert (local.date(), local.time()) == (day, time(20))
    page = client_in.get(answer["Location"]).content.decode()
    assert "Would have been written" in page
    assert "Nothing written" in page


@pytest.mark.parametrize("day", ["2020-01-01", "2999-01-01", "soon"])
def test_a_day_that_cannot_be_rehearsed_is_said_so(client_in: Client, world: World, day: str) -> None:
    assert world.connection
    answer = client_in.post("/test-robyn/rehearsals", {"caller": "0491 570 006", "day": day})
    assert answer.status_code == 422
    assert 'value="0491 570 006"' in answer.content.decode()
    assert not Conversation.objects.exists()


def test_rehearsals_are_not_among_the_conversations_with_patients(
    client_in: Client, world: World, practice: Practice
) -> None:
    assert world.connection
    client_in.post("/test-robyn/rehearsals", {"caller": "0491 570 006"})
    talk = Conversation.objects.get()
    assert f"/conversations/{talk.pk}" not in client_in.get("/conversations").content.decode()
    assert f"/test-robyn/{talk.pk}" in client_in.get("/test-robyn").content.decode()


def test_a_scenario_is_saved_listed_run_and_removed(client_in: Client, world: World, practice: Practice) -> None:
    assert world.connection
    client_in.post("/test-robyn/rehearsals", {"caller": ""})
    talk = Conversation.objects.get()
    assert client_in.post(f"/test-robyn/{talk.pk}/scenario", {"name": "Silence"}).status_code == 422
    talk.turns.create(practice=practice, number=1, heard="When are you open?", said="We are open.")
    answer = client_in.post(f"/test-robyn/{talk.pk}/scenario", {"name": "Hours"})
    saved = Scenario.objects.get()
    assert answer["Location"] == f"/test-robyn/scenarios/{saved.pk}"
    assert "Hours" in client_in.get("/test-robyn/scenarios").content.decode()
    client_in.post("/test-robyn/scenarios/run")
    client_in.post(f"/test-robyn/scenarios/{saved.pk}/run")
    assert ScenarioRun.objects.get().state == "waiting"
    assert "1 still to be played" in client_in.get("/test-robyn/scenarios").content.decode()
    client_in.post(f"/test-robyn/scenarios/{saved.pk}/remove")
    assert not Scenario.objects.exists()


def test_a_run_that_went_otherwise_says_how_and_can_be_taken_as_right(
    client_in: Client, world: World, practice: Practice
) -> None:
    assert world.connection
    saved = _scenario(practice)
    run = ScenarioRun.objects.create(
        practice=practice, scenario=saved, state="done", verdict="worse", remarks=["Does not happen any more."],
        ending={}, said=[{"heard": "I'd like to book", "said": "Nothing is free.", "took_ms": 12}],
        asked_by="person:1", ended_at=timezone.now(),
    )  # fmt: skip
    page = " ".join(client_in.get(f"/test-robyn/scenarios/{saved.pk}").content.decode().split())
    for words in ("Saturday, 8:00 pm", "booked for Sam Nguyen, Thursday at 2:15 pm", "Worse", "12 ms"):
        assert words in page
    client_in.post(f"/test-robyn/runs/{run.pk}/right")
    saved.refresh_from_db()
    assert saved.expected == {}


def test_what_is_inside_a_turn_is_told_in_words() -> None:
    told = inside_in_words(
        {
            "requests": [
                {"request": "GET /available_times", "status": 200, "took_ms": 40},
                {"request": "GET /available_times", "status": 503, "took_ms": 60},
            ],
            "flow": "book",
            "asks": "choice",
            "slots": {
                "type": "t1",
                "when": [{"days": ["2026-11-26"], "not_before": "15:00:00"}],
                "handed_over": True,
            },
        },
        {"t1": "Initial consultation"},
    )
    assert told is not None
    assert (told.flow, told.asks) == ("Booking", "choice")
    assert told.slots == (
        ("Type", "Initial consultation"),
        ("When", "Thu 26 Nov, not before 3:00 pm"),
        ("Handed over", "yes"),
    )
    [request] = told.requests
    assert (request.times, request.took_ms, request.is_fault) == (2, 100, True)
    assert inside_in_words({}, {}) is None


def test_somebody_sets_which_emails_they_get(client_in: Client, world: World, practice: Practice) -> None:
    assert world.connection
    daily = {"hand_over_pace": "daily", "quiet_from": "18:00", "quiet_until": "07:30"}
    assert client_in.post("/notifications", {"hand_over_mail": "sometimes", **daily}).status_code == 422
    assert client_in.post("/notifications", {"hand_over_mail": "none", **daily}).status_code == 302
    own = Membership.objects.get(practice=practice)
    assert (own.hand_over_mail, own.hand_over_pace) == ("none", "daily")
    assert (own.quiet_from, own.quiet_until) == (time(18), time(7, 30))
    page = client_in.get("/notifications").content.decode()
    assert 'value="18:00"' in page
    assert "Australia/Sydney" in page
    Membership.objects.update(role="practitioner", all_patients=False)
    assert client_in.post("/notifications", {"hand_over_mail": "all", **daily}).status_code == 422


@pytest.mark.parametrize(
    ("start", "end", "advice"),
    [
        ("18:00", "", "Give both times"),
        ("18:00", "18:00", "another time"),
        ("late", "07:00", "a time such as 18:00"),
    ],
)
def test_quiet_hours_are_two_times_or_none(
    client_in: Client, world: World, practice: Practice, start: str, end: str, advice: str
) -> None:
    assert world.connection
    wish = {"hand_over_mail": "as_set", "hand_over_pace": "at_once", "quiet_from": start, "quiet_until": end}
    answer = client_in.post("/notifications", wish)
    assert answer.status_code == 422
    assert advice in answer.content.decode()
    assert Membership.objects.get(practice=practice).quiet_from is None


def test_a_scenario_that_was_removed_this_instant_is_not_played(
    client_in: Client, world: World, practice: Practice
) -> None:
    assert world.connection
    gone = _scenario(practice)
    kept = Scenario.objects.create(
        practice=practice, name="Hours", weekday=1, clock=time(9), lines=["Hi"], expected={}
    )
    seen = list(Scenario.objects.all())
    gone.delete()
    assert [run.scenario_id for run in scenarios.ask_to_play(seen, SYSTEM)] == [kept.pk]


@pytest.mark.parametrize("odd", ["9" * 5000, "9" * 30, "0", "²", "x", "-1"])
def test_a_number_that_is_no_id_of_ours_finds_nothing_and_breaks_nothing(
    client_in: Client, world: World, odd: str
) -> None:
    assert world.connection
    client_in.post("/test-robyn", {"number": "", "withheld": "on"})
    talk = Conversation.objects.get()
    assert client_in.get("/conversations", {"before": odd, "q": "\x00x"}).status_code == 200
    said = {"text": "hello", "after": odd}
    assert client_in.post(f"/test-robyn/{talk.pk}/say", said, headers={"HX-Request": "true"}).status_code == 200
    assert asked.number(odd) == 0
