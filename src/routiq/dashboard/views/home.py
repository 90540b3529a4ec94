"""The dashboard."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from routiq.dashboard import fragments
from routiq.dashboard.seats import actor
from routiq.frontdesk.models import StaffTask
from routiq.practices import audit
from routiq.practices.live import announce


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/home.html", fragments.context_of(fragments.PAGES["home"], request))


@require_POST
def task_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a task off the list; doing it twice is harmless."""
    task = StaffTask.objects.filter(pk=pk).first()
    if task is None:
        raise Http404
    if task.done_at is None:
        task.done_at = timezone.now()
        task.save(update_fields=["done_at"])
        audit.record(actor(request), "task.done", f"task:{pk}")
        announce(task.practice_id, "tasks")
    if request.headers.get("HX-Request"):
        return HttpResponse(fragments.render("tasks", request))
    return redirect("home")
