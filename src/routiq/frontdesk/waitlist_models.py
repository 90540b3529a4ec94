"""Who waits for a time, what came free, and to whom it was offered."""

from __future__ import annotations

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.practices.models import PracticeOwned


class WaitlistEntry(PracticeOwned):
    """A patient's wish to be told when an earlier or better time comes free. Ours, whatever list the vendor keeps."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        BOOKED = "booked", "Booked"
        LEFT = "left", "Taken off the list"
        LAPSED = "lapsed", "Over"
        """The days of the wish have passed, or the patient is no active one any more."""

    class Priority(models.IntegerChoices):
        NORMAL = 1, "Normal"
        HIGH = 2, "High"
        URGENT = 3, "Urgent"

    class ReachBy(models.TextChoices):
        """How the patient likes to be told."""

        PHONE = "phone", "Phone"
        SMS = "sms", "SMS"
        EMAIL = "email", "E-mail"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    intent_key = models.CharField(max_length=120)
    """The same key twice is one entry."""
    patient_remote_id = models.CharField(max_length=40)
    appointment_type_remote_id = models.CharField(max_length=40)
    practitioner_remote_id = models.CharField(max_length=40, blank=True)
    """Empty: anyone."""
    location_remote_id = models.CharField(max_length=40, blank=True)
    """Empty: anywhere."""
    wanted = models.JSONField(default=dict)
    """When they could come: see :mod:`routiq.frontdesk.wanted`."""
    last_day = models.DateField(null=True)
    """After which nothing fits any more, by the practice's clock; ``None``: never."""
    sooner_than = models.CharField(max_length=40, blank=True)
    """The appointment that the patient has meanwhile: only what begins before it is of use, and a yes moves it."""
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    reach_by = models.CharField(max_length=10, choices=ReachBy.choices, default=ReachBy.PHONE)
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    channel = models.CharField(max_length=20)
    """Through which they joined."""
    asked_by = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True)
    booked_remote_id = models.CharField(max_length=40, blank=True)
    """The appointment that they were waiting for, once they have it."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "intent_key"], name="one_entry_per_intent")]
        indexes = [
            models.Index(
                fields=["practice", "-priority", "created_at"],
                name="who_waits",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["practice", "patient_remote_id"], name="waits_of_a_patient"),
        ]


class FreedTime(PracticeOwned):
    """A practitioner's time that came free while somebody waited: offered to whom it fits, one after the other."""

    class State(models.TextChoices):
        OPEN = "open", "Looking for somebody"
        FILLED = "filled", "Filled"
        GONE = "gone", "Taken or passed"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    practitioner_remote_id = models.CharField(max_length=40)
    location_remote_id = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    left_by = models.CharField(max_length=40)
    """The vendor's id of the patient who gave it up: they are not offered it again."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(null=True)
    """When it was asked for at the vendor and suited nobody who waits; empty: to be tried at once."""
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "practitioner_remote_id", "location_remote_id", "starts_at"],
                condition=models.Q(state="open"),
                name="one_open_freed_time",
            )
        ]
        indexes = [models.Index(fields=["practice", "-created_at"], name="freed_times")]


class SlotOffer(PracticeOwned):
    """One freed time, offered to one person for a while. The database lets no time be offered to two at once, nobody
    have two offers at once, and nobody be offered the same freed time twice (B12)."""

    class State(models.TextChoices):
        OPEN = "open", "Offered"
        ACCEPTED = "accepted", "Being booked"
        """They said yes in time; the booking is under way or not known yet."""
        BOOKED = "booked", "Booked"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "No answer in time"
        GONE = "gone", "Gone"
        """Somebody else has the time, or it could not be booked."""
        WITHDRAWN = "withdrawn", "Withdrawn"
        """They came off the list meanwhile."""

    UNDER_WAY = (State.OPEN, State.ACCEPTED)

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    freed = models.ForeignKey(FreedTime, on_delete=models.CASCADE, related_name="offers")
    entry = models.ForeignKey(WaitlistEntry, on_delete=models.CASCADE, related_name="offers")
    task = models.ForeignKey("frontdesk.StaffTask", null=True, on_delete=models.CASCADE, related_name="+")
    """The task of whoever rings, where the offer is made by a person."""
    patient_remote_id = models.CharField(max_length=40)
    practitioner_pk = models.BigIntegerField()
    during = DateTimeRangeField()
    time = models.JSONField()
    """The offered time, as :class:`routiq.frontdesk.wishes.OfferedTime`."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    """How often a yes could not be booked because the vendor did not answer."""
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, blank=True)
    message = models.TextField(blank=True)
    """What is to be told, in one sentence for staff."""
    write = models.ForeignKey("frontdesk.Write", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "patient_remote_id"],
                condition=models.Q(state__in=["open", "accepted"]),
                name="one_offer_at_a_time",
            ),
            models.UniqueConstraint(fields=["freed", "patient_remote_id"], name="a_freed_time_once_to_each"),
        ]
        indexes = [
            models.Index(
                fields=["practice", "expires_at"],
                name="offers_under_way",
                condition=models.Q(state__in=["open", "accepted"]),
            )
        ]

    @property
    def intent_key(self) -> str:
        """What a yes is booked under; another one after each attempt that was certainly not made."""
        return f"offer:{self.pk}:{self.attempts}"
