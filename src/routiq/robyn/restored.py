"""E-mails about hand-overs that were on their way when a backup was made that is restored now (docs/adr/026)."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from routiq.frontdesk.models import StaffTask
from routiq.frontdesk.tasks import leave_task
from routiq.practices.jobs import MOST_ATTEMPTS
from routiq.practices.models import PersonalLetter
from routiq.robyn.models import HandOver, WaitingMail


def leave_to_the_team(when: str) -> None:
    """For the practice in force, in a transaction: what may not have reached anybody by e-mail is a task, unless it
    is one already. ``when`` the backup was made, in words. Must come before the letters are held back."""
    unsent = PersonalLetter.objects.filter(sent_at=None, attempts__lt=MOST_ATTEMPTS).values("pk")
    untold = HandOver.objects.filter(by_email=True).filter(Q(told_at=None) | Q(letter_id__in=unsent))
    for row in untold.filter(task_id=None):
        leave_task(
            StaffTask.Kind(row.kind),
            f"The e-mail about this conversation was on its way when the backup of {when} was made, which is "
            "restored now, and is not sent again. Read the conversation, and see whether somebody has seen to it.",
            conversation_id=row.conversation_id,
        )
    untold.filter(told_at=None).update(told_at=timezone.now())
    WaitingMail.objects.all().delete()  # Each is a task, or somebody else was written to at once.
