"""Rehearsals that were kept: the list, one of them, playing them again, and taking how one ended as right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from routiq.connections import attention
from routiq.dashboard import scenariopage
from routiq.dashboard.doors import membership_of
from routiq.dashboard.forms import CallForm
from routiq.dashboard.numbers import rehearsed_and_tested
from routiq.dashboard.rehearsalforms import RehearsalForm, ScenarioForm
from routiq.dashboard.seats import actor
from routiq.dashboard.views import robyn
from routiq.mirror.sight import sight_of
from routiq.robyn import conversation
from routiq.robyn.models import Scenario, ScenarioRun
from routiq.robyn.rehearsing import scenarios
from routiq.robyn.rehearsing.scenarios import NotSaved


@require_POST
def rehearse(request: HttpRequest) -> HttpResponse:
    """Begin a talk in which nothing is written, at any moment from now on."""
    zone = request.practice.zone  # type: ignore[attr-defined]
    form = RehearsalForm(request.POST, zone=zone, now=timezone.now())
    if form.is_valid():
        attention.watch()
        reply = conversation.start(
            conversation.REHEARSAL, form.cleaned_data["caller"], moment=form.cleaned_data["moment"]
        )
        return redirect("conversation", pk=reply.conversation_id)
    context = {
        "form": CallForm(),
        "rehearsal_form": form,
        "talks": rehearsed_and_tested(sight_of(membership_of(request))),
    }
    return render(request, "dashboard/robyn/start.html", context, status=422)


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/robyn/scenarios.html", scenariopage.listed(request))


@require_safe
def scenario(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "dashboard/robyn/scenario.html", scenariopage.shown(scenariopage.scenario_of(pk)))


@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the rehearsal ``pk`` as a scenario."""
    talk = robyn.find(request, pk)
    form = ScenarioForm(request.POST)
    if form.is_valid():
        try:
            kept = scenarios.save(talk.pk, form.cleaned_data["name"], actor(request))
        except NotSaved as error:
            form.add_error("name", f"{error.message} {error.advice}")
        else:
            messages.success(request, "Saved. Play it again whenever something has changed.")
            return redirect("scenario", pk=kept.pk)
    return robyn.page_of(request, talk, scenario_form=form)


@require_POST
def run(request: HttpRequest, pk: int) -> HttpResponse:
    scenarios.ask_to_play([scenariopage.scenario_of(pk)], actor(request))
    return redirect("scenario", pk=pk)


@require_POST
def run_all(request: HttpRequest) -> HttpResponse:
    scenarios.ask_to_play(list(Scenario.objects.all()), actor(request))
    return redirect("scenarios")


@require_POST
def take_as_right(request: HttpRequest, pk: int) -> HttpResponse:
    """How the run ``pk`` ended is what is expected from now on."""
    return _then(request, lambda: scenarios.take_as_right(pk, actor(request)), "Expected from now on.")


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    return _then(request, lambda: scenarios.remove(pk, actor(request)), "The scenario is removed.")


def _then(request: HttpRequest, act: Any, words: str) -> HttpResponse:
    try:
        done = act()
    except (Scenario.DoesNotExist, ScenarioRun.DoesNotExist):
        raise Http404 from None
    messages.success(request, words)
    return redirect("scenario", pk=done.pk) if done is not None else redirect("scenarios")
