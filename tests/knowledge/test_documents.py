"""PDFs: read where they can be, refused in words where not, and never by the worker itself."""

from __future__ import annotations

import pytest

from routiq.knowledge import documents, jobs, pdftext, sources
from routiq.knowledge.answering import find
from routiq.knowledge.models import DocumentFile, Source
from routiq.knowledge.problems import PROBLEMS, NotRead
from routiq.practices.audit import SYSTEM
from routiq.practices.models import Practice
from tests.knowledge.pdfs import pdf

BROCHURE = pdf(
    "Welcome to our clinic\nWe are glad that you are here.", "Parking\nParking is free in the lane behind us."
)


def test_a_pdf_is_read_by_a_job_and_quoted(empty: Practice) -> None:
    source = sources.add_document("Welcome_pack.pdf", BROCHURE, SYSTEM)
    jobs.read_source(empty.pk, source.pk)
    source.refresh_from_db()
    assert (source.state, source.title, source.pages) == ("ready", "Welcome pack", 2)
    answer = find("Where can I park?").answer
    assert answer is not None
    assert answer.words == "Parking is free in the lane behind us."
    assert answer.source == "Welcome pack"
    assert source.passages.get(heading="Parking").number == 2
    sources.remove(source.pk, SYSTEM)
    assert not DocumentFile.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf(""), "pdf_scanned"),
        (pdf("Secret", password="secret"), "pdf_locked"),
        (BROCHURE[:-200], "pdf_broken"),
        (b"%PDF-1.7 and nothing that is one", "pdf_broken"),
        (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>endobj\ntrailer<</Root 1 0 R>>", "pdf_broken"),
        (pdf(*["x"] * (pdftext.MOST_PAGES + 1)), "pdf_too_long"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(content: bytes, code: str) -> None:
    told = pdftext.extract(content)
    assert told == {"problem": code}
    assert PROBLEMS[code].advice.endswith(".")


def test_a_broken_pdf_fails_with_its_reason_and_harms_nothing_else(empty: Practice) -> None:
    source = sources.add_document("broken.pdf", b"%PDF-1.7 and nothing that is one", SYSTEM)
    jobs.read_source(empty.pk, source.pk)
    source.refresh_from_db()
    assert (source.state, source.problem) == ("failed", "pdf_broken")


def test_a_pdf_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(NotRead, match="pdf_too_slow"):
        documents.text_of(BROCHURE, seconds=0.01)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"MZ\x90", "no PDF"), (b"%PDF-" + b"x" * sources.MOST_FILE_BYTES, "larger than 10 MB")],
)
def test_what_is_no_pdf_or_too_large_is_refused(empty: Practice, content: bytes, words: str) -> None:
    with pytest.raises(sources.NotAdded, match=words):
        sources.add_document("x.pdf", content, SYSTEM)
    assert not Source.objects.exists()


def test_the_same_file_is_added_once(empty: Practice) -> None:
    sources.add_document("a.pdf", BROCHURE, SYSTEM)
    with pytest.raises(sources.NotAdded, match="there already"):
        sources.add_document("b.pdf", BROCHURE, SYSTEM)
