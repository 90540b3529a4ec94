"""Deleting what was said longer ago than the practice keeps it (V8): the words, and what quotes them."""

from __future__ import annotations

import logging
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone

from routiq.frontdesk.models import StaffTask, Write
from routiq.messaging.models import Text
from routiq.practices import audit
from routiq.practices.live import announce
from routiq.practices.models import PersonalLetter
from routiq.practices.tenancy import current_practice_id
from routiq.robyn.manner import settings_of_practice
from routiq.robyn.models import Conversation, ScenarioRun, Turn

log = logging.getLogger("routiq.robyn")

BATCH = 500


def forget_old(now: datetime | None = None) -> int:
    """Delete conversations of the practice in force whose last word is older than it keeps them, with their turns,
    hand-overs, e-mails and tasks, text messages, what was said when scenarios were played, and the accepting words in
    the journal. Returns how many conversations went."""
    practice_id = current_practice_id()
    before = (now or timezone.now()) - relativedelta(months=settings_of_practice().transcript_months)
    gone = 0
    while ids := list(
        Conversation.objects.filter(practice_id=practice_id, last_turn_at__lt=before).values_list("pk", flat=True)[
            :BATCH
        ]
    ):
        with transaction.atomic():
            StaffTask.objects.filter(practice_id=practice_id, conversation_id__in=ids).delete()
            Turn.objects.filter(conversation__in=ids).delete()
            Conversation.objects.filter(pk__in=ids).delete()
        gone += len(ids)
    ScenarioRun.objects.filter(practice_id=practice_id, asked_at__lt=before).delete()
    PersonalLetter.objects.filter(practice_id=practice_id, created_at__lt=before).delete()
    Text.objects.filter(practice_id=practice_id, created_at__lt=before).delete()
    quoted = Write.objects.filter(practice_id=practice_id, created_at__lt=before).exclude(accepting_words="")
    quoted.update(accepting_words="")
    if gone:
        audit.record(audit.SYSTEM, "conversations.forgotten", conversations=gone, before=before.date().isoformat())
        announce(practice_id, "conversation")
        log.info("conversations forgotten", extra={"practice": practice_id, "conversations": gone})
    return gone
