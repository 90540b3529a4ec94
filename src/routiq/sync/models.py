"""What the mirror has been told so far, and what it is being told now."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.practices.models import PracticeOwned


class SyncRun(PracticeOwned):
    class Kind(models.TextChoices):
        FIRST = "first", "First sync"
        CHANGES = "changes", "Changes"
        RECONCILIATION = "reconciliation", "Reconciliation"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        DONE = "done", "Complete"
        FAILED = "failed", "Stopped"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    state = models.CharField(max_length=20, choices=State.choices, default=State.RUNNING)
    requested_at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True)
    """When its first request went out: what changed at the vendor since then is fetched at the end."""
    finished_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    error_advice = models.TextField(blank=True)
    report = models.JSONField(null=True)
    """What a reconciliation found; see :mod:`routiq.sync.reconciling`."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(state__in=["running", "paused"]),
                name="one_run_at_a_time_per_connection",
            )
        ]
        indexes = [models.Index(fields=["practice", "-requested_at"], name="run_latest")]


class SyncPart(PracticeOwned):
    """One walk through one stream, with its checkpoint. Parts of one stage run side by side."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="parts")
    stage = models.PositiveSmallIntegerField()
    stream = models.CharField(max_length=30)
    label = models.CharField(max_length=100)
    selection = models.JSONField(default=dict)
    cursor = models.TextField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    pages = models.PositiveIntegerField(default=0)
    fetched = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    remaining = models.PositiveIntegerField(null=True)
    """Records still to come, by the vendor's own count; unknown before the first page."""
    began_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["stage", "id"]


class StreamState(PracticeOwned):
    """How far one stream of one connection is known to be complete."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="streams")
    stream = models.CharField(max_length=30)
    complete_to = models.DateTimeField()
    """Every change that the vendor stamped before this is in the mirror."""
    last_success_at = models.DateTimeField()
    seen_to = models.DateTimeField(null=True)
    """The newest stamp seen: where a quick look begins, inclusive."""
    error_at = models.DateTimeField(null=True)
    """Since when looks at it fail; empty while they succeed."""
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    error_advice = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "stream"], name="one_state_per_stream")]


#: What the error fields of a stream are while looks at it succeed.
NO_ERROR: dict[str, Any] = {"error_at": None, "error_code": "", "error_message": "", "error_advice": ""}


class SeenRecord(PracticeOwned):
    """A record that a reconciliation met on its way: what it never met is gone at the vendor."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="+")
    stream = models.CharField(max_length=30)
    remote_id = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "stream", "remote_id"], name="seen_once")]


class WebhookRegistration(PracticeOwned):
    """Whether the vendor sends this connection its events, and when we try again if it should and does not."""

    class State(models.TextChoices):
        LIVE = "live", "Webhooks are live"
        NOT_OFFERED = "not_offered", "Not offered by this account"
        FAILED = "failed", "Registration failed"

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, primary_key=True)
    state = models.CharField(max_length=20, choices=State.choices)
    checked_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    error_advice = models.TextField(blank=True)
    last_event_at = models.DateTimeField(null=True)
    """When the last genuine event came in."""
    missed = models.PositiveIntegerField(default=0)
    """Changes that polls found in a row with no event announcing them."""


class WebhookEndpoint(PracticeOwned):
    """One address that the vendor sends to, with its secret. While registering anew two are open."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="endpoints")
    token_hash = models.CharField(max_length=64, unique=True)
    subscription_id = models.CharField(max_length=64, blank=True)
    secret_cipher = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(default=timezone.now)
    retire_at = models.DateTimeField(null=True)
    """Until then an old address still counts; empty for the current one."""


class SyncEvent(PracticeOwned):
    """One line of the event log: a delivery that came in, or a change that a pull found by itself."""

    class Source(models.TextChoices):
        WEBHOOK = "webhook", "Webhook"
        POLL = "poll", "Poll"
        MANUAL = "manual", "Sync Now"
        RECONCILIATION = "reconciliation", "Reconciliation"

    class Outcome(models.TextChoices):
        WAITING = "waiting", "Waiting"
        APPLIED = "applied", "Applied"
        NOTHING_NEW = "nothing_new", "Known already"
        REFUSED = "refused", "Refused"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=20, choices=Source.choices)
    stream = models.CharField(max_length=30, blank=True)
    record_id = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=40)
    """``patient.updated`` as delivered, or what a comparison found: ``created``, ``rescheduled`` ..."""
    delivery_id = models.CharField(max_length=100, blank=True)
    deliveries = models.PositiveIntegerField(default=1)
    """How often it was delivered: at least once is what webhooks promise."""
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    reason = models.CharField(max_length=200, blank=True)
    is_replay = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "delivery_id"],
                condition=~models.Q(delivery_id=""),
                name="one_event_per_delivery",
            )
        ]
        indexes = [
            models.Index(fields=["practice", "-received_at", "-id"], name="event_latest"),
            models.Index(
                fields=["connection", "record_id"],
                name="events_waiting",
                condition=models.Q(outcome="waiting"),
            ),
        ]
