"""How often a turn asks the database: what is asked twice, or row by row, is waited for on every line."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from routiq.knowledge import sources
from routiq.mirror.models import Offering
from routiq.practices.audit import SYSTEM
from routiq.practices.models import Practice
from routiq.robyn import conversation
from tests.dashboard.conftest import World
from tests.knowledge.practices import HARBOUR


@pytest.fixture
def begun(practice: Practice) -> int:
    """A talk with a practice of two locations that told us about itself."""
    Practice.objects.filter(pk=practice.pk).update(status=Practice.Status.LIVE)
    world = World(practice)
    world.rules()
    world.patient("Amelia", "Nguyen", "+61491570006")
    people = [world.practitioner(name) for name in ("Jonas Weber", "Mina Patel", "Oliver Stone")]
    places = [world.location(name) for name in ("Harbour Street", "Northside")]
    kinds = [world.appointment_type(name) for name in ("Standard consultation", "Remedial massage")]
    for who in people:
        for where in places:
            world.works(who, where, 1, ("08:00", "17:00"))
            for kind in kinds:
                Offering.objects.create(
                    practice=practice,
                    connection=world.connection,
                    location_remote_id=where.remote_id,
                    appointment_type_remote_id=kind.remote_id,
                    practitioner_remote_id=who.remote_id,
                )
    for title, text in HARBOUR.items():
        sources.add_note(title, text, SYSTEM)
    return conversation.start("call", "0491 570 006").conversation_id


@pytest.mark.parametrize(
    ("said", "at_most"),
    [
        ("hello there", 10),
        ("do you have parking?", 14),
        ("are you open on saturdays?", 14),
    ],
)
def test_a_turn_asks_the_database_only_so_often(begun: int, said: str, at_most: int) -> None:
    conversation.say(begun, said)  # What a process asks once is asked.
    with CaptureQueriesContext(database) as asked:
        conversation.say(begun, said)
    assert len(asked) <= at_most, [each["sql"][:100] for each in asked.captured_queries]
