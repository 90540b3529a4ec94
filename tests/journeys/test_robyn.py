"""Booking in conversation: what is heard, what is said, and what then stands in the diary."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from pms_sandbox.testing import RunningSandbox
from tests.journeys.browsing import Browse, open_from_menu
from tests.journeys.diary import Diary, Entry
from tests.journeys.stage import Owner
from tests.journeys.talking import ReadBack, Talk

pytestmark = pytest.mark.journey

RETURNING, FAMILY, ACCENTED = "0491 570 006", "0491 570 156", "0491 570 110"
BOOKED = re.compile(r"^It is booked: ")


def test_a_known_caller_books_in_conversation_and_it_stands_in_the_diary(
    browse: Browse, clinic: Owner, world: RunningSandbox
) -> None:
    page = browse(clinic)
    [patient] = world.characters()["returning"]["patient_ids"]
    before = {entry.id for entry in Diary(world).entries(patient)}

    talk = Talk.begin(page, RETURNING)
    assert "Hello Maggie, this is Robyn, the automated assistant at Harbour Street Physiotherapy" in talk.last
    expect(talk.trace).to_contain_text("Recognised the number")

    agreed = talk.until_read_back("I'd like to come in on Thursday after 3")
    assert agreed.patient == "Maggie"
    expect(talk.trace).to_contain_text("Wants an appointment")
    expect(talk.trace).to_contain_text(re.compile(r"Time: Thu \d+ \w+, after 3:00 pm"))
    expect(talk.trace).to_contain_text("Read the appointment back and asked for a yes")
    assert {entry.id for entry in Diary(world).entries(patient)} == before

    assert BOOKED.match(talk.say("Yes please"))
    [entry] = [entry for entry in Diary(world).entries(patient) if entry.id not in before]
    _is_what_was_agreed(entry, agreed)
    expect(talk.trace).to_contain_text("Booked: time held, times read again, sent, answered, checked for conflicts")
    expect(page.locator("#booked")).to_contain_text("It stands in Cliniko’s calendar.")

    open_from_menu(page, "Dashboard")
    lately = page.get_by_role("region", name="Robyn lately")
    expect(lately).to_contain_text(entry.time)
    lately.get_by_role("link", name="Margaret Okafor").first.click()
    upcoming = page.get_by_role("table", name="Upcoming appointments").locator(f"#visit-{entry.id}")
    for text in (entry.day, entry.time, entry.type, entry.who, entry.where):
        expect(upcoming).to_contain_text(text)


def test_a_family_on_one_number_is_asked_who_it_is_for(browse: Browse, clinic: Owner, world: RunningSandbox) -> None:
    page = browse(clinic)
    _, leo, _ = world.characters()["family"]["patient_ids"]

    talk = Talk.begin(page, FAMILY)
    expect(talk.trace).to_contain_text("Recognised the number: 3 patients share it")
    for name in ("Hannah", "Leo", "Matilda", "Smith-Hughes"):
        assert name not in talk.last
    answer = talk.say("I need an appointment next week")
    assert "Who is the appointment for?" in answer
    agreed = talk.until_read_back("It's for Leo")
    assert agreed.patient == "Leo"

    assert BOOKED.match(talk.say("yes"))
    [entry] = [entry for entry in Diary(world).entries(leo) if not entry.is_past]
    _is_what_was_agreed(entry, agreed)


def test_a_withheld_number_is_handed_to_staff_as_a_task(browse: Browse, clinic: Owner) -> None:
    page = browse(clinic)
    talk = Talk.begin(page, None)
    expect(page.get_by_role("heading", name="Call with no number")).to_be_visible()

    assert "I will ask our team to ring you back. May I have your name, please?" in talk.say(
        "can I talk to a person?"
    )
    assert "Which number can the team reach you on?" in talk.say("My name is Pat Quill")
    assert "I have asked our team to ring you back" in talk.say("0491 570 737")
    expect(talk.trace).to_contain_text("Left a task for staff: call back")

    open_from_menu(page, "Dashboard")
    task = page.get_by_role("region", name="For you to do").get_by_role("listitem").filter(has_text="Pat Quill")
    expect(task).to_contain_text(re.compile(r"0?491 ?570 ?737"))
    task.get_by_role("button", name="Done").click()
    expect(task).to_have_count(0)


def test_a_time_that_was_read_back_to_one_caller_is_offered_to_nobody_else(
    browse: Browse, clinic: Owner, world: RunningSandbox
) -> None:
    first, second = Talk.begin(browse(clinic), RETURNING), Talk.begin(browse(clinic), ACCENTED)
    agreed = first.until_read_back("Do you have anything next week?")
    other = second.until_read_back(agreed.wish)
    assert (other.day, other.time, other.who) != (agreed.day, agreed.time, agreed.who)

    for talk in (first, second):
        talk.send("Yes please")
    for talk, told in ((first, agreed), (second, other)):
        words = talk.hear(after="Shall I book it?")
        assert BOOKED.match(words)
        assert f"{told.day} at {told.time}" in words
    diary, characters = Diary(world), world.characters()
    both = [
        (entry.spoken_day, entry.spoken_time, entry.who)
        for label in ("returning", "accented")
        for entry in diary.entries(*characters[label]["patient_ids"])
        if not entry.cancelled
    ]
    assert both.count((agreed.day, agreed.time, agreed.who)) == 1
    assert both.count((other.day, other.time, other.who)) == 1


def _is_what_was_agreed(entry: Entry, agreed: ReadBack) -> None:
    assert (entry.spoken_day, entry.type, entry.who, entry.where) == (
        agreed.day,
        agreed.type,
        agreed.who,
        agreed.where,
    )
    assert entry.spoken_time == agreed.time


def test_while_she_is_looking_she_says_so_and_a_call_can_be_hung_up(
    browse: Browse, clinic: Owner, world: RunningSandbox
) -> None:
    page = browse(clinic)
    talk = Talk.begin(page, RETURNING)
    talk.say("I'd like to come in as soon as possible please")
    world.fault(kind="slow", path="available_times$", delay_ms=2500, times=1)
    spoken = talk.words.count()
    talk.send("Yes please")
    expect(talk.meanwhile).to_contain_text("One moment, I'm looking that up.")
    expect(talk.words).to_have_count(spoken)
    expect(talk.words).to_have_count(spoken + 1)
    expect(talk.meanwhile).to_have_count(1)

    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_text("The conversation has ended.")).to_be_visible()
    expect(page.get_by_role("button", name="Hang up")).to_have_count(0)
