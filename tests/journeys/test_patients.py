"""Finding a patient, and reading what the diary says of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from playwright.sync_api import Locator, Page, expect

from pms_sandbox.testing import RunningSandbox
from tests.journeys.browsing import Browse, open_from_menu
from tests.journeys.diary import Diary, Entry
from tests.journeys.stage import Owner

pytestmark = pytest.mark.journey

PAGE = 50
MONTHS = 24
LATEST = 6
"""Rows of a history that are compared word by word."""


@pytest.fixture
def page(browse: Browse, clinic: Owner) -> Page:
    page = browse(clinic)
    open_from_menu(page, "Patients")
    return page


@pytest.mark.parametrize("typed", ["José-María", "jose-maria", "O'BRIEN-NUNEZ jose"])
def test_a_name_is_found_with_its_accents_and_without(page: Page, typed: str) -> None:
    _search(page, typed)

    expect(_names(page)).to_have_text([re.compile("O'Brien-Núñez, José-María")])


@pytest.mark.parametrize("typed", ["0491 570 006", "+61 491 570 006", "570006"])
def test_a_phone_number_is_found_as_people_write_it(page: Page, typed: str) -> None:
    _search(page, typed)

    expect(_names(page)).to_have_text([re.compile("Okafor, Margaret")])


def test_archived_patients_are_hidden_until_asked_for(page: Page, world: RunningSandbox) -> None:
    _search(page, "Bell Trevor")
    expect(page.get_by_text("Nobody found for “Bell Trevor”.")).to_be_visible()

    page.get_by_label("Show").select_option("Archived")
    expect(_names(page)).to_have_text([re.compile("Bell, Trevor")])

    page.get_by_label("Name, phone or e-mail").fill("")
    archived = [each for each in Diary(world).patients if each["archived_at"]]
    expect(_names(page)).to_have_count(len(archived))
    expect(page.get_by_role("row", name=re.compile("Nguyen, Lin")).get_by_text("Merged")).to_be_visible()


def test_the_list_is_leafed_through_to_its_end_and_back(page: Page, world: RunningSandbox) -> None:
    active = [each for each in Diary(world).patients if not each["archived_at"]]
    assert len(active) > 2 * PAGE
    later = page.get_by_role("link", name="Later names →")
    earlier = page.get_by_role("link", name="← Earlier names")
    leaves = [_addresses(page)]
    while later.is_visible():
        later.click()
        expect(page.locator(f"[href='{leaves[-1][0]}']")).to_have_count(0)
        leaves.append(_addresses(page))
    assert [len(leaf) for leaf in leaves[:-1]] == [PAGE] * (len(leaves) - 1)
    assert len({address for leaf in leaves for address in leaf}) == sum(map(len, leaves)) == len(active)

    for leaf in reversed(leaves[:-1]):
        earlier.click()
        expect(page.locator(f"[href='{leaf[0]}']")).to_be_visible()
        assert _addresses(page) == leaf
    expect(earlier).to_be_hidden()


def test_a_patient_s_page_tells_the_diary_s_own_history(page: Page, world: RunningSandbox) -> None:
    patient, expected = _much_seen_patient(Diary(world), world)

    _search(page, patient["email"])
    page.get_by_role("link", name=re.compile(re.escape(f"{patient['last_name']}, {patient['first_name']}"))).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(patient["last_name"])
    expect(page.locator("code", has_text=patient["id"])).to_be_visible()
    table = page.get_by_role("table", name="Appointment history, newest first")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(len(expected))
    assert {row.get_attribute("id") for row in rows.all()} == {f"visit-{entry.id}" for entry in expected}
    for row, entry in zip(rows.all()[:LATEST], expected, strict=False):
        for text in (entry.day, entry.time, entry.type, entry.who, entry.where):
            expect(row).to_contain_text(text)


def _much_seen_patient(diary: Diary, world: RunningSandbox) -> tuple[dict[str, Any], list[Entry]]:
    """Whoever has the longest history inside the months that are copied, classes in it, and nothing at their edge;
    none of the characters, for whom other journeys book."""
    edge = datetime.now(UTC) - relativedelta(months=MONTHS)
    characters = {id for each in world.characters().values() for id in each["patient_ids"]}
    histories = []
    for patient in diary.patients:
        entries = diary.entries(patient["id"])
        at_the_edge = any(abs(entry.starts_at - edge) < timedelta(days=3) for entry in entries)
        if patient["email"] and not patient["archived_at"] and patient["id"] not in characters and not at_the_edge:
            past = [entry for entry in entries if entry.starts_at > edge and (entry.is_past or entry.cancelled)]
            histories.append((patient, past))
    with_classes = [each for each in histories if any(entry.is_class for entry in each[1])]
    assert with_classes
    found = max(with_classes, key=lambda each: len(each[1]))
    assert len(found[1]) > LATEST
    return found


def _search(page: Page, text: str) -> None:
    page.get_by_label("Name, phone or e-mail").fill(text)
    page.get_by_role("button", name="Search").click()


def _names(page: Page) -> Locator:
    return page.get_by_role("table", name="Patients, by family name").get_by_role("rowheader")


def _addresses(page: Page) -> list[str]:
    """Of the patients on this leaf of the list; two may have one name."""
    return [link.get_attribute("href") or "" for link in _names(page).get_by_role("link").all()]
