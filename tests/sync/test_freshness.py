from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client, override_settings
from django.utils import timezone

from routiq.connections.models import Connection, RequestBudget
from routiq.doctor import examine
from routiq.practices.models import Letter
from routiq.sync import inbox, nightly
from routiq.sync.freshness import watch_over
from routiq.sync.health import health_of
from routiq.sync.looking import look
from routiq.sync.models import StreamState


def minutes_later(minutes: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


def test_the_owner_is_told_once_when_changes_are_late_and_once_when_they_are_back(synced: Connection) -> None:
    watch_over(synced)
    assert not Letter.objects.exists()

    with minutes_later(16):
        watch_over(synced)
        watch_over(synced)
        assert [letter.subject for letter in Letter.objects.all()] == ["Changes from Cliniko are late"]
        assert not health_of(synced).is_fresh

    with minutes_later(30):
        StreamState.objects.update(last_success_at=timezone.now())
        watch_over(synced)
        watch_over(synced)
    assert [letter.subject for letter in Letter.objects.order_by("pk")] == [
        "Changes from Cliniko are late",
        "Changes from Cliniko arrive again",
    ]
    synced.refresh_from_db()
    assert synced.stale_since is None


def test_a_paused_connection_is_not_told_of_twice(synced: Connection) -> None:
    Connection.objects.update(state=Connection.State.PAUSED)
    with minutes_later(60):
        watch_over(synced)
    assert not Letter.objects.exists()


def test_catching_up_after_a_new_key_is_no_second_trouble(synced: Connection) -> None:
    with minutes_later(60):
        Connection.objects.update(key_set_at=timezone.now())
        watch_over(synced)
        assert not Letter.objects.exists()
        with minutes_later(16):
            watch_over(synced)
    assert [letter.subject for letter in Letter.objects.all()] == ["Changes from Cliniko are late"]


def test_health_measures_how_old_the_mirror_can_be(synced: Connection) -> None:
    look(synced, thorough=True)
    health = health_of(synced)
    assert health.is_fresh
    assert health.freshness is not None
    assert health.freshness < timedelta(seconds=30)
    if health.next_reconciliation is None:
        assert nightly.due_day(timezone.now(), synced.practice.zone, synced.reconciled_on)
    else:
        assert health.next_reconciliation > timezone.now()
    assert health.troubles == ()
    with minutes_later(2):
        later = health_of(synced).freshness
        assert later is not None
        assert later >= timedelta(minutes=2)


def test_the_doctor_prints_what_the_health_page_shows(synced: Connection) -> None:
    minute = int(timezone.now().timestamp() // 60)
    RequestBudget.objects.update(minutes={str(minute): [4, 31], str(minute - 5): [0, 12]})
    StreamState.objects.filter(stream="patients").update(
        error_at=timezone.now(), error_code="VendorUnavailable.timeout", error_message="Slow.", error_advice="Wait."
    )
    findings = {finding.text: finding.ok for finding in examine()}
    said = "\n".join(findings)
    assert "requests in the last hour: 4 while somebody waited, 43 in the background" in said
    assert re.search(r"last success: .*Patients \d+ s ago", said)
    assert findings["Slow. Wait."] is False

    Connection.objects.update(
        state="paused", paused_at=timezone.now(), paused_message="Refused.", paused_advice="Paste a key."
    )
    paused = [finding.text for finding in examine()]
    assert [text for text in paused if "Refused." in text] == ["connection: paused. Refused. Paste a key."]
    assert any(text.startswith("last success: ") for text in paused)


def test_metrics_need_their_key_and_name_nobody(synced: Connection) -> None:
    client = Client()
    assert client.get("/metrics").status_code == 404
    inbox.refused.clear()
    inbox.refused["unknown_address"] += 3
    with override_settings(METRICS_KEY="let-me-see"):
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
        answer = client.get("/metrics", headers={"Authorization": "Bearer let-me-see"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'routiq_connection_active{{practice="{synced.practice_id}",connection="{synced.pk}"}} 1' in text
    assert "routiq_mirror_age_seconds" in text
    assert "# TYPE routiq_deliveries_refused_total counter" in text
    assert 'routiq_deliveries_refused_total{reason="unknown_address"} 3' in text
    assert synced.account_name not in text


@pytest.mark.parametrize("broken", ["paused", "run"])
def test_troubles_say_what_to_do(synced: Connection, broken: str) -> None:
    if broken == "paused":
        Connection.objects.update(
            state="paused", paused_at=timezone.now(), paused_code="KeyRejected.revoked", paused_advice="Paste a key."
        )
        synced.refresh_from_db()
    else:
        synced.runs.update(error_code="VendorChanged.list", error_advice="Tell support.")
    assert [trouble.advice for trouble in health_of(synced).troubles] == [
        "Paste a key." if broken == "paused" else "Tell support."
    ]
