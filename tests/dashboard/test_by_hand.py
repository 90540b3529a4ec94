"""Booking, moving and cancelling by hand: the same commands as Robyn's, said truthfully, once for each page."""

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
from routiq.dashboard import bookpage
from routiq.frontdesk.models import DeskRules, Write
from routiq.frontdesk.people import recognise_caller
from routiq.mirror.models import Appointment, Patient
from routiq.practices.models import AuditEntry, Person, Practice
from routiq.practices.tenancy import acting_for
from tests.dashboard.conftest import World


@pytest.fixture
def desk(synced: Connection, client_in: Client) -> Iterator[Client]:
    return client_in


@pytest.fixture
def maggie(desk: Client) -> Patient:
    return Patient.objects.get(remote_id=recognise_caller("0491 570 006").patients[0].remote_id)


class Form:
    """The form with the free times on a page, as a browser would send it."""

    def __init__(self, html: str) -> None:
        self.times = re.findall(r'name="time" value="([^"]+)"', html.replace("\n", " "))
        names = ("intent", "patient", "type", "practitioner", "location", "day")
        self.fields = {
            name: unescape(found[1])
            for name in names
            if (found := re.search(rf'type="hidden"\s+name="{name}"\s+value="([^"]*)"', html))
        }

    def with_time(self, number: int = 0) -> dict[str, str]:
        return {**self.fields, "time": self.times[number]}


def booking_of(patient: Patient) -> str:
    """The booking page, three days on: no notice runs out while the test looks."""
    return f"/calendar/book?patient={patient.pk}&day={timezone.localdate() + timedelta(days=3)}"


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def standing(sandbox: RunningSandbox, patient: Patient) -> list[dict[str, Any]]:
    return [
        row
        for row in sandbox.world("individual_appointments")["individual_appointments"]
        if row["patient"]["links"]["self"].endswith(patient.remote_id)
        and not row["cancelled_at"]
        and not row["archived_at"]
        and datetime.fromisoformat(row["starts_at"]) > datetime.now().astimezone()
    ]


def test_somebody_is_found_a_time_chosen_and_it_stands_in_the_diary_and_on_the_calendar(
    desk: Client, maggie: Patient, sandbox: RunningSandbox, owner: Person
) -> None:
    assert f"patient={maggie.pk}" in page(desk, "/calendar/book?q=0491570006")
    before = {row["id"] for row in standing(sandbox, maggie)}
    form = Form(page(desk, booking_of(maggie)))
    answer = desk.post("/calendar/book", form.with_time())
    assert answer.status_code == 302
    [made] = [row for row in standing(sandbox, maggie) if row["id"] not in before]
    assert answer["Location"].endswith(f"#e{made['id']}")
    calendar = page(desk, answer["Location"].partition("#")[0])
    assert f"Booked: {maggie.full_name}, " in calendar
    assert f'id="e{made["id"]}"' in calendar
    write = Write.objects.get()
    assert (write.channel, write.asked_by) == ("calendar", f"person:{owner.pk}")
    assert AuditEntry.objects.filter(action="booking.booked", actor_id=str(owner.pk)).count() == 1


def test_a_page_that_is_sent_twice_books_once(desk: Client, maggie: Patient, sandbox: RunningSandbox) -> None:
    before = len(standing(sandbox, maggie))
    form = Form(page(desk, booking_of(maggie)))
    answers = [desk.post("/calendar/book", form.with_time(number)) for number in (0, 0, 1)]
    assert len({answer["Location"] for answer in answers}) == 1
    assert len(standing(sandbox, maggie)) == before + 1
    assert Write.objects.count() == 1


def test_a_time_that_went_to_somebody_else_is_said_and_others_are_offered(
    desk: Client, maggie: Patient, sandbox: RunningSandbox
) -> None:
    first, second = (Form(page(desk, booking_of(maggie))) for _ in range(2))
    assert desk.post("/calendar/book", first.with_time()).status_code == 302
    answer = desk.post("/calendar/book", second.with_time())
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "This time has just been taken. Nothing was booked: choose another one." in html
    others = Form(html)
    assert others.times
    assert others.fields["intent"] != second.fields["intent"]
    assert bookpage.unseal(others.times[0]) != bookpage.unseal(second.times[0])


def test_a_vendor_that_is_down_books_nothing_and_says_so(
    desk: Client, maggie: Patient, sandbox: RunningSandbox
) -> None:
    before = len(standing(sandbox, maggie))
    form = Form(page(desk, booking_of(maggie)))
    sandbox.fault(kind="status", status=503, times=1000)
    answer = desk.post("/calendar/book", form.with_time())
    assert answer.status_code == 503
    assert "Nothing was booked." in answer.content.decode()
    assert (
        "Press the button again in a minute. If it stays like this, do it in Cliniko itself."
        in answer.content.decode()
    )
    sandbox.clear_faults()
    assert len(standing(sandbox, maggie)) == before


def test_without_a_time_or_with_one_that_was_never_shown_nothing_is_booked(
    desk: Client, maggie: Patient, other_practice: Practice
) -> None:
    form = Form(page(desk, booking_of(maggie)))
    answer = desk.post("/calendar/book", form.fields)
    assert (answer.status_code, "Choose one of the times first." in answer.content.decode()) == (422, True)
    offer = bookpage.unseal(form.times[0])
    assert offer is not None
    with acting_for(other_practice.pk):
        foreign = bookpage.seal(offer)
        assert bookpage.unseal(form.times[0]) is None
    for text in ("made up", foreign):
        assert desk.post("/calendar/book", {**form.fields, "time": text}).status_code == 422
    assert desk.post("/calendar/book", {**form.with_time(), "intent": "mine"}).status_code == 422
    assert not Write.objects.exists()


def test_an_appointment_is_moved_and_then_cancelled(desk: Client, maggie: Patient, sandbox: RunningSandbox) -> None:
    form = Form(page(desk, booking_of(maggie)))
    made = desk.post("/calendar/book", form.with_time())["Location"].rpartition("#e")[2]
    first_start = Appointment.objects.get(remote_id=made).starts_at
    patient_page = page(desk, f"/patients/{maggie.pk}")
    assert f'href="/appointments/{made}/move"' in patient_page
    assert f'href="/appointments/{made}/cancel"' in patient_page

    to_move = Form(page(desk, f"/appointments/{made}/move"))
    answer = desk.post(f"/appointments/{made}/move", to_move.with_time(-1))
    assert answer.status_code == 302, answer.content.decode()
    assert f"Moved: {maggie.full_name}" in page(desk, answer["Location"].partition("#")[0])
    moved = Appointment.objects.get(remote_id=made)
    assert moved.starts_at != first_start
    [row] = [row for row in standing(sandbox, maggie) if row["id"] == made]
    assert datetime.fromisoformat(row["starts_at"]) == moved.starts_at

    html = page(desk, f"/appointments/{made}/cancel")
    fields = {"intent": Form(html).fields["intent"], "reason": "work"}
    if 'name="warned"' in html:
        unwarned = desk.post(f"/appointments/{made}/cancel", fields)
        assert unwarned.status_code == 422
        assert "This has not been cancelled yet." in unwarned.content.decode()
        fields = {"intent": Form(unwarned.content.decode()).fields["intent"], "reason": "work", "warned": "on"}
    answer = desk.post(f"/appointments/{made}/cancel", fields)
    assert answer.status_code == 302, answer.content.decode()
    assert not [row for row in standing(sandbox, maggie) if row["id"] == made]
    assert Appointment.objects.get(remote_id=made).status == "cancelled"
    assert "The appointment is cancelled." in page(desk, f"/appointments/{made}/cancel")


def test_the_team_cancels_late_against_the_rule_with_a_reason(
    desk: Client, maggie: Patient, practice: Practice
) -> None:
    DeskRules.objects.create(practice=practice, late_cancellation="block", cancellation_window_hours=30_000)
    made = desk.post("/calendar/book", Form(page(desk, booking_of(maggie))).with_time())["Location"].rpartition("#e")[
        2
    ]
    address = f"/appointments/{made}/cancel"
    html = page(desk, address)
    assert 'name="overruled"' in html
    assert 'name="warned"' not in html
    fields = {"intent": Form(html).fields["intent"], "reason": "sick"}
    refused = desk.post(address, fields)
    assert refused.status_code == 422
    assert "by person only" in refused.content.decode()

    answer = desk.post(address, {**fields, "overruled": " Rang from\nthe hospital. "})
    assert answer.status_code == 302, answer.content.decode()
    write = Write.objects.get(kind="cancellation")
    assert "Rang from the hospital." in page(desk, f"/journal/{write.pk}")
    assert AuditEntry.objects.get(action="cancellation.rule_overruled").actor_kind == "person"


def test_an_appointment_of_nobody_here_is_not_there(desk: Client) -> None:
    for what in ("move", "cancel"):
        for nothing in ("1", "%00"):
            assert desk.get(f"/appointments/{nothing}/{what}").status_code == 404
    for pk in ("99999999", "x", "9" * 40):
        assert desk.get(f"/calendar/book?patient={pk}").status_code == 404


def test_cancelling_late_says_how_late_it_is(client_in: Client, world: World) -> None:
    world.streams()
    visit = world.appointment(world.patient("Amelia", "Nguyen"), timezone.now() + timedelta(hours=3))
    html = client_in.get(f"/appointments/{visit.remote_id}/cancel").content.decode()
    assert "It is less than 24 hours before the appointment." in html
    assert "Changes are late" not in html
