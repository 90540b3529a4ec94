"""Connecting the practice management system, and looking after the connection."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from routiq import retention
from routiq.connections.connecting import kept_connection, live_connection
from routiq.connections.models import Connection
from routiq.connections.treatment_notes import allow_treatment_notes
from routiq.dashboard import fragments
from routiq.dashboard.doors import membership_of
from routiq.dashboard.forms import ConnectForm, form_region
from routiq.dashboard.seats import actor
from routiq.dashboard.systems import about, connection_or_404, offers_webhooks, vendor_or_404, was_ended
from routiq.dashboard.views import leaving
from routiq.mirror.models import Location
from routiq.pms import registry
from routiq.pms.errors import KeyRejected, NotPermitted, PmsError
from routiq.pms.gateway import Vendor
from routiq.practices.permissions import Right, may
from routiq.sync import pacing
from routiq.sync.history import open_run
from routiq.sync.jobs import need_of
from routiq.sync.progress import size_estimates
from routiq.sync.start import connect_and_sync, pressed_in_words, sync_now


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    connection = live_connection()
    context = {
        "vendors": registry.vendors(),
        "connection": connection,
        "kept": kept_connection() if connection is None else None,
    }
    return render(request, "dashboard/settings/integrations.html", context)


@sensitive_post_parameters("key")
@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest, name: str) -> HttpResponse:
    """Setup > Connect: the first-time way to the same form."""
    vendor = vendor_or_404(name)
    if live_connection() is not None or kept_connection() is not None:
        return redirect("integration", name=name)
    return _connect(request, vendor, "dashboard/settings/connect.html", {"setting_up": True})


@sensitive_post_parameters("key")
@require_http_methods(["GET", "POST"])
def integration(request: HttpRequest, name: str) -> HttpResponse:
    """Settings > Integrations > one system: the form while not connected, then the connection's state."""
    vendor = vendor_or_404(name)
    connection = live_connection()
    if connection is None:
        return _not_connected(request, vendor)
    if connection.vendor != vendor.name:
        other = registry.vendor(connection.vendor)
        return render(request, "dashboard/settings/other_connected.html", {"vendor": vendor, "other": other})
    context = fragments.context_of(fragments.PAGES["integration"], request) | about(vendor, "overview")
    context["rhythm"] = pacing.in_words(need_of(connection))
    context["locations"] = _locations_in_scope(connection)
    if connection.state == Connection.State.PAUSED:
        return _connect(request, vendor, "dashboard/settings/integration.html", context, connection)
    return render(request, "dashboard/settings/integration.html", context)


def _locations_in_scope(connection: Connection) -> list[Location] | None:
    """Those that the key was made for; ``None`` where a key opens the whole account."""
    if not registry.vendor(connection.vendor).capabilities.is_scoped_to_locations:
        return None
    return list(Location.objects.filter(connection=connection, removed_at=None).order_by("name"))


@require_POST
def treatment_notes(request: HttpRequest, name: str) -> HttpResponse:
    """Whether treatment notes may be read by whoever works on a conversation."""
    connection = connection_or_404(name)
    if not registry.vendor(connection.vendor).capabilities.reads_treatment_notes:
        raise Http404
    allowed = request.POST.get("read") == "on"
    allow_treatment_notes(connection, actor(request), allowed=allowed)
    messages.success(
        request,
        "Treatment notes may be read by whoever has taken a conversation. None is stored; no caller hears of them."
        if allowed
        else "Treatment notes are no longer read.",
    )
    return redirect("integration", name=name)


def _not_connected(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    """The form to connect; while data of an ended connection is kept, what becomes of it and the way back."""
    if not may(membership_of(request), Right.SETTINGS):
        return redirect("integrations")
    kept = kept_connection()
    if kept is None:
        purged = retention.last_report()
        context = {"purged": purged, "purged_at": datetime.fromisoformat(purged.finished_at)} if purged else {}
        return _connect(request, vendor, "dashboard/settings/connect.html", context)
    if kept.vendor != vendor.name:
        context = {"vendor": vendor, "other": registry.vendor(kept.vendor), "kept": kept}
        return render(request, "dashboard/settings/other_connected.html", context)
    return _connect(request, vendor, "dashboard/settings/disconnected.html", leaving.kept_context(kept), kept)


@sensitive_post_parameters("key")
@require_http_methods(["GET", "POST"])
def key(request: HttpRequest, name: str) -> HttpResponse:
    """Update API Key: another key of the same account takes over at once."""
    if was_ended(name):
        return redirect("integration", name=name)
    connection = connection_or_404(name)
    vendor = vendor_or_404(name)
    return _connect(request, vendor, "dashboard/settings/key.html", about(vendor, "key"), connection)


@require_POST
def sync(request: HttpRequest, name: str) -> HttpResponse:
    """Sync Now."""
    connection = connection_or_404(name)
    if not connection.is_active:
        messages.error(
            request, "The connection is paused. Save a working key first; then the sync goes on by itself."
        )
        return redirect("integration", name=name)
    before = open_run(connection)
    try:
        run = sync_now(connection, actor(request))
    except PmsError as error:
        messages.error(request, f"{error.message} {error.advice}")
    else:
        messages.success(request, pressed_in_words(run, before))
    return redirect("integration", name=name)


@sensitive_variables("form", "key")
def _connect(
    request: HttpRequest,
    vendor: Vendor,
    template: str,
    context: dict[str, Any],
    current: Connection | None = None,
) -> HttpResponse:
    """The form, or the connection it made. After an error the region stays as chosen; the key is never sent back."""
    initial = {"region": form_region(vendor.guide, current.region)} if current else None
    form = ConnectForm(vendor.guide, request.POST if request.method == "POST" else None, initial=initial)
    context |= {"vendor": vendor, "guide": vendor.guide, "form": form, "estimates": size_estimates()}
    if form.is_valid():
        try:
            connection = connect_and_sync(
                practice_id=request.practice.pk,  # type: ignore[attr-defined]
                vendor=vendor.name,
                region=form.cleaned_data.get("region", ""),
                key=form.cleaned_data["key"],
                actor=actor(request),
            )
        except PmsError as error:
            field = _field_of(error, form)
            form.add_error(field, error.message)
            context |= {"advice": error.advice, "advice_for": field or "", "code": error.code}
        else:
            messages.success(request, _done(vendor, connection, current))
            was_live = current is not None and current.state != Connection.State.DISCONNECTED
            return redirect("integration", name=vendor.name) if was_live else redirect("home")
    return render(request, template, context, status=422 if form.is_bound else 200)


def _done(vendor: Vendor, connection: Connection, before: Connection | None) -> str:
    """What was reached; ``before`` is the connection as it was."""
    if before is None:
        return f"Connected to {connection.account_name}. The sync has started."
    if before.state == Connection.State.DISCONNECTED:
        return f"Connected to {connection.account_name} again. Everything that was kept is back in use."
    webhooks = " Webhooks register again by themselves." if offers_webhooks(vendor) else ""
    return (
        f"The new key took over at once; nothing was lost.{webhooks} "
        f"The old key stays valid in {vendor.label} until you revoke or disable it there."
    )


_REGION_CAUSES = ("wrong_shard", "unknown_host")


def _field_of(error: PmsError, form: ConnectForm) -> str | None:
    """Beside which field an error stands; ``None`` is above the form."""
    if error.cause in _REGION_CAUSES and "region" in form.fields:
        return "region"
    return "key" if isinstance(error, KeyRejected | NotPermitted) else None
