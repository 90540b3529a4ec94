"""The patients of the mirror: the list and the page of each."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from routiq.dashboard import fragments
from routiq.mirror import queries
from routiq.mirror.models import Patient

STATUSES = (("active", "Active"), ("archived", "Archived"), ("all", "All"))
"""What the filter offers. "Archived" takes in merged and deceased patients, each with its badge."""


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    status = request.GET.get("status", "active")
    if status not in dict(STATUSES):
        status = "active"
    kept = {"q": search, "status": status}
    try:
        found = queries.patients(
            search=search,
            status=status,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
    except queries.BadCursor:
        return redirect(f"{request.path}?{urlencode(kept)}")
    context = {
        "found": found,
        "search": search,
        "status": status,
        "statuses": STATUSES,
        "next_url": f"?{urlencode({**kept, 'after': found.next})}" if found.next else "",
        "previous_url": f"?{urlencode({**kept, 'before': found.previous})}" if found.previous else "",
        "all_url": f"?{urlencode({'q': search, 'status': 'all'})}",
    }
    if request.headers.get("HX-Target") == "results" and "HX-History-Restore-Request" not in request.headers:
        return render(request, "dashboard/patients/_results.html", context)
    context |= fragments.context_of(fragments.PAGES["patients"], request)
    return render(request, "dashboard/patients/list.html", context)


@require_safe
def patient(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        found = queries.patient(pk)
    except Patient.DoesNotExist:
        raise Http404 from None
    visits = queries.history(found)
    upcoming = [visit for visit in visits if visit.is_upcoming]
    context = {
        "patient": found,
        "phones": list(found.phones.all()),
        "address": _address(found),
        "survivor": queries.survivor(found),
        "upcoming": sorted(upcoming, key=lambda visit: visit.starts_at),
        "past": [visit for visit in visits if not visit.is_upcoming],
    }
    context |= fragments.context_of(fragments.PAGES["patients"], request)
    return render(request, "dashboard/patients/patient.html", context)


def _address(found: Patient) -> list[str]:
    town = " ".join(part for part in (found.city, found.state, found.post_code) if part)
    return [line for line in (*found.address_lines, town, found.country_code) if line]
