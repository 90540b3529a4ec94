"""The link to the practice management system, and the syncs over it."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field, SecretStr

from routiq.api import errors, schemas, showing
from routiq.api.answers import answers
from routiq.api.auth import caller_of
from routiq.api.fields import Limit, Taken, Text
from routiq.api.finding import active_or_refused, connection_of
from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.pms import registry
from routiq.pms.errors import KeyRejected, NotPermitted, PmsError
from routiq.sync.models import SyncRun
from routiq.sync.progress import progress_of_run
from routiq.sync.start import connect_and_sync, sync_now

router = Router(tags=["connections"])

_REGION_CAUSES = ("wrong_shard", "unknown_host")


class Connect(Taken):
    vendor: Text = Field(max_length=20, examples=[registry.vendors()[0].name])
    region: Text = Field(
        "", max_length=10, description="Where the vendor has several; empty: the one that the key says."
    )
    key: SecretStr = Field(min_length=1, max_length=1000, description="The API key. It is never shown again.")


class RunFilter(Taken):
    connection: int | None = Field(None, description="Only runs of this connection.")
    after: int | None = Field(None, description="The `next` of the page before.")
    limit: Limit = 50


@router.get("/connections", response=answers({200: schemas.Connections}), summary="All connections")
def list_connections(request: HttpRequest) -> schemas.Connections:
    """Newest first. At most one is not `disconnected`."""
    rows = Connection.objects.order_by("-pk")
    return schemas.Connections(items=[showing.connection(row) for row in rows])


@router.post(
    "/connections",
    response=answers({200: schemas.Connection, 201: schemas.Connection}, 502, takes_body=True),
    summary="Connect and sync",
)
def connect(request: HttpRequest, wanted: Connect) -> Status[schemas.Connection]:
    """Check the key at the vendor, keep it encrypted, and begin the first sync in the background. Repeated with a
    working key of the same account it answers 200: the newer key is kept, and a paused connection goes on."""
    if wanted.vendor not in {vendor.name for vendor in registry.vendors()}:
        names = ", ".join(vendor.name for vendor in registry.vendors())
        raise errors.invalid({"vendor": f"Choose one of these: {names}."})
    caller, earlier = caller_of(request), live_connection()
    try:
        row = connect_and_sync(
            practice_id=caller.practice.pk,
            vendor=wanted.vendor,
            region=wanted.region,
            key=wanted.key.get_secret_value(),
            actor=caller.actor,
        )
    except PmsError as error:
        raise errors.from_pms(error, field_of(error)) from None
    return Status(200 if earlier and earlier.pk == row.pk else 201, showing.connection(row))


def field_of(error: PmsError) -> dict[str, str]:
    """What of the request an error of the check is about."""
    if error.cause in _REGION_CAUSES:
        return {"region": error.message}
    return {"key": error.message} if isinstance(error, KeyRejected | NotPermitted) else {}


@router.get(
    "/connections/{int:connection_id}", response=answers({200: schemas.Connection}, 404), summary="One connection"
)
def get_connection(request: HttpRequest, connection_id: int) -> schemas.Connection:
    """How the connection is; when it is paused, why, and what the owner has to do."""
    return showing.connection(connection_of(connection_id))


@router.post(
    "/connections/{int:connection_id}/sync",
    response=answers({202: schemas.SyncRun}, 404, 409),
    summary="Sync now",
)
def sync_connection(request: HttpRequest, connection_id: int, response: HttpResponse) -> Status[schemas.SyncRun]:
    """Begin a sync at once, or wake the one that is under way: asked twice it is one run."""
    row = connection_of(connection_id)
    active_or_refused(row)
    run = sync_now(row, caller_of(request).actor)
    response["Location"] = f"/api/v1/sync-runs/{run.pk}"
    return Status(202, showing.run(run))


@router.get("/sync-runs", response=answers({200: schemas.SyncRuns}), summary="Sync runs")
def list_sync_runs(request: HttpRequest, wanted: Annotated[RunFilter, Query()]) -> schemas.SyncRuns:
    """Newest first. A look for changes that found none leaves no run."""
    rows = SyncRun.objects.order_by("-pk")
    if wanted.connection is not None:
        rows = rows.filter(connection=wanted.connection)
    if wanted.after is not None:
        rows = rows.filter(pk__lt=wanted.after)
    page = list(rows[: wanted.limit + 1])
    more = len(page) > wanted.limit
    page = page[: wanted.limit]
    return schemas.SyncRuns(items=[showing.run(row) for row in page], next=str(page[-1].pk) if more else None)


@router.get("/sync-runs/{int:run_id}", response=answers({200: schemas.SyncRunDetail}, 404), summary="One sync run")
def get_sync_run(request: HttpRequest, run_id: int) -> schemas.SyncRunDetail:
    """How far the run is: each stream with its counts, the measured rate, and the time that is left."""
    row = SyncRun.objects.filter(pk=run_id).first()
    if row is None:
        raise errors.not_found("sync run")
    return showing.run_in_detail(progress_of_run(row))
