"""Looking after a connection: its event log, its webhooks, its health, its nightly reconciliations."""

from __future__ import annotations

from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from routiq.api import errors, showing_care
from routiq.api import schemas_care as shapes
from routiq.api.answers import answers
from routiq.api.auth import caller_of
from routiq.api.fields import Limit, Taken, Text
from routiq.api.finding import active_or_refused, bad_mark, connection_of
from routiq.connections.models import Connection
from routiq.mirror.changes import ChangeKind
from routiq.pms import registry
from routiq.pms.errors import PmsError
from routiq.practices import audit
from routiq.sync import eventreading, jobs, reconciling, webhooks
from routiq.sync.eventlog import KEPT
from routiq.sync.health import health_of
from routiq.sync.models import SyncEvent, SyncRun

router = Router(tags=["connections"])


class EventFilter(Taken):
    outcome: SyncEvent.Outcome | None = Field(None, description="Only what came to this; `refused` are the failures.")
    source: SyncEvent.Source | None = Field(None, description="Only what was learnt in this way.")
    kind: ChangeKind | None = Field(None, description="Only this sort of change.")
    search: Text = Field("", max_length=200, description="A record's id, or a patient's name, number or e-mail.")
    after: Text = Field("", max_length=60, description="The `next` of the page before.")
    limit: Limit = 50


class NightFilter(Taken):
    after: int | None = Field(None, description="The `next` of the page before.")
    limit: Limit = 50


@router.get(
    "/connections/{int:connection_id}/events",
    response=answers({200: shapes.SyncEvents}, 404),
    summary="Event log",
)
def list_events(
    request: HttpRequest, connection_id: int, wanted: Annotated[EventFilter, Query()]
) -> shapes.SyncEvents:
    """Every delivery of a webhook, refused ones with their reason, and every change that a look, Sync Now or a
    reconciliation found. The latest first."""
    row = connection_of(connection_id)
    asked = eventreading.Wanted(
        outcome=wanted.outcome or "",
        source=wanted.source or "",
        kind=wanted.kind or "",
        search=wanted.search.strip(),
        older=wanted.after,
    )
    try:
        found = eventreading.page(row, asked, wanted.limit)
    except eventreading.BadMark:
        raise bad_mark() from None
    return shapes.SyncEvents(items=[showing_care.event(line) for line in found.rows], next=found.older)


@router.post(
    "/connections/{int:connection_id}/events/{int:event_id}/replay",
    response=answers({202: shapes.SyncEvent}, 404, 409),
    summary="Replay a delivery",
)
def replay_event(request: HttpRequest, connection_id: int, event_id: int) -> Status[shapes.SyncEvent]:
    """Take a delivery up once more: it makes us look again, and stands in the log anew, marked as a replay."""
    row = connection_of(connection_id)
    event = SyncEvent.objects.filter(
        pk=event_id, connection=row, source=SyncEvent.Source.WEBHOOK, record_id__gt=""
    ).first()
    if event is None:
        raise errors.not_found("delivery")
    active_or_refused(row)
    again = webhooks.replay(event)
    jobs.ask_to_look(row)
    audit.record(caller_of(request).actor, "webhooks.replayed", f"event:{event_id}")
    (line,) = eventreading.told([again])
    return Status(202, showing_care.event(line))


@router.post(
    "/connections/{int:connection_id}/webhooks",
    response=answers({202: shapes.Requested}, 404, 409),
    summary="Re-register webhooks",
)
def register_webhooks(request: HttpRequest, connection_id: int) -> Status[shapes.Requested]:
    """Register anew with the vendor. How that went stands in the health of the connection a few seconds later."""
    row = connection_of(connection_id)
    vendor = registry.vendor(row.vendor)
    if not vendor.capabilities.offers_webhooks:
        raise errors.ApiError(
            409,
            "not_offered",
            f"{vendor.label} has no webhooks.",
            "Nothing needs to be done: changes are looked for.",
        )
    active_or_refused(row)
    jobs.ask_to_register(row)
    audit.record(caller_of(request).actor, "webhooks.reregister_requested", f"connection:{row.pk}")
    return Status(202, shapes.Requested(connection_id=row.pk, message=f"Registering anew with {vendor.label}."))


@router.get("/connections/{int:connection_id}/health", response=answers({200: shapes.Health}, 404), summary="Health")
def get_health(request: HttpRequest, connection_id: int) -> shapes.Health:
    """How old the copy can be at worst, when each stream was last fetched, how the request budget was used in the
    last hour, what went wrong with what to do about it, and when the next reconciliation is due."""
    return showing_care.health(health_of(connection_of(connection_id)))


@router.get(
    "/connections/{int:connection_id}/reconciliations",
    response=answers({200: shapes.Reconciliations}, 404),
    summary="Reconciliation reports",
)
def list_reconciliations(
    request: HttpRequest, connection_id: int, wanted: Annotated[NightFilter, Query()]
) -> shapes.Reconciliations:
    """What each nightly comparison found and put right, newest first, as far back as reports are kept."""
    rows = _nights(connection_of(connection_id)).order_by("-pk")
    if wanted.after is not None:
        rows = rows.filter(pk__lt=wanted.after)
    page = list(rows[: wanted.limit + 1])
    more = len(page) > wanted.limit
    page = page[: wanted.limit]
    return shapes.Reconciliations(
        items=[showing_care.reconciliation(row) for row in page], next=str(page[-1].pk) if more else None
    )


@router.post(
    "/connections/{int:connection_id}/reconciliations/{int:reconciliation_id}/remove-held-back",
    response=answers({200: shapes.Removed}, 404, 409, 502),
    summary="Remove what was held back",
)
def remove_held_back(request: HttpRequest, connection_id: int, reconciliation_id: int) -> shapes.Removed:
    """Somebody has looked: remove what a reconciliation held back because it was not plausible to be gone, as far as
    the vendor, asked once more, still does not know it."""
    row = connection_of(connection_id)
    run = _nights(row).filter(pk=reconciliation_id).first()
    if run is None:
        raise errors.not_found("reconciliation")
    active_or_refused(row)
    try:
        return shapes.Removed(removed=reconciling.remove_held_back(run, caller_of(request).actor))
    except PmsError as error:
        raise errors.from_pms(error) from None


def _nights(row: Connection) -> QuerySet[SyncRun]:
    since = timezone.now() - KEPT
    return SyncRun.objects.filter(connection=row, kind=SyncRun.Kind.RECONCILIATION, requested_at__gte=since)
