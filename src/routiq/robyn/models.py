"""Conversations: what was said, what was understood, what was done."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from routiq.practices.models import PracticeOwned


class Conversation(PracticeOwned):
    channel = models.CharField(max_length=20)
    """``test``, ``api``; later ``call``, ``sms``, ``web``."""
    caller_number = models.CharField(max_length=40, blank=True)
    """As given by the channel; empty when withheld."""
    state = models.JSONField(default=dict)
    """The flow's own memory; see :mod:`routiq.robyn.flows`."""
    started_at = models.DateTimeField(default=timezone.now)
    last_turn_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    filler = models.TextField(blank=True, db_default="")
    """What Robyn says just now while she is still looking; empty once she has answered."""
    booking_id = models.UUIDField(null=True)
    """The booking that this conversation led to."""

    class Meta:
        indexes = [models.Index(fields=["practice", "-last_turn_at"], name="conversation_latest")]


class Turn(PracticeOwned):
    """The patient's words, and what Robyn made of them and answered."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveIntegerField()
    heard = models.TextField(blank=True)
    """Empty for the greeting."""
    filler = models.TextField(blank=True, db_default="")
    """Said before the answer, because that took a moment."""
    said = models.TextField()
    commands = models.JSONField(default=list)
    """What was understood, as the commands' names and values."""
    actions = models.JSONField(default=list)
    """What was done: looked up, offered, booked."""
    took_ms = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["conversation", "number"], name="turns_in_order")]
