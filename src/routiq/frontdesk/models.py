"""The journal of what was asked of the practice management system, what is held meanwhile, what staff have to do.

Who waits for a time is in :mod:`routiq.frontdesk.waitlist_models`."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.frontdesk.waitlist_models import FreedTime as FreedTime
from routiq.frontdesk.waitlist_models import SlotOffer as SlotOffer
from routiq.frontdesk.waitlist_models import WaitlistEntry as WaitlistEntry
from routiq.practices.models import PracticeOwned


class Write(PracticeOwned):
    """One intent to change something there, from the yes to its outcome. Written before the request and after it
    (law 2)."""

    class Kind(models.TextChoices):
        BOOKING = "booking", "Booking"
        MOVE = "move", "Move"
        CANCELLATION = "cancellation", "Cancellation"
        REGISTRATION = "registration", "Registration"

    class State(models.TextChoices):
        HELD = "held", "Held"
        """Written down, and its time is ours in our database; nothing has been sent."""
        SENT = "sent", "Sent"
        """The request is about to go out or went out; the answer is not stored yet."""
        CHECKING = "checking", "Checking"
        """The vendor has it; its diary is being read for conflicts."""
        BOOKED = "booked", "Booked"
        DONE = "done", "Done"
        """What ``BOOKED`` is to a booking, for every other kind."""
        TAKEN = "taken", "Slot taken"
        REFUSED = "refused", "Not allowed"
        UNCERTAIN = "uncertain", "Being checked"
        """No answer came and the vendor did not show it yet: a worker keeps looking."""
        UNAVAILABLE = "unavailable", "System down"

    OPEN = (State.HELD, State.SENT, State.CHECKING, State.UNCERTAIN)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.BOOKING, db_default="booking")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    intent_key = models.CharField(max_length=120)
    """The same key twice is one effect and one answer."""
    reference = models.CharField(max_length=12)
    """Stands in an appointment's notes at the vendor, so that a lost answer can be found again; staff are told it."""
    state = models.CharField(max_length=20, choices=State.choices, default=State.HELD)

    patient_remote_id = models.CharField(max_length=40)
    """Empty until a registration has its answer."""
    practitioner_remote_id = models.CharField(max_length=40, blank=True)
    location_remote_id = models.CharField(max_length=40, blank=True)
    appointment_type_remote_id = models.CharField(max_length=40, blank=True)
    starts_at = models.DateTimeField(null=True)
    """The time wished for; of a cancellation the time that is given up. A registration has none."""
    ends_at = models.DateTimeField(null=True)
    asked = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """What only this kind knows: where an appointment stood before, why it is cancelled, who is to be registered."""

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
        # The table was there when bookings were all that is written.
        db_table = "frontdesk_booking"
        constraints = [
            models.UniqueConstraint(fields=["practice", "intent_key"], name="one_booking_per_intent"),
            models.UniqueConstraint(
                fields=["connection", "appointment_remote_id"],
                condition=models.Q(
                    kind__in=["move", "cancellation"], state__in=["held", "sent", "checking", "uncertain"]
                ),
                name="one_open_change_per_appointment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice", "created_at"],
                name="open_bookings",
                condition=models.Q(state__in=["held", "sent", "checking", "uncertain"]),
            )
        ]

    @property
    def is_open(self) -> bool:
        return self.state in Write.OPEN


class Bookings(models.Manager["Booking"]):
    def get_queryset(self) -> models.QuerySet[Booking]:
        return super().get_queryset().filter(kind=Write.Kind.BOOKING)


class Booking(Write):
    """A write that makes an appointment: it has a time, a practitioner, a location and a type."""

    objects: ClassVar[Bookings] = Bookings()

    if TYPE_CHECKING:
        starts_at: datetime
        ends_at: datetime

    class Meta:
        proxy = True


class JournalStep(PracticeOwned):
    """One thing that happened to a write, in order."""

    write = models.ForeignKey(Write, on_delete=models.CASCADE, related_name="steps", db_column="booking_id")
    at = models.DateTimeField(default=timezone.now)
    step = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]


class SlotHold(PracticeOwned):
    """A practitioner's time that one write is working on: the one it wants, and of a move also the one it leaves
    until that is certain; or a time that was read back to somebody who has not answered yet (no write). The database
    lets no two overlap (B1)."""

    id = models.BigAutoField(primary_key=True)
    write = models.ForeignKey(
        Write, on_delete=models.CASCADE, related_name="holds", db_column="booking_id", null=True
    )
    holder = models.CharField(max_length=60, blank=True, db_default="")
    """Who is thinking about it, as in ``Write.asked_by``."""
    practitioner_pk = models.BigIntegerField()
    during = DateTimeRangeField()
    expires_at = models.DateTimeField()


class StaffTask(PracticeOwned):
    """Something a person at the practice has to do."""

    class Kind(models.TextChoices):
        CALL_BACK = "call_back", "Call back"
        CHECK_BOOKING = "check_booking", "Check a booking"
        EMERGENCY = "emergency", "Emergency mentioned"
        MARK_DNA = "mark_dna", "Count as did not arrive"
        OFFER_TIME = "offer_time", "Offer a time"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    summary = models.TextField()
    write = models.ForeignKey(Write, null=True, on_delete=models.CASCADE, related_name="+", db_column="booking_id")
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


class DeskRules(PracticeOwned):
    """How a practice wants its front desk to go about it. One row, or none while everything is as it comes."""

    class LateCancellation(models.TextChoices):
        ALLOW = "allow", "Cancel without a word"
        WARN = "warn", "Warn of the fee first"
        BLOCK = "block", "Leave it to the team"
        AUTO_DNA = "auto_dna", "Warn, cancel, count as did not arrive"

    late_cancellation = models.CharField(
        max_length=10, choices=LateCancellation.choices, default=LateCancellation.WARN
    )
    cancellation_window_hours = models.PositiveSmallIntegerField(default=24)
    """A cancellation is late from so long before the start on; 0: never."""
    cancellation_fee = models.CharField(max_length=200, blank=True)
    """A text such as ``$45``. It is said, and never charged by us."""
    booking_instructions = models.TextField(max_length=500, blank=True)
    """What is to be said before each booking (BOOK-14): Robyn says it word for word when she reads back what she is
    about to book, and it stands on the page of whoever books by hand."""
    offer_minutes = models.PositiveSmallIntegerField(default=30)
    """So long is a time that came free one person's to take, from the waiting list."""
    offers_a_day = models.PositiveSmallIntegerField(default=2)
    """Nobody who waits is offered more times than these in one day."""
    intake_fields = models.JSONField(default=list)
    """``[["date_of_birth", true], ...]``: what a new patient is asked beside the name, in this order, and whether it
    is needed. Empty: the usual ones (see :mod:`routiq.frontdesk.intake`)."""

    left_to_team = models.JSONField(default=list)
    """The vendor's ids of appointment types that are not offered, whatever the vendor's own switches say: not every
    vendor tells which of them are open for online bookings."""
    text_confirmations = models.BooleanField(default=True, db_default=True)
    """A text to the patient after each booking, move and cancellation, where the installation can send any."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice"], name="one_set_of_desk_rules")]


class KnownTimes(PracticeOwned):
    """What the vendor offered on one day of one practitioner, location and type: kept for a moment, for all
    processes, and never what a booking goes by. See :mod:`routiq.frontdesk.known_times`."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    practitioner_remote_id = models.CharField(max_length=40)
    location_remote_id = models.CharField(max_length=40)
    appointment_type_remote_id = models.CharField(max_length=40)
    day = models.DateField()
    """At the location."""
    since = models.DateTimeField()
    until = models.DateTimeField()
    """The same day as two moments."""
    asked_at = models.DateTimeField()
    """By the database's clock, before the vendor was asked."""
    ticket = models.UUIDField()
    """Of the one who asks: only they may fill it in."""
    starts = ArrayField(models.DateTimeField(), null=True)
    """Null while the vendor is being asked."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "connection",
                    "practitioner_remote_id",
                    "location_remote_id",
                    "appointment_type_remote_id",
                    "day",
                ],
                name="one_answer_per_day",
            )
        ]
        indexes = [models.Index(fields=["connection", "asked_at"], name="known_times_by_age")]


class TimesChanged(PracticeOwned):
    """Something changed in our copy that free times depend on. Written by the database itself, in the transaction of
    the change; an answer that was asked for before counts no more."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    practitioner_remote_id = models.CharField(max_length=40)
    """Empty: of all."""
    since = models.DateTimeField()
    until = models.DateTimeField()
    at = models.DateTimeField()
    """By the database's clock."""

    class Meta:
        indexes = [models.Index(fields=["connection", "at"], name="times_changed_by_age")]
