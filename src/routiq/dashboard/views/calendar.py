"""The calendar, and the seats of a class on it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from routiq.connections import attention
from routiq.dashboard import calendarpage, fragments
from routiq.dashboard.doors import membership_of
from routiq.mirror import queries_calendar
from routiq.mirror.models import ClassSession
from routiq.mirror.sight import sight_of


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    context = fragments.context_of(fragments.PAGES["calendar"], request)
    wanted = context["wanted"]
    if wanted is not None:
        attention.watch()
        context |= calendarpage.frame(wanted)
    return render(request, "dashboard/calendar/page.html", context)


@require_safe
def class_session(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        entry, seats = queries_calendar.class_session(pk)
    except ClassSession.DoesNotExist:
        raise Http404 from None
    if not sight_of(membership_of(request)).sees_diary_of(entry.practitioner_id):
        raise Http404
    return render(request, "dashboard/calendar/class.html", {"entry": entry, "seats": seats})
