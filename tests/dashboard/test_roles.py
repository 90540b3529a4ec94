"""What each role may open and send: every address, walked through as every role."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from routiq.dashboard import doors, urls
from routiq.frontdesk.models import StaffTask, Write
from routiq.knowledge import gaps, sources
from routiq.mirror.models import Appointment, AssignedLogin, ClassSession, Patient, Practitioner, WaitingListEntry
from routiq.practices.audit import SYSTEM
from routiq.practices.models import Membership, Person, Practice
from routiq.robyn.models import Conversation, Turn
from tests.dashboard.conftest import World

O, A, P, R, V = "owner", "admin", "practitioner", "reception", "read_only"  # noqa: E741
ALL, AT_WORK, DESK, OFFICE = {O, A, P, R, V}, {O, A, P, R}, {O, A, R}, {O, A}
#: Who may look, and who may send, as the practice is promised it. ``None``: there is nothing to send, or to look at.
PROMISED: dict[str, tuple[set[str] | None, set[str] | None]] = {
    "choose": (ALL, ALL),
    "home": (ALL, None),
    "practice": (ALL, None),
    "keep_notes": (None, DESK),
    "tasks": (ALL, None),
    "task": (ALL, None),
    "take_task": (None, AT_WORK),
    "hand_back_task": (None, AT_WORK),
    "task_done": (None, AT_WORK),
    "inbox": (ALL, None),
    "inbox_talk": (ALL, None),
    "take_over": (None, AT_WORK),
    "give_back": (None, AT_WORK),
    "reply": (None, AT_WORK),
    "conversation": (ALL, None),
    "recent_notes": (None, AT_WORK),
    "test_robyn": (DESK, DESK),
    "say": (None, DESK),
    "hang_up": (None, DESK),
    "rehearse": (None, DESK),
    "save_scenario": (None, DESK),
    "scenarios": (DESK, None),
    "scenario": (DESK, None),
    "run_scenario": (None, DESK),
    "run_scenarios": (None, DESK),
    "scenario_is_right": (None, DESK),
    "remove_scenario": (None, DESK),
    "journal": (ALL, None),
    "patients": (ALL, None),
    "patient": (ALL, None),
    "calendar": (ALL, None),
    "class_session": (ALL, None),
    "book": (AT_WORK, AT_WORK),
    "move": (AT_WORK, AT_WORK),
    "cancel": (AT_WORK, AT_WORK),
    "new_patient": (AT_WORK, AT_WORK),
    "waitlist": (ALL, None),
    "waitlist_entry": (ALL, None),
    "add_to_waitlist": (AT_WORK, AT_WORK),
    "leave_waitlist": (None, AT_WORK),
    "accept_offer": (None, AT_WORK),
    "decline_offer": (None, AT_WORK),
    "desk_rules": (DESK, DESK),
    "setup": ({O, A, V}, None),
    "go_live": (OFFICE, OFFICE),
    "connect": (OFFICE, OFFICE),
    "integrations": ({O, A, V}, None),
    "integration": ({O, A, V}, OFFICE),
    "health": ({O, A, V}, None),
    "remove_held_back": (None, OFFICE),
    "webhook_logs": ({O, A, V}, None),
    "event_log": ({O, A, V}, None),
    "replay": (None, OFFICE),
    "register_webhooks": (None, OFFICE),
    "sync_now": (None, OFFICE),
    "treatment_notes": (None, OFFICE),
    "update_key": (OFFICE, OFFICE),
    "disconnect": (OFFICE, OFFICE),
    "delete_data": (None, OFFICE),
    "notifications": (ALL, ALL),
    "robyn_settings": ({O, A, V}, OFFICE),
    "escalations": ({O, A, V}, None),
    "decisions": ({O, A, V}, None),
    "policy_text": ({O, A, V}, None),
    "policy_html": ({O, A, V}, None),
    "trigger": ({O, A, V}, OFFICE),
    "practitioner_addresses": (None, OFFICE),
    "tokens": (OFFICE, OFFICE),
    "revoke_token": (None, OFFICE),
    "logins": (OFFICE, OFFICE),
    "login_of": (OFFICE, OFFICE),
    "send_password_link": (None, OFFICE),
    "remove_login": (None, OFFICE),
    "assign_login": (OFFICE, OFFICE),
    "knowledge": (ALL, None),
    "source": (ALL, OFFICE),
    "gaps": (ALL, None),
    "readiness": (ALL, None),
    "add_note": (OFFICE, OFFICE),
    "add_site": (OFFICE, OFFICE),
    "add_document": (OFFICE, OFFICE),
    "read_again": (None, OFFICE),
    "remove_source": (None, OFFICE),
    "answer_gap": (None, OFFICE),
    "dismiss_gap": (None, OFFICE),
    "set_digest": (None, OFFICE),
}
WITHOUT_ROLE = {"login", "logout", "join", "live"}
VALUES = {
    "written": "00000000-0000-4000-8000-000000000000",
    "appointment": "appointment",
    "pk": 10**12,
    "name": "cliniko",
    "trigger": "complaint",
}
ROLES = sorted(ALL)


@pytest.fixture
def at_work_as(client_in: Client, owner: Person) -> Callable[..., Client]:
    """The session of somebody with this role; by itself one that sees all patients."""

    def sit(role: str, *, all_patients: bool = True) -> Client:
        Membership.objects.filter(person=owner).update(role=role, all_patients=all_patients)
        return client_in

    return sit


def _address(name: str) -> str:
    [route] = [each for each in urls.urlpatterns if each.name == name]
    return reverse(name, kwargs={key: VALUES[key] for key in route.pattern.converters})


def _any_of(name: str) -> str:
    """The addresses of a page or form, whatever they are about."""
    address = re.escape(_address(name))
    return address.replace(str(VALUES["pk"]), r"\d+").replace(str(VALUES["appointment"]), r"[^/\"]+")


def test_every_address_has_its_place_in_the_table() -> None:
    names = {str(each.name) for each in urls.urlpatterns}
    assert names - WITHOUT_ROLE == set(PROMISED), "say who may look and who may send"
    assert names - WITHOUT_ROLE - {"choose"} == set(doors.DOORS), "a door that nobody listed is for owners and admins"


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_it_is_promised_and_nothing_else(
    at_work_as: Callable[..., Client], world: World, role: str
) -> None:
    assert world.connection.is_active
    client = at_work_as(role)
    wrong = []
    for name, (look, send) in PROMISED.items():
        for method, who in (("get", look), ("post", send)):
            answer = getattr(client, method)(_address(name))
            refused = answer.status_code == 403
            if who is None:
                # No such form or page: whoever is let in at all is told that this is no way in.
                if not refused and answer.status_code not in (404, 405):
                    wrong.append(f"{name} {method}: {answer.status_code}")
            elif refused is (role in who) or answer.status_code >= 500:
                wrong.append(f"{name} {method}: {answer.status_code}")
    assert not wrong


@pytest.mark.parametrize("role", ROLES)
def test_an_open_page_hears_only_what_its_role_may_see(at_work_as: Callable[..., Client], role: str) -> None:
    client = at_work_as(role)
    for page, who in (("home", ALL), ("calendar", ALL), ("tasks", ALL), ("health", {O, A, V}), ("events", {O, A, V})):
        answer = client.get(f"/live/{page}")
        assert (answer.status_code == 200) is (role in who), page


@pytest.mark.parametrize("role", ROLES)
def test_what_one_may_not_do_is_not_offered(at_work_as: Callable[..., Client], world: World, role: str) -> None:
    patient = world.patient()
    world.practitioner()
    world.streams()
    world.first_sync("failed")
    StaffTask.objects.create(practice=world.practice, kind="call_back", summary="Ring back")
    note = sources.add_note("Parking", "Parking is free.", SYSTEM)
    gaps.note("Do you have wifi?")
    client = at_work_as(role)
    links = {name: re.compile(f'="{_any_of(name)}["?#]') for name in PROMISED}
    offered: set[str] = set()
    pages = [
        "/",
        "/tasks",
        "/patients",
        "/practice",
        "/calendar",
        f"/patients/{patient.pk}",
        "/settings/integrations",
        "/knowledge",
        "/knowledge/gaps",
        "/knowledge/readiness",
        f"/knowledge/sources/{note.pk}",
    ]
    for page in [*pages, "/settings/integrations/cliniko", "/setup", "/settings/integrations/cliniko/health"]:
        html = client.get(page).content.decode()
        for name, (look, send) in PROMISED.items():
            allowed = (look or set()) | (send or set())
            assert role in allowed or not links[name].search(html), f"{page} offers {name}"
            offered |= {name} if links[name].search(html) else set()
    if role == O:
        assert {"take_task", "task_done", "book", "sync_now", "assign_login", "logins", "tokens"} <= offered
        assert {"add_note", "add_site", "add_document", "remove_source", "answer_gap", "set_digest"} <= offered


def test_the_refusal_says_who_may(at_work_as: Callable[..., Client], practice: Practice) -> None:
    answer = at_work_as(R).get("/settings/tokens")
    html = answer.content.decode()
    assert answer.status_code == 403
    assert f"Your login at {practice.name} is Reception." in html
    assert "is for: Owner and Admin." in html


@pytest.mark.parametrize("role", ROLES)
def test_money_is_for_the_owner_admin_and_reception(
    at_work_as: Callable[..., Client], second: World, role: str
) -> None:
    patient = second.patient()
    html = at_work_as(role).get(f"/patients/{patient.pk}").content.decode()
    assert ("Invoices and payments" in html) is (role in DESK)


@pytest.fixture
def two_practitioners(second: World, sydney_noon: Callable[[int], datetime]) -> Practitioner:
    """One's own practitioner with Amelia Nguyen, and somebody else's with Wiremu Secret-Name, each in all the places
    where a patient can be named."""
    own, other = second.practitioner("Jonas Weber"), second.practitioner("Mei Tanaka")
    place, kind = second.location(), second.appointment_type()
    amelia, wiremu = second.patient("Amelia", "Nguyen"), second.patient("Wiremu", "Secret-Name")
    practice = second.practice
    for who, patient in ((own, amelia), (other, wiremu)):
        visit = second.appointment(patient, sydney_noon(1), practitioner=who, location=place, appointment_type=kind)
        session = second.class_session(sydney_noon(1), practitioner=who, location=place, appointment_type=kind)
        second.seat(session, patient)
        second.event(record_id=patient.remote_id)
        talk = Conversation.objects.create(practice=practice, channel="test", state={"patient_id": patient.remote_id})
        Turn.objects.create(practice=practice, conversation=talk, number=1, heard=patient.last_name, said="Yes?")
        written = Write.objects.create(
            practice=practice,
            connection=second.connection,
            intent_key=f"test:{patient.pk}",
            reference=f"R{patient.pk}",
            state=Write.State.BOOKED,
            patient_remote_id=patient.remote_id,
            practitioner_remote_id=who.remote_id,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            channel="api",
            asked_by="token:1",
            appointment_remote_id=visit.remote_id,
        )
        StaffTask.objects.create(practice=practice, kind="check_booking", summary="Check it", write=written)
        WaitingListEntry.objects.create(**second._row(), patient_remote_id=patient.remote_id, active=True)
    return own


def _assign(owner: Person, practitioner: Practitioner) -> None:
    AssignedLogin.objects.create(
        practice=practitioner.practice,
        connection=practitioner.connection,
        membership=Membership.objects.get(person=owner),
        practitioner_remote_id=practitioner.remote_id,
    )


def _everywhere(client: Client) -> dict[str, str]:
    day = Appointment.objects.values_list("starts_at", flat=True)[0].astimezone(ZoneInfo("Australia/Sydney")).date()
    pages = ["/", f"/calendar?day={day}", f"/calendar?day={day}&view=week", "/tasks", "/patients?status=all"]
    pages += ["/practice", "/calendar/book?q=e"]
    return {page: client.get(page).content.decode() for page in pages}


@pytest.mark.parametrize("role", [P, V])
def test_a_login_for_own_patients_meets_no_others_anywhere(
    at_work_as: Callable[..., Client], two_practitioners: Practitioner, owner: Person, role: str
) -> None:
    _assign(owner, two_practitioners)
    client = at_work_as(role, all_patients=False)
    found = _everywhere(client)
    assert not [page for page, html in found.items() if "Secret-Name" in html or "Wiremu" in html]
    assert "Nguyen" in found["/patients?status=all"]
    assert "Mei Tanaka" not in found[next(page for page in found if page.startswith("/calendar?"))]
    assert client.get("/settings/integrations/nookal/event-log").status_code == 403


def test_whoever_sees_all_meets_everybody(at_work_as: Callable[..., Client], two_practitioners: Practitioner) -> None:
    found = _everywhere(at_work_as(P))
    assert [page for page, html in found.items() if "Secret-Name" not in html and "Wiremu" not in html] == []


def test_addresses_of_others_patients_lead_nowhere(
    at_work_as: Callable[..., Client], two_practitioners: Practitioner, owner: Person
) -> None:
    _assign(owner, two_practitioners)
    client = at_work_as(P, all_patients=False)
    for surname, status in (("Nguyen", 200), ("Secret-Name", 404)):
        patient = Patient.objects.get(last_name=surname)
        visit = Appointment.objects.get(patient_remote_id=patient.remote_id)
        session = ClassSession.objects.get(practitioner_remote_id=visit.practitioner_remote_id)
        talk = Conversation.objects.get(state__patient_id=patient.remote_id)
        write = Write.objects.get(patient_remote_id=patient.remote_id)
        for address in (
            f"/patients/{patient.pk}",
            f"/calendar/classes/{session.pk}",
            f"/test-robyn/{talk.pk}",
            f"/journal/{write.pk}",
            f"/appointments/{visit.remote_id}/cancel",
            f"/calendar/book?patient={patient.pk}",
        ):
            assert client.get(address).status_code == status, address


def test_a_conversation_that_was_left_to_the_team_is_everybodys(
    at_work_as: Callable[..., Client], two_practitioners: Practitioner, owner: Person
) -> None:
    _assign(owner, two_practitioners)
    talk = Conversation.objects.create(practice=two_practitioners.practice, channel="test", state={})
    client = at_work_as(P, all_patients=False)
    assert client.get(f"/test-robyn/{talk.pk}").status_code == 404
    StaffTask.objects.create(practice=talk.practice, kind="call_back", summary="Ring", conversation_id=talk.pk)
    assert client.get(f"/test-robyn/{talk.pk}").status_code == 200


def test_a_login_that_is_no_practitioners_yet_is_told_so(
    at_work_as: Callable[..., Client], two_practitioners: Practitioner
) -> None:
    found = _everywhere(at_work_as(P, all_patients=False))
    assert not [page for page, html in found.items() if "Nguyen" in html or "Secret-Name" in html]
    assert (
        "not assigned to a practitioner yet" in found[next(page for page in found if page.startswith("/calendar?"))]
    )
    assert "which practitioner it is assigned to" in found["/patients?status=all"]
