"""A person answers instead of Robyn: taking a conversation over, and handing it back.

Both wait for a turn that is under way, so that nobody speaks over an answer and nothing is booked behind a back. What
Robyn had offered or read back is void from then on: a "yes" that the patient says to a person books nothing (B4).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from routiq.practices import audit
from routiq.practices.audit import SYSTEM, Actor
from routiq.practices.live import announce
from routiq.practices.tenancy import current_practice_id
from routiq.robyn import memory as memories
from routiq.robyn.models import Conversation
from routiq.robyn.turns import one_at_a_time
from routiq.robyn.understanding.reader import Question

LASTS = timedelta(hours=12)
"""So long without a message a person keeps a conversation; then Robyn answers again."""
WAIT_SECONDS = 20.0
"""So long a button waits for the turn under way; then ``turns.Busy``."""


class NotYours(Exception):
    """Somebody else has the conversation, or nobody; ``taken_by`` says who."""

    def __init__(self, taken_by: str) -> None:
        super().__init__("Somebody else has it.")
        self.taken_by = taken_by


class HasEnded(Exception):
    """There is nobody to answer any more."""


def take_over(conversation_id: int, actor: Actor, now: datetime | None = None) -> Conversation:
    """``actor`` answers from now on; doing it twice is harmless. ``Conversation.DoesNotExist``, ``HasEnded``,
    ``NotYours`` when somebody else has it, ``turns.Busy``."""
    at = now or timezone.now()
    with one_at_a_time(conversation_id, WAIT_SECONDS), transaction.atomic():
        row = _locked(conversation_id)
        if row.ended_at is not None:
            raise HasEnded
        lapse(row, at)
        if row.taken_by and row.taken_by != str(actor):
            raise NotYours(row.taken_by)
        if not row.taken_by:
            row.taken_by, row.taken_at, row.last_turn_at = str(actor), at, at
            row.state = _settled(row)
            row.save(update_fields=["taken_by", "taken_at", "last_turn_at", "state"])
            audit.record(actor, "conversation.taken_over", f"conversation:{row.pk}")
            announce(row.practice_id, "conversation")
        return row


def hand_back(conversation_id: int, actor: Actor) -> Conversation:
    """Robyn answers again. Anybody who may take over may say so, because whoever did may have gone home. Harmless
    when she does already. ``Conversation.DoesNotExist``, ``turns.Busy``."""
    with one_at_a_time(conversation_id, WAIT_SECONDS), transaction.atomic():
        row = _locked(conversation_id)
        if row.taken_by:
            _give_back(row, actor)
        return row


def lapse(row: Conversation, now: datetime) -> None:
    """Robyn answers again where the person has been silent for too long. Inside the conversation's lock."""
    if row.taken_by and now - row.last_turn_at >= LASTS:
        _give_back(row, SYSTEM)


def in_charge(row: Conversation, now: datetime | None = None) -> str:
    """Who answers: ``person:3``, or empty for Robyn."""
    return "" if (now or timezone.now()) - row.last_turn_at >= LASTS else row.taken_by


def _give_back(row: Conversation, actor: Actor) -> None:
    held_by, row.taken_by, row.taken_at = row.taken_by, "", None
    row.save(update_fields=["taken_by", "taken_at"])
    audit.record(actor, "conversation.handed_back", f"conversation:{row.pk}", held_by=held_by)
    announce(row.practice_id, "conversation")


def _settled(row: Conversation) -> dict[str, object]:
    """What is remembered, with nothing left on the table. A booking that was interrupted stays to be followed up."""
    memory = memories.from_state(row.state)
    if memory.in_flight:
        return memories.to_state(memory)
    memory.void()
    memory.leave()
    memory.clear_table()
    memory.misses = memory.tries = 0
    memory.question = Question.ANYTHING_ELSE
    return memories.to_state(memory)


def _locked(conversation_id: int) -> Conversation:
    return Conversation.objects.select_for_update().get(practice_id=current_practice_id(), pk=conversation_id)
