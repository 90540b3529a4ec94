"""The waiting list: who waits for what, what is on offer, and adding somebody by hand."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from routiq.dashboard import bookpage, fragments, waitlistpage
from routiq.dashboard.doors import membership_of
from routiq.dashboard.seats import actor
from routiq.dashboard.views.byhand import FOUND_SHOWN, patient_of
from routiq.dashboard.who import names_of
from routiq.frontdesk import offered, times, waitlist, waitlist_reading
from routiq.frontdesk.models import SlotOffer, WaitlistEntry
from routiq.frontdesk.people import habit_of
from routiq.frontdesk.waitlist import Joining, JoinRequest
from routiq.mirror import queries
from routiq.mirror.models import Patient
from routiq.mirror.sight import sight_of
from routiq.practices.audit import Actor

#: Where the form has what the front desk names otherwise.
_FIELDS = {
    "appointment_type_id": "type",
    "practitioner_id": "practitioner",
    "location_id": "location",
    "days": "last",
}


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    context = fragments.context_of(fragments.PAGES["waitlist"], request)
    return render(
        request,
        "dashboard/waitlist/list.html",
        {**context, **waitlistpage.of_the_system(sight_of(membership_of(request)))},
    )


@require_safe
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One wish, and what was offered for it."""
    row = _entry(request, pk)
    (line,) = waitlist_reading.with_names([row])
    names = names_of([row.asked_by, row.ended_by])
    return render(
        request,
        "dashboard/waitlist/entry.html",
        {
            "line": line,
            "entry": row,
            "offers": waitlist_reading.offers_of(row),
            "joined_by": names.get(row.asked_by, ""),
            "ended_by": names.get(row.ended_by, ""),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Whom, then for what and when."""
    asked = request.POST if request.method == "POST" else request.GET
    sight = sight_of(membership_of(request))
    patient = patient_of(asked.get("patient", ""), sight)
    if patient is None:
        search = asked.get("q", "").replace("\x00", "").strip()[:200]
        found = queries.patients(search=search, size=FOUND_SHOWN, among=sight.patients()) if search else None
        return render(request, "dashboard/waitlist/add.html", {"search": search, "found": found})
    menu, appointments = times.menu(), waitlistpage.to_come(patient)
    if request.method != "POST":
        habit = habit_of(patient.remote_id)
        usual = {"type": habit.appointment_type_id, "practitioner": habit.practitioner_id}
        return _form(request, patient, waitlistpage.WaitForm(menu, appointments, initial=usual))
    form = waitlistpage.WaitForm(menu, appointments, request.POST)
    intent = bookpage.intent_of(request)
    if not form.is_valid():
        return _form(request, patient, form, 422)
    if not intent:
        form.add_error(None, "This page was open for too long. Send it once more.")
        return _form(request, patient, form, 422)
    said = form.cleaned_data
    answer = waitlist.join(
        JoinRequest(
            patient_id=patient.remote_id,
            appointment_type_id=said["type"],
            practitioner_id=said["practitioner"],
            location_id=said.get("location", ""),
            when=form.when(),
            sooner_than=said.get("sooner_than", ""),
            priority=said["priority"],
            reach_by=said["reach_by"],
            note=said["note"],
            intent_key=intent,
            channel="calendar",
            asked_by=str(actor(request)),
        )
    )
    if answer.outcome is Joining.NOT_ALLOWED:
        for name, problem in (answer.problems or {"": answer.message}).items():
            field = _FIELDS.get(name, name)
            form.add_error(field if field in form.fields else None, problem)
        return _form(request, patient, form, 422)
    words = "is on the waiting list" if answer.outcome is Joining.JOINED else "waited for this already; it is changed"
    messages.success(request, f"{patient.full_name} {words}.")
    return redirect("waitlist")


@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    waitlist.leave(_entry(request, pk).pk, actor(request))
    messages.success(request, "Taken off the waiting list.")
    return redirect("waitlist")


@require_POST
def yes(request: HttpRequest, pk: int) -> HttpResponse:
    return _answered(request, pk, offered.accept)


@require_POST
def no(request: HttpRequest, pk: int) -> HttpResponse:
    return _answered(request, pk, offered.decline)


def _answered(request: HttpRequest, pk: int, answer: Callable[[int, Actor], offered.OfferAnswer]) -> HttpResponse:
    try:
        told = answer(pk, actor(request))
    except SlotOffer.DoesNotExist:
        raise Http404 from None
    tell = {offered.Came.BOOKED: messages.success, offered.Came.DECLINED: messages.success}
    words = {
        offered.Came.BOOKED: "Booked. They are off the waiting list.",
        offered.Came.DECLINED: "Noted. The time goes to the next one; they stay on the waiting list.",
    }
    tell.get(told.came, messages.warning)(request, words.get(told.came, told.message))
    offer = SlotOffer.objects.get(pk=pk)
    return redirect("task", offer.task_id) if offer.task_id else redirect("waitlist")


def _entry(request: HttpRequest, pk: int) -> WaitlistEntry:
    """404 for one of a patient whom the reader does not see, as if there were none."""
    row = WaitlistEntry.objects.filter(pk=pk).first()
    sight = sight_of(membership_of(request))
    if row is not None and sight.is_limited:
        patient = Patient.objects.filter(connection=row.connection_id, remote_id=row.patient_remote_id).first()
        row = row if patient is not None and sight.sees(patient) else None
    if row is None:
        raise Http404
    return row


def _form(request: HttpRequest, patient: Patient, form: waitlistpage.WaitForm, status: int = 200) -> HttpResponse:
    context = {"patient": patient, "form": form, "intent": bookpage.new_intent()}
    return render(request, "dashboard/waitlist/add.html", context, status=status)
