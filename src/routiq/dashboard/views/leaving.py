"""Disconnecting, and what becomes of the data that is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from routiq import retention
from routiq.connections import disconnecting
from routiq.connections.connecting import kept_connection, live_connection
from routiq.connections.models import Connection
from routiq.dashboard.context import is_going
from routiq.dashboard.forms import ConnectForm, DeleteForm, DisconnectForm, form_region
from routiq.dashboard.seats import actor
from routiq.dashboard.systems import about, connection_or_404, vendor_or_404, was_ended


@require_http_methods(["GET", "POST"])
def disconnect(request: HttpRequest, name: str) -> HttpResponse:
    """Says what would happen, in today's numbers; does it when the box was ticked."""
    vendor = vendor_or_404(name)
    if was_ended(name):
        return redirect("integration", name=name)
    connection = connection_or_404(name)
    form = DisconnectForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        disconnecting.disconnect(connection, actor(request))
        messages.success(request, f"{vendor.label} is disconnected.")
        return redirect("integration", name=name)
    context = {
        **about(vendor, "disconnect"),
        "form": form,
        "consequences": disconnecting.consequences(connection),
    }
    return render(request, "dashboard/settings/disconnect.html", context, status=422 if form.is_bound else 200)


@require_POST
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Delete everything now, after the practice's name was typed."""
    vendor = vendor_or_404(name)
    connection = kept_connection() if live_connection() is None else None
    if connection is None or connection.vendor != vendor.name:
        raise Http404
    form = DeleteForm(request.POST)
    if form.is_valid():
        practice = request.practice  # type: ignore[attr-defined]
        try:
            retention.delete_at_once(practice, connection, form.cleaned_data["name"], actor(request))
        except (retention.NameDoesNotMatch, retention.NotToBeDeleted) as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, "Everything is being deleted now. It takes a few minutes at most.")
            return redirect("integration", name=name)
    context = kept_context(connection) | {
        "delete_form": form,
        "form": ConnectForm(vendor.guide, initial={"region": form_region(vendor.guide, connection.region)}),
    }
    return render(request, "dashboard/settings/disconnected.html", context, status=422)


def kept_context(kept: Connection) -> dict[str, Any]:
    """For the page of a connection that was ended and whose data is still here."""
    return {
        **about(vendor_or_404(kept.vendor), "overview"),
        "kept": kept,
        "going": is_going(kept),
        "delete_form": DeleteForm(),
    }
