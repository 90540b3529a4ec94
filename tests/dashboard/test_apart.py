"""Where the two systems differ their pages differ, and neither borrows from the other: each topic on both of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from routiq.mirror.models import Patient
from routiq.pms import registry
from routiq.practices.models import Practice
from tests.dashboard.conftest import World

VENDORS = tuple(vendor.name for vendor in registry.vendors())
OWN = "/settings/integrations/{}"


@dataclass(frozen=True)
class Topic:
    name: str
    page: str
    """``{}`` is the system, ``patient`` the number of the one patient."""
    cliniko: tuple[str, ...] = ()
    """What stands there, and not where the practice works with the other system."""
    nookal: tuple[str, ...] = ()
    both: tuple[str, ...] = ()

    def says(self, vendor: str) -> tuple[str, ...]:
        found: tuple[str, ...] = getattr(self, vendor)
        return found


TOPICS = (
    Topic("freshness", OWN, ("within seconds",), ("about a minute in business hours", "within 15 minutes")),
    Topic("reconciliation", OWN, both=("Everything is checked once more at 2 am",)),
    Topic("webhook pages", OWN, ("/webhook-logs",), ("/event-log",)),
    Topic("webhooks", f"{OWN}/health", ("Webhook",)),
    Topic("scope", OWN, nookal=("Locations in scope", "edit the key and tick it")),
    Topic("filter", "/patients", nookal=('<option value="deceased"',), both=('<option value="archived"',)),
    Topic("words", "/patients/patient", ("Confirmed",), ("Completed", "Uninvoiced"), ("Cancelled", "Did not arrive")),
    Topic("finance", "/patients/patient", nookal=("Invoices and payments",)),
    Topic("waiting list", "/practice", nookal=("Waiting list",), both=("Classes to come",)),
    Topic("booking rules", "/practice", ("Online-booking rules",)),
    Topic("treatment notes", OWN, ("Neither reads nor writes clinical notes",), ("Allow reading treatment notes",)),
    Topic("rotation", f"{OWN}/key", ("ebhooks register again", "revoke the old key"), ("disable the old key",)),
    Topic("disconnecting", f"{OWN}/disconnect", ("its webhooks stop",), ("for this integration",)),
    Topic("progress", "/", both=("First sync", "Patients", "Appointments")),
)


@pytest.fixture
def connected(practice: Practice) -> Callable[[str], Patient]:
    """A practice on this system, in the middle of its first sync, with one patient who has four visits."""

    def on(vendor: str) -> Patient:
        world = World(practice, vendor)
        world.first_sync()
        patient = world.patient()
        world.location()
        noon = datetime(2026, 5, 4, 2, tzinfo=UTC)
        world.appointment(patient, noon, completed=True, invoiced=True)
        world.appointment(patient, noon + timedelta(days=1), status="dna")
        world.appointment(patient, noon + timedelta(days=2), status="cancelled", cancelled_at=noon)
        world.appointment(patient, timezone.now() + timedelta(days=2), invoiced=False)
        return patient

    return on


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(unescape(answer.content.decode()).split())


@pytest.mark.parametrize("vendor", VENDORS)
def test_each_systems_pages_say_what_is_true_of_it_alone(
    client_in: Client, connected: Callable[[str], Patient], vendor: str
) -> None:
    patient = connected(vendor)
    wrong = []
    for topic in TOPICS:
        html = page(client_in, topic.page.format(vendor).replace("patients/patient", f"patients/{patient.pk}"))
        foreign = [text for other in VENDORS if other != vendor for text in topic.says(other)]
        wrong += [f"{topic.name}: {text} is missing" for text in topic.says(vendor) + topic.both if text not in html]
        wrong += [f"{topic.name}: {text} is the other's" for text in foreign if text in html]
    assert wrong == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_each_system_asks_for_what_its_keys_need_and_no_more(client_in: Client, vendor: str) -> None:
    html = page(client_in, f"/setup/connect/{vendor}")
    assert 'name="key"' in html
    assert ('name="region"' in html) is bool(registry.vendor(vendor).guide.regions)
    assert bool(registry.vendor(vendor).guide.regions) is (vendor == "cliniko")


@pytest.mark.parametrize("vendor", VENDORS)
def test_each_system_has_the_log_that_it_fills(
    client_in: Client, connected: Callable[[str], Patient], vendor: str
) -> None:
    connected(vendor)
    webhook_logs, event_log = (
        client_in.get(f"{OWN.format(vendor)}/{name}") for name in ("webhook-logs", "event-log")
    )
    if vendor == "cliniko":
        assert webhook_logs.status_code == 200
        assert event_log["Location"].endswith("/webhook-logs")
    else:
        assert (webhook_logs.status_code, event_log.status_code) == (404, 200)
        assert "Re-register" not in event_log.content.decode()
        assert client_in.post(f"{OWN.format(vendor)}/webhooks/register").status_code == 404
