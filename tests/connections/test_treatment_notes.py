"""Treatment notes: read only where the practice has allowed it, audited each time, stored and logged nowhere."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
from django.db import connection as database
from psycopg import sql

from routiq.connections import treatment_notes
from routiq.connections.disconnecting import disconnect
from routiq.connections.models import Connection
from routiq.connections.treatment_notes import allow_treatment_notes, read_treatment_notes
from routiq.pms.errors import NotOffered
from routiq.pms.records import TreatmentNote
from routiq.practices.audit import SYSTEM, Actor
from routiq.practices.models import AuditEntry, Practice

OWNER = Actor("person", "1")
READER = Actor("person", "3")
WORDS = "Tender along the medial joint line."
NOTE = TreatmentNote(id="88", practitioner_id="5", written_at=datetime(2026, 5, 4, tzinfo=UTC), text=WORDS)


class Notes:
    """A gateway that has one note, and counts who asks."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def treatment_notes(self, patient_id: str) -> list[TreatmentNote]:
        self.asked.append(patient_id)
        return [NOTE]


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    vendor = Notes()
    monkeypatch.setattr(treatment_notes, "gateway_of", lambda connection: vendor)
    return vendor


@pytest.fixture
def link(practice: Practice) -> Connection:
    return Connection.objects.create(practice=practice, vendor="nookal", account_id="1", account_name="A")


def test_they_are_not_read_until_the_practice_allows_it(link: Connection, notes: Notes) -> None:
    with pytest.raises(NotOffered) as refused:
        read_treatment_notes(link, "713", 4, READER)
    assert refused.value.cause == "not_allowed"
    assert "Settings > Integrations > Nookal" in refused.value.advice
    assert notes.asked == []
    assert not AuditEntry.objects.filter(action="treatment_notes.read").exists()


def test_allowed_they_are_read_and_each_reading_is_in_the_audit_trail(link: Connection, notes: Notes) -> None:
    allow_treatment_notes(link, OWNER, allowed=True)
    allow_treatment_notes(link, OWNER, allowed=True)
    assert read_treatment_notes(link, "713", 4, READER) == [NOTE]
    assert read_treatment_notes(link, "713", 5, READER) == [NOTE]
    assert AuditEntry.objects.filter(action="treatment_notes.allowed").count() == 1
    read = AuditEntry.objects.filter(action="treatment_notes.read").order_by("pk")
    assert [(row.actor_kind, row.actor_id, row.target, row.detail) for row in read] == [
        ("person", "3", "conversation:4", {"patient": "713", "connection": link.pk}),
        ("person", "3", "conversation:5", {"patient": "713", "connection": link.pk}),
    ]


def test_their_words_are_stored_and_logged_nowhere(
    link: Connection, notes: Notes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    allow_treatment_notes(link, OWNER, allowed=True)
    (note,) = read_treatment_notes(link, "713", 4, READER)
    assert WORDS not in repr(note)
    assert WORDS not in caplog.text
    with database.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        for (table,) in cursor.fetchall():
            cursor.execute(
                sql.SQL("SELECT count(*) FROM {} t WHERE t::text LIKE %s").format(sql.Identifier(table)),
                ["%medial joint line%"],
            )
            assert cursor.fetchone() == (0,), table


def test_stopped_they_are_not_read_any_more(link: Connection, notes: Notes) -> None:
    allow_treatment_notes(link, OWNER, allowed=True)
    held = Connection.objects.get(pk=link.pk)
    allow_treatment_notes(link, OWNER, allowed=False)
    with pytest.raises(NotOffered):
        read_treatment_notes(held, "713", 4, READER)
    assert notes.asked == []


@pytest.mark.django_db(transaction=True)
def test_disconnecting_takes_the_permission_back(link: Connection) -> None:
    allow_treatment_notes(link, OWNER, allowed=True)
    disconnect(link, SYSTEM)
    assert not Connection.objects.get(pk=link.pk).reads_treatment_notes


def test_a_system_whose_notes_are_never_read_is_not_asked(practice: Practice, notes: Notes) -> None:
    link = Connection.objects.create(
        practice=practice, vendor="cliniko", account_id="1", account_name="A", reads_treatment_notes=True
    )
    with pytest.raises(NotOffered) as refused:
        read_treatment_notes(link, "713", 4, READER)
    assert refused.value.cause == "not_offered"
    assert notes.asked == []
