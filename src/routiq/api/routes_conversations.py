"""Talking to Robyn over the API: what the caller says goes in, what she says comes out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import AwareDatetime, Field

from routiq.api import errors, schemas_talks
from routiq.api.answers import answers
from routiq.api.fields import Taken, Text
from routiq.robyn import conversation as robyn
from routiq.robyn.models import Conversation

router = Router(tags=["conversations"])

#: Whose words the API may bring. A patient's own call or chat is nobody else's to speak in.
OWN_CHANNELS = ("api", "test", "rehearsal")


class Start(Taken):
    caller_number: Text = Field("", max_length=40, description="Any format; empty when withheld.")
    channel: Literal["api", "test", "rehearsal"] = Field(
        "api", description="In a `rehearsal` nothing is written: no booking, no task, no e-mail."
    )
    at: AwareDatetime | None = Field(
        None, description="Of a rehearsal: when it is pretended to be, from now on; now unless given."
    )


class Words(Taken):
    text: Text = Field(
        "", max_length=robyn.LONGEST_READ, description="What the caller says. Empty only beside a picture."
    )
    pictures: int = Field(0, ge=0, le=robyn.MOST_PICTURES, description="How many pictures came. They are not kept.")


@router.post(
    "/conversations",
    response=answers({201: schemas_talks.Reply}, 409, takes_body=True),
    summary="Begin a conversation",
)
def start_conversation(request: HttpRequest, wanted: Start) -> Status[schemas_talks.Reply]:
    """Robyn greets, and knows who is calling when the number is a patient's."""
    try:
        return Status(201, _reply(robyn.start(wanted.channel, wanted.caller_number, moment=_moment(wanted))))
    except robyn.ConversationError as error:
        raise _told(error, "caller_number") from None


@router.post(
    "/conversations/{int:conversation_id}/turns",
    response=answers({201: schemas_talks.Reply}, 404, 409, takes_body=True),
    summary="Say something",
)
def say(request: HttpRequest, conversation_id: int, wanted: Words) -> Status[schemas_talks.Reply]:
    """One turn. Robyn may look for times and, after a plain yes, book. 409 when the conversation has ended, or while
    she is still answering the turn before."""
    if _conversation(conversation_id).channel not in OWN_CHANNELS:
        raise _elsewhere()
    try:
        return Status(201, _reply(robyn.say(conversation_id, wanted.text, pictures=wanted.pictures)))
    except robyn.ConversationError as error:
        raise _told(error, "text") from None


@router.post(
    "/conversations/{int:conversation_id}/hang-up",
    response=answers({200: schemas_talks.Conversation}, 404, 409),
    summary="Hang up",
)
def hang_up(request: HttpRequest, conversation_id: int) -> schemas_talks.Conversation:
    """The caller is gone. A time that was held for them is free at once; what Robyn was told to book already is
    carried out. Doing it twice is doing it once."""
    if _conversation(conversation_id).channel not in OWN_CHANNELS:
        raise _elsewhere()
    robyn.hang_up(conversation_id)
    return get_conversation(request, conversation_id)


@router.get(
    "/conversations/{int:conversation_id}",
    response=answers({200: schemas_talks.Conversation}, 404),
    summary="A conversation with its turns",
)
def get_conversation(request: HttpRequest, conversation_id: int) -> schemas_talks.Conversation:
    """What was said, what Robyn understood, and what she did, turn by turn."""
    row = _conversation(conversation_id)
    return schemas_talks.Conversation.of(
        row, turns=[schemas_talks.Turn.of(each, by_person=bool(each.said_by)) for each in row.turns.all()]
    )


def _moment(wanted: Start) -> datetime | None:
    if wanted.at is None:
        return None
    if wanted.channel != robyn.REHEARSAL:
        raise errors.invalid({"at": "Only a rehearsal happens at another time: take the channel `rehearsal`."})
    now = timezone.now()
    if not now - timedelta(hours=1) <= wanted.at <= now + robyn.FURTHEST:
        raise errors.invalid({"at": f"Choose a moment from now on, within {robyn.FURTHEST.days} days."})
    return wanted.at


def _conversation(pk: int) -> Conversation:
    row = Conversation.objects.filter(pk=pk).first()
    if row is None:
        raise errors.not_found("conversation")
    return row


def _elsewhere() -> errors.ApiError:
    return errors.ApiError(
        409,
        "other_channel",
        "This conversation is held somewhere else.",
        "Begin one of your own with POST /conversations.",
    )


def _reply(reply: robyn.Reply) -> schemas_talks.Reply:
    row = _conversation(reply.conversation_id)
    return schemas_talks.Reply(
        conversation_id=row.pk,
        filler=reply.filler,
        text=reply.text,
        ended=reply.ended,
        booking_id=row.booking_id,
        with_person=bool(reply.taken_by),
    )


def _told(error: robyn.ConversationError, field: str) -> errors.ApiError:
    match error.code:
        case "unknown":
            return errors.not_found("conversation")
        case "busy":
            return errors.ApiError(409, "busy", error.message, error.advice, headers={"Retry-After": "1"})
        case "ended":
            return errors.ApiError(409, "ended", error.message, error.advice)
    return errors.invalid({field: f"{error.message} {error.advice}"})
