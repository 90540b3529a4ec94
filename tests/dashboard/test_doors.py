"""Who gets in: every address asks for a login, and shows nothing of anybody else's practice."""

from __future__ import annotations

import re
import uuid
from datetime import time, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from routiq.dashboard import urls
from routiq.frontdesk.models import SlotOffer, StaffTask, WaitlistEntry
from routiq.knowledge import gaps, sources
from routiq.practices import tokens
from routiq.practices.audit import SYSTEM
from routiq.practices.models import ApiToken, Membership, Person, Practice
from routiq.practices.people import create_practice
from routiq.practices.tenancy import acting_for
from routiq.robyn.models import Conversation, Scenario, ScenarioRun, Turn
from routiq.sync.models import SyncEvent
from tests.api.rows import make_offer, make_wait
from tests.dashboard.conftest import World

PASSWORD = "a long enough password"
OPEN = {"login", "join"}
VALUES: dict[str, Any] = {
    "written": "00000000-0000-4000-8000-000000000000",
    "appointment": "1",
    "pk": 1,
    "name": "cliniko",
    "page": "home",
    "trigger": "complaint",
    "token": "none-of-ours",
}


def _routes() -> list[URLPattern]:
    return [route for route in urls.urlpatterns if isinstance(route, URLPattern)]


def _address(route: URLPattern, **values: Any) -> str:
    names = route.pattern.converters
    return reverse(str(route.name), kwargs={name: values.get(name, VALUES[name]) for name in names})


@pytest.mark.django_db
@pytest.mark.parametrize("route", _routes(), ids=lambda route: route.name)
def test_every_address_asks_for_a_login(route: URLPattern, client: Client) -> None:
    if route.name in OPEN:
        assert client.get(_address(route)).status_code == (410 if route.name == "join" else 200)
        return
    for answer in (client.get(_address(route)), client.post(_address(route))):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login")
        assert not answer.content


@pytest.mark.django_db
def test_even_an_unknown_address_asks_for_a_login(client: Client) -> None:
    assert client.get("/nothing/here").status_code == 302


def test_there_is_no_page_outside_the_dashboards_list() -> None:
    """A page added elsewhere must be added to the walk above."""
    others = [each for each in get_resolver().url_patterns if getattr(each, "urlconf_module", None) is not urls]
    assert {str(each.pattern) for each in others} == {"livez", "readyz", "metrics", "api/v1/"}


@pytest.mark.django_db
def test_a_fragment_request_without_a_session_sends_the_whole_page_to_the_login(client: Client) -> None:
    answer = client.get("/patients", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/login"


@pytest.mark.django_db
def test_a_live_page_without_a_session_stops_asking(client: Client) -> None:
    assert client.get("/live/home", headers={"Accept": "text/event-stream"}).status_code == 204


@pytest.fixture
def foreign(other_practice: Practice, other_world: World) -> dict[str, int]:
    """Ids of another practice, for every address that takes one."""
    patient = other_world.patient("Wiremu", "Secret-Name")
    with acting_for(other_practice.pk):
        conversation = Conversation.objects.create(practice=other_practice, channel="test")
        Turn.objects.create(practice=other_practice, conversation=conversation, number=1, said="Secret-Name")
        task = StaffTask.objects.create(practice=other_practice, kind="call_back", summary="Secret-Name")
        wait = make_wait(other_world.connection, patient, note="Secret-Name")
        offer = make_offer(wait, timezone.now() + timedelta(days=2))
        token, _ = tokens.create("Secret-Name", SYSTEM)
        membership = Membership.objects.get()
        note = sources.add_note("Secret-Name", "Secret-Name parks in the lane.", SYSTEM)
        gap = gaps.note("Where does Secret-Name park?")
        assert gap is not None
        scenario = Scenario.objects.create(
            practice=other_practice, name="Secret-Name", weekday=1, clock=time(9), lines=["Secret-Name"]
        )
        played = ScenarioRun.objects.create(practice=other_practice, scenario=scenario, state="done")
    event = other_world.event(record_id=patient.remote_id)
    run = other_world.night(appointments={"held_back": 30})
    session = other_world.class_session()
    practitioner = other_world.practitioner("Secret-Name")
    return {
        "patient": patient.pk,
        "class_session": session.pk,
        "conversation": conversation.pk,
        "inbox_talk": conversation.pk,
        "take_over": conversation.pk,
        "give_back": conversation.pk,
        "reply": conversation.pk,
        "say": conversation.pk,
        "hang_up": conversation.pk,
        "recent_notes": conversation.pk,
        "task": task.pk,
        "take_task": task.pk,
        "hand_back_task": task.pk,
        "task_done": task.pk,
        "waitlist_entry": wait.pk,
        "leave_waitlist": wait.pk,
        "accept_offer": offer.pk,
        "decline_offer": offer.pk,
        "revoke_token": token.pk,
        "replay": event.pk,
        "remove_held_back": run.pk,
        "login_of": membership.pk,
        "send_password_link": membership.pk,
        "remove_login": membership.pk,
        "assign_login": practitioner.pk,
        "source": note.pk,
        "read_again": note.pk,
        "remove_source": note.pk,
        "answer_gap": gap.pk,
        "dismiss_gap": gap.pk,
        "save_scenario": conversation.pk,
        "scenario": scenario.pk,
        "run_scenario": scenario.pk,
        "remove_scenario": scenario.pk,
        "scenario_is_right": played.pk,
    }


def test_the_walk_knows_every_address_that_takes_an_id(foreign: dict[str, int]) -> None:
    assert {route.name for route in _routes() if "pk" in route.pattern.converters} == set(foreign)


@pytest.mark.parametrize(
    "name",
    [
        *("conversation", "say", "hang_up", "recent_notes", "task", "take_task", "hand_back_task", "task_done"),
        *("patient", "class_session", "inbox_talk", "take_over", "give_back", "reply"),
        *("revoke_token", "replay", "remove_held_back"),
        *("login_of", "send_password_link", "remove_login", "assign_login"),
        *("source", "read_again", "remove_source", "answer_gap", "dismiss_gap"),
        *("save_scenario", "scenario", "run_scenario", "remove_scenario", "scenario_is_right"),
        *("waitlist_entry", "leave_waitlist", "accept_offer", "decline_offer"),
    ],
)
def test_another_practices_ids_are_not_there(
    client_in: Client, world: World, foreign: dict[str, int], name: str
) -> None:
    assert world.connection.is_active
    [route] = [route for route in _routes() if route.name == name]
    address = _address(route, pk=foreign[name])
    only_posts = name in (
        "say",
        "hang_up",
        "recent_notes",
        "take_over",
        "give_back",
        "reply",
        "take_task",
        "hand_back_task",
        "task_done",
        "revoke_token",
        "replay",
        "remove_held_back",
        "send_password_link",
        "remove_login",
        "read_again",
        "remove_source",
        "answer_gap",
        "dismiss_gap",
        "leave_waitlist",
        "accept_offer",
        "decline_offer",
        "save_scenario",
        "run_scenario",
        "remove_scenario",
        "scenario_is_right",
    )
    answer = client_in.post(address, {"text": "hello"}) if only_posts else client_in.get(address)
    assert answer.status_code == 404
    assert "Secret-Name" not in answer.content.decode()


def test_nothing_of_another_practice_was_changed(
    client_in: Client, foreign: dict[str, int], other_practice: Practice
) -> None:
    client_in.post(reverse("take_task", args=[foreign["task"]]))
    client_in.post(reverse("task_done", args=[foreign["task_done"]]))
    client_in.post(reverse("revoke_token", args=[foreign["revoke_token"]]))
    client_in.post(reverse("leave_waitlist", args=[foreign["leave_waitlist"]]))
    client_in.post(reverse("decline_offer", args=[foreign["decline_offer"]]))
    client_in.post(reverse("take_over", args=[foreign["take_over"]]))
    client_in.post(reverse("reply", args=[foreign["reply"]]), {"text": "hello"})
    client_in.post(reverse("say", args=[foreign["say"]]), {"text": "hello"})
    client_in.post(reverse("remove_login", args=[foreign["remove_login"]]))
    client_in.post(reverse("replay", args=["cliniko", foreign["replay"]]))
    with acting_for(other_practice.pk):
        assert not SyncEvent.objects.filter(is_replay=True).exists()
        assert StaffTask.objects.get(pk=foreign["task_done"]).done_at is None
        assert StaffTask.objects.get(pk=foreign["task"]).taken_by == ""
        assert WaitlistEntry.objects.get().state == "waiting"
        assert SlotOffer.objects.get().state == "open"
        assert ApiToken.objects.get(pk=foreign["revoke_token"]).revoked_at is None
        assert Turn.objects.count() == 1
        assert Conversation.objects.get().taken_by == ""
        assert Membership.objects.filter(pk=foreign["remove_login"]).exists()


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/calendar",
        "/tasks",
        "/waiting-list",
        "/waiting-list/add?q=Wiremu",
        "/conversations",
        "/settings/robyn",
        "/settings/escalations",
        "/patients?status=all",
        "/practice",
        "/test-robyn",
        "/test-robyn/scenarios",
        "/knowledge?question=where+does+secret-name+park",
        "/knowledge/gaps",
        "/knowledge/readiness",
        "/settings/tokens",
        "/settings/logins",
        "/settings/integrations/cliniko/webhook-logs",
        "/settings/integrations/cliniko/disconnect",
        "/settings/integrations/cliniko/health",
    ],
)
def test_lists_hold_nothing_of_another_practice(
    client_in: Client, world: World, foreign: dict[str, int], address: str
) -> None:
    assert world.connection.is_active
    assert "Secret-Name" not in client_in.get(address).content.decode()


def test_a_form_without_its_token_is_refused_in_words(owner: Person, practice: Practice) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    answer = strict.post("/go-live", {"status": "pending"})
    assert answer.status_code == 403
    assert "reload the page" in answer.content.decode()
    practice.refresh_from_db()
    assert practice.is_live


def test_every_page_carries_the_safety_headers(client_in: Client) -> None:
    for address in ("/", "/patients", "/login", "/nothing/here", "/settings/tokens"):
        answer = client_in.get(address)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Frame-Options"] == "DENY"
        assert "camera=()" in answer["Permissions-Policy"]


def test_no_page_has_script_or_style_in_its_markup(client_in: Client, world: World) -> None:
    patient = world.patient()
    world.first_sync()
    for address in (
        "/",
        "/patients",
        f"/patients/{patient.pk}",
        "/practice",
        "/settings/integrations/cliniko",
        "/settings/integrations/cliniko/webhook-logs",
        "/settings/integrations/cliniko/key",
        "/settings/integrations/cliniko/disconnect",
        "/settings/integrations/cliniko/health",
        "/setup",
    ):
        html = client_in.get(address).content.decode()
        assert " style=" not in html
        assert "<style" not in html
        assert " onclick=" not in html
        assert "<script>" not in html


@pytest.mark.django_db
def test_logging_in_and_out(client: Client, owner: Person) -> None:
    answer = client.post("/login", {"email": owner.email.upper(), "password": PASSWORD, "next": "/patients"})
    assert answer["Location"] == "/patients"
    assert client.get("/patients").status_code == 200
    assert client.get("/logout").status_code == 405
    client.post("/logout")
    assert client.get("/patients").status_code == 302


def test_a_wrong_password_is_told_at_the_field_and_not_which_was_wrong(client: Client, owner: Person) -> None:
    wrong = client.post("/login", {"email": owner.email, "password": "not this one"}).content.decode()
    unknown = client.post("/login", {"email": "who@clinic.example", "password": "not this one"}).content.decode()
    for html in (wrong, unknown):
        assert "E-mail address or password is wrong" in html
        assert 'aria-invalid="true"' in html
        assert "not this one" not in html


def test_guessing_is_stopped(client: Client, owner: Person) -> None:
    for _ in range(8):
        client.post("/login", {"email": owner.email, "password": "guess"})
    answer = client.post("/login", {"email": owner.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_login_leads_only_to_our_own_pages(client: Client, owner: Person, target: str) -> None:
    answer = client.post("/login", {"email": owner.email, "password": PASSWORD, "next": target})
    assert answer["Location"] == "/"


def test_who_loses_membership_is_out_at_the_next_request(client_in: Client, owner: Person) -> None:
    assert client_in.get("/").status_code == 200
    Membership.objects.filter(person=owner).delete()
    answer = client_in.get("/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/login")
    assert "no longer belongs to a practice" in answer.content.decode()


def test_somebody_with_several_practices_chooses_one(client: Client, owner: Person, practice: Practice) -> None:
    second = create_practice("Bondi Branch", owner=owner)
    client.force_login(owner)
    assert client.get("/patients")["Location"] == "/choose"
    assert "Bondi Branch" in client.get("/choose").content.decode()
    client.post("/choose", {"practice": second.pk})
    assert "Bondi Branch" in client.get("/").content.decode()


def test_the_header_switches_between_ones_own_practices(
    client_in: Client, owner: Person, practice: Practice, other_practice: Practice
) -> None:
    assert 'class="switch"' not in client_in.get("/").content.decode(), "there is no other one"
    second = create_practice("Bondi Branch", owner=owner)
    html = client_in.get("/").content.decode()
    assert f'value="{second.pk}">Bondi Branch</button>' in html
    assert other_practice.name not in html
    client_in.post("/choose", {"practice": second.pk})
    after = client_in.get("/").content.decode()
    assert f'value="{practice.pk}">{practice.name}</button>' in after
    assert "· Bondi Branch" in after


def test_a_page_of_the_practice_before_can_do_nothing_to_the_next(owner: Person, practice: Practice) -> None:
    second = create_practice("Bondi Branch", owner=owner)
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    form = {"practice": practice.pk, "csrfmiddlewaretoken": _token(client.get("/choose"))}
    assert client.post("/choose", form).status_code == 302
    old = _token(client.get("/practice"))
    assert client.post("/choose", {"practice": second.pk, "csrfmiddlewaretoken": old}).status_code == 302
    refused = client.post("/practice/notes", {"keep": "on", "csrfmiddlewaretoken": old})
    assert refused.status_code == 403
    assert "changed to another practice" in refused.content.decode()
    with acting_for(second.pk):
        assert not Practice.objects.get().keep_patient_notes
    fresh = _token(client.get("/practice"))
    assert client.post("/practice/notes", {"keep": "on", "csrfmiddlewaretoken": fresh}).status_code == 302


def _token(page: HttpResponse) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert found is not None
    return found[1]


def test_nobody_chooses_a_practice_that_is_not_theirs(client_in: Client, other_practice: Practice) -> None:
    answer = client_in.post("/choose", {"practice": other_practice.pk})
    assert answer.status_code == 404
    assert other_practice.name not in client_in.get("/").content.decode()


def test_an_address_that_is_not_there_says_what_to_do(client_in: Client) -> None:
    answer = client_in.get(f"/patients/{uuid.uuid4().int % 10**12}")
    assert answer.status_code == 404
    assert "start at the dashboard" in answer.content.decode()
