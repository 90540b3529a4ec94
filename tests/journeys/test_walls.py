"""One practice is nothing to another's owner."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import Browse, open_from_menu
from tests.journeys.stage import Owner
from tests.journeys.talking import Talk

pytestmark = pytest.mark.journey


def test_another_practice_s_pages_are_not_there(browse: Browse, clinic: Owner, newcomer: Owner) -> None:
    own = browse(clinic)
    open_from_menu(own, "Patients")
    own.get_by_role("rowheader").get_by_role("link").first.click()
    expect(own.get_by_role("heading", name="Details")).to_be_visible()
    patient = own.url
    conversation = Talk.begin(own, "0491 570 006").page.url
    name = re.compile("Margaret|Maggie|Okafor")

    stranger = browse(newcomer)
    for address in (patient, conversation):
        answer = stranger.goto(address)
        assert answer is not None
        assert answer.status == 404
        expect(stranger.get_by_role("heading", name="There is nothing at this address")).to_be_visible()
        expect(stranger.get_by_text(name)).to_have_count(0)
    stranger.get_by_role("link", name="Go to the dashboard").click()
    expect(stranger.get_by_text(newcomer.practice).first).to_be_visible()
    expect(stranger.get_by_text(clinic.practice)).to_have_count(0)
