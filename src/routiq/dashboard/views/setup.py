"""From a fresh practice to a receptionist at work: what is done, what is next, and going live."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.dashboard.seats import actor
from routiq.mirror.queries import PracticeOverview, practice_overview
from routiq.pms import registry
from routiq.practices.models import Practice
from routiq.practices.people import set_status
from routiq.robyn.models import Conversation
from routiq.sync.models import SyncRun


@dataclass(frozen=True)
class Step:
    title: str
    text: str
    done: bool
    url: str
    """Where it is looked at again."""
    actions: tuple[tuple[str, str], ...]
    """What to press and where that leads; any one of them does it."""


def steps(practice: Practice) -> list[Step]:
    """The way to going live, in order."""
    connection = live_connection()
    synced = connection is not None and SyncRun.objects.filter(connection=connection, state="done").exists()
    overview = practice_overview() if synced else None
    return [
        _connecting(connection),
        Step(
            "Let the first sync finish",
            "It runs by itself; you may leave the page. The dashboard shows how far it is.",
            synced,
            reverse("home"),
            (("See progress", reverse("home")),),
        ),
        Step(
            "Check online bookings",
            "Robyn offers only what your online bookings offer. What is switched off, she cannot book.",
            overview is not None and bookable(overview),
            reverse("practice"),
            (("See what is on", reverse("practice")),),
        ),
        Step(
            "Go live",
            "Switch Robyn on. Until then she tells callers that the practice is being set up, and books nothing. "
            "You can pause her again at any time.",
            practice.is_live,
            reverse("go_live"),
            (("Go live", reverse("go_live")),),
        ),
        Step(
            "Talk to Robyn",
            "Ask for an appointment as a patient would, and see what she understands and does. What you agree to "
            "there is really booked: cancel it in your diary afterwards.",
            practice.is_live and Conversation.objects.filter(channel="test").exists(),
            reverse("test_robyn"),
            (("Test Robyn", reverse("test_robyn")),),
        ),
    ]


def _connecting(connection: Connection | None) -> Step:
    if connection is not None:
        label = registry.vendor(connection.vendor).label
        return Step(
            f"Connect {label}",
            f"Routiq reads your patients and your diary from {label}, and books into it.",
            True,
            reverse("connect", args=[connection.vendor]),
            (),
        )
    ways = tuple((f"Connect {vendor.label}", reverse("connect", args=[vendor.name])) for vendor in registry.vendors())
    return Step(
        "Connect your practice management system",
        "Routiq reads your patients and your diary from it, and books into it. Choose the one that you work with.",
        False,
        ways[0][1],
        ways,
    )


def bookable(overview: PracticeOverview) -> bool:
    """Can anything at all be booked online: is the account's switch on, and one of each kind?"""
    return (
        overview.takes_online_bookings
        and any(each.online for each in overview.practitioners)
        and any(each.online for each in overview.locations)
        and any(each.online for each in overview.appointment_types)
    )


@require_safe
def setup(request: HttpRequest) -> HttpResponse:
    way = steps(request.practice)  # type: ignore[attr-defined]
    following = next((step for step in way if not step.done), None)
    return render(request, "dashboard/setup.html", {"steps": way, "following": following})


@require_http_methods(["GET", "POST"])
def go_live(request: HttpRequest) -> HttpResponse:
    """Asks first, then switches Robyn on for patients, or off again."""
    practice: Practice = request.practice  # type: ignore[attr-defined]
    connection = live_connection()
    if request.method == "POST":
        if request.POST.get("status") == "pending":
            set_status(practice, Practice.Status.PENDING, actor(request))
            messages.success(request, "Robyn no longer books for patients. You can still test her.")
            return redirect("home")
        if connection is not None:
            set_status(practice, Practice.Status.LIVE, actor(request))
            messages.success(request, "You are live. Robyn now books for patients.")
            return redirect("home")
    overview = practice_overview() if connection else None
    return render(
        request,
        "dashboard/go_live.html",
        {"ready": connection is not None, "bookable": overview is not None and bookable(overview)},
    )
