"""Filling the shapes of :mod:`routiq.api.schemas_care`."""

from __future__ import annotations

from routiq.api import schemas_care as shapes
from routiq.connections.disconnecting import Consequences
from routiq.connections.models import Connection
from routiq.sync import health as measured
from routiq.sync.eventreading import Line
from routiq.sync.models import SyncRun, WebhookRegistration

FOUND = tuple(shapes.Found.model_fields)


def event(line: Line) -> shapes.SyncEvent:
    row = line.event
    refusal = None
    if line.refusal is not None:
        refusal = shapes.Refusal(code=row.reason, message=line.refusal.words, meaning=line.refusal.meaning)
    return shapes.SyncEvent(
        id=row.pk,
        source=row.source,
        stream=row.stream,
        kind=row.kind,
        what=line.what,
        record_id=row.record_id,
        patient_id=line.patient.pk if line.patient else None,
        outcome=row.outcome,
        refusal=refusal,
        is_replay=row.is_replay,
        deliveries=row.deliveries,
        received_at=row.received_at,
        applied_at=row.applied_at,
        seconds=None if line.delay is None else line.delay.total_seconds(),
    )


def health(found: measured.Health) -> shapes.Health:
    return shapes.Health(
        connection_id=found.connection.pk,
        state=found.connection.state,
        is_fresh=found.is_fresh,
        freshness_seconds=None if found.freshness is None else found.freshness.total_seconds(),
        streams=[
            shapes.StreamHealth(
                stream=each.stream,
                label=each.label,
                last_success_at=each.last_success_at,
                age_seconds=each.age.total_seconds(),
            )
            for each in found.streams
        ],
        requests=[
            shapes.Minute(minute=minute, live=live, background=background)
            for minute, live, background in found.budget
        ],
        requests_per_minute=found.budget_limit,
        troubles=[
            shapes.Trouble(at=each.at, code=each.code, message=each.message, advice=each.advice)
            for each in found.troubles
        ],
        webhooks=_webhooks(found),
        waiting_events=found.waiting_events,
        next_reconciliation=found.next_reconciliation,
        last_reconciliation_id=found.last_reconciliation.pk if found.last_reconciliation else None,
    )


def _webhooks(found: measured.Health) -> shapes.Webhooks:
    row = found.webhooks
    if row is None:
        return shapes.Webhooks(state="none", checked_at=None, last_event_at=None, next_attempt_at=None)
    silent = row.state == WebhookRegistration.State.LIVE and not found.webhooks_arrive
    return shapes.Webhooks(
        state="silent" if silent else row.state,
        checked_at=row.checked_at,
        last_event_at=row.last_event_at,
        next_attempt_at=row.next_attempt_at,
    )


def reconciliation(row: SyncRun) -> shapes.Reconciliation:
    report = row.report or {}
    streams = {
        stream: shapes.Found(**{name: counts.get(name, 0) for name in FOUND}) for stream, counts in report.items()
    }
    return shapes.Reconciliation(
        id=row.pk,
        connection_id=row.connection_id,
        state=row.state,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
        found=shapes.Found(**{name: sum(getattr(each, name) for each in streams.values()) for name in FOUND}),
        streams=streams,
    )


def consequences(row: Connection, told: Consequences) -> shapes.Consequences:
    return shapes.Consequences(
        account_name=row.account_name,
        kept_until=told.kept_until,
        items=[shapes.Consequence(code=each.code, text=each.text, count=each.count) for each in told.items],
    )


def left(row: Connection) -> shapes.Left:
    return shapes.Left(
        connection_id=row.pk, state=row.state, disconnected_at=row.disconnected_at, kept_until=row.purge_after
    )
