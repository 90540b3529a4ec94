"""Reading a PDF, in a process of its own: one that is broken or made to do harm takes no worker along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import PurePath

from routiq.knowledge.models import DocumentFile, Source
from routiq.knowledge.passages import Section, of_plain_text
from routiq.knowledge.problems import NotRead
from routiq.knowledge.storing import Piece

SECONDS = 60.0
_CODES = frozenset(("pdf_broken", "pdf_locked", "pdf_scanned", "pdf_too_long"))


def read(source: Source) -> tuple[Piece, int]:
    """The document's words and how many pages it has. ``NotRead`` with what is wrong with it."""
    file = DocumentFile.objects.get(source=source)
    pages = text_of(bytes(file.content))
    sections: list[Section] = []
    for number, text in enumerate(pages, start=1):
        sections += of_plain_text(text, number)
    if not sections:
        raise NotRead("pdf_scanned")
    return Piece(source.title or PurePath(file.name).stem, sections), len(pages)


def text_of(content: bytes, *, seconds: float = SECONDS) -> list[str]:
    """The text of each page."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "routiq.knowledge.pdftext"],
            input=content,
            # Where our code is, and nothing else of ours: no setting, no secret.
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotRead("pdf_too_slow") from None
    try:
        told = json.loads(done.stdout)
    except ValueError:
        raise NotRead("pdf_broken") from None
    if isinstance(told, dict):
        code = told.get("problem")
        raise NotRead(code if code in _CODES else "pdf_broken")
    return [str(page) for page in told]
