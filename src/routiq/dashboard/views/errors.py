"""Pages for what went wrong, saying what to do next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from routiq.practices.models import Membership
from routiq.practices.permissions import WHO, WORDS, Right, who_may


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    # Without the request no context processor runs: these pages must not depend on what may have just failed.
    html = render_to_string("dashboard/error.html", {"title": title, "text": text, "status": status})
    return HttpResponse(html, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        400,
        "This request could not be read",
        "Go back to the dashboard and try again from there.",
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        403,
        "You may not do this",
        "Your login does not have this right in this practice. Ask the owner of the practice, "
        "or go back to the dashboard.",
    )


def not_for_this_role(membership: Membership, right: Right) -> HttpResponse:
    """For somebody who is logged in, at a page or form of others."""
    text = (
        f"Your login at {membership.practice.name} is {membership.get_role_display()}. {WORDS[right]} is for: "
        f"{who_may(right)}. Ask an owner or admin of the practice for it, or for another role."
    )
    if membership.role in WHO[right]:
        text = (
            f"{WORDS[right]} is for logins that see all patients, and yours sees its own. Ask an owner or admin of "
            f"{membership.practice.name}."
        )
    html = render_to_string("dashboard/error.html", {"title": "You may not do this", "text": text, "status": 403})
    return HttpResponse(html, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        404,
        "There is nothing at this address",
        "It may have been removed, or it belongs to another practice. Check the address, or start at the dashboard.",
    )


def out_of_reach(request: HttpRequest) -> HttpResponse:
    answer = _page(
        request,
        503,
        "Routiq cannot reach its own database at this moment",
        "Nothing is lost that was saved before. What you did just now may not have been saved: wait a few seconds, "
        "load the page again, and check. If it keeps happening, tell whoever looks after Routiq at your practice.",
    )
    answer.headers["Retry-After"] = "5"
    return answer


def broken(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        500,
        "Something went wrong on our side",
        "What you did may not have been saved. Go back to the dashboard, check, and try again in a minute. "
        "If it keeps happening, tell support what you were doing and when.",
    )
