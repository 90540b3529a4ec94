"""The journal of what was asked of the practice management system, and what is held meanwhile."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.practices.models import PracticeOwned


class Booking(PracticeOwned):
    """One intent to book, from the yes to its outcome. Written before the request and after it (law 2)."""

    class State(models.TextChoices):
        HELD = "held", "Held"
        """The slot is ours in our database; nothing has been sent."""
        SENT = "sent", "Sent"
        """The request is about to go out or went out; the answer is not stored yet."""
        CHECKING = "checking", "Checking"
        """The vendor has it; its diary is being read for conflicts."""
        BOOKED = "booked", "Booked"
        TAKEN = "taken", "Slot taken"
        REFUSED = "refused", "Not allowed"
        UNCERTAIN = "uncertain", "Being checked"
        """No answer came and the diary did not show it yet: a worker keeps looking."""
        UNAVAILABLE = "unavailable", "System down"

    OPEN = (State.HELD, State.SENT, State.CHECKING, State.UNCERTAIN)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    intent_key = models.CharField(max_length=120)
    """The same key twice is one booking and one answer."""
    reference = models.CharField(max_length=12)
    """Stands in the appointment's notes at the vendor, so that a lost answer can be found again."""
    state = models.CharField(max_length=20, choices=State.choices, default=State.HELD)

    patient_remote_id = models.CharField(max_length=40)
    practitioner_remote_id = models.CharField(max_length=40)
    location_remote_id = models.CharField(max_length=40)
    appointment_type_remote_id = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    channel = models.CharField(max_length=20)
    asked_by = models.CharField(max_length=60)
    """``conversation:12``, ``token:3``, ``person:1``."""
    accepting_words = models.TextField(blank=True)
    appointment_remote_id = models.CharField(max_length=40, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    lookups = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "intent_key"], name="one_booking_per_intent")]
        indexes = [
            models.Index(
                fields=["practice", "created_at"],
                name="open_bookings",
                condition=models.Q(state__in=["held", "sent", "checking", "uncertain"]),
            )
        ]


class JournalStep(PracticeOwned):
    """One thing that happened to a booking, in order."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField(default=timezone.now)
    step = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]


class SlotHold(PracticeOwned):
    """A practitioner's time that one booking is working on. The database lets no two overlap (B1)."""

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="hold", primary_key=True)
    practitioner_pk = models.BigIntegerField()
    during = DateTimeRangeField()
    expires_at = models.DateTimeField()


class StaffTask(PracticeOwned):
    """Something a person at the practice has to do."""

    class Kind(models.TextChoices):
        CALL_BACK = "call_back", "Call back"
        CHECK_BOOKING = "check_booking", "Check a booking"
        EMERGENCY = "emergency", "Emergency mentioned"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    summary = models.TextField()
    booking = models.ForeignKey(Booking, null=True, on_delete=models.CASCADE, related_name="+")
    conversation_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    taken_by = models.CharField(max_length=60, blank=True)
    """Who is at it: ``person:3`` or ``token:1``; empty when nobody is. Stays when it is done."""
    taken_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    """What whoever did it says about it."""

    class Meta:
        indexes = [models.Index(fields=["practice", "done_at", "created_at"], name="open_tasks")]
