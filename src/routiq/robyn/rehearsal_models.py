"""What is kept of talks in which nothing is written, and of the scenarios made of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from routiq.practices.models import PracticeOwned


class Rehearsal(PracticeOwned):
    """What belongs to a conversation on the channel ``rehearsal``."""

    conversation = models.OneToOneField("robyn.Conversation", on_delete=models.CASCADE, related_name="rehearsal")
    moment = models.DateTimeField()
    """When it is pretended to begin."""
    ledger = models.JSONField(default=dict)
    """What would have been written; see :mod:`routiq.robyn.rehearsing.ledger`."""


class Scenario(PracticeOwned):
    """A rehearsal that is kept, to be played again: who rings, when, what they say, and how it ended."""

    name = models.CharField(max_length=120)
    caller_number = models.CharField(max_length=40, blank=True)
    weekday = models.PositiveSmallIntegerField()
    """ISO: 1 is Monday."""
    clock = models.TimeField()
    """By the practice's clock."""
    lines = models.JSONField(default=list)
    """What the patient says, turn by turn."""
    answers_to = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    """For each of ``lines``, what was open when it was said: the flow and the question. Empty for one that was saved
    before this was kept."""
    expected = models.JSONField(default=dict)
    """See :class:`routiq.robyn.rehearsing.outcomes.Ending`."""
    saved_by = models.CharField(max_length=60)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["practice", "name"], name="one_scenario_of_a_name")]


class ScenarioRun(PracticeOwned):
    """One time that a scenario was played again."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        PLAYING = "playing", "Being played"
        DONE = "done", "Played"
        FAILED = "failed", "Could not be played"

    UNDER_WAY: ClassVar = (State.WAITING, State.PLAYING)

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    verdict = models.CharField(max_length=10, blank=True)
    """``same``, ``better``, ``worse``; empty while it is not done."""
    remarks = models.JSONField(default=list)
    """In words, what is not as it was saved."""
    went_elsewhere = models.BooleanField(default=False, db_default=False)
    """It ended early, because Robyn asked something else than what the next sentence was the answer to."""
    ending = models.JSONField(default=dict)
    said = models.JSONField(default=list)
    """Turn by turn: ``heard``, ``said``, ``took_ms``. The conversation itself is not kept."""
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "asked_at"],
                name="scenario_runs_to_play",
                condition=models.Q(state__in=["waiting", "playing"]),
            )
        ]
