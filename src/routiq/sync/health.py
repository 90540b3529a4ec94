"""How well one connection does: how old the mirror can be at worst, what was asked of the vendor, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from routiq.connections.budget import adaptive_rules, minutes_of_last_hour, rules
from routiq.connections.models import Connection
from routiq.pms import registry
from routiq.pms.gateway import PaceKind, Stream
from routiq.sync import nightly, pacing
from routiq.sync.history import has_been_synced, open_run
from routiq.sync.looking import CHANGING
from routiq.sync.models import StreamState, SyncEvent, SyncRun, WebhookRegistration
from routiq.sync.plan import LABELS

#: Older than this, the mirror is not what was promised, and the owner is told.
PROMISED = timedelta(minutes=15)


@dataclass(frozen=True)
class StreamHealth:
    stream: str
    label: str
    last_success_at: datetime
    age: timedelta


@dataclass(frozen=True)
class Trouble:
    """Something that went wrong, in words, with what to do about it."""

    at: datetime
    code: str
    message: str
    advice: str


@dataclass(frozen=True)
class Health:
    connection: Connection
    streams: tuple[StreamHealth, ...]
    freshness: timedelta | None
    """How old the mirror can be at worst: the age of the oldest last success of what changes. ``None`` before the
    first sync came through."""
    budget: tuple[tuple[datetime, int, int], ...]
    """Minute (UTC), live requests, background requests; the last 60, oldest first."""
    budget_limit: int | None
    """Requests per minute that the vendor allows, or that we ask at most; ``None``: no limit of our own."""
    troubles: tuple[Trouble, ...]
    """The latest first."""
    next_reconciliation: datetime | None
    """``None``: it is due now, and begins as soon as a worker takes it up."""
    last_reconciliation: SyncRun | None
    webhooks: WebhookRegistration | None
    webhooks_arrive: bool
    """Registered and not silent while polls find changes."""
    waiting_events: int

    @property
    def is_fresh(self) -> bool:
        return self.freshness is not None and self.freshness < PROMISED


def health_of(connection: Connection) -> Health:
    """Everything a health page shows, measured now."""
    now = timezone.now()
    states = StreamState.objects.filter(connection=connection).order_by("stream")
    streams = tuple(
        StreamHealth(state.stream, LABELS[Stream(state.stream)], state.last_success_at, now - state.last_success_at)
        for state in states
    )
    registration = WebhookRegistration.objects.filter(connection=connection).first()
    return Health(
        connection=connection,
        streams=streams,
        freshness=freshness_of(connection),
        budget=minutes_of_last_hour(connection, now),
        budget_limit=_most_per_minute(connection),
        troubles=_troubles(connection, registration),
        next_reconciliation=_next_reconciliation(connection, now),
        last_reconciliation=SyncRun.objects.filter(
            connection=connection, kind=SyncRun.Kind.RECONCILIATION, state=SyncRun.State.DONE
        )
        .order_by("-requested_at")
        .first(),
        webhooks=registration,
        webhooks_arrive=registration is not None
        and registration.state == WebhookRegistration.State.LIVE
        and pacing.events_arrive(registration.missed, registration.last_event_at, registration.checked_at, now),
        waiting_events=SyncEvent.objects.filter(connection=connection, outcome=SyncEvent.Outcome.WAITING).count(),
    )


def _most_per_minute(connection: Connection) -> int | None:
    """What the vendor allows, or where it publishes nothing what we ask at most."""
    if registry.vendor(connection.vendor).capabilities.pace is PaceKind.ADAPTIVE:
        gentle = adaptive_rules()
        return None if gentle is None else round(gentle.cap * 60)
    budget = rules()
    return None if budget.limit is None else round(budget.limit * 60 / budget.window_seconds)


def freshness_of(connection: Connection) -> timedelta | None:
    """How old the mirror can be at worst: the age of the oldest last success of what changes; ``None`` before the
    first sync came through."""
    if not has_been_synced(connection):
        return None
    states = StreamState.objects.filter(connection=connection, stream__in=CHANGING)
    now = timezone.now()
    return max((now - state.last_success_at for state in states), default=None)


def _troubles(connection: Connection, registration: WebhookRegistration | None) -> tuple[Trouble, ...]:
    found = []
    if connection.paused_at is not None:
        found.append(
            Trouble(connection.paused_at, connection.paused_code, connection.paused_message, connection.paused_advice)
        )
    run = open_run(connection)
    runs = SyncRun.objects.filter(connection=connection).exclude(error_code="").order_by("-requested_at")[:5]
    for failed in {row.pk: row for row in [*runs, *([run] if run and run.error_code else [])]}.values():
        at = failed.finished_at or failed.began_at or failed.requested_at
        found.append(Trouble(at, failed.error_code, failed.error_message, failed.error_advice))
    if registration is not None and registration.error_code:
        found.append(
            Trouble(
                registration.checked_at,
                registration.error_code,
                registration.error_message,
                registration.error_advice,
            )
        )
    found += _failing_looks(connection)
    return tuple(sorted(found, key=lambda trouble: trouble.at, reverse=True))


def _failing_looks(connection: Connection) -> list[Trouble]:
    """Looks for changes that fail just now; several streams for the same reason are one trouble."""
    failing = StreamState.objects.filter(connection=connection).exclude(error_at=None).order_by("-error_at")
    by_code = {
        state.error_code: Trouble(state.error_at, state.error_code, state.error_message, state.error_advice)
        for state in failing
        if state.error_at is not None
    }
    return list(by_code.values())


def _next_reconciliation(connection: Connection, now: datetime) -> datetime | None:
    zone = connection.practice.zone
    if nightly.due_day(now, zone, connection.reconciled_on) is not None:
        return None
    return nightly.next_after(now, zone)
