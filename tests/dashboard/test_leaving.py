"""Disconnecting, coming back, and deleting everything."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from routiq.connections import disconnecting
from routiq.connections.models import Connection
from routiq.dashboard.templatetags.routiq import day
from routiq.dashboard.views import integrations, leaving
from routiq.frontdesk.models import StaffTask
from routiq.pms import registry
from routiq.practices.models import AuditEntry
from tests.dashboard.conftest import World

HOME = "/settings/integrations/cliniko"
PAGE = f"{HOME}/disconnect"
DELETE = f"{HOME}/delete"


def seen(client: Client, address: str) -> str:
    return " ".join(unescape(client.get(address).content.decode()).split())


@pytest.fixture
def kept(world: World, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """A connection that was ended two days ago."""
    connection = world.connection
    connection.state = Connection.State.DISCONNECTED
    connection.disconnected_at = timezone.now() - timedelta(days=2)
    connection.purge_after = timezone.now() + timedelta(days=28)
    connection.key_hint = ""
    connection.save()
    return connection


def test_the_page_names_every_consequence_in_todays_numbers(client_in: Client, world: World) -> None:
    world.patient()
    world.patient("Wiremu", "Parata")
    html = seen(client_in, PAGE)
    told = disconnecting.consequences(world.connection)
    for item in told.items:
        assert " ".join(item.text.split()) in html
    assert registry.vendor("cliniko").guide.disconnect_warning in html
    assert "Kept until" in html
    assert "2 patients" in html


def test_without_the_tick_nothing_happens(client_in: Client, world: World) -> None:
    assert world.connection
    answer = client_in.post(PAGE)
    assert answer.status_code == 422
    assert "Tick the box" in answer.content.decode()
    world.connection.refresh_from_db()
    assert world.connection.is_active


def test_with_the_tick_it_ends_and_the_page_says_until_when_data_is_kept(client_in: Client, world: World) -> None:
    assert world.connection
    assert client_in.post(PAGE, {"understood": "on"})["Location"] == HOME
    world.connection.refresh_from_db()
    assert world.connection.state == Connection.State.DISCONNECTED
    assert AuditEntry.objects.filter(action="connection.disconnected").count() == 1
    html = seen(client_in, HOME)
    for text in ("Your data is kept until", "was disconnected on", "Connect again", "Delete everything now"):
        assert text in html
    assert client_in.get(PAGE)["Location"] == HOME


def test_the_other_pages_know_that_it_ended(client_in: Client, kept: Connection) -> None:
    assert "is disconnected" in seen(client_in, "/")
    assert "Connect again or delete" in seen(client_in, "/settings/integrations")
    assert client_in.get("/setup/connect/cliniko")["Location"] == HOME


def test_every_page_of_the_copy_says_until_when_it_is_kept_and_how_to_go_on(
    client_in: Client, kept: Connection, world: World
) -> None:
    patient, place = world.patient(), world.location("Lagoon Road")
    assert kept.disconnected_at is not None
    assert kept.purge_after is not None
    with timezone.override(world.practice.zone):
        days = [day(timezone.localtime(moment)) for moment in (kept.disconnected_at, kept.purge_after)]
    for address in ("/patients", f"/patients/{patient.pk}", "/practice", "/test-robyn"):
        html = seen(client_in, address)
        for part in (f"{kept.account_name} is disconnected", *days, "Connect the same account again", HOME):
            assert part in html, address
    assert patient.full_name.split()[-1] in seen(client_in, "/patients")
    assert "No patients" not in seen(client_in, "/patients")
    assert place.name in seen(client_in, "/practice")
    assert "not connected yet" not in seen(client_in, "/practice")
    assert "Cliniko ID" in seen(client_in, f"/patients/{patient.pk}")


def test_pages_about_the_connection_lead_to_its_state(client_in: Client, kept: Connection) -> None:
    for page in ("health", "webhook-logs", "key", "disconnect"):
        assert client_in.get(f"{HOME}/{page}")["Location"] == HOME


def test_what_is_being_deleted_is_not_promised_any_more(client_in: Client, kept: Connection) -> None:
    kept.purge_after = timezone.now() - timedelta(minutes=1)
    kept.save()
    html = seen(client_in, "/patients")
    assert "is being deleted now" in html
    assert "kept until" not in html


def test_what_is_left_to_do_stays_on_the_dashboard(client_in: Client, kept: Connection, world: World) -> None:
    StaffTask.objects.create(practice=world.practice, kind="call_back", summary="Ring Amelia back")
    html = seen(client_in, "/")
    assert "Ring Amelia back" in html
    assert "Recent events" not in html
    assert "Not connected" in html


def test_the_same_account_is_connected_again(
    client_in: Client, kept: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    def again(**values: Any) -> Connection:
        given.update(values)
        return kept

    monkeypatch.setattr(integrations, "connect_and_sync", again)
    answer = client_in.post(HOME, {"region": "au1", "key": "MS0xMjM0NTY3ODkwLXNlY3JldA-au1"}, follow=True)
    assert given["vendor"] == "cliniko"
    assert "Everything that was kept is back in use" in answer.content.decode()


def test_deleting_at_once_needs_the_practices_name(
    client_in: Client, kept: Connection, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = client_in.post(DELETE, {"name": "harbour"})
    assert answer.status_code == 422
    html = unescape(answer.content.decode())
    assert f"exactly as it stands here: {world.practice.name}" in html
    assert 'id="id_name_error"' in html
    kept.refresh_from_db()
    assert kept.purge_after is not None
    assert kept.purge_after > timezone.now()


def test_deleting_at_once_is_begun(client_in: Client, kept: Connection, world: World) -> None:
    answer = client_in.post(DELETE, {"name": world.practice.name}, follow=True)
    assert "Your data is being deleted" in answer.content.decode()
    assert "Connect again</button>" not in answer.content.decode()
    kept.refresh_from_db()
    assert kept.purge_after is not None
    assert kept.purge_after <= timezone.now()
    assert AuditEntry.objects.filter(action="connection.delete_requested").count() == 1


def test_nothing_is_deleted_while_connected(client_in: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving.retention, "delete_at_once", lambda *given: pytest.fail("deleted"))
    assert world.connection
    assert client_in.post(DELETE, {"name": world.practice.name}).status_code == 404


def test_without_a_connection_there_is_nothing_to_end(client_in: Client) -> None:
    assert client_in.get(PAGE).status_code == 404
    assert client_in.post(DELETE, {"name": "x"}).status_code == 404
