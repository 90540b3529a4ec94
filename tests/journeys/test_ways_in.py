"""Those who work without a mouse, or without JavaScript, get everywhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pms_sandbox.testing import RunningSandbox
from tests.journeys.browsing import Browse, log_in, open_from_menu
from tests.journeys.stage import Owner
from tests.journeys.talking import Talk

pytestmark = pytest.mark.journey

MOST_STOPS = 60
"""Presses of Tab before a control counts as out of reach."""


def test_the_keyboard_alone_leads_from_the_login_to_a_patient(browse: Browse, clinic: Owner) -> None:
    page = browse()
    page.goto("/login")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type(clinic.email)
    _tab_to(page, "Password")
    page.keyboard.type(clinic.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dashboard", level=1)).to_be_visible()

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    page.reload()
    _tab_to(page, "Patients")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Patients", level=1)).to_be_visible()
    _tab_to(page, "Name, phone or e-mail")
    page.keyboard.type("0491 570 006")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row")).to_have_count(2)
    _tab_to(page, "Okafor, Margaret")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Margaret Okafor")).to_be_visible()


def test_without_javascript_the_owner_logs_in_searches_and_talks_with_robyn(browse: Browse, clinic: Owner) -> None:
    page = browse(java_script_enabled=False)
    log_in(page, clinic)

    open_from_menu(page, "Patients")
    page.get_by_label("Name, phone or e-mail").fill("Bell")
    page.get_by_label("Show").select_option("Archived")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=re.compile("Bell, Trevor")).click()
    expect(page.get_by_role("heading", name="Trevor Bell")).to_be_visible()

    talk = Talk.begin(page, "0491 570 156")
    talk.say("I need an appointment next week please")
    agreed = talk.until_read_back("It's for Matilda")
    assert agreed.patient == "Matilda"
    expect(talk.trace).to_contain_text("Read the appointment back and asked for a yes")
    assert "I have not booked it" in talk.say("No thank you")


def test_without_javascript_the_practice_is_connected(browse: Browse, newcomer: Owner, world: RunningSandbox) -> None:
    page = browse(java_script_enabled=False)
    log_in(page, newcomer)
    page.get_by_role("link", name="Connect Cliniko").click()
    page.get_by_label("Your Cliniko address").select_option("au3")
    page.get_by_label("API key", exact=True).fill(world.key("admin"))
    page.get_by_role("button", name="Connect and Sync").click()
    expect(page.get_by_text("The key belongs to shard au2, but au3 was selected.")).to_be_visible()

    page.get_by_label("Your Cliniko address").select_option(label="Other (from the key)")
    page.get_by_label("API key", exact=True).fill(world.key("admin"))
    page.get_by_role("button", name="Connect and Sync").click()
    expect(page.get_by_text("The sync has started.")).to_be_visible()
    expect(page.get_by_role("region", name="Sync progress")).to_be_visible()


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of this name has the focus; every stop on the way must show where it is."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert _shows_focus(page), f"the focus cannot be seen at: {focused.inner_text()}"
        if page.evaluate(_NAME_OF_FOCUSED).startswith(name):
            return
    raise AssertionError(f"Tab does not lead to: {name}")


_NAME_OF_FOCUSED = """() => {
  const focused = document.activeElement;
  const label = focused.labels?.[0]?.textContent || focused.getAttribute("aria-label") || focused.textContent;
  return label.replace(/\\s+/g, " ").trim();
}"""


def _shows_focus(page: Page) -> bool:
    """An outline or a ring of shadow of at least two pixels around what has the focus."""
    return bool(
        page.evaluate("""() => {
          const style = getComputedStyle(document.activeElement);
          const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
          return outlined || style.boxShadow !== "none";
        }""")
    )
