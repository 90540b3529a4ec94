"""What the practice tells Robyn, and what patients asked that nothing answers."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field

from routiq.api import errors
from routiq.api import schemas_knowledge as shapes
from routiq.api.answers import answers
from routiq.api.auth import caller_of
from routiq.api.fields import Limit, Taken, Text
from routiq.knowledge import answering, gaps, sources
from routiq.knowledge.models import Gap, Source

router = Router(tags=["knowledge"])


class Asked(Taken):
    question: Text = Field(max_length=300, description="As a patient would ask it.")


class Note(Taken):
    title: Text = Field(max_length=200)
    text: Text = Field(
        max_length=sources.LONGEST_NOTE, description="Whole sentences, as they may be said to anybody."
    )


class GapAnswer(Taken):
    text: Text = Field(max_length=2000, description="One line is enough.")


class GapPage(Taken):
    after: int | None = Field(None, ge=0, lt=2**63, description="The `next` of the page before.")
    limit: Limit = 50


@router.get("/knowledge/sources", response=answers({200: shapes.Sources}), summary="Where knowledge comes from")
def list_sources(request: HttpRequest) -> shapes.Sources:
    """Notes, websites and documents with how each stands. Websites and documents are added on the pages."""
    rows = Source.objects.order_by("pk")
    return shapes.Sources(items=[shapes.Source.of(row) for row in rows])


@router.post("/knowledge/notes", response=answers({201: shapes.Source}, 422, takes_body=True), summary="Write a note")
def add_note(request: HttpRequest, wanted: Note) -> Status[shapes.Source]:
    """Robyn answers by it from the next question on."""
    try:
        source = sources.add_note(wanted.title, wanted.text, caller_of(request).actor)
    except sources.NotAdded as error:
        raise errors.invalid({error.field or "text": error.message}) from None
    return Status(201, shapes.Source.of(source))


@router.post(
    "/knowledge/sources/{int:source_id}/remove",
    response=answers({200: shapes.Source}, 404),
    summary="Remove a source",
)
def remove_source(request: HttpRequest, source_id: int) -> shapes.Source:
    """With everything that was read from it: Robyn says nothing of it any more. Given as it was."""
    try:
        return shapes.Source.of(sources.remove(source_id, caller_of(request).actor))
    except Source.DoesNotExist:
        raise errors.not_found("source") from None


@router.get("/knowledge/answer", response=answers({200: shapes.Finding}), summary="What Robyn would answer")
def ask(request: HttpRequest, wanted: Annotated[Asked, Query()]) -> shapes.Finding:
    """In the practice's own words, with where they stand; or why there is no answer. Asking here is no gap."""
    found = answering.find(wanted.question)
    answer = found.answer
    return shapes.Finding(
        text=answer.words if answer else None,
        source=answer.source if answer else "",
        source_id=answer.source_id if answer else None,
        link=answer.link if answer else "",
        missing=found.missing,
    )


@router.get("/knowledge/gaps", response=answers({200: shapes.Gaps}), summary="Questions without an answer")
def list_gaps(request: HttpRequest, wanted: Annotated[GapPage, Query()]) -> shapes.Gaps:
    """What patients asked and nothing answers, the latest first; the same question in other words is one."""
    rows = Gap.objects.filter(state=Gap.State.OPEN)
    if wanted.after is not None:
        rows = rows.filter(pk__lt=wanted.after)
    page = list(rows.order_by("-pk")[: wanted.limit + 1])
    more = len(page) > wanted.limit
    page = page[: wanted.limit]
    return shapes.Gaps(
        items=[shapes.Gap.of(row, wordings=gaps.wordings(row)) for row in page],
        next=str(page[-1].pk) if more else None,
    )


@router.post(
    "/knowledge/gaps/{int:gap_id}/answer",
    response=answers({201: shapes.Source}, 404, 409, 422, takes_body=True),
    summary="Answer a question",
)
def answer_gap(request: HttpRequest, gap_id: int, wanted: GapAnswer) -> Status[shapes.Source]:
    """Writes a note that answers it from now on. 409 `gap_closed` when somebody else was quicker."""
    try:
        source = gaps.answer(gap_id, wanted.text, caller_of(request).actor)
    except Gap.DoesNotExist:
        raise errors.not_found("question") from None
    except gaps.NotOpen:
        raise errors.ApiError(
            409,
            "gap_closed",
            "This question is closed.",
            "Nothing is left to do: it is answered or left to the team.",
        ) from None
    except sources.NotAdded as error:
        raise errors.invalid({error.field or "text": error.message}) from None
    return Status(201, shapes.Source.of(source))
