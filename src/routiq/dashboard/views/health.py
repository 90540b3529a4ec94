"""Settings > Integrations > a system > Health."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from routiq.dashboard import fragments
from routiq.dashboard.seats import actor
from routiq.dashboard.systems import about, connection_or_404, vendor_or_404, was_ended
from routiq.pms.errors import PmsError
from routiq.sync import reconciling
from routiq.sync.models import SyncRun


@require_safe
def health(request: HttpRequest, name: str) -> HttpResponse:
    if was_ended(name):
        return redirect("integration", name=name)
    connection_or_404(name)
    context = fragments.context_of(fragments.PAGES["health"], request) | about(vendor_or_404(name), "health")
    return render(request, "dashboard/settings/health.html", context)


@require_POST
def remove_held_back(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Somebody has looked: what the reconciliation kept from being removed goes, as far as the vendor, asked once
    more, still does not know it."""
    connection = connection_or_404(name)
    run = SyncRun.objects.filter(pk=pk, connection=connection, kind=SyncRun.Kind.RECONCILIATION).first()
    if run is None:
        raise Http404
    if not connection.is_active:
        messages.error(request, "The connection is paused. Save a working key first.")
        return redirect("health", name=name)
    try:
        removed = reconciling.remove_held_back(run, actor(request))
    except PmsError as error:
        messages.error(request, f"{error.message} {error.advice}")
    else:
        rows = "1 row was" if removed == 1 else f"{removed:,} rows were"
        messages.success(request, f"{rows} removed here. What turned out to be there still has stayed.")
    return redirect("health", name=name)
