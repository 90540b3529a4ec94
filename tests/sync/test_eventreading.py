"""Reading the event log."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.practices.models import Practice
from routiq.sync import eventreading
from routiq.sync.eventreading import BadMark, Wanted
from routiq.sync.models import SyncEvent

AT = timezone.now()


@pytest.fixture
def linked(practice: Practice) -> Connection:
    return Connection.objects.create(practice=practice, vendor="cliniko", account_id="1", account_name="Harbour")


def add(connection: Connection, number: int = 1, **fields: object) -> list[SyncEvent]:
    values = {
        "source": "poll",
        "stream": "patients",
        "kind": "updated",
        "record_id": "7",
        "received_at": AT,
        "outcome": "applied",
        **fields,
    }
    return [
        SyncEvent.objects.create(practice_id=connection.practice_id, connection=connection, **values)
        for _ in range(number)
    ]


@pytest.mark.parametrize(
    ("stream", "kind", "words"),
    [
        ("patients", "patient.updated", "Patient updated"),
        ("appointments", "rescheduled", "Appointment moved"),
        ("appointments", "cancelled", "Appointment cancelled"),
        ("appointments", "did_not_arrive", "Appointment: did not arrive"),
        ("deleted_patients", "deleted", "Patient deleted"),
        ("attendances", "created", "Class place created"),
        ("", "delivery", "Delivery"),
        ("", "invoice.written_off", "Invoice written off"),
        ("unheard_of", "updated", "Record updated"),
    ],
)
def test_a_line_says_in_words_what_happened(stream: str, kind: str, words: str) -> None:
    assert eventreading.in_words(stream, kind) == words


def test_an_unknown_reason_is_still_readable() -> None:
    assert eventreading.refusal_of("no_such_thing").words == "No such thing"
    assert eventreading.refusal_of("").words == "Refused"


def test_paging_gives_every_line_once_even_when_they_came_at_the_same_instant(linked: Connection) -> None:
    expected = [event.pk for event in reversed(add(linked, 7))]
    seen: list[int] = []
    mark: str | None = ""
    while mark is not None:
        lines = eventreading.page(linked, Wanted(older=mark), size=3)
        seen += [line.event.pk for line in lines.rows]
        mark = lines.older
    assert seen == expected


def test_paging_back_shows_the_page_before(linked: Connection) -> None:
    add(linked, 5)
    first = eventreading.page(linked, Wanted(), size=2)
    second = eventreading.page(linked, Wanted(older=first.older or ""), size=2)
    back = eventreading.page(linked, Wanted(newer=second.newer or ""), size=2)
    assert first.newer is None
    assert [line.event.pk for line in back.rows] == [line.event.pk for line in first.rows]
    assert back.newer is None
    assert back.older == first.older


@pytest.mark.parametrize("mark", ["x", "1", "1-", "-1-2", "1-" + "9" * 30, "9" * 30 + "-1", "1--5"])
def test_a_made_up_mark_is_told_as_such_or_finds_nothing(linked: Connection, mark: str) -> None:
    add(linked)
    with suppress(BadMark):
        assert len(eventreading.page(linked, Wanted(older=mark)).rows) <= 1


def test_a_kind_is_found_as_delivered_and_as_compared(linked: Connection) -> None:
    add(linked, kind="updated")
    add(linked, kind="patient.updated", source="webhook")
    add(linked, kind="created")
    assert len(eventreading.page(linked, Wanted(kind="updated")).rows) == 2
    assert len(eventreading.page(linked, Wanted(kind="updated", source="webhook")).rows) == 1


def test_refused_ones_are_grouped_by_reason_and_forgotten_after_a_day(linked: Connection) -> None:
    add(linked, 3, outcome="refused", reason="bad_signature", received_at=AT - timedelta(hours=1))
    add(linked, 1, outcome="refused", reason="too_old", received_at=AT)
    add(linked, 1, outcome="refused", reason="no_id", received_at=AT - timedelta(hours=25))
    found = eventreading.refused_lately(linked)
    assert [(each.refusal.words, each.times) for each in found] == [
        ("It was sent more than five minutes before it came in", 1),
        ("The signature does not match", 3),
    ]
