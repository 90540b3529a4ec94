"""Telling the owners of a practice, or others who work there, by e-mail what they have to know."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from routiq.practices.addresses import link as link
from routiq.practices.jobs import post, post_personal
from routiq.practices.models import Letter, Membership, PersonalLetter
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
        _write(subject, text)
    return owners


@transaction.atomic
def tell(recipient: Membership, subject: str, text: str, *, ends_with_link: bool = False) -> None:
    """Write to one person of the practice in force; ``ends_with_link``: with their link to set a password below."""
    _write(subject, text, recipient=recipient, ends_with_link=ends_with_link)


def _write(subject: str, text: str, **more: Any) -> None:
    letter = Letter.objects.create(
        practice_id=current_practice_id(), subject=" ".join(subject.split()), text=text.strip() + "\n", **more
    )
    post(letter.practice_id, letter.pk)


@transaction.atomic
def tell_about_patient(addresses: list[str], subject: str, text: str) -> PersonalLetter:
    """Write to these addresses about a patient. The text may name the patient, the subject never does: mail programs
    show it on locked screens. Stored with its job in the transaction."""
    letter = PersonalLetter.objects.create(
        practice_id=current_practice_id(),
        addresses=addresses,
        subject=" ".join(subject.split()),
        text=text.strip() + "\n",
    )
    post_personal(letter.practice_id, letter.pk)
    return letter
