"""Settings > Integrations > a system > Webhook Logs: what came in, what was found, and what became of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from routiq.dashboard import eventpage, fragments
from routiq.dashboard.seats import actor
from routiq.dashboard.systems import about, connection_or_404, offers_webhooks, vendor_or_404, was_ended
from routiq.practices import audit
from routiq.sync import eventreading, jobs, webhooks
from routiq.sync.models import SyncEvent


@require_safe
def webhook_logs(request: HttpRequest, name: str) -> HttpResponse:
    if not offers_webhooks(vendor_or_404(name)):
        raise Http404
    return _page(request, name, "webhook_logs")


@require_safe
def event_log(request: HttpRequest, name: str) -> HttpResponse:
    """The same list for a system without webhooks."""
    if offers_webhooks(vendor_or_404(name)):
        return redirect("webhook_logs", name=name)
    return _page(request, name, "event_log")


def _page(request: HttpRequest, name: str, route: str) -> HttpResponse:
    vendor = vendor_or_404(name)
    if was_ended(name):
        return redirect("integration", name=name)
    connection_or_404(name)
    try:
        pieces = fragments.context_of(fragments.PAGES["events"], request)
    except eventreading.BadMark:
        return redirect(eventpage.with_query(request.path, eventpage.wanted_of(request), paged=False))
    context = {
        **pieces,
        **about(vendor, "log"),
        "title": "Webhook Logs" if route == "webhook_logs" else "Event log",
        "outcomes": SyncEvent.Outcome.choices,
        "sources": [
            choice
            for choice in SyncEvent.Source.choices
            if choice[0] != SyncEvent.Source.WEBHOOK or offers_webhooks(vendor)
        ],
        "kinds": eventreading.KINDS,
        "log_url": reverse(route, args=[name]),
    }
    return render(request, "dashboard/settings/event_log.html", context)


@require_POST
def replay(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Take a delivery up once more."""
    connection = connection_or_404(name)
    event = SyncEvent.objects.filter(
        pk=pk, connection=connection, source=SyncEvent.Source.WEBHOOK, record_id__gt=""
    ).first()
    if event is None:
        raise Http404
    if connection.is_active:
        webhooks.replay(event)
        jobs.ask_to_look(connection)
        audit.record(actor(request), "webhooks.replayed", f"event:{pk}")
        messages.success(request, "Taken up once more. It stands at the top, marked as a replay.")
    else:
        messages.error(request, "The connection is paused. Fix it first; then nothing has to be replayed.")
    return redirect("webhook_logs", name=name)


@require_POST
def register_again(request: HttpRequest, name: str) -> HttpResponse:
    """Re-register Webhooks."""
    vendor = vendor_or_404(name)
    connection = connection_or_404(name)
    if not offers_webhooks(vendor):
        raise Http404
    if connection.is_active:
        jobs.ask_to_register(connection)
        audit.record(actor(request), "webhooks.reregister_requested", f"connection:{connection.pk}")
        messages.success(
            request,
            f"Registering anew with {vendor.label}. It takes a few seconds; the state below changes by itself.",
        )
    else:
        messages.error(
            request, "The connection is paused. Save a working key first: webhooks register again with it."
        )
    return redirect("webhook_logs", name=name)
