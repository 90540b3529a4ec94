"""What can go wrong in reading a source, by code, with what to do about it, for the page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    message: str
    advice: str


class NotRead(Exception):
    """A source could not be read. ``code`` is one of :data:`PROBLEMS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


PROBLEMS = {
    "no_host": Problem("This address could not be found.", "Check the address for a typing mistake."),
    "not_public": Problem(
        "This address leads into a private network, where Routiq does not go.",
        "Give the address under which patients see your website.",
    ),
    "unreachable": Problem(
        "The website did not answer in time.", "Open it in a browser. If it works there, press Read again."
    ),
    "refused": Problem(
        "The website refused to show the page.",
        "Ask whoever looks after your website to let “Routiq” through, then press Read again.",
    ),
    "not_found": Problem("There is no such page on the website.", "Check the address, remove this one, add it anew."),
    "elsewhere": Problem(
        "This address only leads to another website.",
        "Add the address that your browser shows once the page is open.",
    ),
    "robots": Problem(
        "The website asks programs not to read it (robots.txt).",
        "Ask whoever looks after your website to allow “Routiq” in robots.txt, then press Read again.",
    ),
    "not_a_page": Problem(
        "There is no web page at this address.", "Give the address of a page. Upload a PDF as a document instead."
    ),
    "too_big": Problem("This page is larger than we read.", "Write what patients ask about as a note."),
    "nothing": Problem(
        "No text could be found.",
        "If the page builds itself with scripts, write what patients ask about as a note instead.",
    ),
    "tls": Problem(
        "The website’s certificate is not valid.", "Ask whoever looks after your website to renew its certificate."
    ),
    "pdf_broken": Problem(
        "This file is damaged, or it is no PDF.", "Open it on your computer, save it as PDF again, and upload that."
    ),
    "pdf_locked": Problem("This PDF is protected with a password.", "Save it without a password, and upload that."),
    "pdf_scanned": Problem(
        "This PDF holds pictures of pages and no text.",
        "Upload the original document saved as PDF, or write what it says as a note.",
    ),
    "pdf_too_long": Problem(
        "This PDF has more pages than we read.", "Upload only the pages that patients ask about."
    ),
    "pdf_too_slow": Problem(
        "This PDF took too long to read.", "Save it as PDF again from the original document, or write a note."
    ),
    "broken_off": Problem("Reading broke off.", "Press Read again."),
}


def problem(code: str) -> Problem:
    return PROBLEMS.get(code, PROBLEMS["broken_off"])
