"""The key is revoked while the first sync runs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from pms_sandbox.testing import RunningSandbox
from tests.journeys.browsing import Browse
from tests.journeys.stage import Owner

pytestmark = pytest.mark.journey


def test_a_revoked_key_is_told_with_the_next_step_and_a_working_one_goes_on(
    browse: Browse, newcomer: Owner, world: RunningSandbox
) -> None:
    key = world.control("POST", "keys", {"label": "lost", "role": "administrator"})["key"]
    page = browse(newcomer)
    page.get_by_role("link", name="Connect Cliniko").click()
    page.get_by_label("Your Cliniko address").select_option("au2")
    page.get_by_label("API key", exact=True).fill(key)
    page.get_by_role("button", name="Connect and Sync").click()
    records = page.get_by_role("region", name="Sync progress").locator(".sync-line strong")
    expect(records).to_have_text(re.compile(r"^[1-9]"))

    world.revoke("lost")
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("Cliniko is paused")
    expect(trouble).to_contain_text("Cliniko does not accept the API key.")
    expect(trouble).to_contain_text("choose New API Key and paste the new key")
    expect(trouble).to_contain_text("Nothing was lost.")
    expect(page.get_by_text("Sync paused")).to_be_visible()

    trouble.get_by_role("link", name="Fix the connection").click()
    expect(page.get_by_role("heading", name="Paused")).to_be_visible()
    expect(page.get_by_label("Your Cliniko address")).to_have_value("au2")
    page.get_by_label("API key", exact=True).fill(key)
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator("#id_key_error")).to_contain_text("Cliniko does not accept the API key.")

    page.get_by_label("API key", exact=True).fill(world.key("spare"))
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("The new key took over at once; nothing was lost.")).to_be_visible()
    expect(page.get_by_role("heading", name="Paused")).to_be_hidden()
    expect(page.get_by_text("Up to date: last sync")).to_be_visible(timeout=60_000)
