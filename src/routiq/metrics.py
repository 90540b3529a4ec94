"""Numbers for a monitoring system, in Prometheus' text format. Ids and counts only; a key is asked for."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.db import connection as database
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from routiq.backups.shelf import shelf
from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.frontdesk.answered import waits_for_a_person
from routiq.frontdesk.models import StaffTask, Write
from routiq.messaging.models import Text
from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for
from routiq.sync import inbox
from routiq.sync.health import freshness_of
from routiq.sync.models import SyncEvent, SyncRun, WebhookRegistration

#: Name -> what it counts.
HELP = {
    "routiq_connection_active": "1 when the practice's connection works, 0 when it is paused.",
    "routiq_mirror_age_seconds": "How old the mirror can be at worst.",
    "routiq_events_waiting": "Deliveries that were stored and not looked at yet.",
    "routiq_webhooks_live": "1 when the vendor's events are registered.",
    "routiq_runs_open": "Sync runs under way or waiting for a key.",
    "routiq_bookings_open": "Bookings, moves, cancellations and registrations whose outcome is not known yet.",
    "routiq_tasks_open": "Staff tasks that nobody has done.",
    "routiq_texts_open": "Text messages to patients that wait to go out, or may have gone.",
    "routiq_person_wait_seconds": "How long half of the patients waited for a person, of the last 30 days.",
    "routiq_jobs": "Jobs in the queue, by status.",
    "routiq_backup_age_seconds": "How old the newest backup on this machine is that can be restored.",
    "routiq_deliveries_refused_total": "Deliveries that this process has refused since it began, by reason.",
}


def metrics(request: HttpRequest) -> HttpResponse:
    """``GET /metrics`` with ``Authorization: Bearer <ROUTIQ_METRICS_KEY>``; 404 while no key is set."""
    if not settings.METRICS_KEY:
        return HttpResponse(status=404)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not hmac.compare_digest(given.encode(), settings.METRICS_KEY.encode()):
        return HttpResponse("A key is needed.\n", status=401, content_type="text/plain")
    return HttpResponse(_text(), content_type="text/plain; version=0.0.4")


def _text() -> str:
    found: dict[str, list[str]] = {name: [] for name in HELP}
    for name, labels, value in [*_practices(), *_jobs(), *_refused(), *_backup()]:
        found[name].append(f"{name}{{{labels}}} {value}")
    lines = []
    for name, samples in found.items():
        if samples:
            lines += [
                f"# HELP {name} {HELP[name]}",
                f"# TYPE {name} {'counter' if name.endswith('_total') else 'gauge'}",
                *samples,
            ]
    return "\n".join(lines) + "\n"


def _practices() -> Iterator[tuple[str, str, float]]:
    for practice_id in practice_ids():
        with acting_for(practice_id):
            connection = live_connection()
            own = f'practice="{practice_id}"'
            yield "routiq_bookings_open", own, Write.objects.filter(state__in=Write.OPEN).count()
            yield "routiq_tasks_open", own, StaffTask.objects.filter(done_at=None).count()
            yield "routiq_texts_open", own, Text.objects.filter(state__in=Text.OPEN).count()
            if (waits := waits_for_a_person()) is not None:
                yield "routiq_person_wait_seconds", own, round(waits.half.total_seconds())
            if connection is not None:
                yield from _connection(connection, f'{own},connection="{connection.pk}"')


def _connection(connection: Connection, labels: str) -> Iterator[tuple[str, str, float]]:
    yield "routiq_connection_active", labels, int(connection.is_active)
    age = freshness_of(connection)
    if age is not None:
        yield "routiq_mirror_age_seconds", labels, round(age.total_seconds(), 1)
    waiting = SyncEvent.objects.filter(connection=connection, outcome=SyncEvent.Outcome.WAITING)
    yield "routiq_events_waiting", labels, waiting.count()
    live = WebhookRegistration.objects.filter(connection=connection, state=WebhookRegistration.State.LIVE)
    yield "routiq_webhooks_live", labels, int(live.exists())
    runs = SyncRun.objects.filter(connection=connection, state__in=[SyncRun.State.RUNNING, SyncRun.State.PAUSED])
    yield "routiq_runs_open", labels, runs.count()


def _jobs() -> Iterator[tuple[str, str, float]]:
    with database.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1 ORDER BY 1")
        for status, number in cursor.fetchall():
            yield "routiq_jobs", f'status="{status}"', number


def _backup() -> Iterator[tuple[str, str, float]]:
    if (newest := shelf().newest()) is not None:
        yield "routiq_backup_age_seconds", "", round((timezone.now() - newest.made_at).total_seconds())


def _refused() -> Iterator[tuple[str, str, float]]:
    """What came to an address that is nobody's stands on no page: here it is counted."""
    for reason, number in sorted(inbox.refused.items()):
        yield "routiq_deliveries_refused_total", f'reason="{reason}"', number
