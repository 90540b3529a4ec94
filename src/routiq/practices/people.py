"""Logging in: e-mail, password, and a limit on guessing."""

from __future__ import annotations

import math
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from routiq.practices import audit, limits
from routiq.practices.models import Membership, Person, Practice
from routiq.practices.tenancy import acting_as_person, acting_for, reading_directory

ATTEMPTS = 8
PER_SECONDS = 15 * 60
_LOGIN = "login"


class TooManyAttempts(Exception):
    """Too many wrong passwords for this address; try again in ``retry_after`` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many attempts. Try again in {math.ceil(retry_after / 60)} minutes.")
        self.retry_after = retry_after


def authenticate(email: str, password: str) -> Person | None:
    """The person, or ``None`` when address or password is wrong (never which). ``TooManyAttempts`` when locked."""
    address = email.strip().lower()
    now = timezone.now()
    used, until = limits.count(_LOGIN, address, resets_at=now + timedelta(seconds=PER_SECONDS))
    if used > ATTEMPTS:
        raise TooManyAttempts(max(1, math.ceil((until - now).total_seconds())))
    person = Person.objects.filter(email=address, is_active=True).first()
    if person is None:
        make_password(password)  # As slow as a real check, so that timing tells no address.
    elif person.check_password(password):
        limits.forget(_LOGIN, address)
        return person
    return None


def memberships(person: Person) -> list[Membership]:
    """The practices this person belongs to, by name."""
    with acting_as_person(person.pk):
        return list(Membership.objects.filter(person=person).select_related("practice").order_by("practice__name"))


@transaction.atomic
def create_practice(
    name: str, *, owner: Person, time_zone: str = "Australia/Sydney", country_code: str = "AU"
) -> Practice:
    """A new practice, pending, with its first owner."""
    with reading_directory():
        practice = Practice.objects.create(name=name, time_zone=time_zone, country_code=country_code)
    with acting_for(practice.pk):
        Membership.objects.create(practice=practice, person=owner, role=Membership.Role.OWNER)
        audit.record(audit.Actor("person", str(owner.pk)), "practice.created")
    return practice


def set_status(practice: Practice, status: Practice.Status, actor: audit.Actor) -> None:
    """Let Robyn serve patients (live), or not (pending). For the practice in force."""
    if practice.status == status:
        return
    Practice.objects.filter(pk=practice.pk).update(status=status)
    practice.status = status
    audit.record(actor, f"practice.{status}", at=timezone.now().isoformat())


def practice_ids() -> list[int]:
    """Every practice on this installation, for scheduling."""
    with reading_directory():
        return list(Practice.objects.order_by("pk").values_list("pk", flat=True))
