"""Settings > Integrations > a system > Webhook Logs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import msgspec
import pytest
from django.test import Client
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.dashboard import systems
from routiq.dashboard.views import eventlog
from routiq.pms import registry
from routiq.practices.models import AuditEntry
from routiq.sync.models import SyncEvent
from tests.dashboard.conftest import World

LOGS = "/settings/integrations/cliniko/webhook-logs"


def seen(client: Client, address: str = LOGS) -> str:
    return " ".join(unescape(client.get(address).content.decode()).split())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the workers were asked to do."""
    calls: list[str] = []
    monkeypatch.setattr(eventlog.jobs, "ask_to_look", lambda connection: calls.append("look"))
    monkeypatch.setattr(eventlog.jobs, "ask_to_register", lambda connection: calls.append("register"))
    return calls


def test_each_line_says_what_whom_when_and_what_came_of_it(client_in: Client, world: World) -> None:
    amelia = world.patient("Amelia", "Nguyen")
    world.event(record_id=amelia.remote_id, deliveries=3)
    world.event(source="poll", kind="did_not_arrive", stream="appointments", record_id="4711")
    html = seen(client_in)
    assert "Patient updated" in html
    assert f'<a href="/patients/{amelia.pk}">Amelia Nguyen</a>' in html
    assert "delivered 3 times" in html
    assert "1.0 s" in html
    assert "Applied" in html
    assert "Appointment: did not arrive" in html
    assert "<code>4711</code>" in html
    assert "Poll" in html


def test_an_appointment_leads_to_its_patient(
    client_in: Client, world: World, sydney_noon: Callable[[int], datetime]
) -> None:
    wiremu = world.patient("Wiremu", "Parata")
    visit = world.appointment(wiremu, sydney_noon(1))
    world.event(source="poll", kind="rescheduled", stream="appointments", record_id=visit.remote_id)
    html = seen(client_in)
    assert "Appointment moved" in html
    assert f'<a href="/patients/{wiremu.pk}">Wiremu Parata</a>' in html


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("bad_signature", "The signature does not match"),
        ("too_old", "more than five minutes before it came in"),
        ("from_the_future", "dated in the future"),
        ("no_id", "carries no delivery number"),
        ("no_timestamp", "does not say when it was sent"),
        ("no_signature", "It is not signed"),
        ("too_large", "larger than a delivery can be"),
        ("unreadable", "cannot be read"),
        ("retired_address", "sent to an address that we gave up"),
    ],
)
def test_a_refused_delivery_stands_at_the_top_with_its_reason_in_words(
    client_in: Client, world: World, reason: str, words: str
) -> None:
    world.refused(reason)
    world.event()
    html = seen(client_in)
    top, log = html.split('id="results"')
    assert "Refused in the last 24 hours" in top
    assert words in top
    assert words in log
    assert reason not in html.replace(words, "")


def test_old_failures_are_in_the_list_only(client_in: Client, world: World) -> None:
    world.refused(minutes_ago=25 * 60)
    html = seen(client_in)
    assert "Refused in the last 24 hours" not in html
    assert "The signature does not match" in html


def test_filters_and_search_narrow_the_list(client_in: Client, world: World) -> None:
    amelia = world.patient("Amelia", "Nguyen")
    world.event(record_id=amelia.remote_id)
    world.event(source="poll", kind="cancelled", stream="appointments", record_id="4711")
    world.refused()

    def found(query: str) -> tuple[bool, bool, bool]:
        log = seen(client_in, f"{LOGS}?{query}").split('id="results"')[1]
        return "Amelia Nguyen" in log, "4711" in log, "Refused" in log

    assert found("") == (True, True, True)
    assert found("outcome=refused") == (False, False, True)
    assert found("source=poll") == (False, True, False)
    assert found("kind=cancelled") == (False, True, False)
    assert found("q=4711") == (False, True, False)
    assert found("q=nguyen") == (True, False, False)
    assert found("outcome=no-such&kind=neither") == (True, True, True)
    assert "Nothing fits" in seen(client_in, f"{LOGS}?q=nobody-of-that-name")


def test_a_long_log_is_paged(client_in: Client, world: World) -> None:
    for number in range(60):
        world.event(minutes_ago=number, record_id=f"record-{number:02}")
    first = client_in.get(LOGS)
    assert "record-49" in first.content.decode()
    assert "record-50" not in first.content.decode()
    older = unescape(first.content.decode()).split('rel="next" href="')[1].split('"')[0]
    html = client_in.get(older).content.decode()
    assert "record-59" in html
    assert "record-49" not in html
    assert "sse-connect" not in html


def test_a_page_link_that_is_not_ours_leads_to_the_first_page(client_in: Client, world: World) -> None:
    assert world.connection
    assert client_in.get(f"{LOGS}?source=poll&older=nonsense")["Location"] == f"{LOGS}?source=poll"


def test_a_delivery_is_replayed(client_in: Client, world: World, asked: list[str]) -> None:
    event = world.event(record_id="4711", outcome="nothing_new")
    assert client_in.post(f"{LOGS}/{event.pk}/replay")["Location"] == LOGS
    copy = SyncEvent.objects.get(is_replay=True)
    assert (copy.record_id, copy.outcome) == ("4711", "waiting")
    assert asked == ["look"]
    assert AuditEntry.objects.filter(action="webhooks.replayed", target=f"event:{event.pk}").exists()
    html = seen(client_in)
    assert "Replay</span>" in html
    assert "Taken up once more" in html


def test_only_a_delivery_that_names_a_record_is_replayed(client_in: Client, world: World, asked: list[str]) -> None:
    for event in (world.refused(), world.event(source="poll", kind="updated")):
        assert client_in.post(f"{LOGS}/{event.pk}/replay").status_code == 404
        assert f"{event.pk}/replay" not in seen(client_in)
    assert not asked


def test_webhooks_are_registered_anew_on_demand(client_in: Client, world: World, asked: list[str]) -> None:
    assert world.connection
    assert "Re-register Webhooks" in seen(client_in)
    answer = client_in.post("/settings/integrations/cliniko/webhooks/register")
    assert answer["Location"] == LOGS
    assert asked == ["register"]
    assert AuditEntry.objects.filter(action="webhooks.reregister_requested").count() == 1


def test_while_paused_nothing_is_asked_of_the_vendor(client_in: Client, world: World, asked: list[str]) -> None:
    event = world.event()
    Connection.objects.filter(pk=world.connection.pk).update(state="paused")
    client_in.post("/settings/integrations/cliniko/webhooks/register")
    client_in.post(f"{LOGS}/{event.pk}/replay")
    assert not asked
    assert "The connection is paused" in seen(client_in)


def test_the_guidance_stands_on_the_page(client_in: Client, world: World) -> None:
    assert world.connection
    html = seen(client_in)
    for line in registry.vendor("cliniko").guide.webhook_help:
        assert line in html


def test_the_state_of_the_registration_is_told(client_in: Client, world: World) -> None:
    assert world.connection
    assert "not registered yet" in seen(client_in)
    registration = world.registration()
    assert "Webhooks are live" in seen(client_in)

    def now(**fields: object) -> str:
        for name, value in fields.items():
            setattr(registration, name, value)
        registration.save()
        return seen(client_in)

    silent = now(missed=9, checked_at=timezone.now() - timedelta(hours=1))
    assert "registered but not arriving" in silent
    assert "last 9 changes" in silent
    offered = now(state="not_offered")
    assert "does not offer webhooks" in offered
    assert "Every 10 seconds" in offered
    failed = now(
        state="failed",
        error_message="Cliniko did not answer.",
        error_advice="Wait.",
        attempts=2,
        next_attempt_at=timezone.now(),
    )
    for text in ("could not be registered", "Cliniko did not answer.", "Wait.", "Tried 2 times", "next attempt"):
        assert text in failed


def test_a_system_without_webhooks_has_an_event_log_instead(
    client_in: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = "/settings/integrations/cliniko/event-log"
    world.event(source="poll", kind="updated")
    assert client_in.get(log)["Location"] == LOGS
    vendor = registry.vendor("cliniko")
    silent = msgspec.structs.replace(vendor.capabilities, offers_webhooks=False)
    without = msgspec.structs.replace(vendor, capabilities=silent)
    monkeypatch.setattr(registry, "vendor", lambda name: without)
    assert not systems.offers_webhooks(without)
    assert client_in.get(LOGS).status_code == 404
    assert client_in.post("/settings/integrations/cliniko/webhooks/register").status_code == 404
    html = seen(client_in, log)
    assert "Event log" in html
    assert "Patient updated" in html
    assert "Re-register" not in html
    assert "Webhook Logs" not in html


def test_without_a_connection_there_is_no_log(client_in: Client) -> None:
    assert client_in.get(LOGS).status_code == 404


def test_the_dashboard_shows_the_latest_eight(client_in: Client, world: World) -> None:
    assert world.connection
    assert "No events yet" in seen(client_in, "/")
    for number in range(9):
        patient = world.patient(f"Number{number}", "Someone")
        world.event(minutes_ago=number, record_id=patient.remote_id)
    html = seen(client_in, "/")
    assert "Recent events" in html
    assert "Number7 Someone" in html
    assert "Number8 Someone" not in html
    assert LOGS in html
