"""What was said is deleted when the practice keeps it no longer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from dateutil.relativedelta import relativedelta

from routiq.frontdesk.models import StaffTask
from routiq.messaging.models import Text
from routiq.practices.models import AuditEntry, PersonalLetter, Practice
from routiq.practices.tenancy import acting_for
from routiq.robyn.forgetting import forget_old
from routiq.robyn.models import Conversation, HandOver, RobynSettings, Turn

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def held(practice: Practice, months_ago: int, days: int = 0) -> Conversation:
    at = NOW - relativedelta(months=months_ago, days=days)
    row = Conversation.objects.create(practice=practice, channel="api", started_at=at, last_turn_at=at)
    Turn.objects.create(practice=practice, conversation=row, number=0, said="Hello Sam", at=at)
    task = StaffTask.objects.create(practice=practice, kind="call_back", summary="Sam", conversation_id=row.pk)
    HandOver.objects.create(practice=practice, conversation=row, kind="call_back", reason="Sam", task_id=task.pk)
    letter = PersonalLetter.objects.create(practice=practice, subject="A complaint", text="Sam")
    PersonalLetter.objects.filter(pk=letter.pk).update(created_at=at)
    Text.objects.create(
        practice=practice, intent_key=f"write:{row.pk}", purpose="confirmation", about="appointment:1", body="Sam",
        patient_remote_id="1", time_zone="Australia/Sydney", useful_until=at, due_at=at, state="sent", created_at=at,
    )  # fmt: skip
    return row


def test_after_24_months_words_letters_and_tasks_are_gone(practice: Practice) -> None:
    held(practice, 24, days=1)
    kept = held(practice, 23)
    assert forget_old(NOW) == 1
    assert list(Conversation.objects.all()) == [kept]
    for model in (Turn, StaffTask, HandOver, PersonalLetter, Text):
        assert model._default_manager.count() == 1
    assert AuditEntry.objects.get(action="conversations.forgotten").detail == {
        "conversations": 1,
        "before": "2024-11-23",
    }
    assert forget_old(NOW) == 0


def test_a_practice_says_how_long(practice: Practice, other_practice: Practice) -> None:
    RobynSettings.objects.create(practice=practice, transcript_months=3)
    held(practice, 4)
    with acting_for(other_practice.pk):
        held(other_practice, 4)
    assert forget_old(NOW) == 1
    with acting_for(other_practice.pk):
        assert forget_old(NOW) == 0
        assert Conversation.objects.count() == 1
