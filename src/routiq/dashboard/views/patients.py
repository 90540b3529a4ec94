"""The patients of the mirror: the list and the page of each."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from routiq.connections.connecting import kept_connection, live_connection
from routiq.dashboard import asked, fragments
from routiq.dashboard.doors import membership_of
from routiq.dashboard.journalpage import journals_of
from routiq.mirror import queries
from routiq.mirror.models import Patient
from routiq.mirror.money import account_of
from routiq.mirror.sight import sight_of
from routiq.pms import registry
from routiq.practices.permissions import Right, may

STATUSES = (("active", "Active"), ("archived", "Archived"), ("deceased", "Deceased"), ("all", "All"))
"""What the filter offers. "Archived" takes in merged and deceased patients, each with its badge; "Deceased" is there
where the system says who has died."""


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    search = asked.words(request.GET.get("q", ""), 200)
    status = request.GET.get("status", "active")
    connection = live_connection() or kept_connection()
    system = registry.vendor(connection.vendor) if connection else None
    statuses = [
        choice
        for choice in STATUSES
        if choice[0] != "deceased" or (system is not None and system.capabilities.tells_deceased)
    ]
    if status not in dict(statuses):
        status = "active"
    sight = sight_of(membership_of(request))
    kept = {"q": search, "status": status}
    try:
        found = queries.patients(
            search=search,
            status=status,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
            among=sight.patients(),
        )
    except queries.BadCursor:
        return redirect(f"{request.path}?{urlencode(kept)}")
    context = {
        "found": found,
        "search": search,
        "status": status,
        "statuses": statuses,
        "sight": sight,
        "patient_help": system.guide.patient_help if system else (),
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
    capabilities = registry.vendor(found.connection.vendor).capabilities
    membership = membership_of(request)
    if not sight_of(membership).sees(found):
        raise Http404
    shows_money = capabilities.reads_invoices and may(membership, Right.MONEY)
    visits = queries.history(found)
    upcoming = [visit for visit in visits if visit.is_upcoming]
    context = {
        "patient": found,
        "phones": list(found.phones.all()),
        "address": _address(found),
        "survivor": queries.survivor(found),
        "upcoming": sorted(upcoming, key=lambda visit: visit.starts_at),
        "journals": journals_of(found),
        "past": [visit for visit in visits if not visit.is_upcoming],
        "account": account_of(found) if shows_money else None,
    }
    context |= fragments.context_of(fragments.PAGES["patients"], request)
    return render(request, "dashboard/patients/patient.html", context)


def _address(found: Patient) -> list[str]:
    town = " ".join(part for part in (found.city, found.state, found.post_code) if part)
    return [line for line in (*found.address_lines, town, found.country_code) if line]
