"""Treatment notes, read live for one conversation.

Reference: Nookal API v2, getTreatmentNotes, getCases.
"""

from __future__ import annotations

import html
import re
from typing import Any

import msgspec

from routiq.pms.gateway import Lane
from routiq.pms.nookal import payloads
from routiq.pms.nookal.catalogue import Catalogue
from routiq.pms.nookal.values import moment, record_id, text
from routiq.pms.records import UNSTAMPED, TreatmentNote

#: The most that one request may bring.
_MOST = 100
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li)[^>]*>", re.IGNORECASE)


def treatment_notes(catalogue: Catalogue, patient_id: str) -> list[TreatmentNote]:
    """Those of one patient, the newest first. Deleted notes are listed by Nookal and left out here, and so is what
    has no words."""
    params = [("patient_id", patient_id)]
    found = catalogue.whole("getTreatmentNotes", "notes", payloads.Note, Lane.LIVE, params, most=_MOST)
    rows = [row for row in found if text(row.status).lower() != "deleted"]
    if not rows:
        return []
    cases = catalogue.whole("getCases", "cases", payloads.Case, Lane.LIVE, params)
    titles = {record_id(case.id): text(case.case_title) or text(case.title) for case in cases}
    notes = [
        TreatmentNote(
            id=record_id(row.id),
            practitioner_id=record_id(row.practitioner_id),
            written_at=moment(row.date) or UNSTAMPED,
            case_title=titles.get(record_id(row.case_id), ""),
            text=words(row),
        )
        for row in rows
    ]
    return sorted((note for note in notes if note.text), key=lambda note: note.written_at, reverse=True)


def words(row: payloads.Note) -> str:
    """What is written in a note: its answers, in order, or else its page without the marks."""
    found = "\n".join(_answers(msgspec.json.decode(row.answers)))
    return found or _without_marks(text(row.html))


def _answers(value: Any, *, inside: bool = False) -> list[str]:
    """All text that stands under ``answers``, however deep."""
    if isinstance(value, dict):
        return [
            line
            for name, part in value.items()
            for line in _answers(part, inside=inside or name in ("answers", "fields") or name.isdecimal())
            if isinstance(part, dict | list) or name == "answers" or name.isdecimal()
        ]
    if isinstance(value, list):
        return [line for part in value for line in _answers(part, inside=True)]
    return [value.strip()] if inside and isinstance(value, str) and value.strip() else []


def _without_marks(page: str) -> str:
    lines = html.unescape(_TAG.sub("", _BREAK.sub("\n", page))).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())
