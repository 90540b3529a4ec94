"""Letters that were on their way when a backup was made that is restored now (docs/adr/026)."""

from __future__ import annotations

from routiq.practices.jobs import MOST_ATTEMPTS
from routiq.practices.models import Letter, PersonalLetter

CODE = "restored"


def hold_back_letters() -> list[Letter]:
    """None of those of the practice in force is sent any more: most of them were, after the backup. Returns those
    that are about no patient, oldest first."""
    letters = list(Letter.objects.filter(sent_at=None, attempts__lt=MOST_ATTEMPTS).order_by("pk"))
    for kind in (Letter, PersonalLetter):
        waiting = kind._default_manager.filter(sent_at=None, attempts__lt=MOST_ATTEMPTS)
        waiting.update(attempts=MOST_ATTEMPTS, error=CODE)
    return letters
