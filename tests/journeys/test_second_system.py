"""A practice on the second system: connected by its key alone, and what only that system has."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pms_sandbox.testing import RunningSandbox
from tests.journeys.axe import faults_of
from tests.journeys.browsing import Browse, open_from_menu
from tests.journeys.stage import Owner, Stage

pytestmark = pytest.mark.journey

SETTINGS = "/settings/integrations/nookal"


def faultless(page: Page, *addresses: str) -> None:
    found = faults_of(page)
    for address in addresses:
        page.goto(address)
        found += faults_of(page)
    assert not found, "\n".join(found)


def test_an_owner_connects_it_by_a_key_alone_and_sees_what_came(
    browse: Browse, newcomer: Owner, world: RunningSandbox
) -> None:
    page = browse(newcomer)
    open_from_menu(page, "Setup")
    page.get_by_role("link", name="Connect Nookal").click()
    expect(page.get_by_role("heading", name="Connect Nookal", level=1)).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_count(0)
    page.get_by_label("API key", exact=True).fill(world.key("nookal-off"))
    page.get_by_role("button", name="Connect and Sync").click()
    expect(page.get_by_text("Nookal does not accept the API key.")).to_be_visible()
    expect(page.get_by_text("wait about 30 seconds").first).to_be_visible()
    faultless(page)
    page.get_by_label("API key", exact=True).fill(world.key("nookal"))
    page.get_by_role("button", name="Connect and Sync").click()
    expect(page.get_by_text("The sync has started.")).to_be_visible()
    expect(page.get_by_text("Up to date: last sync")).to_be_visible(timeout=120_000)

    open_from_menu(page, "Practice")
    waiting = page.get_by_role("region", name="Waiting list")
    standing = [row for row in world.world("waiting_list")["waiting_list"] if row["active"]]
    expect(waiting.get_by_role("row")).to_have_count(len(standing) + 1)
    expect(page.get_by_role("region", name="Classes to come").get_by_role("row").nth(1)).to_be_visible()
    expect(page.get_by_text("edit the key and tick it").first).to_be_visible()
    faultless(page, SETTINGS, f"{SETTINGS}/event-log", f"{SETTINGS}/key", f"{SETTINGS}/disconnect", "/patients")


def test_invoices_stand_with_the_patient_and_the_deceased_apart(
    browse: Browse, stage: Stage, world: RunningSandbox
) -> None:
    owner = stage.open_practice("Quay Street Physiotherapy")
    stage.connect(owner, world.key("nookal"), "nookal")
    page = browse(owner)
    bill = world.world("bills")["bills"][0]
    people = {row["id"]: row for row in world.world("patients")["patients"]}
    person = people[bill["patient_id"]]
    page.goto(f"/patients?q={person['email']}&status=all")
    page.get_by_role("table", name="Patients, by family name").get_by_role("link").first.click()
    invoices = page.get_by_role("region", name="Invoices and payments")
    expect(invoices.get_by_role("cell", name=re.compile(bill["number"]))).to_be_visible()
    faultless(page)

    dead = people[world.characters()["deceased"]["patient_ids"][0]]
    name = f"{dead['last_name']}, {dead['first_name']}"
    open_from_menu(page, "Patients")
    page.get_by_label("Name, phone or e-mail").fill(dead["last_name"])
    expect(page.get_by_role("link", name=name)).to_have_count(0)
    page.get_by_label("Show").select_option("Deceased")
    expect(page.get_by_role("link", name=name)).to_be_visible()


def test_an_owner_of_two_practices_changes_in_the_header(browse: Browse, stage: Stage, newcomer: Owner) -> None:
    second = stage.open_practice("Bondi Branch", of=newcomer)
    page = browse()
    page.goto("/login")
    page.get_by_label("E-mail").fill(newcomer.email)
    page.get_by_label("Password").fill(newcomer.password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name=re.compile(newcomer.practice)).click()
    expect(page).to_have_title(re.compile(newcomer.practice))
    page.get_by_text("Change practice").click()
    expect(page.get_by_role("button", name=second.practice)).to_be_visible()
    faultless(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name=second.practice).click()
    expect(page).to_have_title(re.compile(second.practice))
    expect(page.get_by_role("button", name=newcomer.practice)).to_be_hidden()
