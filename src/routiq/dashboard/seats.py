"""Which practice a session works for, and as whom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone

from routiq.practices.audit import Actor
from routiq.practices.models import Membership, Person, Practice
from routiq.practices.people import memberships
from routiq.practices.tenancy import acting_for

PRACTICE_KEY = "practice"
"""Where the session keeps the id of its practice."""
WITHOUT_PRACTICE = ("/choose", "/logout")
"""Pages for somebody who is logged in and has not said for which practice."""


@dataclass(frozen=True)
class Seat:
    """A person at work for one of their practices."""

    membership: Membership

    @property
    def practice(self) -> Practice:
        return self.membership.practice

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Inside, the database shows this practice's rows and times are in its zone."""
        with acting_for(self.practice.pk), timezone.override(self.practice.zone):
            yield


def take(request: HttpRequest) -> Seat | HttpResponse | None:
    """The seat of this request; an answer that sends the person elsewhere; or ``None`` on the pages that need no
    practice. Asked anew on every request, so that a lost membership ends at once."""
    person = request.user
    if not isinstance(person, Person) or not person.is_active:
        return _to_login(request)
    own = memberships(person)
    if not own:
        logout(request)
        messages.error(
            request, "Your login no longer belongs to a practice. Ask the owner of the practice to add you again."
        )
        return redirect("login")
    chosen = request.session.get(PRACTICE_KEY)
    membership = next((each for each in own if each.practice_id == chosen), None)
    if membership is None and len(own) == 1:
        membership = own[0]
        request.session[PRACTICE_KEY] = membership.practice_id
    if membership is None:
        return None if request.path in WITHOUT_PRACTICE else redirect("choose")
    request.practice = membership.practice  # type: ignore[attr-defined]
    request.membership = membership  # type: ignore[attr-defined]
    request.others = [each for each in own if each is not membership]  # type: ignore[attr-defined]
    return Seat(membership)


def _to_login(request: HttpRequest) -> HttpResponse:
    if "text/event-stream" in request.headers.get("Accept", ""):
        return HttpResponse(status=204)  # The one answer after which a browser stops reconnecting.
    target = "/login"
    if request.method == "GET" and request.path != "/" and not request.headers.get("HX-Request"):
        target = f"/login?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(target)


def still_taken(request: HttpRequest) -> bool:
    """Is the session that this (long-lived) request came with still open, and its person still a member
    with the same rights?"""
    fresh = type(request.session)(request.session.session_key)
    if fresh.get(SESSION_KEY) != str(request.user.pk):
        return False
    practice: Practice = request.practice  # type: ignore[attr-defined]
    if fresh.get(PRACTICE_KEY) != practice.pk:
        return False
    # With another role the page is asked for anew, and answered as that role has it.
    held: Membership = request.membership  # type: ignore[attr-defined]
    return any(
        (each.pk, each.role, each.all_patients) == (held.pk, held.role, held.all_patients)
        for each in memberships(request.user)  # type: ignore[arg-type]
    )


def actor(request: HttpRequest) -> Actor:
    """Who acts, for the audit trail."""
    return Actor("person", str(request.user.pk))
