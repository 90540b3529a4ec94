"""Recent treatment notes, for whoever works on a conversation."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from routiq.dashboard import notespage
from routiq.dashboard.doors import membership_of
from routiq.dashboard.seats import actor
from routiq.dashboard.views.robyn import find
from routiq.pms.errors import PmsError


@sensitive_variables("notes")
@require_POST
def recent(request: HttpRequest, pk: int) -> HttpResponse:
    """Reads them now and shows them in this one answer, which no cache keeps. A post, because each is a reading of
    its own in the audit trail."""
    talk = find(request, pk)
    offer = notespage.offer_of(talk, membership_of(request), actor(request))
    if offer is None:
        raise Http404
    if not offer.is_readers:
        messages.warning(request, "Take the task first. Then you can read the notes for as long as you have it.")
        return redirect("conversation", pk=pk)
    try:
        notes = notespage.read(offer, actor(request))
    except PmsError as error:
        messages.error(request, f"{error.message} {error.advice}")
        return redirect("conversation", pk=pk)
    return render(request, "dashboard/robyn/notes.html", {"offer": offer, "notes": notes, "most": notespage.SHOWN})
