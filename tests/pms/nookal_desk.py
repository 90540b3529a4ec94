"""Monday morning at a practice on Nookal: a combination that can be booked, and what stands in the diary."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from pms_sandbox.testing import RunningSandbox
from routiq.pms.gateway import Stream
from tests.bookable import MONDAY as MONDAY
from tests.bookable import Bookable

NOW = datetime(2026, 5, 3, 20, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_monday_morning(sandbox: RunningSandbox) -> Any:
    """Six in the morning in Sydney, for the sandbox and for us."""
    with time_machine.travel(NOW, tick=True):
        sandbox.clock(now="2026-05-03T20:00:00Z")
        yield


class Desk(Bookable):
    """The first combination that has free times."""

    def __init__(self, sandbox: RunningSandbox, clinic: Any) -> None:
        super().__init__(clinic)
        types = {kind.id: kind for kind in clinic.all(Stream.APPOINTMENT_TYPES)}
        self.patient_id = sandbox.characters()["returning"]["patient_ids"][0]
        self.offers = clinic.all(Stream.OFFERINGS)
        for offer in self.offers:
            self.location_id, self.practitioner_id = offer.location_id, offer.practitioner_ids[0]
            self.kind = types[offer.appointment_type_id]
            if self.free():
                break
        sandbox.clear_requests()


@pytest.fixture
def desk(sandbox: RunningSandbox, nookal: Any) -> Desk:
    return Desk(sandbox, nookal)


def rows(sandbox: RunningSandbox) -> dict[str, dict[str, Any]]:
    assert sandbox.server is not None
    return dict(sandbox.server.sandbox.worlds["main"]["individual_appointments"].rows)


def writes(sandbox: RunningSandbox) -> list[str]:
    return [
        entry["path"] for entry in sandbox.requests() if not entry["path"].startswith(("get", "verify", "search"))
    ]
