"""What the workers do for this room."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from routiq.connections import budget
from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.pms import registry
from routiq.pms.errors import PmsError
from routiq.pms.gateway import Capabilities, Lane, PaceKind, Stream
from routiq.practices.jobs_queue import defer_once
from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for
from routiq.sync import engine, eventlog, freshness, nightly, pacing, plan, webhooks
from routiq.sync.history import has_been_synced, open_run
from routiq.sync.looking import CHANGING, look, quick_streams, slow_streams
from routiq.sync.models import StreamState, SyncEvent, SyncRun, WebhookRegistration

log = logging.getLogger("routiq.sync")

#: Looks that events ask for are at least this far apart, so that a storm of them becomes a handful of pulls; after
#: one that found a lot, more is on its way: then longer. Seconds.
APART, APART_IN_A_STORM = 0.45, 2.0
_A_LOT = 100
_last_look: dict[int, tuple[float, float]] = {}

#: What is announced together is looked at together.
_TOGETHER = {
    Stream.PATIENTS: (Stream.PATIENTS,),
    Stream.APPOINTMENTS: (Stream.APPOINTMENTS, Stream.CLASSES, Stream.ATTENDANCES),
}


@app.task(queue="sync", name="sync.carry_run")
def carry_run(practice_id: int, run_id: int) -> None:
    """Carry a run on. Doing it twice is harmless: a run has one carrier at a time, and a finished one has none."""
    with acting_for(practice_id):
        ended = engine.carry(run_id)
    log.info("run carried", extra={"run": run_id, "ended": str(ended)})


def wake(run: SyncRun) -> None:
    """Have a worker carry this run, soon and once."""
    defer_once(carry_run, f"run:{run.pk}", practice_id=run.practice_id, run_id=run.pk)


@app.task(queue="live", name="sync.look")
def look_for_announced(practice_id: int, connection_id: int) -> None:
    """Events came in: look at what they are about. However many they are, it is one look for each stream."""
    with acting_for(practice_id):
        connection = Connection.objects.select_related("practice").filter(pk=connection_id).first()
        if connection is None or not connection.is_active or not has_been_synced(connection):
            return
        _keep_apart(connection.pk)
        waiting = SyncEvent.objects.filter(connection=connection, outcome=SyncEvent.Outcome.WAITING)
        named = set(waiting.values_list("stream", flat=True).distinct())
        streams = {stream for name in named for stream in _TOGETHER.get(Stream(name), (Stream(name),))}
        if waiting.filter(kind__endswith="deleted").exists():
            streams.add(Stream.DELETED_PATIENTS)
        if streams:
            _look(connection, streams, lane=Lane.BACKGROUND, wait=True)


def _keep_apart(connection_id: int) -> None:
    ended, apart = _last_look.get(connection_id, (0.0, 0.0))
    wait = ended + apart - time.monotonic()
    if wait > 0:
        time.sleep(wait)


def _look(
    connection: Connection,
    streams: set[Stream] | tuple[Stream, ...],
    *,
    source: str = SyncEvent.Source.POLL,
    lane: Lane = Lane.POLL,
    thorough: bool = False,
    wait: bool = False,
) -> None:
    try:
        looked = look(connection, streams, source=source, lane=lane, thorough=thorough, wait=wait)
    except PmsError as error:
        log.warning("look failed", extra={"connection": connection.pk, "code": error.code})
        return
    if wait:
        apart = APART_IN_A_STORM if looked.changes >= _A_LOT else APART
        _last_look[connection.pk] = (time.monotonic(), apart)


@app.task(queue="live", name="sync.look_now")
def look_now(practice_id: int, connection_id: int) -> None:
    """Sync Now, pressed while everything is being compared: a thorough look beside it."""
    with acting_for(practice_id):
        connection = Connection.objects.select_related("practice").filter(pk=connection_id).first()
        if connection is not None and connection.is_active and has_been_synced(connection):
            manual = SyncEvent.Source.MANUAL
            _look(connection, CHANGING, source=manual, lane=Lane.BACKGROUND, thorough=True, wait=True)


@app.periodic(cron=f"* * * * * */{pacing.TICK.seconds}")
@app.task(queue="live", name="sync.look_round", queueing_lock="sync.look_round")
def look_round(timestamp: int) -> None:
    """Every few seconds: look for changes where it is time to."""
    for practice_id in practice_ids():
        with acting_for(practice_id):
            connection = live_connection()
            if connection is None or not connection.is_active:
                continue
            arguments = {"practice_id": practice_id, "connection_id": connection.pk}
            if look_is_due(connection):
                defer_once(look_by_plan, f"plan:{connection.pk}", **arguments)
            if round_is_due(connection):
                defer_once(look_round_about, f"round:{connection.pk}", **arguments)


@app.task(queue="live", name="sync.look_by_plan")
def look_by_plan(practice_id: int, connection_id: int) -> None:
    """A look that nobody announced; once a minute a thorough one."""
    with acting_for(practice_id):
        connection = Connection.objects.select_related("practice").filter(pk=connection_id).first()
        if connection is not None and connection.is_active and has_been_synced(connection):
            streams = quick_streams(capabilities_of(connection))
            _look(connection, streams, thorough=thorough_is_due(connection))


@app.task(queue="sync", name="sync.look_round_about")
def look_round_about(practice_id: int, connection_id: int) -> None:
    """A round over the practice's own lists, and over what the vendor tells no changes of. It may take a minute,
    so it is a job apart."""
    with acting_for(practice_id):
        connection = Connection.objects.select_related("practice").filter(pk=connection_id).first()
        if connection is not None and connection.is_active and has_been_synced(connection):
            # Beside the polls, not of their share: nobody waits for these, and the quick looks must not.
            _look(connection, slow_streams(capabilities_of(connection)), lane=Lane.BACKGROUND, thorough=True)


def capabilities_of(connection: Connection) -> Capabilities:
    return registry.vendor(connection.vendor).capabilities


def need_of(connection: Connection) -> pacing.Need:
    """What the next look of this connection depends on."""
    registration = WebhookRegistration.objects.filter(connection=connection).first()
    live = registration is not None and registration.state == WebhookRegistration.State.LIVE
    seconds = settings.PMS_QUICK_ROUND_SECONDS
    return pacing.Need(
        zone=connection.practice.zone,
        announces=capabilities_of(connection).offers_webhooks,
        quick_round=timedelta(seconds=seconds) if seconds else None,
        watched_until=connection.watched_until,
        webhooks_live=live
        and registration is not None
        and pacing.events_arrive(
            registration.missed, registration.last_event_at, registration.checked_at, timezone.now()
        ),
    )


def look_is_due(connection: Connection) -> bool:
    state = StreamState.objects.filter(connection=connection, stream=Stream.APPOINTMENTS).first()
    if state is None:
        return False
    now = timezone.now()
    wanted = pacing.interval(need_of(connection), now) - pacing.TICK
    return now - state.last_success_at > max(wanted, _least_apart(capabilities_of(connection)))


def _least_apart(capabilities: Capabilities) -> timedelta:
    """As near to each other as the share of the polls allows, where there is a limit to have a share of."""
    if capabilities.pace is not PaceKind.FIXED_WINDOW:
        return timedelta()
    return pacing.least_apart(len(quick_streams(capabilities)), budget.rules())


def round_is_due(connection: Connection) -> bool:
    """Is it time to read again what the vendor cannot be asked for changes of?"""
    slow = slow_streams(capabilities_of(connection))
    ages = dict(
        StreamState.objects.filter(connection=connection, stream__in=slow).values_list("stream", "last_success_at")
    )
    return bool(ages) and timezone.now() - min(ages.values()) >= pacing.ROUND


def thorough_is_due(connection: Connection) -> bool:
    state = StreamState.objects.filter(connection=connection, stream=Stream.APPOINTMENTS).first()
    now = timezone.now()
    return state is None or now - state.complete_to >= pacing.thorough_interval(need_of(connection))


@app.task(queue="sync", name="sync.register_webhooks")
def register_webhooks(practice_id: int, connection_id: int) -> None:
    """Register for the vendor's events, at connecting, on a new key, on demand, and when a retry is due."""
    with acting_for(practice_id):
        connection = Connection.objects.select_related("practice").filter(pk=connection_id).first()
        if connection is not None and connection.is_active:
            webhooks.register(connection)


def ask_to_register(connection: Connection) -> None:
    defer_once(
        register_webhooks,
        f"register:{connection.pk}",
        practice_id=connection.practice_id,
        connection_id=connection.pk,
    )


@app.periodic(cron="* * * * *")
@app.task(queue="schedule", name="sync.keep_going", queueing_lock="sync.keep_going")
def keep_going(timestamp: int) -> None:
    """Every minute: wake what was interrupted, reconcile where the night came, retry what failed."""
    for practice_id in practice_ids():
        with acting_for(practice_id):
            keep_practice_going()


def keep_practice_going() -> None:
    from routiq.sync.start import request_run

    connection = live_connection()
    if connection is None or not connection.is_active:
        return
    run = open_run(connection)
    if run is not None:
        wake(run)
    elif not has_been_synced(connection):
        request_run(connection)
    else:
        _reconcile_if_due(connection)
    if webhooks.retry_is_due(connection):
        ask_to_register(connection)
    freshness.watch_over(connection)


def _reconcile_if_due(connection: Connection) -> None:
    from routiq.sync.start import request_run

    with transaction.atomic():
        # The day is marked with the run that it gets, or not at all: neither a crash nor a Sync Now that was pressed
        # just before us costs the night.
        current = Connection.objects.select_for_update().select_related("practice").get(pk=connection.pk)
        day = nightly.due_day(timezone.now(), current.practice.zone, current.reconciled_on)
        if day is None or request_run(current, SyncRun.Kind.RECONCILIATION).kind != SyncRun.Kind.RECONCILIATION:
            return
        Connection.objects.filter(pk=connection.pk).update(reconciled_on=day)
    eventlog.prune(connection)
    old = timezone.now() - eventlog.KEPT
    SyncRun.objects.filter(connection=connection, requested_at__lt=old).exclude(kind=SyncRun.Kind.FIRST).delete()


def ask_to_look(connection: Connection) -> None:
    """Have a worker look at what waits in the event log, soon and once: after a replay."""
    defer_once(
        look_for_announced,
        f"look:{connection.pk}",
        practice_id=connection.practice_id,
        connection_id=connection.pk,
    )


def ask_to_look_now(connection: Connection) -> None:
    """Have a worker look at everything that changes, soon and once."""
    defer_once(
        look_now,
        f"now:{connection.pk}",
        practice_id=connection.practice_id,
        connection_id=connection.pk,
    )


@app.task(queue="live", name="sync.read_settings")
def read_settings(practice_id: int, connection_id: int) -> None:
    """Read the practice's own short lists: who works where, what is offered, and what is switched on."""
    with acting_for(practice_id):
        connection = Connection.objects.select_related("practice").filter(pk=connection_id).first()
        if connection is not None and connection.is_active and has_been_synced(connection):
            _look(connection, plan.REFERENCE)


def ask_to_read_settings(connection: Connection) -> None:
    """Have a worker do that, soon and once: something was switched off as far as we know, and whoever was told so
    may just have switched it on."""
    defer_once(
        read_settings,
        f"settings:{connection.pk}",
        practice_id=connection.practice_id,
        connection_id=connection.pk,
    )
