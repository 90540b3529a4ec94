"""The dashboard."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from routiq.dashboard import fragments
from routiq.dashboard.seats import actor
from routiq.frontdesk import tasks
from routiq.frontdesk.models import StaffTask


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/home.html", fragments.context_of(fragments.PAGES["home"], request))


@require_POST
def task_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a task off the list; doing it twice is harmless."""
    try:
        tasks.finish(pk, actor(request))
    except StaffTask.DoesNotExist:
        raise Http404 from None
    if request.headers.get("HX-Request"):
        return HttpResponse(fragments.render("tasks", request))
    return redirect("home")
