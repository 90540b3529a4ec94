"""Handing over: what the patient hears and what the team sees, in two windows at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.axe import faults_of
from tests.journeys.browsing import Browse, open_from_menu
from tests.journeys.stage import Owner
from tests.journeys.talking import Talk

pytestmark = pytest.mark.journey


def test_a_person_takes_over_answers_and_hands_back_while_the_patient_watches(browse: Browse, clinic: Owner) -> None:
    talk = Talk.begin(browse(clinic), "0491 570 006")
    desk = browse(clinic)
    open_from_menu(desk, "Conversations")
    assert "What is it about" in talk.say("Can I speak to a person please")
    # Others may have asked for a person in the same words, in other journeys.
    asking = desk.get_by_role("listitem").filter(has_text="Can I speak to a person please")
    line = asking.filter(has_text="Margaret Okafor").first
    expect(line).to_contain_text("With Robyn")
    expect(line).to_contain_text("Needs a person")
    line.get_by_role("link", name="Margaret Okafor").click()
    expect(desk.get_by_role("complementary", name="Understood and done")).to_contain_text("Wants a person")

    desk.get_by_role("button", name="Take over").click()
    expect(desk.get_by_text("You answer. Robyn is silent until you hand back.").first).to_be_visible()
    expect(talk.page.locator("#from-team")).to_contain_text("has taken over. Robyn is silent")
    desk.get_by_label("Your answer").fill("Hello Maggie, this is the front desk.")
    desk.get_by_role("button", name="Send").click()
    expect(talk.page.locator("#from-team")).to_contain_text("Hello Maggie, this is the front desk.")

    spoken = talk.words.count()
    talk.send("Oh, lovely")
    expect(talk.page.locator(".bubble.patient").last).to_contain_text("Oh, lovely")
    expect(desk.locator("#log")).to_contain_text("Oh, lovely")
    expect(talk.words).to_have_count(spoken)
    expect(talk.page.locator("#log")).to_contain_text("this is the front desk")

    desk.get_by_role("button", name="Hand back to Robyn").click()
    expect(talk.page.locator("#from-team")).not_to_contain_text("has taken over")
    assert talk.say("thanks")
    address = desk.url
    open_from_menu(desk, "Conversations")
    thanked = desk.get_by_role("listitem").filter(has_text="thanks").filter(has_text="Margaret Okafor").first
    expect(thanked).to_contain_text("With Robyn")
    desk.goto(address)
    assert not faults_of(desk)


def test_an_emergency_stands_on_the_pages_of_the_team(browse: Browse, clinic: Owner) -> None:
    talk = Talk.begin(browse(clinic), "0491 570 110")
    desk = browse(clinic)
    open_from_menu(desk, "Conversations")
    assert "call 000 now" in talk.say("I have chest pain")
    alarm = desk.get_by_role("alert").filter(has_text="Emergency mentioned")
    expect(alarm).to_contain_text("ring them at once")
    alarm.get_by_role("link", name="Open the task").click()
    desk.get_by_role("button", name="Take it").click()
    expect(desk.get_by_role("alert").filter(has_text=re.compile("Emergency mentioned"))).to_have_count(0)


def test_what_is_set_about_her_is_what_a_caller_hears(browse: Browse, clinic: Owner) -> None:
    page = browse(clinic)
    page.goto("/settings/robyn")
    page.get_by_label("Her name").fill("Kea")
    page.get_by_label("Greeting", exact=True).fill("Lovely to hear from you.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.").first).to_be_visible()
    page.goto("/settings/escalations")
    complaint = page.get_by_role("region", name="Is dissatisfied or complains")
    complaint.get_by_label("Hand over by herself").uncheck()
    complaint.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Is dissatisfied or complains")).to_contain_text("Only offered")

    talk = Talk.begin(browse(clinic), "0491 570 006")
    assert "this is Kea, the automated assistant at" in talk.last
    assert "Lovely to hear from you." in talk.last
    assert "Shall I ask our team to ring you" in talk.say("I want to complain")

    again = page.get_by_role("region", name="Is dissatisfied or complains")
    again.get_by_label("Hand over by herself").check()
    again.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Is dissatisfied or complains")).not_to_contain_text("Only offered")
    page.goto("/settings/robyn")
    page.get_by_label("Her name").fill("Robyn")
    page.get_by_label("Greeting", exact=True).fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.").first).to_be_visible()
