"""Every page, in every state it can be in, at WCAG 2.2 AA; and without a complaint on the browser's console."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pms_sandbox.testing import RunningSandbox
from tests.journeys.axe import faults_of
from tests.journeys.browsing import Browse, log_in
from tests.journeys.stage import Owner
from tests.journeys.talking import Talk

pytestmark = pytest.mark.journey

OF_ANY_PRACTICE = (
    "/",
    "/setup",
    "/go-live",
    "/patients",
    "/practice",
    "/test-robyn",
    "/test-robyn/scenarios",
    "/notifications",
    "/settings/integrations",
    "/settings/integrations/cliniko",
    "/conversations",
    "/settings/robyn",
    "/settings/escalations",
    "/settings/automated-decisions",
    "/settings/tokens",
    "/choose",
)


class Checked:
    """Pages of one window, looked at one after the other; all faults are told together."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []

    def see(self, address: str = "") -> None:
        """The page at this address, or the one that is open."""
        if address:
            self.page.goto(address)
        self.faults += faults_of(self.page)

    def done(self) -> None:
        assert not self.faults, "\n".join(self.faults)


def test_the_door_and_what_is_not_there(browse: Browse, newcomer: Owner) -> None:
    checked = Checked(browse())
    checked.see("/login")
    checked.page.get_by_role("button", name="Log in").click()
    expect(checked.page.get_by_text("Enter your password.")).to_be_visible()
    checked.see()
    log_in(checked.page, newcomer)
    checked.see("/nowhere")
    checked.done()


def test_a_practice_where_nothing_is_done_yet(browse: Browse, newcomer: Owner) -> None:
    checked = Checked(browse(newcomer))
    for address in (*OF_ANY_PRACTICE, "/setup/connect/cliniko"):
        checked.see(address)
    page = checked.page
    page.goto("/setup/connect/cliniko")
    page.get_by_label("Your Cliniko address").select_option("au1")
    page.get_by_label("API key", exact=True).fill("this is no key")
    page.get_by_role("button", name="Connect and Sync").click()
    expect(page.get_by_text("There are spaces inside the API key.")).to_be_visible()
    checked.see()
    checked.done()


def test_a_practice_at_work(browse: Browse, clinic: Owner) -> None:
    checked = Checked(browse(clinic))
    for address in OF_ANY_PRACTICE:
        checked.see(address)
    for address in _tabs_of_the_system(checked.page):
        checked.see(address)
    checked.see("/patients?q=nobody+at+all")
    checked.see("/patients?status=archived")
    checked.page.get_by_role("link", name=re.compile("Nguyen, Lin")).first.click()
    expect(checked.page.get_by_text("This patient was merged into")).to_be_visible()
    checked.see()
    checked.page.goto("/patients?q=0491570006")
    checked.page.get_by_role("link", name=re.compile("Okafor")).click()
    expect(checked.page.get_by_role("heading", name="History")).to_be_visible()
    checked.see()
    checked.done()


def test_a_conversation_and_what_it_leaves_behind(browse: Browse, clinic: Owner) -> None:
    checked = Checked(browse(clinic))
    page = checked.page
    talk = Talk.begin(page, "0491 570 006")
    talk.until_read_back("Do you have anything in the next two weeks?")
    checked.see()
    talk.say("yes please")
    checked.see()
    talk = Talk.begin(page, None)
    talk.say("My name is Kit Marlow")
    talk.say("0491 570 313")
    checked.see("/")
    checked.see("/test-robyn")
    page.get_by_role("link", name=re.compile("Kit Marlow")).first.click()
    expect(page.get_by_role("heading", name="Call with no number")).to_be_visible()
    checked.see()
    checked.done()


def test_a_token_just_made_and_about_to_be_revoked(browse: Browse, clinic: Owner) -> None:
    checked = Checked(browse(clinic))
    page = checked.page
    page.goto("/settings/tokens")
    page.get_by_label("What is the token for?").fill("Website")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_role("heading", name="Your new token")).to_be_visible()
    page.get_by_role("row").filter(has_text="Website").get_by_text("Revoke", exact=True).click()
    checked.see()
    checked.done()


def test_a_sync_under_way_and_a_connection_that_is_paused(
    browse: Browse, newcomer: Owner, world: RunningSandbox
) -> None:
    key = world.control("POST", "keys", {"label": "passing", "role": "administrator"})["key"]
    checked = Checked(browse(newcomer))
    page = checked.page
    page.goto("/setup/connect/cliniko")
    page.get_by_label("Your Cliniko address").select_option("au2")
    page.get_by_label("API key", exact=True).fill(key)
    page.get_by_role("button", name="Connect and Sync").click()
    expect(page.get_by_role("region", name="Sync progress").get_by_role("row").nth(3)).to_be_visible()
    checked.see()
    checked.see("/settings/integrations/cliniko")

    world.revoke("passing")
    # Where the sync was quicker than this test, a change is what makes the key be used again.
    somebody = world.world("patients")["patients"][0]["id"]
    world.edit([{"op": "update", "collection": "patients", "id": somebody, "fields": {"address_1": "3 Passing Ln"}}])
    page.goto("/")
    expect(page.get_by_role("alert")).to_contain_text("Cliniko is paused")
    checked.see()
    checked.see("/settings/integrations/cliniko")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("Paste the API key.")).to_be_visible()
    checked.see()
    checked.done()


def _tabs_of_the_system(page: Page) -> list[str]:
    """What the connected system's own page leads to."""
    page.goto("/settings/integrations/cliniko")
    tabs = page.get_by_role("navigation", name="Cliniko").get_by_role("link")
    return [address for tab in tabs.all() if (address := tab.get_attribute("href")) not in (None, *OF_ANY_PRACTICE)]
