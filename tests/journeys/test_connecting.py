"""An owner's first quarter of an hour: from the login to the list of patients."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from pms_sandbox.testing import RunningSandbox
from tests.journeys.browsing import Browse, log_in, open_from_menu
from tests.journeys.stage import Owner

pytestmark = pytest.mark.journey


def test_a_wrong_password_is_told_in_words_and_the_right_one_opens_an_empty_dashboard(
    browse: Browse, newcomer: Owner
) -> None:
    page = browse()
    page.goto("/")
    expect(page.get_by_role("heading", name="Log in to Routiq")).to_be_visible()
    page.get_by_label("E-mail").fill(newcomer.email)
    page.get_by_label("Password").fill("green kettle on the stove")
    page.get_by_role("button", name="Log in").click()

    expect(page.get_by_text("E-mail address or password is wrong. Check both and try again.")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(newcomer.email)
    expect(page.get_by_label("Password")).to_have_value("")

    page.get_by_label("Password").fill(newcomer.password)
    page.get_by_role("button", name="Log in").click()

    expect(page.get_by_role("heading", name="Dashboard", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="Connect your practice management system")).to_be_visible()
    expect(page.get_by_role("link", name="Connect Cliniko")).to_be_visible()


def test_a_key_that_cannot_work_is_explained_at_its_field_and_never_shown_again(
    browse: Browse, newcomer: Owner, world: RunningSandbox
) -> None:
    page = _to_the_form(browse(), newcomer)
    key = world.key("receptionist")
    revoked = world.control("POST", "keys", {"label": "revoked", "role": "administrator"})["key"]
    world.revoke("revoked")

    _send(page, "au1.cliniko.com → au1", key)
    expect(_error_at(page, "Your Cliniko address")).to_contain_text("The key belongs to shard au2, but au1 was")
    expect(_error_at(page, "Your Cliniko address")).to_contain_text("Select au2")
    _keeps(page, "au1", key)

    _send(page, "au2.cliniko.com → au2", f"{key[:20]} {key[20:]}")
    expect(_error_at(page, "API key")).to_contain_text("There are spaces inside the API key.")
    expect(_error_at(page, "API key")).to_contain_text("Copy it again")
    _keeps(page, "au2", key[:20])

    _send(page, "au2.cliniko.com → au2", revoked)
    expect(_error_at(page, "API key")).to_contain_text("Cliniko does not accept the API key.")
    expect(_error_at(page, "API key")).to_contain_text("the key was revoked or not copied whole")
    _keeps(page, "au2", revoked)

    _send(page, "au2.cliniko.com → au2", key)
    expect(_error_at(page, "API key")).to_contain_text("administrator")
    _keeps(page, "au2", key)


def test_the_right_key_starts_a_sync_that_is_seen_moving_and_goes_on_while_nobody_looks(
    browse: Browse, newcomer: Owner, world: RunningSandbox
) -> None:
    page = _to_the_form(browse(), newcomer)
    for heading in (
        "Before you start",
        "Get your API key",
        "Confirm online bookings",
        "What Routiq does with the key",
    ):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.get_by_role("cell", name="1–2 minutes")).to_be_visible()

    _send(page, "au2.cliniko.com → au2", f"  \t{world.key('spare')}\n ")
    expect(page.get_by_text("The sync has started.")).to_be_visible()
    progress = page.get_by_role("region", name="Sync progress")
    expect(progress.get_by_role("heading", name="First sync")).to_be_visible()

    page.evaluate("document.routiqSeen = 'this very document'")
    seen = [_records(progress)]
    for _ in range(3):
        expect(progress.locator(".sync-line strong")).not_to_have_text(f"{seen[-1]:,}")
        seen.append(_records(progress))
    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen)
    expect(progress.get_by_role("row", name=re.compile("^Patients"))).to_be_visible()
    assert page.evaluate("document.routiqSeen") == "this very document"

    open_from_menu(page, "Patients")
    expect(page.get_by_text("The first sync is still running")).to_be_visible()
    open_from_menu(page, "Dashboard")
    expect(page.get_by_text("Up to date: last sync")).to_be_visible(timeout=60_000)
    expect(progress).to_be_hidden()

    active = [each for each in world.world("patients")["patients"] if not each["archived_at"]]
    expect(page.get_by_role("link", name=re.compile("active patients"))).to_have_text(
        f"{len(active)} active patients"
    )
    open_from_menu(page, "Patients")
    expect(page.get_by_text("The first sync is still running")).to_be_hidden()
    expect(page.get_by_role("table", name="Patients, by family name").get_by_role("row")).to_have_count(51)


def _to_the_form(page: Page, owner: Owner) -> Page:
    """By the way the pages show: dashboard, Setup, Connect Cliniko."""
    log_in(page, owner)
    open_from_menu(page, "Setup")
    page.get_by_role("link", name="Connect Cliniko").click()
    expect(page.get_by_role("heading", name="Connect Cliniko", level=1)).to_be_visible()
    return page


def _send(page: Page, region: str, key: str) -> None:
    page.get_by_label("Your Cliniko address").select_option(label=region)
    page.get_by_label("API key", exact=True).fill(key)
    page.get_by_role("button", name="Connect and Sync").click()


def _error_at(page: Page, label: str) -> Locator:
    """The error that belongs to this field, as an assistive program would find it."""
    field = page.get_by_label(label, exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    described = (field.get_attribute("aria-describedby") or "").split()
    return page.locator(", ".join(f"#{each}" for each in described if each.endswith("_error")))


def _keeps(page: Page, region: str, secret: str) -> None:
    """The choice stands, the key is gone."""
    expect(page.get_by_label("Your Cliniko address")).to_have_value(region)
    expect(page.get_by_label("API key", exact=True)).to_have_value("")
    assert secret not in page.content()


def _records(progress: Locator) -> int:
    return int(progress.locator(".sync-line strong").inner_text().replace(",", ""))
