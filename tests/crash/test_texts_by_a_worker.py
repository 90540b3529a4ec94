"""A worker as it runs in production takes a text from the queue and sends it (B13)."""

from __future__ import annotations

import os
import subprocess
import time

import pytest
from django.conf import settings

from routiq.connections.models import Connection
from routiq.messaging.models import Text
from routiq.processes import routiq_command
from tests.carriers import StandIn
from tests.crash.conftest import texts
from tests.frontdesk.desk import booked_at, offers_for
from tests.frontdesk.test_both_systems import somebody

pytestmark = pytest.mark.crash
PATIENCE = 30.0


def test_a_worker_sends_what_a_booking_stored(synced: Connection, twilio: StandIn) -> None:
    patient = somebody()
    booked_at(patient, offers_for(patient)[0])
    urls = {f"ROUTIQ_{name.upper()}_URL": url for name, url in settings.PMS_URLS.items()}
    environment = {**os.environ, **urls, **texts(), "DJANGO_SETTINGS_MODULE": "routiq.settings"}
    worker = subprocess.Popen(routiq_command("worker"), env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE
        while Text.objects.get().state != Text.State.SENT and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        worker.terminate()
        worker.wait(30)
    assert Text.objects.get().state == Text.State.SENT
    assert len(twilio.told) == 1
