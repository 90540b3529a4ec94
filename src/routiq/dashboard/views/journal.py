"""The journal page of one write."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from routiq.dashboard import fragments
from routiq.dashboard.journalpage import journal_of
from routiq.dashboard.seats import actor
from routiq.frontdesk.models import Write


@require_safe
def journal(request: HttpRequest, written: UUID) -> HttpResponse:
    write = Write.objects.filter(pk=written).select_related("connection__practice").first()
    if write is None:
        raise Http404
    context = {"journal": journal_of(write, str(actor(request)))}
    context |= fragments.context_of(fragments.PAGES["patients"], request)
    return render(request, "dashboard/journal.html", context)
