"""A practice's link to its practice management system."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from routiq.practices.models import PracticeOwned


class Connection(PracticeOwned):
    class State(models.TextChoices):
        ACTIVE = "active", "Connected"
        PAUSED = "paused", "Paused"
        DISCONNECTED = "disconnected", "Disconnected"

    vendor = models.CharField(max_length=20)
    region = models.CharField(max_length=10, blank=True)
    account_id = models.CharField(max_length=64)
    account_name = models.CharField(max_length=200)
    state = models.CharField(max_length=20, choices=State.choices, default=State.ACTIVE)

    key_cipher = models.BinaryField(default=bytes)
    key_hint = models.CharField(max_length=12, blank=True)
    """The last characters of the key, so that a person can tell two keys apart."""
    key_set_at = models.DateTimeField(default=timezone.now)

    paused_code = models.CharField(max_length=60, blank=True)
    paused_message = models.TextField(blank=True)
    paused_advice = models.TextField(blank=True)
    paused_at = models.DateTimeField(null=True)

    connected_at = models.DateTimeField(default=timezone.now)
    disconnected_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)

    purge_after = models.DateTimeField(null=True)
    """After disconnecting: until then everything is kept, then it is deleted."""
    reconciled_on = models.DateField(null=True)
    """The local day whose nightly reconciliation was begun last."""
    watched_until = models.DateTimeField(null=True)
    """While somebody talks to Robyn or has a live page open: until then changes are looked for often."""
    stale_since = models.DateTimeField(null=True)
    """Since when the mirror has been older than promised; set when the owner was told, empty when fresh."""

    reads_treatment_notes = models.BooleanField(default=False)
    """The practice has switched on that notes are read for the conversation they are needed in."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice"],
                condition=~models.Q(state="disconnected"),
                name="one_live_connection_per_practice",
            )
        ]

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE


class RequestBudget(PracticeOwned):
    """The request budget of one connection, shared by every process that speaks to the vendor."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, primary_key=True)
    state = models.JSONField(default=dict)
    minutes = models.JSONField(default=dict)
    """Minute of unix time -> [live, background] requests; about the last hour."""
