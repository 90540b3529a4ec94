"""Reading a source that a worker has in hand: a website or a document, from its place to its passages."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from routiq.knowledge import documents, storing
from routiq.knowledge.models import Source
from routiq.knowledge.problems import NotRead
from routiq.knowledge.web.crawling import Limits, crawl
from routiq.knowledge.web.fetching import Fetcher, Reach
from routiq.practices.live import announce

log = logging.getLogger("routiq.knowledge")

EVERY = timedelta(hours=24)
"""So often a website is read again."""
LIMITS = Limits()
"""Of one reading of a website."""
BROKE_OFF = timedelta(minutes=20)
"""A reading that was begun so long ago was interrupted."""


def reach() -> Reach:
    """Where websites may be: everywhere public."""
    return Reach()


def read(source_id: int) -> None:
    """Read this source of the practice in force, unless there is nothing to do. What goes wrong is kept with it."""
    source = _begin(source_id)
    if source is None:
        return
    unread: tuple[str, ...] = ()
    left_out = 0
    try:
        if source.kind == Source.Kind.SITE:
            with Fetcher(settings.ROUTIQ_CONTACT, reach()) as fetcher:
                crawled = crawl(fetcher, source.address, LIMITS)
            pieces, unread, left_out = crawled.pieces, crawled.unread, crawled.left_out
            pages = len(pieces)
        else:
            piece, pages = documents.read(source)
            pieces = (piece,)
    except NotRead as error:
        _failed(source, error.code)
        return
    except Exception:
        _failed(source, "broken_off")
        raise
    with transaction.atomic():
        current = Source.objects.select_for_update().filter(pk=source.pk).first()
        if current is None:
            return  # Removed meanwhile.
        now = timezone.now()
        if storing.replace(current, pieces, now, keep=unread):
            current.changed_at = now
        current.state, current.problem, current.read_at = Source.State.READY, "", now
        current.pages, current.left_out = pages, left_out
        current.save(update_fields=["state", "problem", "read_at", "changed_at", "pages", "left_out"])
        announce(current.practice_id, "knowledge")
    log.info("source read", extra={"source": source.pk, "pages": pages, "left_out": left_out})


@transaction.atomic
def _begin(source_id: int) -> Source | None:
    source = Source.objects.select_for_update().filter(pk=source_id).exclude(kind=Source.Kind.NOTE).first()
    if source is None or source.state in (Source.State.READY, Source.State.FAILED):
        return None  # Removed, or read by somebody who was quicker.
    source.state = Source.State.READING
    source.save(update_fields=["state"])
    announce(source.practice_id, "knowledge")
    return source


@transaction.atomic
def _failed(source: Source, code: str) -> None:
    """What was read before stays in use."""
    Source.objects.filter(pk=source.pk).update(state=Source.State.FAILED, problem=code)
    announce(source.practice_id, "knowledge")
    log.warning("source not read", extra={"source": source.pk, "code": code})
