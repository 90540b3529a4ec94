"""Questions that found nothing: kept, counted and grouped, until somebody answers them (KB-04)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from routiq.knowledge import alike, answering, questions, sources
from routiq.knowledge.masking import masked
from routiq.knowledge.models import Gap, GapAsking, Source
from routiq.practices import audit
from routiq.practices.audit import Actor
from routiq.practices.live import announce
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id

MOST_OPEN = 500
"""So many different questions are kept open; then the one that was asked longest ago gives way."""
MOST_WORDINGS = 20
"""Of one gap that an answer is tied to."""


class NotOpen(Exception):
    """Somebody else answered or dismissed it meanwhile."""


def note(
    question: str, *, channel: str = "", conversation_id: int | None = None, at: datetime | None = None
) -> Gap | None:
    """Keep a question that nothing answered, with those that ask the same. ``None`` for what asks nothing that could
    be answered. In one conversation a question counts once."""
    kept = masked(question)
    if not kept or not questions.read(question).hard:
        return None
    at = at or timezone.now()
    with transaction.atomic():
        # One after the other, so that the same question at the same time is one gap.
        practice = Practice.objects.select_for_update().get(pk=current_practice_id())
        gap = _same(kept)
        if gap is None:
            gap = Gap.objects.create(practice=practice, question=kept, times=0, first_at=at, last_at=at)
            _make_room()
        heard = GapAsking.objects.filter(gap=gap, conversation_id=conversation_id)
        if conversation_id is None or not heard.exists():
            Gap.objects.filter(pk=gap.pk).update(times=F("times") + 1, last_at=at)
            GapAsking.objects.create(
                practice=practice, gap=gap, question=kept, channel=channel, conversation_id=conversation_id, at=at
            )
        announce(practice.pk, "knowledge")
    gap.refresh_from_db()
    return gap


def _same(question: str) -> Gap | None:
    """The open or dismissed gap that asks this. One that was answered and is asked again, because the answer is gone,
    is a new one."""
    asked = alike.gist(question)
    best, best_pk = 0.0, 0
    questions_before = Gap.objects.exclude(state=Gap.State.ANSWERED).order_by("pk").values_list("pk", "question")
    for pk, before in questions_before:
        closeness = alike.closeness(asked, alike.gist(before))
        if closeness >= alike.SAME and closeness > best:
            best, best_pk = closeness, pk
    return Gap.objects.get(pk=best_pk) if best_pk else None


def _make_room() -> None:
    waiting = Gap.objects.filter(state=Gap.State.OPEN)
    surplus = list(waiting.order_by("-last_at", "-pk").values_list("pk", flat=True)[MOST_OPEN:])
    Gap.objects.filter(pk__in=surplus).delete()


def open_gaps() -> QuerySet[Gap]:
    """What was asked most often comes first."""
    return Gap.objects.filter(state=Gap.State.OPEN).order_by("-times", "-last_at", "-pk")


def wordings(gap: Gap) -> list[str]:
    """The different ways in which it was asked, the first one first."""
    return list(dict.fromkeys(gap.askings.order_by("pk").values_list("question", flat=True)))


@transaction.atomic
def answer(pk: int, text: str, actor: Actor) -> Source:
    """Write a note that answers this question from now on, in every wording in which it came. ``Gap.DoesNotExist``,
    ``NotOpen``, or ``sources.NotAdded`` for words that cannot be kept."""
    gap = _open(pk)
    asked = tuple([gap.question, *wordings(gap)][:MOST_WORDINGS])
    source = sources.add_note(gap.question, text, actor, asked=asked)
    _close(gap, Gap.State.ANSWERED, actor, "gap.answered", source)
    return source


def settle() -> int:
    """Close what is answered meanwhile by something else that was told: a page, a document, another note. Returns how
    many that are."""
    settled = 0
    for pk, question in open_gaps().values_list("pk", "question"):
        found = answering.find(question).answer
        if found is None:
            continue
        with transaction.atomic():
            gap = Gap.objects.select_for_update().filter(pk=pk, state=Gap.State.OPEN).first()
            if gap is not None:
                source = Source.objects.filter(pk=found.source_id).first() if found.source_id else None
                _close(gap, Gap.State.ANSWERED, audit.SYSTEM, "gap.answered", source)
                settled += 1
    return settled


@transaction.atomic
def dismiss(pk: int, actor: Actor) -> Gap:
    """It is not for Robyn to answer. It goes on being passed on, and being counted here, but off the list."""
    gap = _open(pk)
    _close(gap, Gap.State.DISMISSED, actor, "gap.dismissed", None)
    return gap


def _open(pk: int) -> Gap:
    gap = Gap.objects.select_for_update().get(pk=pk)
    if gap.state != Gap.State.OPEN:
        raise NotOpen
    return gap


def _close(gap: Gap, state: Gap.State, actor: Actor, action: str, source: Source | None) -> None:
    gap.state, gap.answer, gap.closed_by, gap.closed_at = state, source, str(actor), timezone.now()
    gap.save(update_fields=["state", "answer", "closed_by", "closed_at"])
    audit.record(actor, action, f"gap:{gap.pk}", times=gap.times)
    announce(gap.practice_id, "knowledge")


def told(gaps: Sequence[Gap], at: datetime) -> None:
    Gap.objects.filter(pk__in=[gap.pk for gap in gaps]).update(told_at=at)
