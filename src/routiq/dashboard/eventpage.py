"""Which lines of the event log an address asks for, and back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from routiq.connections.connecting import live_connection
from routiq.dashboard import asked
from routiq.dashboard.doors import membership_of
from routiq.dashboard.systems import offers_webhooks
from routiq.pms import registry
from routiq.practices.permissions import Right, may
from routiq.sync import eventreading, pacing
from routiq.sync.eventreading import Wanted
from routiq.sync.jobs import need_of
from routiq.sync.models import SyncEvent, WebhookRegistration

ON_DASHBOARD = 8


def wanted_of(request: HttpRequest) -> Wanted:
    """What the address asks for; a filter that is none counts as no filter."""

    def given(name: str, choices: Any = None) -> str:
        value = asked.words(request.GET.get(name, ""), 200)
        return value if choices is None or value in dict(choices) else ""

    return Wanted(
        outcome=given("outcome", SyncEvent.Outcome.choices),
        source=given("source", SyncEvent.Source.choices),
        kind=given("kind", eventreading.KINDS),
        search=given("q"),
        older=given("older"),
        newer=given("newer"),
    )


def query_of(wanted: Wanted, **paging: str | None) -> str:
    """The filters as a query, with other paging marks or none."""
    parts = {
        "outcome": wanted.outcome,
        "source": wanted.source,
        "kind": wanted.kind,
        "q": wanted.search,
        **paging,
    }
    return urlencode({name: value for name, value in parts.items() if value})


def with_query(path: str, wanted: Wanted, *, paged: bool = True) -> str:
    query = query_of(wanted, older=wanted.older, newer=wanted.newer) if paged else query_of(wanted)
    return f"{path}?{query}" if query else path


def lines(request: HttpRequest) -> dict[str, Any]:
    """The list itself."""
    connection = live_connection()
    wanted = wanted_of(request)
    if connection is None:
        return {"connection": None, "lines": None, "wanted": wanted}
    found = eventreading.page(connection, wanted)
    return {
        "connection": connection,
        "lines": found,
        "rhythm": pacing.in_words(need_of(connection)),
        "wanted": wanted,
        "narrowed": bool(query_of(wanted)),
        "log_url": reverse(_route_of(connection.vendor), args=[connection.vendor]),
        "live_query": query_of(wanted),
        "older_query": query_of(wanted, older=found.older) if found.older else "",
        "newer_query": query_of(wanted, newer=found.newer) if found.newer else "",
    }


def latest(request: HttpRequest) -> dict[str, Any]:
    """The latest lines, for the dashboard of those who may see the log: it names patients."""
    connection = live_connection()
    shown = connection is not None and may(membership_of(request), Right.EVENTS)
    return {
        "connection": connection,
        "rhythm": pacing.in_words(need_of(connection)) if connection else "",
        "recent_events": eventreading.latest(connection, ON_DASHBOARD) if connection and shown else (),
        "log_route": _route_of(connection.vendor) if connection else "",
    }


def refused(request: HttpRequest) -> dict[str, Any]:
    connection = live_connection()
    return {"connection": connection, "refused": eventreading.refused_lately(connection) if connection else ()}


def registration(request: HttpRequest) -> dict[str, Any]:
    """How webhooks are: registered or not, and whether what was registered arrives."""
    connection = live_connection()
    shown: dict[str, Any] = {"connection": connection, "office_hours": settings.OFFICE_HOURS}
    if connection is None or not offers_webhooks(registry.vendor(connection.vendor)):
        return {**shown, "webhooks_state": ""}
    found = WebhookRegistration.objects.filter(connection=connection).first()
    state = found.state if found else "none"
    if found is not None and found.state == WebhookRegistration.State.LIVE and not arrives(found):
        state = "silent"
    return {**shown, "registration": found, "webhooks_state": state}


def arrives(found: WebhookRegistration) -> bool:
    return pacing.events_arrive(found.missed, found.last_event_at, found.checked_at, timezone.now())


def _route_of(vendor: str) -> str:
    return "webhook_logs" if offers_webhooks(registry.vendor(vendor)) else "event_log"
