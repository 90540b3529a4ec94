"""The calendar at the front desk: booking, moving and cancelling by hand, and seeing what others change."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from pms_sandbox.testing import RunningSandbox
from tests.journeys.axe import faults_of
from tests.journeys.browsing import Browse, open_from_menu
from tests.journeys.diary import Diary, Entry
from tests.journeys.stage import Owner
from tests.journeys.talking import Talk

pytestmark = pytest.mark.journey

PHONE = "0491 570 006"


def to_come(world: RunningSandbox, patient: str) -> dict[str, Entry]:
    return {entry.id: entry for entry in Diary(world).entries(patient) if not entry.is_past and not entry.cancelled}


def choose_time(page: Page, verb: str, number: int = 0) -> str:
    """Choose a free time and press the button; the clock time that was chosen."""
    pill = page.locator(".pill").nth(number)
    words = re.search(r"\d+:\d\d [ap]m", pill.inner_text())
    assert words
    pill.get_by_role("radio").check()
    page.get_by_role("button", name=verb).click()
    return words[0]


def test_somebody_is_booked_moved_and_cancelled_by_hand(browse: Browse, clinic: Owner, world: RunningSandbox) -> None:
    page = browse(clinic)
    [patient] = world.characters()["returning"]["patient_ids"]
    before = set(to_come(world, patient))

    open_from_menu(page, "Calendar")
    page.get_by_role("link", name="Book an appointment").click()
    page.get_by_label("Who is it for?").fill(PHONE)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=re.compile("Margaret Okafor")).click()
    page.get_by_label("Date").fill((datetime.now() + timedelta(days=8)).date().isoformat())
    page.get_by_role("button", name="Show times").click()
    clock = choose_time(page, "Book this time")

    expect(page.get_by_role("status").get_by_text("Booked: Margaret Okafor")).to_contain_text(clock)
    [made] = [entry for key, entry in to_come(world, patient).items() if key not in before]
    assert made.time == clock
    on_calendar = page.locator(f"#e{made.id}")
    expect(on_calendar).to_contain_text("Margaret Okafor")
    expect(on_calendar).to_contain_text(clock)

    on_calendar.click()
    expect(page.get_by_role("heading", name="Margaret Okafor", level=1)).to_be_visible()
    row = page.locator(f"#visit-{made.id}")
    row.get_by_role("link", name="Journal").click()
    expect(page.get_by_text("Booked. It stands in Cliniko’s calendar.")).to_be_visible()
    page.go_back()

    row.get_by_role("link", name=re.compile("^Move")).click()
    moved_to = choose_time(page, "Move to this time", -1)
    expect(page.get_by_role("status").get_by_text("Moved: Margaret Okafor")).to_contain_text(moved_to)
    moved = to_come(world, patient)[made.id]
    assert moved.time == moved_to
    assert moved.starts_at != made.starts_at

    page.locator(f"#e{made.id}").click()
    page.locator(f"#visit-{made.id}").get_by_role("link", name=re.compile("^Cancel")).click()
    page.get_by_label("Why?").select_option("work")
    page.get_by_role("button", name="Cancel the appointment").click()
    expect(page.get_by_role("status").get_by_text("Cancelled: Margaret Okafor")).to_be_visible()
    assert set(to_come(world, patient)) == before


def test_a_double_click_is_one_booking(browse: Browse, clinic: Owner, world: RunningSandbox) -> None:
    page = browse(clinic)
    [patient] = world.characters()["accented"]["patient_ids"]
    before = set(to_come(world, patient))
    page.goto("/calendar/book?q=0491570110")
    page.locator(".choice").first.click()
    kinds = page.get_by_label("Appointment type").locator("option", has_text="Standard consultation")
    page.get_by_label("Appointment type").select_option(kinds.get_attribute("value"))
    page.get_by_label("Date").fill((datetime.now() + timedelta(days=9)).date().isoformat())
    page.get_by_role("button", name="Show times").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Book this time").dblclick()
    expect(page.get_by_role("status").get_by_text(re.compile("^Booked: "))).to_be_visible()
    assert len(set(to_come(world, patient)) - before) == 1


def test_what_is_changed_at_the_practice_shows_on_an_open_calendar(
    browse: Browse, clinic: Owner, world: RunningSandbox
) -> None:
    page = browse(clinic)
    [patient] = world.characters()["returning"]["patient_ids"]
    talk = Talk.begin(page, PHONE)
    talk.until_read_back("Do you have anything in the next two weeks?")
    before = set(to_come(world, patient))
    calendar = browse(clinic)
    calendar.goto("/calendar")
    talk.say("yes please")
    [made] = [entry for key, entry in to_come(world, patient).items() if key not in before]
    day = made.local.date()
    calendar.goto(f"/calendar?day={day.isoformat()}")
    place = calendar.get_by_label("Location")
    if place.count():
        place.select_option(label=made.where)
        calendar.get_by_role("button", name="Show").click()
    entry = calendar.locator(f".entries #e{made.id}")
    expect(entry).to_contain_text("Margaret Okafor")
    world.edit(
        [
            {
                "op": "update",
                "collection": "individual_appointments",
                "id": made.id,
                "fields": {"patient_arrived": True},
            }
        ]
    )
    expect(entry).to_contain_text("Arrived")


def test_a_task_is_taken_and_done_with_a_note(browse: Browse, clinic: Owner) -> None:
    page = browse(clinic)
    talk = Talk.begin(page, "0491 570 158")
    talk.say("Can I speak to a person please?")
    page.goto("/tasks")
    number = re.compile(r"491 ?570 ?158")
    task = page.get_by_role("region", name="Open").get_by_role("listitem").filter(has_text=number)
    task.get_by_role("button", name=re.compile("^Take")).click()
    expect(task).to_contain_text("You have it")
    task.get_by_role("link", name=re.compile("^Open")).click()
    page.get_by_label("Note (if you like)").fill("Booked for Friday")
    page.get_by_role("button", name="Done").click()
    done = page.get_by_role("region", name="Done lately").get_by_role("listitem").filter(has_text=number)
    expect(done).to_contain_text("Booked for Friday")


def test_somebody_new_is_registered_and_put_on_the_waiting_list(
    browse: Browse, clinic: Owner, world: RunningSandbox
) -> None:
    page = browse(clinic)
    open_from_menu(page, "Patients")
    page.get_by_role("link", name="New patient").click()
    page.get_by_label("First name").fill("Ottilie")
    page.get_by_role("button", name="Register in Cliniko").click()
    expect(page.get_by_text("The last name is needed.")).to_be_visible()
    page.get_by_label("Last name").fill("Brandt")
    page.get_by_label("Date of birth").fill("17/3/1991")
    page.get_by_label("Mobile number").fill("0491 570 313")
    page.get_by_role("button", name="Register in Cliniko").click()
    expect(page.get_by_role("heading", name="Ottilie Brandt", level=1)).to_be_visible()
    assert [row["first_name"] for row in world.world("patients")["patients"] if row["last_name"] == "Brandt"] == [
        "Ottilie"
    ]

    page.get_by_role("link", name="Add to the waiting list").click()
    page.get_by_label("Appointment type").select_option(index=1)
    page.get_by_role("checkbox", name="Monday").check()
    page.get_by_role("checkbox", name="Morning").check()
    page.get_by_role("button", name="Add to the waiting list").click()
    row = page.get_by_role("row").filter(has_text="Ottilie Brandt")
    expect(row).to_contain_text("Mondays, mornings")
    row.get_by_role("link", name=re.compile("^Open")).click()
    page.get_by_role("button", name="Take off the waiting list").click()
    expect(page.get_by_text("Nobody is waiting.")).to_be_visible()


def test_every_page_around_the_calendar_is_for_everybody(browse: Browse, clinic: Owner) -> None:
    page = browse(clinic)
    faults: list[str] = []

    def see(address: str = "") -> None:
        if address:
            page.goto(address)
        faults.extend(faults_of(page))
        page.set_viewport_size({"width": 1280, "height": 900})

    talk = Talk.begin(page, PHONE)
    talk.until_read_back("Do you have anything in the next two weeks?")
    talk.say("yes please")
    week = (datetime.now() + timedelta(days=3)).date().isoformat()
    for address in ("/calendar", f"/calendar?day={week}", f"/calendar?day={week}&view=week", "/tasks"):
        see(address)
    who = page.goto("/calendar") and page.locator("#id_practitioner option").nth(1).get_attribute("value")
    see(f"/calendar?day={week}&view=week&practitioner={who}")
    see("/calendar/book?q=0491570006")
    page.get_by_role("link", name=re.compile("Margaret Okafor")).click()
    see()
    page.goto("/patients?q=0491570006")
    page.get_by_role("link", name=re.compile("Okafor")).click()
    address = page.url
    for name in (re.compile("^Move"), re.compile("^Cancel"), re.compile("^Journal")):
        page.goto(address)
        page.get_by_role("link", name=name).first.click()
        see()
    for address in ("/waiting-list", "/waiting-list/add?q=0491570006", "/patients/new", "/settings/front-desk"):
        see(address)
    page.goto("/waiting-list/add?q=0491570006")
    page.get_by_role("link", name=re.compile("Margaret Okafor")).click()
    see()
    page.get_by_label("Appointment type").select_option(index=1)
    page.get_by_role("button", name="Add to the waiting list").click()
    see()
    page.get_by_role("link", name=re.compile("^Open the entry")).click()
    see()
    page.goto("/patients/new")
    page.get_by_role("button", name=re.compile("^Register")).click()
    see()
    Talk.begin(page, "0491 570 159").say("Can I speak to a person please?")
    see("/tasks")
    page.get_by_role("link", name=re.compile("^Open:")).first.click()
    see()
    assert not faults, "\n".join(faults)
