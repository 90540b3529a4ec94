"""The text messages that go out, and those that were left out with the reason why."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from routiq.practices.models import PracticeOwned


class Text(PracticeOwned):
    """One text message to a patient, from the moment it is owed to its end; or why there is none."""

    class Purpose(models.TextChoices):
        CONFIRMATION = "confirmation", "Confirmation of a change"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        """Nothing of it has gone out."""
        UNCERTAIN = "uncertain", "Being checked"
        """It was handed to the carrier, or is being handed over, and no answer is stored."""
        SENT = "sent", "Sent"
        """The carrier has it; its id is stored."""
        DELIVERED = "delivered", "Delivered"
        """The carrier says that it reached the phone. Not every network tells."""
        NOT_SENT = "not_sent", "Not sent"

    class Reason(models.TextChoices):
        """Why there is none, as the rest of a sentence."""

        NO_MOBILE = "no_mobile", "no Australian or New Zealand mobile number is on the patient’s record"
        STOPPED = "stopped", "the patient asked not to be contacted"
        NOT_CURRENT = "not_current", "the patient’s record is not that of a current patient"
        CHANGED = "changed", "the appointment changed before it went out"
        TOO_LATE = "too_late", "it could not be sent in time"
        INVALID_NUMBER = "invalid_number", "the number on the patient’s record takes no texts"
        UNSUBSCRIBED = "unsubscribed", "the patient replied STOP to an earlier text"
        REFUSED = "refused", "the carrier refused it"
        UNDELIVERED = "undelivered", "it did not reach the phone"
        NOT_KNOWN = "not_known", "it could not be found out whether it went out"
        NO_CARRIER = "no_carrier", "this installation sends no texts any more"
        DISCONNECTED = "disconnected", "the practice management system was disconnected first"
        RESTORED = "restored", "Routiq was restored from a backup, and it may have gone out before"

    OPEN = (State.WAITING, State.UNCERTAIN)
    SEEN_TO = (*OPEN, State.SENT)
    """Of these ``due_at`` is heeded."""

    intent_key = models.CharField(max_length=120)
    """The same key twice is one text."""
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    about = models.CharField(max_length=80)
    """What it tells of, such as ``appointment:123``: a later text about that takes the place of one that waits."""
    patient_remote_id = models.CharField(max_length=40)
    number = models.CharField(max_length=20, blank=True)
    """E.164; empty for one that was left out."""
    body = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    """With ``NOT_SENT``."""
    time_zone = models.CharField(max_length=64)
    """IANA, of the place that it tells of: by its clock nights are kept quiet."""
    asked_for_at = models.DateTimeField(null=True)
    """When the patient did what it confirms; empty for what the practice did."""
    useful_until = models.DateTimeField()
    """After that it is not sent any more."""
    due_at = models.DateTimeField(null=True)
    """When it is seen to next; empty when there is nothing left to do about it."""
    attempts = models.PositiveSmallIntegerField(default=0)
    lookups = models.PositiveSmallIntegerField(default=0)
    """How often it was not found since it was handed over last."""
    asked_at = models.DateTimeField(null=True)
    """When it was handed over last."""
    carrier_id = models.CharField(max_length=64, blank=True)
    carrier_code = models.CharField(max_length=40, blank=True)
    """What the carrier said last, as a code."""
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "intent_key"], name="one_text_per_intent")]
        indexes = [
            models.Index(
                fields=["practice", "due_at"],
                name="texts_to_see_to",
                condition=models.Q(due_at__isnull=False),
            )
        ]

    @property
    def is_open(self) -> bool:
        return self.state in Text.OPEN

    @property
    def number_ending(self) -> str:
        """``006``: as much of the number as is shown."""
        return self.number[-3:]
