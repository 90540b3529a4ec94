"""The journal page of one write."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from routiq.dashboard import fragments
from routiq.dashboard.doors import membership_of
from routiq.dashboard.journalpage import journal_of
from routiq.dashboard.seats import actor
from routiq.frontdesk.models import Write
from routiq.mirror.models import Patient
from routiq.mirror.sight import sight_of


def may_read(write: Write, request: HttpRequest) -> bool:
    """Whose patient it is about is seen by this login, or it asked for the write itself."""
    sight = sight_of(membership_of(request))
    if not sight.is_limited or write.asked_by == str(actor(request)):
        return True
    about = Patient.objects.filter(connection=write.connection_id, remote_id=write.patient_remote_id or "-").first()
    return about is not None and sight.sees(about)


@require_safe
def journal(request: HttpRequest, written: UUID) -> HttpResponse:
    write = Write.objects.filter(pk=written).select_related("connection__practice").first()
    if write is None or not may_read(write, request):
        raise Http404
    context = {"journal": journal_of(write, str(actor(request)))}
    context |= fragments.context_of(fragments.PAGES["patients"], request)
    return render(request, "dashboard/journal.html", context)
