"""A token for another program: shown once, good until it is revoked."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import Browse, open_from_menu
from tests.journeys.stage import Owner, Stage

pytestmark = pytest.mark.journey


def test_a_token_is_shown_once_opens_the_api_and_is_revoked(browse: Browse, clinic: Owner, stage: Stage) -> None:
    page = browse(clinic)
    open_from_menu(page, "Settings")
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="API tokens").click()
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_text("Give the token a name")).to_be_visible()

    page.get_by_label("What is the token for?").fill("Monday report")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_role("heading", name="Your new token")).to_be_visible()
    token = page.locator("#new-token").inner_text().strip()

    status, answer = _ask(stage, token)
    assert status == 200
    assert answer["name"] == clinic.practice

    open_from_menu(page, "Dashboard")
    open_from_menu(page, "Settings")
    page.get_by_role("link", name="API tokens").click()
    assert token not in page.content()
    row = page.get_by_role("row").filter(has_text="Monday report")
    expect(row).to_contain_text("just now")
    expect(row).to_contain_text(_today_in_sydney())
    row.get_by_text("Revoke", exact=True).click()
    page.get_by_role("button", name="Revoke “Monday report”").click()
    expect(page.get_by_text("Token revoked. What used it no longer has access.")).to_be_visible()
    expect(row).to_contain_text("Revoked")

    assert _ask(stage, token)[0] == 401
    assert _ask(stage, "")[0] == 401


def _today_in_sydney() -> str:
    today = datetime.now(ZoneInfo("Australia/Sydney"))
    return f"{today:%a} {today.day} {today:%b %Y}"


def _ask(stage: Stage, token: str) -> tuple[int, Any]:
    """Status and answer of the practice's own address in the API."""
    request = urllib.request.Request(f"{stage.url}/api/v1/practice", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
