"""The morning letter about questions that Robyn could not answer: 8 am at the practice, once a day at most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import F, Q, QuerySet

from routiq.knowledge import gaps
from routiq.knowledge.models import Gap, KnowledgeRules
from routiq.practices import audit
from routiq.practices.letters import link, tell
from routiq.practices.models import Membership, Practice
from routiq.practices.permissions import WHO, Right
from routiq.practices.tenancy import current_practice_id
from routiq.sync.nightly import due_day

AT = time(8, 0)
_MONDAY = 1
MOST_SHOWN = 15


def rules() -> KnowledgeRules:
    """Those of the practice in force; as they come where nobody has set any."""
    return KnowledgeRules.objects.filter(practice_id=current_practice_id()).first() or KnowledgeRules()


def set_digest(digest: KnowledgeRules.Digest, actor: audit.Actor) -> None:
    """How often the letter comes."""
    KnowledgeRules.objects.update_or_create(practice_id=current_practice_id(), defaults={"digest": digest})
    audit.record(actor, "knowledge.digest", digest=str(digest))


@transaction.atomic
def send_if_due(now: datetime) -> int:
    """Write the letter of this local morning, if it is time and there is something to tell. Returns how many
    questions it tells of. ``now`` is aware. The day is marked with the letter or not at all, so that a crash
    costs none and makes no second one."""
    practice = Practice.objects.select_for_update().get(pk=current_practice_id())
    found = rules()
    day = due_day(now, practice.zone, found.digested_on, AT)
    if day is None or not _is_a_day_for(found, day):
        return 0
    KnowledgeRules.objects.update_or_create(practice_id=practice.pk, defaults={"digested_on": day})
    waiting = list(_untold())
    if not waiting:
        return 0
    for reader in Membership.objects.filter(role__in=WHO[Right.KNOWLEDGE], person__is_active=True):
        tell(reader, _subject(len(waiting)), _text(waiting))
    gaps.told(waiting, now)
    audit.record(audit.SYSTEM, "knowledge.digest_sent", gaps=len(waiting))
    return len(waiting)


def skip_if_due(now: datetime) -> None:
    """The letter of this local morning may have gone out already: it is not written. ``now`` is aware."""
    practice = Practice.objects.get(pk=current_practice_id())
    day = due_day(now, practice.zone, rules().digested_on, AT)
    if day is not None:
        KnowledgeRules.objects.update_or_create(practice_id=practice.pk, defaults={"digested_on": day})


def _is_a_day_for(found: KnowledgeRules, day: date) -> bool:
    if found.digest == KnowledgeRules.Digest.WEEKLY:
        return day.isoweekday() == _MONDAY
    return found.digest == KnowledgeRules.Digest.DAILY


def _untold() -> QuerySet[Gap]:
    """Asked since the last letter that told of it."""
    return gaps.open_gaps().filter(Q(told_at=None) | Q(last_at__gt=F("told_at")))


def _subject(number: int) -> str:
    """Without a word of what was asked: subjects are shown on locked screens."""
    return "1 question Robyn could not answer" if number == 1 else f"{number} questions Robyn could not answer"


def _text(waiting: Sequence[Gap]) -> str:
    lines = [f"- {gap.question}{_times(gap.times)}" for gap in waiting[:MOST_SHOWN]]
    if len(waiting) > MOST_SHOWN:
        lines.append(f"- and {len(waiting) - MOST_SHOWN} more")
    return (
        "Patients asked this, and nothing you have told Robyn answers it. Your team has each of them as a task.\n\n"
        + "\n".join(lines)
        + "\n\nOne line is enough, and Robyn answers it from then on:\n"
        + link("/knowledge/gaps")
        + "\n\nHow often this letter comes is set on the same page."
    )


def _times(times: int) -> str:
    return f" (asked {times} times)" if times > 1 else ""
