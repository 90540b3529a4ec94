"""Who we serve: practices, the people who log in, what they did."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone


class Practice(models.Model):
    """One clinic business: the tenant. Its rows are visible only while the code acts for it."""

    class Status(models.TextChoices):
        PENDING = "pending", "Being set up"
        LIVE = "live", "Live"

    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="Australia/Sydney")
    country_code = models.CharField(max_length=2, default="AU")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    keep_patient_notes = models.BooleanField(default=False)
    history_months = models.PositiveSmallIntegerField(default=24)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_live(self) -> bool:
        return self.status == self.Status.LIVE


class PracticeOwned(models.Model):
    """A row that belongs to one practice and is guarded by row-level security."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class PersonManager(BaseUserManager["Person"]):
    def create_person(self, email: str, password: str, **extra: Any) -> Person:
        person = self.model(email=email.strip().lower(), **extra)
        person.set_password(password)
        person.save()
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """Somebody who logs in, with e-mail and password. Belongs to practices through memberships."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    objects = PersonManager()

    def __str__(self) -> str:
        return self.name or self.email


class Membership(PracticeOwned):
    """A person's login at one practice. What its role opens: :mod:`routiq.practices.permissions`."""

    class Role(models.TextChoices):
        OWNER = "owner", "Owner"
        ADMIN = "admin", "Admin"
        PRACTITIONER = "practitioner", "Practitioner"
        RECEPTION = "reception", "Reception"
        READ_ONLY = "read_only", "Read-only"

    class HandOverMail(models.TextChoices):
        AS_SET = "as_set", "When the practice set it so"
        ALL = "all", "All of them"
        NONE = "none", "None"

    class HandOverPace(models.TextChoices):
        AT_ONCE = "at_once", "Each at once"
        HOURLY = "hourly", "Together, once an hour"
        DAILY = "daily", "Together, once a day at 8 am"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.OWNER)
    all_patients = models.BooleanField(default=True, db_default=True)
    """Where the role leaves it open: everybody's patients, or those of the practitioners whose login it is."""
    hand_over_mail = models.CharField(
        max_length=10, choices=HandOverMail, default=HandOverMail.AS_SET, db_default=HandOverMail.AS_SET
    )
    """What this person wants of the e-mails about what Robyn hands over."""
    hand_over_pace = models.CharField(
        max_length=10, choices=HandOverPace, default=HandOverPace.AT_ONCE, db_default=HandOverPace.AT_ONCE
    )
    """How soon they come. An emergency comes at once, whatever is set."""
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    """By the practice's clock: none of them comes in between. Both or neither; it may go past midnight."""
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "person"], name="one_membership_each")]


class ApiToken(PracticeOwned):
    """A key to the REST API of one practice. Only its hash is stored; the text is shown once."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Allowance(models.Model):
    """How often something was done in the window that is open: one row per caller, shared by all processes. Belongs
    to no practice, and names nobody: see :mod:`routiq.practices.limits`."""

    key = models.CharField(max_length=100, primary_key=True)
    used = models.PositiveIntegerField()
    resets_at = models.DateTimeField(db_index=True)


class AuditEntry(PracticeOwned):
    """Who did what, when. Holds ids and codes; the rows they name hold the personal details."""

    at = models.DateTimeField(default=timezone.now)
    actor_kind = models.CharField(max_length=20)
    """``person``, ``token``, ``robyn`` or ``system``."""
    actor_id = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=60)
    """A dotted code such as ``connection.connected``."""
    target = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["practice", "-at"], name="audit_latest"),
            models.Index(
                fields=["practice", "target"], name="audit_who_left", condition=models.Q(action="login.removed")
            ),
        ]


class Post(PracticeOwned):
    """Something on its way to mailboxes."""

    subject = models.CharField(max_length=200)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    """When a mail server took it; then it is never sent again."""
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=100, blank=True)
    """Why the last attempt failed, as a code."""

    class Meta:
        abstract = True


class Letter(Post):
    """An e-mail to the owners of a practice, or to one person there. The address is found out when it is sent."""

    recipient = models.ForeignKey(Membership, null=True, on_delete=models.CASCADE, related_name="+")
    """Empty: all owners."""
    ends_with_link = models.BooleanField(default=False, db_default=False)
    """The recipient's link to set a password follows the text: made when it is sent, and stored nowhere."""


class PersonalLetter(Post):
    """An e-mail about a patient, to those at the practice whom it concerns. Goes when the patients' data goes."""

    addresses = models.JSONField(default=list)
