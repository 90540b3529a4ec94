"""Test Robyn: a talk with her as a patient would have it, with what she understood and did beside it."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from routiq.connections import attention
from routiq.dashboard import asked, inboxpage, notespage, scenariopage
from routiq.dashboard.doors import membership_of
from routiq.dashboard.forms import CallForm, SayForm
from routiq.dashboard.numbers import rehearsed_and_tested, talks_seen
from routiq.dashboard.rehearsalforms import RehearsalForm, ScenarioForm
from routiq.dashboard.seats import actor
from routiq.frontdesk.models import Booking
from routiq.mirror.sight import sight_of
from routiq.practices.live import announce
from routiq.robyn.conversation import REHEARSAL, ConversationError
from routiq.robyn.conversation import hang_up as end_conversation
from routiq.robyn.conversation import say as say_to_robyn
from routiq.robyn.conversation import start as start_conversation
from routiq.robyn.models import Conversation, Rehearsal

CHANNEL = "test"
SPOKEN_HERE = (CHANNEL, REHEARSAL)
"""Channels whose patient is whoever tests."""


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    form = CallForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        number = "" if "withheld" in request.POST else form.cleaned_data["number"]
        attention.watch()
        try:
            reply = start_conversation(CHANNEL, number)
        except ConversationError as error:
            form.add_error("number", f"{error.message} {error.advice}")
        else:
            _tell(request)
            return redirect("conversation", pk=reply.conversation_id)
    return render(
        request,
        "dashboard/robyn/start.html",
        {
            "form": form,
            "rehearsal_form": _rehearsal_form(request),
            "talks": rehearsed_and_tested(sight_of(membership_of(request))),
        },
        status=422 if form.is_bound else 200,
    )


def _rehearsal_form(request: HttpRequest) -> RehearsalForm:
    zone = request.practice.zone  # type: ignore[attr-defined]
    return RehearsalForm(zone=zone, now=timezone.now(), initial={"caller": request.GET.get("number", "")[:40]})


@require_safe
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, find(request, pk), SayForm())


@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """One turn. htmx gets the new turn alone; without it the page comes again."""
    talk = find(request, pk)
    if talk.channel not in SPOKEN_HERE:
        raise Http404
    in_place = request.headers.get("HX-Request") == "true"
    is_picture = "picture" in request.POST
    form = SayForm() if is_picture else SayForm(request.POST)
    if is_picture or form.is_valid():
        attention.watch()
        after = _already_shown(request, talk)
        try:
            say_to_robyn(talk.pk, "" if is_picture else form.cleaned_data["text"], pictures=int(is_picture))
        except ConversationError as error:
            form.add_error("text", f"{error.message} {error.advice}")
        else:
            _tell(request)
            if not in_place:
                return redirect("conversation", pk=pk)
            talk.refresh_from_db()
            context = _context(request, talk, SayForm())
            context["turns"] = [turn for turn in context["turns"] if turn.number > after]
            return render(request, "dashboard/robyn/_turn.html", context)
    if in_place:
        return render(request, "dashboard/robyn/_turn.html", {**_context(request, talk, form), "turns": ()})
    return _page(request, talk, form)


@require_POST
def hang_up(request: HttpRequest, pk: int) -> HttpResponse:
    """The patient is gone: nothing is held for them any more."""
    talk = find(request, pk)
    if talk.channel not in SPOKEN_HERE:
        raise Http404
    end_conversation(talk.pk)
    return redirect("conversation", pk=pk)


def _already_shown(request: HttpRequest, talk: Conversation) -> int:
    """Up to which turn the page has them: a person's words may have come since."""
    said = request.POST.get("after", "")
    return asked.number(said) if said else talk.turns.aggregate(number=Max("number"))["number"] or 0


def page_of(request: HttpRequest, talk: Conversation, scenario_form: ScenarioForm) -> HttpResponse:
    """The conversation with a form on it that was not right."""
    return _page(request, talk, SayForm(), scenario_form)


def _page(
    request: HttpRequest, talk: Conversation, form: SayForm, scenario_form: ScenarioForm | None = None
) -> HttpResponse:
    context = _context(request, talk, form)
    if scenario_form is not None:
        context["scenario_form"] = scenario_form
        return render(request, "dashboard/robyn/conversation.html", context, status=422)
    return render(request, "dashboard/robyn/conversation.html", context, status=422 if form.errors else 200)


def _context(request: HttpRequest, talk: Conversation, form: SayForm) -> dict[str, Any]:
    turns = inboxpage.before_team(list(talk.turns.all()))
    rehearsal = Rehearsal.objects.filter(conversation=talk).first()
    return {
        "rehearsal": rehearsal,
        "would_have": scenariopage.would_have_written(rehearsal, turns),
        "scenario_form": ScenarioForm(),
        **inboxpage.from_team_context(talk),
        "turns": turns,
        "shown": turns[-1].number if turns else 0,
        "form": form,
        "booking": _booking(talk),
        "names": inboxpage.menu_names(),
        "meanwhile": talk.filler,
        "notes": notespage.offer_of(talk, membership_of(request), actor(request)),
    }


def find(request: HttpRequest, pk: int) -> Conversation:
    """The conversation, where this login may read it; else there is none."""
    found = talks_seen(sight_of(membership_of(request))).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _booking(talk: Conversation) -> Booking | None:
    return Booking.objects.filter(pk=talk.booking_id).first() if talk.booking_id else None


def _tell(request: HttpRequest) -> None:
    """Open dashboards show the conversation."""
    announce(request.practice.pk, "conversation")  # type: ignore[attr-defined]
