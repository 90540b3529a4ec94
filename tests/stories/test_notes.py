"""Treatment notes beside a conversation that was left to the team, on every system: read where they may be, by
whoever works on it, for as long as they do, and found nowhere afterwards."""

from __future__ import annotations

import ast
import logging
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from psycopg import sql

import routiq
from routiq.connections.models import Connection
from routiq.connections.treatment_notes import allow_treatment_notes
from routiq.frontdesk.models import StaffTask
from routiq.mirror.models import Appointment, AssignedLogin, Patient
from routiq.practices import tokens
from routiq.practices.audit import SYSTEM
from routiq.practices.models import AuditEntry, Membership, Person
from tests.parsing import parsed
from tests.stories.telling import Call
from tests.systems import At

WORDS = "Lateral ankle sprain, grade two, proprioception drills begun."


@pytest.fixture
def call(mirrored: At) -> Call:
    """A patient whom Robyn knows, with a note of today at the practice, asks for a person."""
    regular: dict[str, Any] = mirrored.sandbox.characters()["returning"]
    (patient,) = regular["patient_ids"]
    note = {"patient_id": patient, "date": mirrored.sandbox.clock()["now"], "text": WORDS, "status": "active"}
    seen = mirrored.sandbox.world("treatment_notes")["treatment_notes"][0]
    mirrored.sandbox.edit(
        [{"op": "create", "collection": "treatment_notes", "fields": {**seen, **note, "template": False}}]
    )
    called = Call(regular["phone"])
    called.say("I'd like to book an appointment", "Can I please talk to a real person?", "About my ankle", "yes")
    assert StaffTask.objects.filter(conversation_id=called.id, done_at=None).exists(), called.replies
    return called


def page(client: Client, call: Call) -> str:
    return client.get(f"/test-robyn/{call.id}").content.decode()


def notes(client: Client, call: Call) -> Any:
    return client.post(f"/test-robyn/{call.id}/notes")


def readings() -> int:
    return AuditEntry.objects.filter(action="treatment_notes.read").count()


def asked_of(at: At) -> list[str]:
    return [entry["path"] for entry in at.sandbox.requests() if "note" in entry["path"].lower()]


def allowed(at: At) -> None:
    allow_treatment_notes(Connection.objects.get(pk=at.connection.pk), SYSTEM, allowed=True)


def take(client: Client, call: Call) -> int:
    """Every task the call left; gives one of them."""
    keys = list(StaffTask.objects.filter(conversation_id=call.id).values_list("pk", flat=True))
    for pk in keys:
        client.post(f"/tasks/{pk}/take")
    return keys[0]


def test_whoever_has_the_task_reads_the_recent_notes(
    mirrored: At, client_in: Client, owner: Person, call: Call
) -> None:
    can = mirrored.system.capabilities.reads_treatment_notes
    assert "Recent notes" not in page(client_in, call), "off until the practice allows it"
    assert notes(client_in, call).status_code == 404
    allowed(mirrored)
    assert ("Open the task and take it" in page(client_in, call)) is can
    assert notes(client_in, call).status_code == (302 if can else 404), "nobody works on it yet"
    take(client_in, call)
    assert ("Recent notes" in page(client_in, call)) is can
    assert WORDS not in page(client_in, call)
    assert readings() == 0
    assert asked_of(mirrored) == []
    shown = notes(client_in, call)
    assert shown.status_code == (200 if can else 404)
    assert (WORDS in shown.content.decode()) is can
    assert bool(asked_of(mirrored)) is can
    read = AuditEntry.objects.filter(action="treatment_notes.read")
    assert [(each.actor_id, each.target) for each in read] == [(str(owner.pk), f"conversation:{call.id}")][:can]


def test_whoever_answers_instead_of_robyn_reads_them_until_they_hand_back(
    mirrored: At, client_in: Client, call: Call
) -> None:
    can = mirrored.system.capabilities.reads_treatment_notes
    allowed(mirrored)
    StaffTask.objects.filter(conversation_id=call.id).delete()
    assert notes(client_in, call).status_code == 404, "Robyn answers, and nothing is left to the team"
    client_in.post(f"/conversations/{call.id}/take-over")
    inbox = client_in.get(f"/conversations/{call.id}").content.decode()
    assert ("Recent notes" in inbox) is can
    assert WORDS not in inbox
    assert (WORDS in notes(client_in, call).content.decode()) is can
    client_in.post(f"/conversations/{call.id}/hand-back")
    assert notes(client_in, call).status_code == 404
    assert readings() == int(can)


def test_once_it_is_done_the_notes_are_out_of_reach(mirrored: At, client_in: Client, call: Call) -> None:
    allowed(mirrored)
    take(client_in, call)
    notes(client_in, call)
    before = readings()
    for task in StaffTask.objects.filter(conversation_id=call.id):
        client_in.post(f"/tasks/{task.pk}/done")
    assert notes(client_in, call).status_code == 404
    assert "Recent notes" not in page(client_in, call)
    assert readings() == before


def test_no_word_of_them_is_kept_said_or_given_to_a_program(
    mirrored: At, client_in: Client, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    allowed(mirrored)
    take(client_in, call)
    notes(client_in, call)
    said = call.say("What did my practitioner write in my notes about my ankle?")
    assert "sprain" not in " ".join([said, *call.replies])
    assert "sprain" not in caplog.text
    _, token = tokens.create("Website", SYSTEM)
    for path in (f"conversations/{call.id}", "tasks", "patients"):
        answer = client_in.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
        assert "sprain" not in answer.content.decode()
    with database.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        for (table,) in cursor.fetchall():
            cursor.execute(
                sql.SQL("SELECT count(*) FROM {} t WHERE t::text LIKE '%ankle sprain%'").format(sql.Identifier(table))
            )
            assert cursor.fetchone() == (0,), table


def test_a_practitioner_reads_no_notes_of_others_patients(
    mirrored: At, client_in: Client, owner: Person, call: Call
) -> None:
    allowed(mirrored)
    take(client_in, call)
    Membership.objects.filter(person=owner).update(role="practitioner", all_patients=False)
    assert notes(client_in, call).status_code == 404, "the conversation is the team's, its patient somebody else's"
    (patient_id,) = mirrored.sandbox.characters()["returning"]["patient_ids"]
    patient = Patient.objects.get(remote_id=patient_id)
    for practitioner in set(
        Appointment.objects.filter(patient_remote_id=patient.remote_id).values_list(
            "practitioner_remote_id", flat=True
        )
    ):
        AssignedLogin.objects.create(
            practice=mirrored.connection.practice,
            connection=mirrored.connection,
            membership=Membership.objects.get(person=owner),
            practitioner_remote_id=practitioner,
        )
    expected = 200 if mirrored.system.capabilities.reads_treatment_notes else 404
    assert notes(client_in, call).status_code == expected


def test_nothing_but_the_page_of_those_at_work_can_read_them() -> None:
    root = Path(routiq.__file__).parent
    readers = {
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        for node in ast.walk(parsed(file.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in ("treatment_notes", "read_treatment_notes"))
        or (isinstance(node, ast.Name) and node.id == "read_treatment_notes")
    }
    assert readers == {
        "connections/treatment_notes.py",
        "dashboard/notespage.py",
        "dashboard/urls.py",  # The page with the switch has that name.
        "pms/nookal/gateway.py",
    }
