"""The ledger of who said stop."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from routiq.practices.models import PracticeOwned


class OptOut(PracticeOwned):
    """Somebody wants no more messages that they did not ask for: on every channel, from the moment this row is there.
    Rows are added and never changed, so that it can be shown what was said and when."""

    number = models.CharField(max_length=40, blank=True)
    """E.164; empty when it was withheld."""
    patient_remote_id = models.CharField(max_length=40, blank=True)
    """The vendor's id of whoever said it, where that is known."""
    words = models.TextField(blank=True)
    """What was said, word for word."""
    source = models.CharField(max_length=60)
    """``conversation:12``, ``person:1``."""
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["practice", "number"], name="opted_out_number"),
            models.Index(fields=["practice", "patient_remote_id"], name="opted_out_patient"),
        ]
