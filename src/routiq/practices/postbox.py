"""Sending the letters that were written: each one until a mail server has taken it, and then never again."""

from __future__ import annotations

import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from routiq.practices.models import Letter, Membership, PersonalLetter
from routiq.practices.passwords import password_link

log = logging.getLogger("routiq.letters")


CONSOLE = "django.core.mail.backends.console.EmailBackend"
_NOT_PRINTED = (
    "This letter is about a patient: without a mail server it is not printed, because logs are no place for it."
)


class NotSent(Exception):
    """The mail server did not take a letter; it is tried again."""


def owners_addresses() -> list[str]:
    """The e-mail addresses of the owners of the practice in force who may log in."""
    owners = Membership.objects.filter(role=Membership.Role.OWNER, person__is_active=True)
    return list(owners.order_by("pk").values_list("person__email", flat=True))


def send(letter_id: int, kind: type[Letter] | type[PersonalLetter] = Letter) -> bool:
    """Hand the letter to the mail server as one message: to all owners of the practice in force, or to whom it is
    for.

    Returns whether it was this call that sent it. Raises ``NotSent``, with the reason stored on the letter.
    """
    with transaction.atomic():
        # Whoever holds the row is sending it; a second worker has nothing to do.
        waiting = kind._default_manager.select_for_update(skip_locked=True)
        letter = waiting.filter(pk=letter_id, sent_at=None).first()
        if letter is None:
            return False
        letter.attempts += 1
        try:
            _message(letter).send()
        except (OSError, smtplib.SMTPException) as error:
            # The server's own words may quote an address: only their kind and number are kept.
            letter.error = _in_short(error)
        else:
            letter.sent_at, letter.error = timezone.now(), ""
        letter.save(update_fields=["attempts", "error", "sent_at"])
    if letter.error:
        log.warning("letter not sent", extra={"letter": letter_id, "attempt": letter.attempts, "why": letter.error})
        raise NotSent(letter.error)
    log.info("letter sent", extra={"letter": letter_id})
    return True


def _message(letter: Letter | PersonalLetter) -> EmailMessage:
    if isinstance(letter, PersonalLetter):
        word, addresses = "about", letter.addresses
        text = _NOT_PRINTED if settings.EMAIL_BACKEND == CONSOLE else letter.text
    else:
        word, to = "letter", letter.recipient
        addresses = [to.person.email] if to else owners_addresses()
        text = f"{letter.text}\n{password_link(to)}\n" if to and letter.ends_with_link else letter.text
    # The same letter has the same id: should the server's yes get lost, mailboxes fold the repetition.
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    headers = {"Message-ID": f"<{word}.{letter.pk}.{letter.created_at:%Y%m%d%H%M%S%f}@{host}>"}
    return EmailMessage(subject=letter.subject, body=text, to=addresses, headers=headers)


def _in_short(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
