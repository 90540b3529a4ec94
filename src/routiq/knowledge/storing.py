"""Keeping what was read: the passages of a source, replaced as one, so that no question meets half of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from routiq.knowledge import searching
from routiq.knowledge.models import Passage, Source
from routiq.knowledge.passages import Section, packed
from routiq.practices.jobs_queue import defer_once

MOST_PASSAGES = 2000
"""Of one source; what comes after is left out."""


@dataclass(frozen=True)
class Piece:
    """A web page, a note or a document that was read, in its sections."""

    title: str
    sections: Sequence[Section]
    address: str = ""


@transaction.atomic
def replace(source: Source, pieces: Iterable[Piece], at: datetime, *, keep: Iterable[str] = ()) -> bool:
    """``pieces`` are what ``source`` says from now on. ``keep`` are addresses that could not be read this time, whose
    passages stay. Returns whether anything is different from before. Gives way to nobody: call it with the source's
    row locked."""
    before = Passage.objects.filter(source=source)
    staying = before.filter(address__in=list(keep)) if source.kind == Source.Kind.SITE else Passage.objects.none()
    stays = list(staying.order_by("position"))
    rows = [*_rows(source, pieces, at), *stays][:MOST_PASSAGES]
    told = [_told(row) for row in rows]
    if told == [_told(row) for row in before.order_by("position")]:
        before.update(read_at=at)
        return False
    before.delete()
    for position, row in enumerate(rows):
        row.pk, row.position = None, position
    searching.index(Passage.objects.bulk_create(rows))
    _see_what_is_answered(source.practice_id)
    return True


def _see_what_is_answered(practice_id: int) -> None:
    from routiq.knowledge.jobs import settle_gaps

    defer_once(settle_gaps, f"knowledge.settle_gaps:{practice_id}", practice_id=practice_id)


def _rows(source: Source, pieces: Iterable[Piece], at: datetime) -> list[Passage]:
    return [
        Passage(
            practice_id=source.practice_id,
            source=source,
            position=0,
            address=piece.address,
            number=section.number,
            title=piece.title[:200],
            heading=section.heading[:200],
            text="\n".join(" ".join(unit.split()) for unit in section.units),
            search="",
            read_at=at,
        )
        for piece in pieces
        for section in packed(piece.sections)
    ]


def _told(row: Passage) -> tuple[str, str, str, str, int | None]:
    return row.title, row.address, row.heading, row.text, row.number
