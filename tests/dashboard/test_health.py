"""Settings > Integrations > a system > Health."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from routiq.connections.models import Connection, RequestBudget
from routiq.dashboard.healthpage import chart_of
from routiq.dashboard.views import health
from routiq.pms.errors import VendorUnavailable
from routiq.practices.models import Person
from routiq.sync.models import SyncRun
from tests.dashboard.conftest import World

PAGE = "/settings/integrations/cliniko/health"
NIGHT = {"checked": 900, "missing": 2, "stale": 3, "extra": 5, "removed": 5}


def seen(client: Client, address: str = PAGE) -> str:
    return " ".join(unescape(client.get(address).content.decode()).split())


def test_it_says_how_old_the_copy_is_at_worst(client_in: Client, world: World) -> None:
    world.first_sync(state="done")
    with time_machine.travel(timezone.now(), tick=False):
        world.streams(timedelta(seconds=8, milliseconds=300))
        html = seen(client_in)
    assert "at worst 8 seconds old" in html
    assert "Fresh" in html
    assert "Appointments" in html


@pytest.mark.parametrize(
    ("local", "done_today", "said"),
    [
        (datetime(2026, 11, 20, 1, 59), False, "compared next Fri 20 Nov 2026, 2:00 am"),
        (datetime(2026, 11, 20, 2, 3), False, "compared next now: it is due"),
        (datetime(2026, 11, 20, 2, 3), True, "compared next Sat 21 Nov 2026, 2:00 am"),
        (datetime(2026, 11, 20, 16, 0), True, "compared next Sat 21 Nov 2026, 2:00 am"),
    ],
)
def test_it_says_when_everything_is_compared_next(
    client_in: Client, owner: Person, world: World, local: datetime, done_today: bool, said: str
) -> None:
    world.first_sync(state="done")
    if done_today:
        Connection.objects.update(reconciled_on=local.date())
    with time_machine.travel(local.replace(tzinfo=world.practice.zone), tick=False):
        client_in.force_login(owner)
        assert said in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", seen(client_in)))


def test_before_the_first_sync_nothing_is_claimed(client_in: Client, world: World) -> None:
    assert world.connection
    html = seen(client_in)
    assert "not complete yet" in html
    assert "at worst" not in html


def test_late_changes_are_told_on_every_page_and_lead_here(client_in: Client, world: World) -> None:
    world.first_sync(state="done")
    world.streams(timedelta(minutes=17, seconds=5))
    for address in ("/", "/patients", "/practice", "/test-robyn", "/settings/integrations/cliniko"):
        html = seen(client_in, address)
        assert html.count("Changes are late: last look 17 minutes ago") == 1
        assert PAGE in html
    world.streams(timedelta(minutes=14))
    assert "Changes are late" not in seen(client_in, "/")


def test_a_paused_connection_says_that_instead_of_being_late(client_in: Client, world: World) -> None:
    world.first_sync(state="done")
    world.streams(timedelta(hours=5))
    Connection.objects.filter(pk=world.connection.pk).update(
        state="paused",
        paused_at=timezone.now(),
        paused_message="Cliniko refuses the key.",
        paused_advice="Create a new one.",
    )
    html = seen(client_in)
    assert "Changes are late" not in html
    assert "Cliniko refuses the key." in html
    assert "Create a new one." in html


def test_webhooks_that_do_not_arrive_are_a_trouble(client_in: Client, world: World) -> None:
    world.registration(missed=9, checked_at=timezone.now() - timedelta(hours=1))
    html = seen(client_in)
    assert "registered but not arriving" in html
    assert "None." not in html


def test_the_budget_is_drawn_with_its_numbers_beside_it(client_in: Client, world: World) -> None:
    minute = int(timezone.now().timestamp() // 60)
    RequestBudget.objects.create(
        practice=world.practice, connection=world.connection, minutes={str(minute): [4, 31], str(minute - 5): [0, 12]}
    )
    html = seen(client_in)
    assert "47 requests to Cliniko in the last hour: 4 while somebody waited, 43 in the background" in html
    assert html.count('class="live"') == 1
    assert html.count('class="background"') == 2
    assert 'class="limit"' in html
    assert '<td class="number">31</td>' in html


def test_bars_stand_on_each_other_and_within_the_drawing() -> None:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    chart = chart_of([(at, 50, 150), (at, 0, 0)], 100)
    bar = chart.bars[0]
    assert bar.live_y >= 0
    assert bar.live_y + bar.live_height == pytest.approx(bar.background_y)
    assert bar.background_y + bar.background_height == pytest.approx(100)
    assert chart.limit_y == 50
    assert chart_of([], None).limit_y is None


def test_the_last_report_and_those_before_it_are_shown(client_in: Client, world: World) -> None:
    world.night(days_ago=91, patients={"checked": 77_777})
    world.night(days_ago=1, patients={"checked": 4_321})
    world.night(patients=NIGHT, appointments={"checked": 60_000})
    html = seen(client_in)
    for number in ("900", "60,000", "4,321", "60,900"):
        assert f">{number}</td>" in html
    assert "77,777" not in html
    assert "not removed" not in html


def test_what_was_held_back_is_explained_and_removed_on_demand(
    client_in: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = world.night(patients={**NIGHT, "removed": 0, "held_back": 40})
    html = seen(client_in)
    assert "40 rows were not removed" in html
    assert f"{PAGE}/{run.pk}/remove" in html
    given: list[Any] = []

    def remove(run: SyncRun, actor: Any) -> int:
        given.extend([run.pk, str(actor)])
        return 38

    monkeypatch.setattr(health.reconciling, "remove_held_back", remove)
    answer = client_in.post(f"{PAGE}/{run.pk}/remove", follow=True)
    assert "38 rows were removed" in answer.content.decode()
    assert given[0] == run.pk
    assert given[1].startswith("person:")


def test_removing_tells_what_the_vendor_said(
    client_in: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = world.night(patients={"held_back": 40})

    def remove(run: SyncRun, actor: Any) -> int:
        raise VendorUnavailable("Cliniko does not answer.", cause="timeout", advice="Try in a minute.")

    monkeypatch.setattr(health.reconciling, "remove_held_back", remove)
    html = client_in.post(f"{PAGE}/{run.pk}/remove", follow=True).content.decode()
    assert "Cliniko does not answer. Try in a minute." in html


def test_only_a_reconciliation_has_rows_to_remove(client_in: Client, world: World) -> None:
    assert client_in.post(f"{PAGE}/{world.first_sync(state='done').pk}/remove").status_code == 404


def test_without_a_connection_there_is_no_health(client_in: Client) -> None:
    assert client_in.get(PAGE).status_code == 404
