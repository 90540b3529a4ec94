"""Every registered vendor, opened on the same invented practice. A new one needs one line here, and the sandbox's
face for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from pms_sandbox.testing import RunningSandbox, running_sandbox
from routiq.pms.gateway import Capabilities, Gateway, Selection, Stream
from routiq.pms.pacing import LocalPace
from routiq.pms.registry import vendor as vendor_of
from routiq.pms.registry import vendors
from tests.bookable import MONDAY, Bookable
from tests.gateways import Walked

#: Six in the morning of a Monday in Sydney.
NOW = datetime(2026, 5, 3, 20, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Door:
    """How the sandbox is reached as one vendor: its address, and whose keys open what."""

    url: Callable[[RunningSandbox], str]
    key: str
    spare: str
    other: str
    """A key of somebody else's account."""
    spoil: Callable[[RunningSandbox, str], object]
    """Makes a key invalid."""


DOORS = {
    "cliniko": Door(
        lambda sandbox: sandbox.cliniko_url, "admin", "spare", "other", lambda sandbox, key: sandbox.revoke(key)
    ),
    "nookal": Door(
        lambda sandbox: sandbox.nookal_url,
        "nookal",
        "nookal-spare",
        "nookal-other",
        lambda sandbox, key: sandbox.control("PATCH", f"keys/{key}", {"enabled": False}),
    ),
}


class Clinic(Walked):
    """A gateway of some vendor, and what a test does with it."""

    def __init__(self, name: str, sandbox: RunningSandbox, label: str, naps: list[float]) -> None:
        self.vendor = vendor_of(name)
        self.sandbox = sandbox
        self.naps = naps
        self.key, region = self.vendor.normalise_key(sandbox.key(label), "")
        self.gateway: Gateway = self.vendor.open(
            key=self.key,
            region=region,
            pace=LocalPace(sleep=naps.append),
            base_url=DOORS[name].url(sandbox),
            contact="desk@clinic.example",
            sleep=naps.append,
        )

    @property
    def can(self) -> Capabilities:
        return self.gateway.capabilities

    def every(self, stream: Stream) -> list[Any]:
        """All of a stream, seats through the classes they are in."""
        if stream is not Stream.ATTENDANCES:
            return self.all(stream)
        classes = tuple(session.id for session in self.all(Stream.CLASSES))[:150]
        return self.all(stream, Selection(class_ids=classes))


class Desk(Bookable):
    """A combination with many free times, and somebody else beside whom it is for."""

    notes = "Booked by Robyn. Ref QX7Z"
    days = 7

    def __init__(self, clinic: Clinic) -> None:
        super().__init__(clinic)
        kinds = {kind.id: kind for kind in clinic.all(Stream.APPOINTMENT_TYPES)}
        people = {person.id: person for person in clinic.all(Stream.PRACTITIONERS)}
        places = {place.id: place for place in clinic.all(Stream.LOCATIONS)}
        returning, another = (
            clinic.sandbox.characters()[label]["patient_ids"][0] for label in ("returning", "family")
        )
        self.patient_id, self.somebody_else = returning, another
        for offer in clinic.all(Stream.OFFERINGS):
            kind, place = kinds[offer.appointment_type_id], places[offer.location_id]
            who = [each for each in offer.practitioner_ids if people[each].online and people[each].active]
            if who and kind.online and kind.active and kind.max_attendees == 1 and place.online:
                self.kind, self.location_id, self.practitioner_id = kind, place.id, who[0]
                self.slots = self.free()
                if len(self.slots) > 20:
                    break
        clinic.sandbox.clear_requests()

    def later(self, slot: Any) -> Any:
        """A free time of another day."""
        return next(other for other in self.slots if other.starts_at - slot.starts_at > timedelta(hours=20))


def changes_of(sandbox: RunningSandbox) -> list[str]:
    """What was asked that may have changed something, in whichever vendor's manner."""
    reading = ("get", "search", "verify", "version")
    return [
        f"{entry['method']} {entry['path']}"
        for entry in sandbox.requests()
        if entry["method"] != "GET" and not str(entry["path"]).startswith(reading)
    ]


@pytest.fixture(scope="session")
def one_practice() -> Iterator[RunningSandbox]:
    with running_sandbox(patients=130, seed=7, today=MONDAY.isoformat(), rate_limit=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(one_practice: RunningSandbox) -> Iterator[RunningSandbox]:
    """The practice as it was generated, on a Monday morning, nothing armed."""
    with time_machine.travel(NOW, tick=True):
        one_practice.reset()
        one_practice.clock(now=NOW.isoformat().replace("+00:00", "Z"))
        yield one_practice
    one_practice.reset()


@pytest.fixture(params=[each.name for each in vendors()])
def name(request: pytest.FixtureRequest) -> str:
    """Of each vendor that there is."""
    assert request.param in DOORS, "a new vendor needs a door here"
    return str(request.param)


@pytest.fixture
def open_clinic(name: str, sandbox: RunningSandbox) -> Iterator[Callable[..., Clinic]]:
    opened: list[Clinic] = []

    def open_one(which: str = "key", of: str = name) -> Clinic:
        clinic = Clinic(of, sandbox, getattr(DOORS[of], which), [])
        opened.append(clinic)
        return clinic

    yield open_one
    for clinic in opened:
        clinic.gateway.close()


@pytest.fixture
def clinic(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic()


@pytest.fixture
def desk(clinic: Clinic) -> Desk:
    return Desk(clinic)


@pytest.fixture
def dead_key(name: str, sandbox: RunningSandbox) -> Callable[[], object]:
    """Makes the key invalid from now on."""
    return lambda: DOORS[name].spoil(sandbox, DOORS[name].key)
