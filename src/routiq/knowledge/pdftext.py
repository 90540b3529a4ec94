"""A PDF on standard input, the text of its pages as JSON on standard output, or what is wrong: run by
:mod:`routiq.knowledge.documents` as a process with little memory and little time."""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import Any

MOST_PAGES = 80
MOST_CHARACTERS = 400_000
_MEGABYTES = 700
_CPU_SECONDS = 50


def main() -> None:
    _hold_back()
    logging.disable(logging.CRITICAL)
    json.dump(extract(sys.stdin.buffer.read()), sys.stdout)


def extract(content: bytes) -> list[str] | dict[str, str]:
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"problem": "pdf_locked"}
        count = len(reader.pages)
        if count > MOST_PAGES:
            return {"problem": "pdf_too_long"}
        pages: list[str] = []
        size = 0
        for page in reader.pages:
            text = _plain(page.extract_text())
            size += len(text)
            if size > MOST_CHARACTERS:
                return {"problem": "pdf_too_long"}
            pages.append(text)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, MemoryError,
            AssertionError, OverflowError, NotImplementedError, ZeroDivisionError, OSError):  # fmt: skip
        # Whatever shape a file has, its owner is told that it cannot be read.
        return {"problem": "pdf_broken"}
    if not any(c.isalpha() for page in pages for c in page):
        return {"problem": "pdf_scanned" if count else "pdf_broken"}
    return pages


def _plain(text: str) -> str:
    return "".join(c if c == "\n" or c.isprintable() else " " for c in text)


def _hold_back() -> None:
    """Where the system can: so much memory and time and no more."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, _MEGABYTES * 1024 * 1024), (resource.RLIMIT_CPU, _CPU_SECONDS)):
        _limit(resource, kind, most)


def _limit(resource: Any, kind: int, most: int) -> None:
    try:
        resource.setrlimit(kind, (most, most))
    except (ValueError, OSError):
        return


if __name__ == "__main__":
    main()
