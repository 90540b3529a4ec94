"""What the API gives about looking after a connection: its events, its health, its nights, and leaving."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from routiq.api.fields import Given


class Refusal(Given):
    code: str = Field(description="Such as `bad_signature`, `too_old`, `no_signature`, `too_large`, `unreadable`.")
    message: str
    meaning: str = Field(description="What it means for the practice.")


class SyncEvent(Given):
    id: int
    source: str = Field(description="`webhook`, `poll`, `manual` (Sync Now) or `reconciliation`.")
    stream: str = Field(description="Which kind of record; empty for a delivery that could not be read.")
    kind: str = Field(description="As delivered (`patient.updated`), or what a comparison found (`rescheduled`).")
    what: str = Field(description="The same in words.")
    record_id: str = Field(description="The practice management system's.")
    patient_id: int | None = Field(description="Whom it is about, where our copy knows.")
    outcome: str = Field(description="`waiting`, `applied`, `nothing_new` or `refused`.")
    refusal: Refusal | None = Field(description="Why it was refused.")
    is_replay: bool
    deliveries: int = Field(description="How often it was delivered.")
    received_at: datetime
    applied_at: datetime | None
    seconds: float | None = Field(description="From received to applied.")


class SyncEvents(Given):
    items: list[SyncEvent]
    next: str | None = Field(description="Hand back as `after` for the following page.")


class StreamHealth(Given):
    stream: str
    label: str
    last_success_at: datetime
    age_seconds: float


class Minute(Given):
    minute: datetime = Field(description="When it began, UTC.")
    live: int = Field(description="Requests that somebody waited for.")
    background: int


class Trouble(Given):
    at: datetime
    code: str
    message: str
    advice: str


class Webhooks(Given):
    state: str = Field(
        description="`live`, `silent` (registered and not arriving), `not_offered`, `failed` or `none`."
    )
    checked_at: datetime | None
    last_event_at: datetime | None
    next_attempt_at: datetime | None


class Health(Given):
    connection_id: int
    state: str = Field(description="`active`, `paused` or `disconnected`.")
    is_fresh: bool = Field(description="The copy is as new as promised.")
    freshness_seconds: float | None = Field(
        description="How old the copy can be at worst; null before the first sync came through."
    )
    streams: list[StreamHealth]
    requests: list[Minute] = Field(description="The last 60 minutes, oldest first.")
    requests_per_minute: int | None = Field(description="What the vendor allows; null: no limit.")
    troubles: list[Trouble] = Field(description="The latest first.")
    webhooks: Webhooks
    waiting_events: int
    next_reconciliation: datetime | None = Field(
        description="Null: it is due, and begins as soon as a worker is free."
    )
    last_reconciliation_id: int | None


class Found(Given):
    checked: int
    missing: int = Field(description="Were not here, and are now.")
    stale: int = Field(description="Differed, and were put right.")
    returned: int = Field(description="Had been taken for gone, are there, and came back.")
    extra: int = Field(description="Are here, and the vendor denies them.")
    removed: int
    held_back: int = Field(description="Were not removed: a person has to look first.")


class Reconciliation(Given):
    id: int
    connection_id: int
    state: str = Field(description="`running`, `paused`, `done` or `failed`.")
    requested_at: datetime
    finished_at: datetime | None
    found: Found = Field(description="All streams together.")
    streams: dict[str, Found]


class Reconciliations(Given):
    items: list[Reconciliation]
    next: str | None = Field(description="Hand back as `after` for the following page.")


class Removed(Given):
    removed: int = Field(description="How many rows; what turned out to be there still has stayed.")


class Consequence(Given):
    code: str = Field(description="Such as `patients`, `appointments`, `bookings`, `tasks`, `campaigns`, `key`.")
    text: str
    count: int | None = Field(description="How many it concerns today; null where there is nothing to count.")


class Consequences(Given):
    account_name: str = Field(description="What `confirm` must say to disconnect.")
    kept_until: datetime
    items: list[Consequence]


class Left(Given):
    connection_id: int
    state: str
    disconnected_at: datetime | None
    kept_until: datetime | None = Field(description="After that everything is deleted; in the past: just now.")


class Requested(Given):
    connection_id: int
    message: str = Field(description="What happens now, in the background.")
