"""What the team sees of texts to patients: on the page after a change, in its journal, in the settings."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.dashboard.textwords import in_words
from routiq.frontdesk.models import Write
from routiq.frontdesk.people import recognise_caller
from routiq.frontdesk.rules import desk_rules
from routiq.messaging.models import Text
from routiq.mirror.models import Patient
from routiq.practices.models import AuditEntry
from tests.carriers import StandIn
from tests.dashboard.test_by_hand import Form, booking_of, page
from tests.dashboard.test_waitlist import FRONT_DESK, RULES
from tests.messaging.owing import work

NOW = datetime(2026, 11, 26, 0, 30, tzinfo=UTC)


@pytest.fixture
def maggie(synced: Connection) -> Patient:
    return Patient.objects.get(remote_id=recognise_caller("0491 570 006").patients[0].remote_id)


def test_whoever_books_by_hand_sees_whether_a_text_goes_and_its_end_in_the_journal(
    client_in: Client, maggie: Patient, twilio: StandIn
) -> None:
    answer = client_in.post("/calendar/book", Form(page(client_in, booking_of(maggie))).with_time())
    said = page(client_in, answer["Location"].partition("#")[0])
    assert re.search(r"A text (is on its way|goes) to the mobile ending 006", said)
    Text.objects.update(due_at=timezone.now(), asked_for_at=timezone.now())
    work()
    journal = page(client_in, f"/journal/{Write.objects.get().pk}")
    assert re.search(r"Text sent \d+:\d\d [ap]m to the mobile ending 006\.", journal)
    assert "491 570 006" not in journal
    assert "491570006" not in journal


def test_why_there_is_none_is_said_at_once(client_in: Client, maggie: Patient, twilio: StandIn) -> None:
    maggie.phones.all().delete()
    answer = client_in.post("/calendar/book", Form(page(client_in, booking_of(maggie))).with_time())
    said = page(client_in, answer["Location"].partition("#")[0])
    reason = "No text: no Australian or New Zealand mobile number is on the patient’s record."
    assert reason in said
    assert reason in page(client_in, f"/journal/{Write.objects.get().pk}")


def test_where_none_is_sent_nothing_is_said_of_texts(client_in: Client, maggie: Patient) -> None:
    answer = client_in.post("/calendar/book", Form(page(client_in, booking_of(maggie))).with_time())
    assert "text" not in page(client_in, answer["Location"].partition("#")[0]).partition("Booked: ")[2][:200].lower()
    assert "Told by text" not in page(client_in, f"/journal/{Write.objects.get().pk}")


def text(**fields: Any) -> Text:
    usual = {"number": "+61491570006", "body": "Hello", "due_at": NOW, "state": Text.State.WAITING}
    return Text(**{**usual, **fields})


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (text(), "A text is on its way to the mobile ending 006."),
        (
            text(due_at=NOW + timedelta(hours=20)),
            "A text goes to the mobile ending 006 at 7:30 am on Friday 27 November.",
        ),
        (
            text(attempts=1, due_at=NOW + timedelta(minutes=5)),
            "Text to the mobile ending 006: not sent yet, and tried again at 11:35 am.",
        ),
        (text(state=Text.State.UNCERTAIN, asked_at=NOW), "A text is on its way to the mobile ending 006."),
        (
            text(state=Text.State.UNCERTAIN, asked_at=NOW - timedelta(minutes=2)),
            "Text to the mobile ending 006: no answer came, and it is being looked up whether it went out.",
        ),
        (text(state=Text.State.SENT, sent_at=NOW), "Text sent 11:30 am to the mobile ending 006."),
        (
            text(state=Text.State.SENT, sent_at=NOW - timedelta(days=1)),
            "Text sent 11:30 am on Wednesday 25 November to the mobile ending 006.",
        ),
        (
            text(state=Text.State.DELIVERED, sent_at=NOW),
            "Text sent 11:30 am to the mobile ending 006, and delivered.",
        ),
        (
            text(state=Text.State.NOT_SENT, reason=Text.Reason.REFUSED),
            "No text came through: the carrier refused it.",
        ),
        (
            text(state=Text.State.NOT_SENT, reason=Text.Reason.STOPPED, body="", number=""),
            "No text: the patient asked not to be contacted.",
        ),
    ],
)
def test_each_state_has_its_sentence(row: Text, words: str) -> None:
    assert in_words(row, NOW.astimezone(ZoneInfo("Australia/Sydney"))) == words


def tick(html: str) -> str:
    found = re.search(r'<input[^>]*name="text_confirmations"[^>]*>', html)
    assert found
    return found[0]


def test_texts_are_on_until_a_practice_switches_them_off(client_in: Client, twilio: StandIn) -> None:
    assert "checked" in tick(page(client_in, FRONT_DESK))
    assert client_in.post(FRONT_DESK, RULES).status_code == 302
    assert not desk_rules().text_confirmations
    assert "checked" not in tick(page(client_in, FRONT_DESK))
    assert "text_confirmations" in AuditEntry.objects.get(action="desk_rules.changed").detail["fields"]
    assert client_in.post(FRONT_DESK, {**RULES, "text_confirmations": "on"}).status_code == 302
    assert desk_rules().text_confirmations


def test_where_nobody_carries_texts_the_switch_is_shown_with_the_reason_and_stays(client_in: Client) -> None:
    html = page(client_in, FRONT_DESK)
    assert "disabled" in tick(html)
    assert "This installation sends no text messages. Whoever runs it can name a carrier" in html
    assert client_in.post(FRONT_DESK, RULES).status_code == 302
    assert desk_rules().text_confirmations
