"""The waiting list, new patients and the rules of the front desk, as staff use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.consent import ledger
from routiq.environment import OfficeHours
from routiq.frontdesk.models import DeskRules, SlotOffer, StaffTask, WaitlistEntry
from routiq.frontdesk.offering import offer_next
from routiq.frontdesk.people import habit_of, recognise_caller
from routiq.frontdesk.rules import desk_rules
from routiq.mirror.models import AppointmentType, Patient
from routiq.practices.models import AuditEntry
from tests.frontdesk.desk import offers_for, standing
from tests.frontdesk.freed_times import noted


@pytest.fixture
def desk(synced: Connection, client_in: Client, settings: Any) -> Iterator[Client]:
    settings.OFFICE_HOURS = OfficeHours(1, 7, datetime.min.time(), datetime.max.time())
    return client_in


@pytest.fixture
def maggie(desk: Client) -> Patient:
    return Patient.objects.get(remote_id=recognise_caller("0491 570 006").patients[0].remote_id)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def intent(html: str) -> str:
    found = re.search(r'name="intent"\s+value="([0-9a-f]+)"', html)
    assert found
    return found[1]


def add(client: Client, patient: Patient, **fields: Any) -> Any:
    html = page(client, f"/waiting-list/add?patient={patient.pk}")
    usual = {"type": habit_of(patient.remote_id).appointment_type_id, "priority": "1", "reach_by": "phone"}
    return client.post("/waiting-list/add", {"patient": patient.pk, "intent": intent(html), **usual, **fields})


def test_somebody_is_put_on_the_list_by_hand_and_taken_off(desk: Client, maggie: Patient) -> None:
    assert "Nobody is waiting." in page(desk, "/waiting-list")
    found = page(desk, "/waiting-list/add?q=" + maggie.last_name)
    assert f"/waiting-list/add?patient={maggie.pk}" in found
    until = timezone.localdate() + timedelta(days=20)
    answer = add(
        desk, maggie, weekdays=["1", "4"], parts=["morning"], last=until.isoformat(), priority="3", note="Sore"
    )
    assert (answer.status_code, answer["Location"]) == (302, "/waiting-list")
    html = page(desk, "/waiting-list")
    assert f"{maggie.full_name} is on the waiting list." in html
    assert f"Mondays or Thursdays, mornings, until {until.day} {until:%b %Y}" in html
    assert "Urgent" in html

    row = WaitlistEntry.objects.get()
    assert (row.channel, row.note) == ("calendar", "Sore")
    assert "Olive Owner" in page(desk, f"/waiting-list/{row.pk}")
    desk.post(f"/waiting-list/{row.pk}/leave")
    assert "Nobody is waiting." in page(desk, "/waiting-list")
    assert "Taken off the list" in page(desk, f"/waiting-list/{row.pk}")


def test_who_said_stop_stands_on_the_list_with_the_reason_why_nothing_is_offered(
    desk: Client, maggie: Patient
) -> None:
    add(desk, maggie)
    row = WaitlistEntry.objects.get()
    assert "stop" not in page(desk, f"/waiting-list/{row.pk}")
    ledger.withdraw(number="0491 570 006", words="STOP", source="conversation:1")
    assert "Said stop: is offered nothing" in page(desk, "/waiting-list")
    assert "Times that come free are not offered to them" in page(desk, f"/waiting-list/{row.pk}")


def test_what_is_wrong_stands_at_its_field(desk: Client, maggie: Patient) -> None:
    yesterday = timezone.localdate() - timedelta(days=3)
    answer = add(desk, maggie, type="", last=yesterday.isoformat())
    assert answer.status_code == 422
    assert "Choose what they wait for." in answer.content.decode()
    html = add(desk, maggie, last=yesterday.isoformat(), not_before="15:00", not_after="09:00").content.decode()
    assert re.search(r'id="id_last_error">\s*<p>These days are over.</p>', html)
    assert re.search(r'id="id_not_after_error">\s*<p>The latest time comes before the earliest.</p>', html)
    assert not WaitlistEntry.objects.exists()


def test_staff_ring_and_press_what_the_patient_says(
    desk: Client, maggie: Patient, synced: Connection, sandbox: RunningSandbox
) -> None:
    add(desk, maggie)
    times = offers_for(maggie.remote_id)
    for number, (time, button) in enumerate(zip(times, ("no", "yes"), strict=False)):
        offer_next(noted(synced, maggie.remote_id, time).pk)
        offer = SlotOffer.objects.latest("pk")
        task = page(desk, f"/tasks/{offer.task_id}")
        assert "They said yes" in task
        assert f"Ring {maggie.full_name} on 0491 570 006" in task
        assert maggie.full_name in page(desk, "/waiting-list")
        told = page(desk, desk.post(f"/offers/{offer.pk}/{button}")["Location"])
        assert ("stay on the waiting list" if number == 0 else "Booked. They are off the waiting list.") in told
        assert "They said yes" not in told
    assert len(standing(sandbox, times[1])) == 1
    assert "Filled again lately" in page(desk, "/waiting-list")
    assert "Nobody is waiting." in page(desk, "/waiting-list")
    assert not StaffTask.objects.filter(done_at=None).exists()


def test_a_late_yes_is_told_the_truth(desk: Client, maggie: Patient, synced: Connection) -> None:
    add(desk, maggie)
    offer_next(noted(synced, maggie.remote_id, offers_for(maggie.remote_id)[0]).pk)
    SlotOffer.objects.update(expires_at=timezone.now())
    offer = SlotOffer.objects.get()
    told = page(desk, desk.post(f"/offers/{offer.pk}/yes")["Location"])
    assert "Gone: nobody said yes by" in told


NEW = {"first_name": "Ottilie", "last_name": "Brandt", "date_of_birth": "17/3/1991", "mobile": "0491 570 313"}


def newcomer(client: Client, **fields: Any) -> Any:
    return client.post("/patients/new", {"intent": intent(page(client, "/patients/new")), **NEW, **fields})


def test_a_new_patient_is_registered_and_shown_to_be_booked(desk: Client) -> None:
    answer = newcomer(desk)
    patient = Patient.objects.get(last_name="Brandt")
    assert (answer.status_code, answer["Location"]) == (302, f"/patients/{patient.pk}")
    html = page(desk, answer["Location"])
    assert "Ottilie Brandt is registered." in html
    assert f"/calendar/book?patient={patient.pk}" in html


def test_what_a_new_patient_left_out_or_mistyped_stands_at_its_field(desk: Client) -> None:
    answer = newcomer(desk, date_of_birth="31/2/1991", mobile="", email="nobody@")
    html = answer.content.decode()
    assert answer.status_code == 422
    for field, problem in (
        ("date_of_birth", "There is no such day."),
        ("mobile", "A mobile number is needed."),
        ("email", "This is no valid e-mail address."),
    ):
        assert re.search(rf'id="id_{field}_error">\s*<p>{re.escape(problem)}</p>', html), field
    assert 'value="Ottilie"' in html, "what was right is not typed again"
    assert not Patient.objects.filter(last_name="Brandt").exists()


def test_who_looks_alike_is_asked_about_and_not_assumed(desk: Client, maggie: Patient) -> None:
    same = {
        "first_name": maggie.first_name,
        "last_name": maggie.last_name,
        "date_of_birth": str(maggie.date_of_birth),
    }
    answer = newcomer(desk, **same)
    html = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Is it one of these?" in html
    assert f"/patients/{maggie.pk}" in html
    before = Patient.objects.filter(last_name=maggie.last_name).count()
    alike = re.findall(r'name="not_these"\s+value="([^"]+)"', html)
    assert maggie.remote_id in alike
    repeated = {**NEW, **same, "intent": intent(html), "not_these": alike}
    assert desk.post("/patients/new", repeated).status_code == 422, "pressing the usual button asks again"
    answer = desk.post("/patients/new", {**repeated, "somebody_else": "yes"})
    assert answer.status_code == 302
    assert Patient.objects.filter(last_name=maggie.last_name).count() == before + 1


def test_one_page_registers_once(desk: Client) -> None:
    form = {"intent": intent(page(desk, "/patients/new")), **NEW}
    first, again = desk.post("/patients/new", form), desk.post("/patients/new", form)
    assert first["Location"] == again["Location"]
    assert Patient.objects.filter(last_name="Brandt").count() == 1


def test_going_back_to_the_page_and_typing_a_sister_registers_her_too(desk: Client) -> None:
    form = {"intent": intent(page(desk, "/patients/new")), **NEW}
    desk.post("/patients/new", form)
    sister = {**form, "first_name": "Leonie", "date_of_birth": "2/5/1994"}
    asked = desk.post("/patients/new", sister)
    html = asked.content.decode()
    assert (asked.status_code, "Somebody else was sent from this page before." in html) == (422, True)
    assert desk.post("/patients/new", {**sister, "intent": intent(html)}).status_code == 302
    names = Patient.objects.filter(last_name="Brandt").values_list("first_name", flat=True)
    assert sorted(names) == ["Leonie", "Ottilie"]


FRONT_DESK = "/settings/front-desk"
RULES = {
    "late_cancellation": "block",
    "cancellation_window_hours": "48",
    "cancellation_fee": "$45",
    "booking_instructions": "Please come ten minutes early.",
    "offer_minutes": "15",
    "offers_a_day": "1",
    **{f"ask_{name}": "no" for name in ("phone", "address", "city", "state", "notes")},
    "ask_date_of_birth": "needed",
    "ask_mobile": "needed",
    "ask_email": "asked",
    "ask_post_code": "needed",
}


def test_the_rules_of_the_front_desk_are_set_and_count(desk: Client, maggie: Patient) -> None:
    assert desk.post(FRONT_DESK, RULES).status_code == 302
    rules = desk_rules()
    assert (rules.late_cancellation, rules.cancellation_window_hours) == ("block", 48)
    assert rules.intake_fields == [
        ["date_of_birth", True], ["mobile", True], ["email", False], ["post_code", True],
    ]  # fmt: skip
    assert AuditEntry.objects.get(action="desk_rules.changed").detail["fields"] == sorted(
        [
            "booking_instructions",
            "cancellation_fee",
            "cancellation_window_hours",
            "intake_fields",
            "late_cancellation",
            "offer_minutes",
            "offers_a_day",
        ]
    )
    html = page(desk, FRONT_DESK)
    assert "$45" in html
    assert "Postcode" in page(desk, "/patients/new")
    coming = timezone.localdate() + timedelta(days=3)
    assert "Please come ten minutes early." in page(desk, f"/calendar/book?patient={maggie.pk}&day={coming}")


def test_what_is_left_to_the_team_is_ticked_and_stays_while_it_is_switched_off(desk: Client, maggie: Patient) -> None:
    kind = AppointmentType.objects.get(remote_id=habit_of(maggie.remote_id).appointment_type_id)
    assert desk.post(FRONT_DESK, {**RULES, "left_to_team": [kind.remote_id]}).status_code == 302
    assert desk_rules().left_to_team == [kind.remote_id]
    ticked = re.search(
        rf'<input[^>]*value="{kind.remote_id}"[^>]*>\s*<span>{re.escape(kind.name)}', page(desk, FRONT_DESK)
    )
    assert ticked
    assert "checked" in ticked[0]
    AppointmentType.objects.filter(pk=kind.pk).update(online=False)
    assert desk.post(FRONT_DESK, RULES).status_code == 302
    assert desk_rules().left_to_team == [kind.remote_id]
    AppointmentType.objects.filter(pk=kind.pk).update(online=True)
    assert desk.post(FRONT_DESK, RULES).status_code == 302
    assert desk_rules().left_to_team == []


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("left_to_team", "nothing of ours", "Choose from the types in this list."),
        ("cancellation_window_hours", "-1", "greater than or equal to 0"),
        ("ask_mobile", "asked", "Have a mobile number, a phone number or an e-mail address needed."),
    ],
)
def test_rules_that_cannot_be_are_said(client_in: Client, field: str, value: str, problem: str) -> None:
    answer = client_in.post(FRONT_DESK, {**RULES, field: value})
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert not DeskRules.objects.exists()
