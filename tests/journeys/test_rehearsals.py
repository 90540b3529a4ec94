"""Rehearsing Robyn, keeping that as a scenario, and playing it again: nothing of it stands in the diary."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from pms_sandbox.testing import RunningSandbox
from tests.journeys.axe import faults_of
from tests.journeys.browsing import Browse
from tests.journeys.diary import Diary
from tests.journeys.stage import Owner
from tests.journeys.talking import Talk

pytestmark = pytest.mark.journey


def test_a_rehearsal_becomes_a_scenario_that_is_played_again_and_nothing_is_booked(
    browse: Browse, clinic: Owner, world: RunningSandbox
) -> None:
    page = browse(clinic)
    [patient] = world.characters()["returning"]["patient_ids"]
    before = {entry.id for entry in Diary(world).entries(patient)}

    page.goto("/test-robyn")
    assert faults_of(page) == []
    page.get_by_label("Which number rings?").fill("0491 570 006")
    page.get_by_role("button", name="Start the rehearsal").click()
    talk = Talk(page)
    agreed = talk.until_read_back("I'd like to come in on Thursday after 3")
    assert talk.say("Yes please").startswith("It is booked: ")

    would = page.get_by_role("region", name="Would have been written")
    expect(would).to_contain_text(f"{agreed.type} with {agreed.who} booked for Margaret Okafor, {agreed.day} at")
    talk.trace.locator("summary").last.click()
    expect(talk.trace).to_contain_text("Asks now: anything else")
    assert faults_of(page) == []

    would.get_by_label("Name of the scenario").fill("A regular, Thursday after three")
    would.get_by_role("button", name="Save as a scenario").click()
    expect(page.get_by_role("heading", name="A regular, Thursday after three")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    run = page.get_by_role("region", name="The last run")
    expect(run).to_contain_text("As saved")
    assert faults_of(page) == []

    page.get_by_role("link", name="Scenarios").first.click()
    page.get_by_role("button", name="Run all").click()
    expect(page.get_by_text("As saved: 1. Better: 0. Worse: 0.")).to_be_visible()
    assert faults_of(page) == []
    assert {entry.id for entry in Diary(world).entries(patient)} == before


def test_a_page_of_what_is_removed_meanwhile_says_so_without_a_fault(browse: Browse, clinic: Owner) -> None:
    page, other = browse(clinic), browse(clinic)
    page.goto("/test-robyn")
    page.get_by_role("button", name="Start the rehearsal").click()
    Talk(page).say("What are your opening hours?")
    page.get_by_label("Name of the scenario").fill("Asked for the hours")
    page.get_by_role("button", name="Save as a scenario").click()
    expect(page.get_by_role("heading", name="Asked for the hours")).to_be_visible()

    other.goto(page.url)
    other.get_by_role("button", name="Remove").click()
    expect(other.get_by_text("The scenario is removed.")).to_be_visible()
    expect(page.get_by_text("This was removed while you had it open")).to_be_visible()
    # Whoever tries again does so within seconds, and every failed try is a complaint.
    page.wait_for_timeout(3000)
