"""Settings > Account & Logins: who works here, as what, and as which practitioner."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from routiq.dashboard.doors import membership_of
from routiq.dashboard.forms import UserForm
from routiq.dashboard.seats import actor
from routiq.mirror import sight
from routiq.mirror.models import Practitioner
from routiq.practices import logins
from routiq.practices.models import Membership
from routiq.practices.passwords import LINK_LASTS
from routiq.practices.permissions import MAY_BE_LIMITED, WHO, WORDS, Right, sees_all_patients

Role = Membership.Role
REFUSED = 422


@dataclass(frozen=True)
class Line:
    membership: Membership
    practitioners: list[str]
    is_own: bool
    may_be_limited: bool
    sees_all: bool


@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """Everybody's logins, and the form for a new one."""
    own = membership_of(request)
    form = UserForm(logins.roles_for(own), request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = form.cleaned_data
        try:
            added = logins.invite(own, email=values["email"], name=values["name"], role=Role(values["role"]))
        except logins.LoginRefused as refused:
            form.add_error("email", str(refused))
        else:
            return _welcomed(request, added)
    rows = sight.assigned()
    context = {
        "lines": [_line(each, rows.get(each.pk, []), own) for each in logins.listing()],
        "form": form,
        "rights": _table(),
        "roles": list(Role),
        "days": LINK_LASTS.days,
    }
    return render(request, "dashboard/settings/logins.html", context, status=REFUSED if form.is_bound else 200)


def _welcomed(request: HttpRequest, added: Membership) -> HttpResponse:
    messages.success(request, f"{added.person} has a login now. A letter is on its way to {added.person.email}.")
    if added.role != Role.PRACTITIONER:
        return redirect("logins")
    found = sight.namesakes(str(added.person))
    sight.assign(added, found, actor(request))
    if found:
        messages.success(request, f"Assigned by name to: {', '.join(row.name for row in found)}.")
        return redirect("logins")
    messages.warning(request, "No practitioner is called so. Choose which one this login is.")
    return redirect("login_of", pk=added.pk)


@require_http_methods(["GET", "POST"])
def login_of(request: HttpRequest, pk: int) -> HttpResponse:
    """One login: its role, whose patients it sees, which practitioner it is."""
    own, found = membership_of(request), _find(pk)
    problem = ""
    if request.method == "POST":
        wanted = request.POST.get("role", "")
        chosen = [row for row in sight.practitioners() if str(row.pk) in request.POST.getlist("practitioner")]
        try:
            if wanted not in Role.values:
                raise logins.LoginRefused("Choose one of the roles in the list.")
            role = Role(wanted)
            logins.change(own, found, role=role, all_patients=request.POST.get("patients") != "own")
        except logins.LoginRefused as refused:
            problem = str(refused)
        else:
            sight.assign(found, chosen if role in MAY_BE_LIMITED else [], actor(request))
            messages.success(request, f"The login of {found.person} is saved. It holds from the next click on.")
            return redirect("logins")
    rows = sight.assigned().get(found.pk, [])
    suggested = sight.namesakes(str(found.person)) if not rows and found.role == Role.PRACTITIONER else []
    context = {
        "line": _line(found, rows, own),
        "roles": logins.roles_for(own),
        "is_beyond": found.role == Role.OWNER != own.role,
        "practitioners": sight.practitioners(),
        "ticked": {row.pk for row in rows or suggested},
        "suggested": suggested,
        "problem": problem,
        "days": LINK_LASTS.days,
    }
    return render(request, "dashboard/settings/login.html", context, status=REFUSED if problem else 200)


@require_POST
def send_link(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(pk)
    try:
        logins.send_link(membership_of(request), found)
    except logins.LoginRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"A letter with a link to set a password is on its way to {found.person.email}.")
    return redirect("login_of", pk=pk)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    own, found = membership_of(request), _find(pk)
    try:
        logins.remove(own, found)
    except logins.LoginRefused as refused:
        messages.error(request, str(refused))
        return redirect("login_of", pk=pk)
    messages.success(request, f"{found.person} no longer has a login here.")
    return redirect("home" if found.pk == own.pk else "logins")


@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Practice > Practitioners > Assign Login: whose login this practitioner is."""
    row = next((each for each in sight.practitioners() if each.pk == pk), None)
    if row is None:
        raise Http404
    assigned = sight.assigned()
    candidates = [each for each in logins.listing() if each.role in MAY_BE_LIMITED]
    if request.method == "POST":
        chosen = set(request.POST.getlist("login"))
        for each in candidates:
            others = [one for one in assigned.get(each.pk, []) if one.pk != pk]
            sight.assign(each, [*others, row] if str(each.pk) in chosen else others, actor(request))
        messages.success(request, f"Saved who logs in as {row.name}.")
        return redirect("practice")
    ticked = {each.pk for each in candidates if row in assigned.get(each.pk, [])}
    context = {"practitioner": row, "candidates": candidates, "ticked": ticked}
    return render(request, "dashboard/settings/assign_login.html", context)


def _find(pk: int) -> Membership:
    found = Membership.objects.select_related("person").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _line(membership: Membership, practitioners: list[Practitioner], own: Membership) -> Line:
    return Line(
        membership,
        [row.name for row in practitioners],
        is_own=membership.pk == own.pk,
        may_be_limited=membership.role in MAY_BE_LIMITED,
        sees_all=sees_all_patients(membership),
    )


def _table() -> list[tuple[str, list[tuple[str, bool]]]]:
    """Who may what, as the page shows it: rights that all roles have are left out."""
    return [
        (WORDS[right], [(str(role.label), role in WHO[right]) for role in Role])
        for right in Right
        if len(WHO[right]) < len(Role)
    ]
