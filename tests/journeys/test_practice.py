"""What the practice lets patients book online, and what stands in the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from pms_sandbox.testing import RunningSandbox
from tests.journeys.browsing import Browse, open_from_menu
from tests.journeys.stage import Owner

pytestmark = pytest.mark.journey


def test_what_is_switched_off_is_named_with_the_place_to_turn_it_on(
    browse: Browse, clinic: Owner, world: RunningSandbox
) -> None:
    rows = world.world("practitioners", "businesses")
    hidden = [each for each in rows["practitioners"] if each["active"] and not each["show_in_online_bookings"]]
    closed = [each for each in rows["businesses"] if not each["show_in_online_bookings"]]
    assert hidden
    assert closed
    page = browse(clinic)
    open_from_menu(page, "Practice")

    off = page.get_by_role("region", name="Switched off for online bookings")
    expect(off.get_by_role("listitem")).to_have_count(len(hidden) + len(closed))
    for each in hidden:
        line = off.get_by_role("listitem").filter(has_text=each["display_name"])
        expect(line).to_contain_text("Settings › Our clinic › Users & practitioners")
        expect(line).to_contain_text("Show this practitioner in online bookings")
    for each in closed:
        line = off.get_by_role("listitem").filter(has_text=each["display_name"])
        expect(line).to_contain_text("Settings › Our clinic › Business information")
        expect(line).to_contain_text("Display this business in online bookings")

    for each in rows["practitioners"]:
        state = "Archived" if not each["active"] else "On" if each["show_in_online_bookings"] else "Off"
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=each["display_name"], exact=True))
        expect(row.get_by_text(state, exact=True)).to_be_visible()
