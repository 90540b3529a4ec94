"""Registering a new patient by hand, by the front desk's own command (PAT-04, PAT-05)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from routiq.connections.connecting import live_connection
from routiq.dashboard import bookpage
from routiq.dashboard.doors import membership_of
from routiq.dashboard.newcomer import NewcomerForm
from routiq.dashboard.seats import actor
from routiq.frontdesk.changes import ChangeAnswer, RegisterRequest
from routiq.frontdesk.models import Write
from routiq.frontdesk.registering import intake_questions, is_of_another, register_patient
from routiq.frontdesk.wishes import Outcome
from routiq.mirror.models import Patient
from routiq.mirror.sight import sight_of

_STATUS = {Outcome.ASK_FIRST: 422, Outcome.NOT_ALLOWED: 422, Outcome.VENDOR_DOWN: 503}

_SENT_BEFORE = "Somebody else was sent from this page before. To register this person too, send it once more."


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """The practice's questions; who looks alike is asked about, and not assumed to be them."""
    form = NewcomerForm(intake_questions(), request.POST or None)
    if request.method != "POST":
        return _page(request, form)
    intent = bookpage.intent_of(request)
    if not form.is_valid():
        return _page(request, form, {}, 422)
    if not intent:
        return _page(request, form, {"problem": "This page was open for too long. Send it once more."}, 422)
    answer = register_patient(
        RegisterRequest(
            given=form.given(),
            not_these=_denied(request),
            intent_key=intent,
            channel="calendar",
            asked_by=str(actor(request)),
        )
    )
    if (earlier := bookpage.settled(intent)) is not None and is_of_another(earlier, form.given()):
        return _page(request, form, {"problem": _SENT_BEFORE}, 422)
    return _told(request, intent) or _refused(request, form, answer)


def _told(request: HttpRequest, intent: str) -> HttpResponse | None:
    """Where it leads to when it stands in the journal and is no plain refusal."""
    write = bookpage.settled(intent)
    if write is None:
        return None
    if write.is_open:
        return redirect("journal", write.pk)
    if write.state != Write.State.DONE:
        return None
    patient = Patient.objects.filter(connection=write.connection_id, remote_id=write.patient_remote_id).first()
    if patient is None or not sight_of(membership_of(request)).sees(patient):
        messages.success(request, "The new patient is registered.")
        return redirect("patients")
    messages.success(request, f"{patient.full_name} is registered. Book now, or come back later.")
    return redirect("patient", patient.pk)


def _denied(request: HttpRequest) -> tuple[str, ...]:
    """Who was shown as alike before, and is somebody else."""
    if "somebody_else" not in request.POST:
        return ()
    ids = [text for text in request.POST.getlist("not_these") if text.isascii() and len(text) <= 40][:50]
    return tuple(ids)


def _refused(request: HttpRequest, form: NewcomerForm, answer: ChangeAnswer) -> HttpResponse:
    for name, problem in answer.problems.items():
        form.add_error(name if name in form.fields else None, problem)
    context: dict[str, Any] = {}
    if answer.outcome is Outcome.ASK_FIRST:
        ids = [each.remote_id for each in answer.alike]
        sight = sight_of(membership_of(request))
        rows = Patient.objects.filter(sight.patients(), connection=live_connection(), remote_id__in=ids)
        known = {row.remote_id: row for row in rows.prefetch_related("phones")}
        context["alike"] = [(each, known.get(each.remote_id)) for each in answer.alike]
    elif answer.outcome is Outcome.UNCERTAIN:
        context["problem"] = "This person is being registered at this moment. Look among the patients in a minute."
    elif not answer.problems:
        lead = "Nobody was registered." if answer.outcome is Outcome.VENDOR_DOWN else "This cannot be registered."
        context |= {"problem": f"{lead} {answer.message}".strip(), "problem_advice": answer.advice}
    return _page(request, form, context, _STATUS.get(answer.outcome, 409))


def _page(
    request: HttpRequest, form: NewcomerForm, more: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "intent": bookpage.new_intent(), **(more or {})}
    return render(request, "dashboard/patients/new.html", context, status=status)
