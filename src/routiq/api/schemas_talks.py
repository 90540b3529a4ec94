"""What the API gives about conversations with Robyn."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from routiq.api.fields import Given


class Reply(Given):
    conversation_id: int
    filler: str = Field(
        description="Said before `text` where that took more than 800 ms, and shown by "
        "`GET /conversations/{conversation_id}` meanwhile. Mostly empty."
    )
    text: str = Field(description="What Robyn says; empty while a person has taken over.")
    ended: bool
    booking_id: UUID | None
    with_person: bool = Field(
        description="A person of the practice answers: their words come as turns of the conversation."
    )


class Turn(Given):
    number: int
    at: datetime
    heard: str = Field(description="Empty for the greeting.")
    filler: str = Field(description="Said before the answer, because that took a moment; mostly empty.")
    said: str
    by_person: bool = Field(description="``said`` are a person's words, not Robyn's.")
    pictures: int = Field(description="How many pictures came with the words.")
    commands: list[Any] = Field(description="What was understood.")
    actions: list[Any] = Field(description="What was done.")
    took_ms: int


class Conversation(Given):
    id: int
    channel: str
    caller_number: str
    started_at: datetime
    last_turn_at: datetime
    ended_at: datetime | None
    filler: str = Field(description="What Robyn says just now while she is still looking; empty once she answered.")
    booking_id: UUID | None
    turns: list[Turn]
