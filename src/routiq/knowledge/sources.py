"""Adding, changing and removing what a practice tells us. For the practice in force; whoever may is asked above."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from routiq.knowledge import storing
from routiq.knowledge.models import DocumentFile, Source
from routiq.knowledge.passages import of_plain_text
from routiq.knowledge.web.addresses import NotAnAddress, cleaned
from routiq.practices import audit
from routiq.practices.audit import Actor
from routiq.practices.jobs_queue import defer_once
from routiq.practices.live import announce
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id

LONGEST_NOTE = 20_000
"""Characters."""
MOST_SOURCES = 300
MOST_SITES = 3
MOST_FILE_BYTES = 10 * 1024 * 1024
AGAIN_AFTER = timedelta(minutes=1)
"""So soon a website is not read again, however often that is asked for."""


class NotAdded(Exception):
    """What was given cannot be taken. ``field`` says where; the text is shown on screen."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def add_note(title: str, text: str, actor: Actor, *, topic: str = "", asked: tuple[str, ...] = ()) -> Source:
    """A note is in use at once."""
    _check_note(text)
    with transaction.atomic():
        _make_room()
        source = Source.objects.create(
            practice_id=current_practice_id(),
            kind=Source.Kind.NOTE,
            title=_title(title) or _first_words(text),
            text=text.strip(),
            topic=topic,
            asked=list(asked),
            state=Source.State.READY,
            added_by=str(actor),
            pages=1,
        )
        _keep_note(source)
        _told(source, actor, "knowledge.added", kind=source.kind)
    return source


def change_note(pk: int, title: str, text: str, actor: Actor) -> Source:
    """``Source.DoesNotExist`` when there is no such note."""
    _check_note(text)
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=pk, kind=Source.Kind.NOTE)
        source.title, source.text = _title(title) or _first_words(text), text.strip()
        source.changed_at = timezone.now()
        _keep_note(source)
        _told(source, actor, "knowledge.changed", kind=source.kind)
    return source


def answers_too(source: Source, asked: tuple[str, ...]) -> None:
    """The note answers these questions as well, word for word."""
    source.asked = list(dict.fromkeys([*source.asked, *asked]))
    _keep_note(source)


def add_site(address: str, actor: Actor) -> Source:
    """The practice's own website, from this page on; it is read by a worker."""
    try:
        start = cleaned(address)
    except NotAnAddress as error:
        raise NotAdded("address", str(error)) from None
    try:
        with transaction.atomic():
            _make_room()
            if Source.objects.filter(kind=Source.Kind.SITE).count() >= MOST_SITES:
                raise NotAdded("address", f"There are {MOST_SITES} websites already. Remove one first.")
            source = Source.objects.create(
                practice_id=current_practice_id(),
                kind=Source.Kind.SITE,
                title=start.removeprefix("https://").removeprefix("http://").rstrip("/")[:200],
                address=start,
                added_by=str(actor),
            )
            _ask_to_read(source)
            _told(source, actor, "knowledge.added", kind=source.kind)
    except IntegrityError:
        raise NotAdded("address", "This website is there already. Press Read again beside it.") from None
    return source


def add_document(name: str, content: bytes, actor: Actor, *, title: str = "") -> Source:
    """A PDF; it is read by a worker. What it holds is looked at there, not here."""
    if not content:
        raise NotAdded("file", "This file is empty.")
    if len(content) > MOST_FILE_BYTES:
        raise NotAdded(
            "file", f"This file is larger than {MOST_FILE_BYTES // 1024 // 1024} MB. Upload a smaller one."
        )
    if b"%PDF-" not in content[:1024]:
        raise NotAdded("file", "This is no PDF. Save it as PDF, and upload that.")
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        _make_room()
        if DocumentFile.objects.filter(digest=digest).exists():
            raise NotAdded("file", "This very file is there already.")
        source = Source.objects.create(
            practice_id=current_practice_id(),
            kind=Source.Kind.DOCUMENT,
            title=_title(title) or _title(name.rpartition(".")[0].replace("_", " ")) or "Document",
            added_by=str(actor),
        )
        DocumentFile.objects.create(
            practice_id=source.practice_id, source=source, name=name[-200:], content=content, digest=digest
        )
        _ask_to_read(source)
        _told(source, actor, "knowledge.added", kind=source.kind, bytes=len(content))
    return source


@transaction.atomic
def read_again(pk: int, actor: Actor) -> Source:
    """Have a website or a document read once more. ``Source.DoesNotExist`` when there is none."""
    source = Source.objects.select_for_update().exclude(kind=Source.Kind.NOTE).get(pk=pk)
    is_waiting = source.state in (Source.State.WAITING, Source.State.READING)
    if not is_waiting or timezone.now() - source.requested_at > AGAIN_AFTER:
        _ask_to_read(source)
        _told(source, actor, "knowledge.read_again", kind=source.kind)
    return source


@transaction.atomic
def remove(pk: int, actor: Actor) -> Source:
    """With everything that was read from it; given as it was. ``Source.DoesNotExist`` when it is gone already."""
    source = Source.objects.select_for_update().get(pk=pk)
    _told(source, actor, "knowledge.removed", kind=source.kind)
    source.delete()
    source.pk = pk
    return source


def _ask_to_read(source: Source) -> None:
    from routiq.knowledge.jobs import read_source

    source.state, source.problem, source.requested_at = Source.State.WAITING, "", timezone.now()
    source.save(update_fields=["state", "problem", "requested_at"])
    defer_once(read_source, f"knowledge:{source.pk}", practice_id=source.practice_id, source_id=source.pk)


@transaction.atomic
def due_again(pk: int) -> None:
    """By the schedule: read it once more."""
    source = Source.objects.select_for_update().filter(pk=pk).first()
    if source is not None:
        _ask_to_read(source)
        announce(source.practice_id, "knowledge")


def _keep_note(source: Source) -> None:
    source.read_at = timezone.now()
    source.save()
    piece = storing.Piece(source.title, of_plain_text(source.text))
    storing.replace(source, [piece], source.read_at)


def _check_note(text: str) -> None:
    if not text.strip():
        raise NotAdded("text", "Write what Robyn may say.")
    if len(text) > LONGEST_NOTE:
        raise NotAdded("text", f"Use at most {LONGEST_NOTE:,} characters, or write several notes.")
    if "\x00" in text:
        raise NotAdded("text", "There is a character in it that cannot be kept. Type it again.")


def _make_room() -> None:
    """Whoever adds waits here for each other, so that the limit holds."""
    Practice.objects.select_for_update().get(pk=current_practice_id())
    if Source.objects.count() >= MOST_SOURCES:
        raise NotAdded("", f"There are {MOST_SOURCES} sources already. Remove what is not needed any more.")


def _title(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:200]


def _first_words(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else f"{words[:59].rpartition(' ')[0] or words[:59]}…"


def _told(source: Source, actor: Actor, action: str, **detail: object) -> None:
    audit.record(actor, action, f"knowledge:{source.pk}", **detail)
    announce(source.practice_id, "knowledge")
