"""What the API gives about what the practice tells Robyn."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from routiq.api.fields import Given


class Source(Given):
    id: int
    kind: str = Field(description="`note`, `site` or `document`.")
    title: str
    address: str = Field(description="Of a website: where it begins.")
    text: str = Field(description="Of a note: its words.")
    state: str = Field(description="`waiting`, `reading`, `ready` or `failed`.")
    problem: str = Field(description="Why the last reading failed, as a code; what was read before stays in use.")
    pages: int
    created_at: datetime
    changed_at: datetime = Field(description="When its words last changed.")
    read_at: datetime | None


class Sources(Given):
    items: list[Source]


class Finding(Given):
    text: str | None = Field(description="What Robyn would say; null when she has no answer.")
    source: str
    source_id: int | None = Field(description="Null for a fact of the practice management system.")
    link: str
    missing: str | None = Field(description="`unknown`, `price` or `clinical`, when there is no answer.")


class Gap(Given):
    id: int
    question: str = Field(description="As it was first asked; long numbers and e-mail addresses are masked.")
    times: int
    wordings: list[str]
    first_at: datetime
    last_at: datetime


class Gaps(Given):
    items: list[Gap]
    next: str | None = Field(description="Hand back as `after` for the following page.")
