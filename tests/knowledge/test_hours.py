"""When people are usually there, from the hours that the practice's own system has."""

from __future__ import annotations

import pytest

from routiq.knowledge.answering import find
from routiq.practices.models import Practice
from tests.dashboard.conftest import World

LONG, SHORT = ("08:00", "18:00"), ("09:00", "13:00")


@pytest.fixture
def places(practice: Practice) -> dict[str, str]:
    """Ids of two locations by name."""
    world = World(practice)
    jonas, mina = world.practitioner("Jonas Weber"), world.practitioner("Mina Patel")
    harbour, northside = world.location("Harbour Street"), world.location("Northside")
    for weekday in (1, 2, 3, 4):
        world.works(jonas, harbour, weekday, LONG)
    world.works(jonas, harbour, 5, ("08:00", "12:00"), ("13:00", "16:00"))
    world.works(mina, northside, 1, SHORT)
    world.works(mina, northside, 6, SHORT)
    return {place.name: place.remote_id for place in (harbour, northside)}


def said(question: str, location_id: str = "") -> str:
    found = find(question, channel="call", location_id=location_id)
    assert found.answer is not None, question
    return found.answer.words


def test_how_late_it_is_open_is_answered_for_each_location(places: dict[str, str]) -> None:
    assert said("How late are you open?") == (
        "Our practitioners are usually at Harbour Street Monday to Thursday 8 am to 6 pm, and Friday 8 am to 4 pm, "
        "and at Northside Monday and Saturday 9 am to 1 pm."
    )


def test_in_a_talk_about_one_location_it_is_answered_for_that(places: dict[str, str]) -> None:
    words = said("How late are you open?", places["Northside"])
    assert words == "Our practitioners are usually at Northside Monday and Saturday 9 am to 1 pm."


def test_the_location_that_is_named_goes_before_the_one_talked_about(places: dict[str, str]) -> None:
    assert "Harbour Street" in said("How late is Harbour Street open?", places["Northside"])
    assert "Northside" not in said("How late is Harbour Street open?", places["Northside"])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How late are you open on Friday?", "Our practitioners are usually at Harbour Street Friday 8 am to 4 pm."),
        ("Are you open on Saturdays?", "Our practitioners are usually at Northside Saturday 9 am to 1 pm."),
        (
            "What are your hours on Mondays?",
            "Our practitioners are usually at Harbour Street Monday 8 am to 6 pm, "
            "and at Northside Monday 9 am to 1 pm.",
        ),
        ("Are you open on Sunday?", "Our practitioners are usually not at Harbour Street and Northside on Sunday."),
    ],
)
def test_a_day_that_is_named_is_the_only_one_told(places: dict[str, str], question: str, answer: str) -> None:
    assert said(question) == answer


def test_locations_with_the_same_hours_are_told_as_one(practice: Practice) -> None:
    world = World(practice)
    for name in ("Harbour Street", "Northside"):
        world.works(world.practitioner(f"Ada {name}"), world.location(name), 1, SHORT)
    assert said("How late are you open?") == (
        "Our practitioners are usually at Harbour Street and Northside Monday 9 am to 1 pm."
    )


def test_what_all_locations_are_called_alike_is_not_said(practice: Practice) -> None:
    world = World(practice)
    for name, weekday in (("Harbour Physio - City", 1), ("Harbour Physio - Northside", 2)):
        world.works(world.practitioner(f"Ada {name}"), world.location(name), weekday, SHORT)
    assert said("How late are you open?") == (
        "Our practitioners are usually at City Monday 9 am to 1 pm, and at Northside Tuesday 9 am to 1 pm."
    )
    assert said("How late is Northside open?") == "Our practitioners are usually at Northside Tuesday 9 am to 1 pm."


def test_the_only_location_is_not_named(practice: Practice) -> None:
    world = World(practice)
    world.works(world.practitioner(), world.location(), 1, SHORT)
    assert said("How late are you open?") == "Our practitioners are usually here Monday 9 am to 1 pm."


def test_where_no_hours_are_known_nothing_is_said(practice: Practice) -> None:
    World(practice).location()
    assert find("How late are you open?").answer is None
