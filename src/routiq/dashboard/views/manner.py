"""Settings > Robyn: her name, her greeting, business hours, and how long conversations are kept."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from routiq.dashboard.robynforms import RobynForm
from routiq.dashboard.seats import actor
from routiq.practices import audit
from routiq.robyn.manner import settings_of_practice
from routiq.robyn.wording import greeting


@require_http_methods(["GET", "POST"])
def robyn(request: HttpRequest) -> HttpResponse:
    row = settings_of_practice()
    form = RobynForm(row, request.POST if request.method == "POST" else None)
    if form.is_valid():
        changed = form.store(row)
        if changed:
            with transaction.atomic():
                row.save()
                audit.record(actor(request), "robyn.settings_changed", changed=changed)
        messages.success(request, "Saved. It counts from the next thing that she says.")
        return redirect("robyn_settings")
    called = row.clinic_called or request.practice.name  # type: ignore[attr-defined]
    example = greeting(called, her_name=row.her_name, own=row.greeting.strip())
    context = {"form": form, "example": example, "model_host": settings.MODEL.host}
    return render(request, "dashboard/settings/robyn.html", context, status=422 if form.is_bound else 200)
