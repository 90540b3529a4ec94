"""Our copy of the practice: one table for each kind of record, keyed by the vendor's id.

Rows refer to each other by the vendor's ids, not by foreign keys, because pages arrive in any order. ``remote_*``
is the vendor's; ``seen_at`` is when the request was sent that brought the row.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from routiq.connections.models import Connection
from routiq.practices.models import Membership, Practice, PracticeOwned


def _practice_of_many() -> models.ForeignKey[Practice]:
    """The practice of a row in a table that grows: every other index begins with it, and the row hangs on a
    connection that hangs on the practice. An index and a check more would cost a first sync a tenth of its time."""
    return models.ForeignKey(
        Practice, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )


class MirrorRow(PracticeOwned):
    # The unique key of every table begins with the connection, so this needs no index of its own.
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    """Held to by who writes: ``mirror.writing`` locks the connection's row once for each page."""
    remote_id = models.CharField(max_length=40)
    remote_updated_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    fingerprint = models.BigIntegerField()
    """A hash of the whole record: an unchanged one is not written again."""
    removed_at = models.DateTimeField(null=True)
    """When the vendor deleted it; the row is kept so that nothing that refers to it dangles."""

    class Meta:
        abstract = True


class Location(MirrorRow):
    name = models.CharField(max_length=255)
    address = models.TextField(blank=True)
    country_code = models.CharField(max_length=2, blank=True)
    time_zone = models.CharField(max_length=64)
    contact = models.TextField(blank=True)
    online = models.BooleanField()
    active = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="location_key")]


class Practitioner(MirrorRow):
    name = models.CharField(max_length=255)
    title = models.CharField(max_length=255, blank=True)
    first_name = models.CharField(max_length=255, blank=True)
    last_name = models.CharField(max_length=255, blank=True)
    designation = models.CharField(max_length=255, blank=True)
    online = models.BooleanField()
    active = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="practitioner_key")]


class AppointmentType(MirrorRow):
    name = models.CharField(max_length=255)
    category = models.CharField(max_length=255, blank=True)
    description = models.TextField(blank=True)
    duration_minutes = models.PositiveIntegerField()
    max_attendees = models.PositiveIntegerField(default=1)
    online = models.BooleanField()
    active = models.BooleanField()
    lead_time_hours = models.PositiveIntegerField(null=True)
    telehealth = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="appointment_type_key")]

    @property
    def is_class(self) -> bool:
        return self.max_attendees != 1


class Offering(PracticeOwned):
    """This practitioner does this type at this location."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    location_remote_id = models.CharField(max_length=40)
    appointment_type_remote_id = models.CharField(max_length=40)
    practitioner_remote_id = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "connection",
                    "location_remote_id",
                    "appointment_type_remote_id",
                    "practitioner_remote_id",
                ],
                name="offering_key",
            )
        ]


class RosterDay(MirrorRow):
    """A practitioner's usual hours at a location on one weekday, in the location's local time."""

    practitioner_remote_id = models.CharField(max_length=40)
    location_remote_id = models.CharField(max_length=40)
    weekday = models.PositiveSmallIntegerField()
    """ISO: 1 is Monday."""
    hours = models.JSONField(default=list)
    """Pairs of ``"HH:MM"``: from, to."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="roster_day_key")]


class BookingRules(PracticeOwned):
    """The practice's online-booking settings at the vendor. ``None`` means that there is no such rule."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, primary_key=True)
    online_bookings_enabled = models.BooleanField()
    days_in_advance = models.PositiveIntegerField(null=True)
    minimum_notice_hours = models.PositiveIntegerField(null=True)
    max_per_day_segment = models.PositiveIntegerField(null=True)
    cancellation_notice_hours = models.PositiveIntegerField(null=True)
    policy = models.TextField(blank=True)
    seen_at = models.DateTimeField()


class Patient(MirrorRow):
    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        INACTIVE = "inactive", "Archived"
        DECEASED = "deceased", "Deceased"

    practice = _practice_of_many()
    first_name = models.CharField(max_length=255)
    last_name = models.CharField(max_length=255)
    preferred_name = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=255, blank=True)
    date_of_birth = models.DateField(null=True)
    email = models.CharField(max_length=255, blank=True)
    sex = models.CharField(max_length=100, blank=True)
    gender = models.CharField(max_length=100, blank=True)
    address_lines = ArrayField(models.CharField(max_length=255), default=list)
    city = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=255, blank=True)
    post_code = models.CharField(max_length=40, blank=True)
    country_code = models.CharField(max_length=2, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices)
    notes = models.TextField(blank=True)
    merged_into = models.CharField(max_length=40, blank=True)
    remote_created_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    sort_name = models.CharField(max_length=520)
    """Family name, then first name, folded to plain lower case: the order of the list."""
    search_text = models.TextField()
    """Names and e-mail folded to plain lower case, and phone digits: what the search box looks through."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="patient_key")]
        indexes = [
            models.Index(fields=["practice", "sort_name", "id"], name="patient_list"),
            models.Index(fields=["practice", "status", "sort_name", "id"], name="patient_list_by_status"),
        ]

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def called(self) -> str:
        """What to call them in conversation."""
        return self.preferred_name or self.first_name


class PatientPhone(PracticeOwned):
    practice = _practice_of_many()
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="phones", db_constraint=False)
    """Held to by who writes: a row and its details are written in one statement (docs/adr/014)."""
    position = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=100)
    e164 = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "e164"], name="phone_lookup")]
        ordering = ["position"]


class BookingRow(MirrorRow):
    practice = _practice_of_many()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    practitioner_remote_id = models.CharField(max_length=40)
    location_remote_id = models.CharField(max_length=40)
    appointment_type_remote_id = models.CharField(max_length=40)
    remote_created_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Appointment(BookingRow):
    class Status(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        CANCELLED = "cancelled", "Cancelled"
        DNA = "dna", "Did not arrive"

    patient_remote_id = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=Status.choices)
    arrived = models.BooleanField(default=False)
    completed = models.BooleanField(default=False)
    """The vendor says that the visit is over."""
    invoiced = models.BooleanField(null=True)
    """``None``: the vendor does not say."""
    cancelled_at = models.DateTimeField(null=True)
    cancellation_reason = models.CharField(max_length=255, blank=True)
    notes = models.TextField(blank=True)
    booked_online = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="appointment_key")]
        indexes = [
            models.Index(fields=["practice", "patient_remote_id", "-starts_at"], name="appointment_history"),
            models.Index(fields=["practice", "starts_at"], name="appointment_diary"),
        ]


class ClassSession(BookingRow):
    """One session of a class: a group appointment."""

    max_attendees = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="class_session_key")]
        indexes = [models.Index(fields=["practice", "starts_at"], name="class_diary")]


class Attendance(MirrorRow):
    """One patient's seat in a class session."""

    practice = _practice_of_many()
    class_remote_id = models.CharField(max_length=40)
    patient_remote_id = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=Appointment.Status.choices)
    arrived = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField(null=True)
    remote_created_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="attendance_key")]
        indexes = [
            models.Index(fields=["practice", "patient_remote_id"], name="attendance_by_patient"),
            models.Index(fields=["practice", "class_remote_id"], name="attendance_by_class"),
        ]


class UnavailableBlock(MirrorRow):
    """A stretch of time in which a practitioner takes no bookings, at whichever location."""

    practice = _practice_of_many()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    practitioner_remote_id = models.CharField(max_length=40)
    location_remote_id = models.CharField(max_length=40, blank=True)
    notes = models.TextField(blank=True)
    remote_created_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="unavailable_block_key")]
        indexes = [models.Index(fields=["practice", "ends_at"], name="block_diary")]


class WaitingListEntry(MirrorRow):
    """One patient's wish to be told when a time comes free."""

    practice = _practice_of_many()
    patient_remote_id = models.CharField(max_length=40)
    location_remote_id = models.CharField(max_length=40, blank=True)
    appointment_type_remote_id = models.CharField(max_length=40, blank=True)
    practitioner_remote_ids = ArrayField(models.CharField(max_length=40), default=list)
    """Preferred, the first choice first; empty: anyone."""
    priority = models.CharField(max_length=255, blank=True)
    days = models.TextField(blank=True)
    times = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    remote_created_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="waiting_list_entry_key")]
        indexes = [models.Index(fields=["practice", "patient_remote_id"], name="waiting_by_patient")]


class Invoice(MirrorRow):
    """One bill, in the practice's currency."""

    practice = _practice_of_many()
    number = models.CharField(max_length=255, blank=True)
    patient_remote_id = models.CharField(max_length=40)
    practitioner_remote_id = models.CharField(max_length=40, blank=True)
    location_remote_id = models.CharField(max_length=40, blank=True)
    issued_at = models.DateTimeField()
    total = models.DecimalField(max_digits=12, decimal_places=2)
    paid = models.DecimalField(max_digits=12, decimal_places=2)
    outstanding = models.DecimalField(max_digits=12, decimal_places=2)
    third_party = models.BooleanField(default=False)
    """Somebody else than the patient owes it."""
    void = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="invoice_key")]
        indexes = [models.Index(fields=["practice", "patient_remote_id", "-issued_at"], name="invoice_by_patient")]


class Payment(PracticeOwned):
    """Money received against an invoice."""

    practice = _practice_of_many()
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="payments", db_constraint=False)
    """As a patient's numbers are held to theirs."""
    position = models.PositiveSmallIntegerField()
    remote_id = models.CharField(max_length=40)
    paid_on = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    method = models.CharField(max_length=100, blank=True)
    void = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]


class AssignedLogin(PracticeOwned):
    """Which practitioner a login is: whoever stands in the system several times has several rows."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    practitioner_remote_id = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "connection", "practitioner_remote_id"], name="one_login_each_practitioner"
            )
        ]
