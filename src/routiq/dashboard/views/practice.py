"""The practice as its system describes it, and what it lets patients book online."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from routiq.connections.connecting import kept_connection, live_connection
from routiq.connections.models import Connection
from routiq.dashboard.doors import membership_of
from routiq.dashboard.practicelists import lists_of
from routiq.dashboard.seats import actor
from routiq.mirror.models import BookingRules
from routiq.mirror.queries import practice_overview
from routiq.mirror.sight import Sight, sight_of
from routiq.mirror.waiting import classes_to_come, waiting_list
from routiq.pms import registry
from routiq.pms.gateway import Stream
from routiq.practices import audit
from routiq.practices.models import Practice

WAITING_SHOWN, CLASSES_SHOWN = 100, 20


@require_safe
def practice(request: HttpRequest) -> HttpResponse:
    connection = live_connection() or kept_connection()
    overview = practice_overview() if connection else None
    return render(
        request,
        "dashboard/practice.html",
        {
            "overview": overview,
            "lists": lists_of(overview) if overview else [],
            "rules": rules_in_words(overview.rules) if overview and overview.rules else [],
            **(_of_the_system(connection, sight_of(membership_of(request))) if connection else {}),
            "vendors": registry.vendors(),
        },
    )


def _of_the_system(connection: Connection, sight: Sight) -> dict[str, Any]:
    """Its words, and what only some systems tell."""
    system = registry.vendor(connection.vendor)
    streams = system.capabilities.streams
    waiting = waiting_list(connection, WAITING_SHOWN) if Stream.WAITING_LIST in streams else None
    if waiting is not None and sight.is_limited:
        seen = sight.seen_among(wish.patient for wish in waiting if wish.patient)
        waiting = [wish for wish in waiting if wish.patient and wish.patient.pk in seen]
    return {
        "guide": system.guide,
        "capabilities": system.capabilities,
        "waiting": waiting,
        "classes": classes_to_come(connection, CLASSES_SHOWN) if Stream.CLASSES in streams else None,
    }


@require_POST
def keep_notes(request: HttpRequest) -> HttpResponse:
    """Whether patient notes are copied too. Off, the copies are gone at once."""
    own: Practice = request.practice  # type: ignore[attr-defined]
    wanted = request.POST.get("keep") == "on"
    if wanted != own.keep_patient_notes:
        Practice.objects.filter(pk=own.pk).update(keep_patient_notes=wanted)
        audit.record(actor(request), "practice.keep_patient_notes", keep=wanted)
        messages.success(
            request,
            "Patient notes are copied from the next sync on."
            if wanted
            else "Patient notes are no longer shown or copied.",
        )
    return redirect("practice")


def rules_in_words(rules: BookingRules) -> list[str]:
    """The account's online-booking rules as sentences."""
    words = []
    if rules.minimum_notice_hours:
        words.append(f"Patients book at least {_hours(rules.minimum_notice_hours)} ahead.")
    if rules.days_in_advance:
        words.append(f"The furthest day that can be booked is {_count(rules.days_in_advance, 'day')} from now.")
    if rules.max_per_day_segment:
        words.append(
            f"At most {_count(rules.max_per_day_segment, 'time')} "
            f"{'is' if rules.max_per_day_segment == 1 else 'are'} offered for each part of a day."
        )
    if rules.cancellation_notice_hours:
        words.append(f"Patients cancel at least {_hours(rules.cancellation_notice_hours)} before the appointment.")
    return words


def _hours(hours: int) -> str:
    if hours % 24 == 0:
        return _count(hours // 24, "day")
    return _count(hours, "hour")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
