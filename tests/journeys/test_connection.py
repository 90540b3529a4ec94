"""Looking after a connection: its webhooks, its health, another key, leaving and coming back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from pms_sandbox.testing import RunningSandbox
from tests.journeys.browsing import Browse, open_from_menu
from tests.journeys.conftest import PATIENCE
from tests.journeys.stage import Owner, Stage

pytestmark = pytest.mark.journey

HERE = "/settings/integrations/cliniko"


def own_key(world: RunningSandbox, label: str) -> str:
    """One that no other journey uses."""
    return str(world.control("POST", "keys", {"label": label, "role": "administrator"})["key"])


@pytest.fixture(scope="module")
def keeper(stage: Stage, world: RunningSandbox) -> Owner:
    """The owner of a practice that is connected and mirrored, and that may be disconnected."""
    owner = stage.open_practice("Banksia Road Physiotherapy")
    stage.connect(owner, own_key(world, "keeper"))
    return owner


def test_webhook_logs_show_what_failed_and_are_narrowed_replayed_and_registered_anew(
    browse: Browse, keeper: Owner, world: RunningSandbox
) -> None:
    characters = {id for each in world.characters().values() for id in each["patient_ids"]}
    patients = world.world("patients")["patients"]
    patient = next(each for each in patients if not each["archived_at"] and each["id"] not in characters)
    page = browse(keeper)
    page.goto(HERE)
    page.get_by_role("link", name="Webhook Logs").click()
    expect(page.get_by_text("Webhooks are live.")).to_be_visible()
    expect(page.get_by_text("Refused in the last 24 hours")).to_be_hidden()

    world.fault(kind="webhook_bad_signature", times=None)
    change(world, patient, "1 Spoilt St")
    refused = page.get_by_role("region", name="Refused in the last 24 hours")
    expect(refused).to_contain_text("The signature does not match")
    world.clear_faults()
    refused.get_by_role("link", name="Show the refused ones").click()
    expect(page.get_by_label("Outcome")).to_have_value("refused")
    expect(events(page).first).to_contain_text("Refused")

    change(world, patient, "2 Genuine St")
    page.get_by_label("Patient or record number").fill(patient["id"])
    page.get_by_label("Outcome").select_option("All")
    page.get_by_label("Source").select_option("Webhook")
    page.get_by_label("Kind").select_option("Updated")
    page.get_by_role("button", name="Show").click()
    line = events(page).filter(has=page.get_by_role("button", name="Replay")).first
    expect(line).to_contain_text(f"{patient['first_name']} {patient['last_name']}")

    line.get_by_role("button", name="Replay").click()
    expect(page.get_by_text("Taken up once more.")).to_be_visible()
    expect(events(page).filter(has=page.locator(".badge", has_text="Replay")).first).to_contain_text(
        "Patient updated"
    )

    before = subscribed(world)
    page.get_by_role("button", name="Re-register Webhooks").click()
    expect(page.get_by_text("Registering anew with Cliniko.")).to_be_visible()
    until(page, lambda: subscribed(world) - before, "nothing was registered anew")
    expect(page.get_by_text("Webhooks are live.")).to_be_visible()


def test_the_health_page_goes_on_by_itself(browse: Browse, keeper: Owner) -> None:
    page = browse(keeper)
    page.goto(HERE)
    page.get_by_role("link", name="Health").click()
    now = page.get_by_role("region", name="Right now")
    expect(now).to_contain_text("Fresh")
    page.evaluate("document.routiqSeen = 'this very document'")
    copy = now.locator("dd", has_text="at worst")
    before = copy.inner_text()
    expect(copy).not_to_have_text(before, use_inner_text=True)
    assert re.search(r"at worst \d+ seconds? old", copy.inner_text())
    assert page.evaluate("document.routiqSeen") == "this very document"
    expect(page.get_by_role("region", name="Requests")).to_be_visible()


def test_another_accounts_key_is_refused_by_name_and_the_right_one_takes_over(
    browse: Browse, keeper: Owner, world: RunningSandbox
) -> None:
    page = browse(keeper)
    people = active_patients(page)
    page.goto(HERE)
    page.get_by_role("link", name="Update API Key").click()
    save(page, world.key("other"))
    error = page.locator("#id_key_error")
    expect(error).to_contain_text(re.compile("This key belongs to the account “.+”, but this practice is connected"))
    expect(page.get_by_label("API key", exact=True)).to_have_value("")

    save(page, own_key(world, "keeper's new one"))
    expect(page.get_by_text("The new key took over at once; nothing was lost.")).to_be_visible()
    # The new key begins a sync of its own; what is asked for after it is another one.
    expect(page.get_by_text("Up to date: last sync")).to_be_visible(timeout=60_000)
    world.revoke("keeper")
    page.get_by_role("button", name="Sync Now").click()
    expect(page.get_by_text("Sync started")).to_be_visible()
    expect(page.get_by_text("Up to date: last sync")).to_be_visible(timeout=60_000)
    assert active_patients(page) == people


def test_disconnecting_says_what_it_does_keeps_everything_and_can_be_undone_or_made_final(
    browse: Browse, keeper: Owner, world: RunningSandbox
) -> None:
    page = browse(keeper)
    people = active_patients(page)
    page.goto(HERE)
    page.get_by_role("link", name="Disconnect").click()
    happens = page.get_by_role("region", name="What happens, in today’s numbers")
    for words in (
        r"\d+ patients here: kept until",
        r"[\d,]+ appointments here: kept until",
        "no open task",
        "No booking is under way",
        "no conversation",
        "No campaign",
        "Robyn books nothing any more",
        "webhooks stop",
        "The key to Cliniko is destroyed",
        "brings everything back",
        r"Kept until \w{3} \d",
    ):
        expect(happens).to_contain_text(re.compile(words))
    page.get_by_role("button", name="Disconnect Cliniko").click()
    expect(page.get_by_text("Tick the box to say that you have read what happens.")).to_be_visible()
    leave(page)
    expect(page.get_by_role("heading", name="Your data is kept until")).to_be_visible()
    open_from_menu(page, "Patients")
    expect(page.get_by_role("heading", name="is disconnected")).to_be_visible()
    expect(page.get_by_role("table", name="Patients, by family name").get_by_role("row")).to_have_count(51)

    page.get_by_role("link", name="Connect again or delete").click()
    page.get_by_label("Your Cliniko address").select_option("au2")
    page.get_by_label("API key", exact=True).fill(own_key(world, "keeper's third"))
    page.get_by_role("button", name="Connect again").click()
    expect(page.get_by_text("Everything that was kept is back in use.")).to_be_visible()
    assert active_patients(page) == people

    page.goto(f"{HERE}/disconnect")
    leave(page)
    page.get_by_label("The practice’s name").fill("Banksia")
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.locator("#id_name_error")).to_contain_text(keeper.practice)
    page.get_by_label("The practice’s name").fill(keeper.practice)
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.get_by_text("Everything is being deleted now.")).to_be_visible()
    until_gone(page)
    open_from_menu(page, "Patients")
    expect(page.get_by_role("heading", name="No patients yet")).to_be_visible()


def change(world: RunningSandbox, patient: dict[str, Any], street: str) -> None:
    fields = {"address_1": street}
    world.edit([{"op": "update", "collection": "patients", "id": patient["id"], "fields": fields}])


def subscribed(world: RunningSandbox) -> set[str]:
    return {str(each["id"]) for each in world.control("GET", "webhooks")["subscriptions"]}


def events(page: Page) -> Locator:
    return page.get_by_role("table", name="Events, the latest first").locator("tbody tr")


def active_patients(page: Page) -> str:
    page.goto("/")
    return page.get_by_role("link", name=re.compile("active patients")).inner_text()


def save(page: Page, key: str) -> None:
    page.get_by_label("API key", exact=True).fill(key)
    page.get_by_role("button", name="Save the new key").click()


def leave(page: Page) -> None:
    page.get_by_label("I have read this and want to disconnect.").check()
    page.get_by_role("button", name="Disconnect Cliniko").click()
    expect(page.get_by_text("Cliniko is disconnected.")).to_be_visible()


def until_gone(page: Page) -> None:
    """A worker deletes; the page says to come back in a while."""

    def is_gone() -> bool:
        page.goto(HERE)
        return not page.get_by_role("heading", name="Your data is being deleted").count()

    until(page, is_gone, "the data is still there")
    expect(page.get_by_role("heading", name="Connect Cliniko", level=1)).to_be_visible()


def until(page: Page, done: Callable[[], object], otherwise: str) -> None:
    deadline = time.monotonic() + 3 * PATIENCE / 1000
    while not done():
        assert time.monotonic() < deadline, otherwise
        page.wait_for_timeout(300)
