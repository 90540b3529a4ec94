"""PostgreSQL's part in finding: which words are the same word, and which passages hold any of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection as database

from routiq.knowledge.models import Passage, Source
from routiq.knowledge.ranking import Candidate, Lexemes, Unit
from routiq.knowledge.shapes import without_amounts
from routiq.mirror.queries import fold
from routiq.practices.statements import columns, rows_of
from routiq.practices.tenancy import current_practice_id

LOOKED_AT = 12
"""So many passages are read closely."""
MOST_KEPT = 20_000
"""Words and sentences whose lexemes a process remembers: about a kilobyte each."""
_PASSAGES = f"""
SELECT {columns(Passage, "p", without=["search"])}, {columns(Source, "s", "source", without=["text"])}
FROM knowledge_passage p JOIN knowledge_source s ON s.id = p.source_id WHERE p.id = ANY(%(passages)s)
"""


@dataclass(frozen=True)
class Hit:
    passage_id: int
    lexemes: Lexemes
    """Those of the question that stand in it."""


def lexemes_of(texts: Iterable[str]) -> dict[str, Lexemes]:
    """The lexemes of each word or sentence by PostgreSQL's English; none where nothing has meaning. The dictionary
    never changes while a process runs, so that what was asked or quoted once needs not be asked again."""
    wanted = list(dict.fromkeys(texts))
    found = {text: lexemes for text in wanted if (lexemes := _known.get(text)) is not None}
    if missing := [text for text in wanted if text not in found]:
        asked = dict(zip(missing, _vectors(missing), strict=True))
        if len(_known) + len(asked) > MOST_KEPT:
            _known.clear()
        _known.update(asked)
        found |= asked
    return found


_known: dict[str, Lexemes] = {}


def _vectors(texts: Sequence[str]) -> list[Lexemes]:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(to_tsvector('english', text)) "
            "FROM unnest(%s::text[]) WITH ORDINALITY AS given(text, place) ORDER BY place",
            [[fold(text) for text in texts]],
        )
        return [frozenset(row[0]) for row in cursor.fetchall()]


def hits(lexemes: Lexemes) -> tuple[list[Hit], int]:
    """Every passage of the practice that holds one of ``lexemes``, best first as PostgreSQL ranks them; and how many
    passages there are, if any does."""
    if not lexemes:
        return [], 0
    either = " | ".join(_quoted(lexeme) for lexeme in sorted(lexemes))
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT id, "
            "ARRAY(SELECT unnest(tsvector_to_array(search)) INTERSECT SELECT unnest(%(lexemes)s::text[])), "
            "(SELECT count(*) FROM knowledge_passage WHERE practice_id = %(practice)s) "
            "FROM knowledge_passage WHERE practice_id = %(practice)s AND search @@ %(query)s::tsquery "
            "ORDER BY ts_rank_cd(search, %(query)s::tsquery) DESC, id",
            {"lexemes": sorted(lexemes), "query": either, "practice": current_practice_id()},
        )
        rows = cursor.fetchall()
    return [Hit(pk, frozenset(words)) for pk, words, _ in rows], rows[0][2] if rows else 0


def _quoted(lexeme: str) -> str:
    inner = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{inner}'"


def candidates(passage_ids: Sequence[int]) -> tuple[list[Candidate], dict[int, Passage]]:
    """These passages with the words of each of their sentences, in this order."""
    values = {"passages": list(passage_ids)}
    passages = {row.pk: row for row in rows_of(Passage, _PASSAGES, values, source=Source)}
    ordered = [passages[pk] for pk in passage_ids if pk in passages]
    units = {row.pk: [(unit, without_amounts(unit)) for unit in row.text.split("\n")] for row in ordered}
    texts = [text for row in ordered for text in (_title(row), row.heading)]
    known = lexemes_of([*texts, *(text for pairs in units.values() for pair in pairs for text in pair)])
    found = [
        Candidate(
            row.pk,
            known[_title(row)],
            known[row.heading],
            tuple(Unit(unit, known[unit], known[bare]) for unit, bare in units[row.pk]),
        )
        for row in ordered
    ]
    return found, passages


def _title(row: Passage) -> str:
    """With the questions that a note was written for, which are as good as a title."""
    return " ".join([row.title, *row.source.asked]) if row.source.kind == Source.Kind.NOTE else row.title


def index(rows: Sequence[Passage]) -> None:
    """Make these stored passages findable."""
    if not rows:
        return
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE knowledge_passage SET search = "
            "setweight(to_tsvector('english', made.title), 'A') || to_tsvector('english', made.body) "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS made(id, title, body) "
            "WHERE knowledge_passage.id = made.id AND knowledge_passage.practice_id = %s",
            [
                [row.pk for row in rows],
                [fold(f"{_title(row)} {row.heading}") for row in rows],
                [fold(row.text) for row in rows],
                current_practice_id(),
            ],
        )
