"""Connecting and looking after the connection."""

from __future__ import annotations

import logging
from html import unescape

import pytest
from django.test import Client

from routiq.connections.models import Connection
from routiq.pms import registry
from routiq.pms.errors import KeyRejected, NotPermitted, PmsError, VendorUnavailable
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from routiq.sync.models import SyncRun
from tests.dashboard.conftest import World
from tests.dashboard.connecting import KEY, Connecting

ADDRESSES = ["/setup/connect/cliniko", "/settings/integrations/cliniko"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_form_comes_with_all_guidance(client_in: Client, address: str) -> None:
    html = unescape(client_in.get(address).content.decode())
    guide = registry.vendor("cliniko").guide
    for text in (
        *guide.prerequisites,
        *(step.title for step in guide.key_steps),
        *(step.title for step in guide.online_booking_steps),
        *guide.permissions,
    ):
        assert text in html
    for text in ("au1.cliniko.com → au1", "uk.cliniko.com → uk1", "us.cliniko.com → us1", "Connect and Sync"):
        assert text in html
    assert "My Info › API Keys › New API Key" in html
    assert "20–30 minutes" in html


@pytest.mark.parametrize("address", ADDRESSES)
def test_connecting_hands_the_key_over_and_goes_to_the_progress(
    client_in: Client, connecting: Connecting, practice: Practice, address: str
) -> None:
    answer = client_in.post(address, {"region": "uk1", "key": f"  {KEY} \n"})
    assert answer["Location"] == "/"
    [given] = connecting.calls
    assert given["practice_id"] == practice.pk
    assert (given["vendor"], given["region"], given["key"].strip()) == ("cliniko", "uk1", KEY)
    assert str(given["actor"]).startswith("person:")


def test_a_region_from_the_key_is_handed_over_as_none(client_in: Client, connecting: Connecting) -> None:
    client_in.post(ADDRESSES[0], {"region": "from-key", "key": KEY})
    assert connecting.calls[0]["region"] == ""


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (KeyRejected("Cliniko does not accept the key.", cause="not_accepted", advice="Make a new one."), "key"),
        (KeyRejected("The key belongs to au2.", cause="wrong_shard", advice="Select au2."), "region"),
        (NotPermitted("Not an administrator.", advice="Log in as one."), "key"),
        (VendorUnavailable("Cliniko does not answer.", cause="timeout", advice="Try in a minute."), None),
    ],
)
def test_an_error_stands_at_its_field_with_advice_and_the_key_is_gone(
    client_in: Client, connecting: Connecting, error: PmsError, field: str | None
) -> None:
    connecting.error = error
    answer = client_in.post(ADDRESSES[0], {"region": "uk1", "key": KEY})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert error.message in html
    assert error.advice in html
    assert KEY not in html
    assert '<option value="uk1" selected>' in html
    if field:
        assert f'id="id_{field}_error"' in html
        assert 'aria-invalid="true"' in html
    else:
        assert 'role="alert"' in html


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"region": "", "key": KEY}, "Choose the address"),
        ({"region": "mars1", "key": KEY}, "Choose one of the regions"),
        ({"region": "au1", "key": ""}, "Paste the API key"),
        ({"region": "au1", "key": "x" * 2000}, "much longer than an API key"),
    ],
)
def test_bad_input_is_told_at_the_field_before_anything_is_asked(
    client_in: Client, connecting: Connecting, given: dict[str, str], told: str
) -> None:
    html = client_in.post(ADDRESSES[0], given).content.decode()
    assert told in html
    assert not connecting.calls
    assert not given["key"] or given["key"] not in html


def test_the_key_is_in_no_log(client_in: Client, connecting: Connecting, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    connecting.error = KeyRejected("No.", cause="not_accepted")
    client_in.post(ADDRESSES[0], {"region": "au1", "key": KEY})
    assert KEY not in caplog.text


def test_a_connected_practice_sees_the_state_and_never_the_key(client_in: Client, world: World) -> None:
    world.first_sync(state="done")
    html = unescape(client_in.get("/settings/integrations/cliniko").content.decode())
    guide = registry.vendor("cliniko").guide
    for text in ("••••x7Qp", "au1", "Connected", "Sync Now", "last 24 months", *guide.no_times_help):
        assert text in html
    assert "Connect and Sync" not in html
    assert client_in.get("/setup/connect/cliniko")["Location"] == "/settings/integrations/cliniko"


def test_a_paused_connection_takes_a_new_key(client_in: Client, world: World, connecting: Connecting) -> None:
    Connection.objects.filter(pk=world.connection.pk).update(
        state="paused", paused_message="Cliniko refuses the key.", paused_advice="Create a new one."
    )
    html = client_in.get("/settings/integrations/cliniko").content.decode()
    for text in ("Cliniko refuses the key.", "Create a new one.", "Update API key"):
        assert text in html
    assert "Sync Now" not in html
    answer = client_in.post("/settings/integrations/cliniko", {"region": "au1", "key": KEY})
    assert answer["Location"] == "/settings/integrations/cliniko"
    assert len(connecting.calls) == 1


def test_an_active_connection_takes_no_key_by_the_way(
    client_in: Client, world: World, connecting: Connecting
) -> None:
    assert world.connection
    client_in.post("/settings/integrations/cliniko", {"region": "au1", "key": KEY})
    assert not connecting.calls


def test_the_page_says_how_soon_changes_come_and_waits_for_no_daily_sync(client_in: Client, world: World) -> None:
    world.first_sync(state="done")
    html = " ".join(client_in.get("/settings/integrations/cliniko").content.decode().split())
    assert "within seconds" in html
    assert "checked once more at 2 am" in html
    assert "waiting for the daily sync" not in html


def test_it_is_said_what_robyn_does_herself_and_what_the_team_does(client_in: Client, world: World) -> None:
    world.first_sync(state="done")
    html = " ".join(client_in.get("/settings/integrations/cliniko").content.decode().split())
    assert "Writes appointments: books, moves and cancels them; registers new patients." in html
    assert "Robyn herself books new appointments" in html
    assert 'They book, move and cancel in the <a href="/calendar">calendar</a>' in html


def test_every_page_about_the_connection_is_one_click_away(client_in: Client, world: World) -> None:
    assert world.connection
    html = client_in.get("/settings/integrations/cliniko").content.decode()
    for page in ("webhook-logs", "health", "key", "disconnect"):
        assert f'href="/settings/integrations/cliniko/{page}"' in html


def test_sync_now_starts_one_run(client_in: Client, world: World) -> None:
    world.first_sync(state="done")
    for _ in range(2):
        answer = client_in.post("/settings/integrations/cliniko/sync")
        assert answer["Location"] == "/settings/integrations/cliniko"
    assert SyncRun.objects.filter(state="running").count() == 1


def test_sync_now_says_what_really_happens(client_in: Client, world: World) -> None:
    def pressed() -> str:
        html = client_in.post("/settings/integrations/cliniko/sync", follow=True).content.decode()
        return " ".join(html.split())

    world.first_sync(state="done")
    assert "Sync started" in pressed()
    assert "A sync is under way already, and it is this one" in pressed()
    with acting_for(world.practice.pk):
        SyncRun.objects.filter(state="running").update(kind=SyncRun.Kind.RECONCILIATION)
    said = pressed()
    assert "Everything is being compared just now, which includes this" in said
    assert "Comparing everything" in said
    with acting_for(world.practice.pk):
        assert SyncRun.objects.filter(state="running").count() == 1


def test_sync_now_without_a_connection_is_not_there(client_in: Client) -> None:
    assert client_in.post("/settings/integrations/cliniko/sync").status_code == 404


def test_an_unknown_system_is_not_there(client_in: Client) -> None:
    for address in ("/setup/connect/paper", "/settings/integrations/paper"):
        assert client_in.get(address).status_code == 404


def test_the_list_of_systems_says_which_is_connected(client_in: Client, world: World) -> None:
    assert "Not connected" in client_in.get("/settings/integrations").content.decode()
    assert world.connection
    assert "Manage Cliniko" in client_in.get("/settings/integrations").content.decode()
