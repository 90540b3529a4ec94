"""Telling the owners of a practice by e-mail what they have to know when they do not look at the pages."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from routiq.practices.jobs import post
from routiq.practices.models import Letter
from routiq.practices.postbox import owners_addresses
from routiq.practices.tenancy import current_practice_id


@transaction.atomic
def tell_owners(subject: str, text: str) -> int:
    """Write to all owners of the practice in force. Returns how many there are.

    Plain text that holds the names of the practice and of its system, what happened and what to do: never anything
    about a patient. The letter and its job are stored with the transaction: a rollback sends nothing.
    """
    owners = len(owners_addresses())
    if owners:
        letter = Letter.objects.create(
            practice_id=current_practice_id(), subject=" ".join(subject.split()), text=text.strip() + "\n"
        )
        post(letter.practice_id, letter.pk)
    return owners


def link(path: str) -> str:
    """The full address of a page of ours, for a letter."""
    return settings.BASE_URL.rstrip("/") + path
