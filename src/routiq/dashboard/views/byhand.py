"""Booking, moving and cancelling by hand, by the same commands of the front desk as Robyn and the API (law 2)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from routiq.connections import attention
from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.dashboard import asked, bookpage
from routiq.dashboard.doors import membership_of
from routiq.dashboard.journalpage import journal_of
from routiq.dashboard.seats import actor
from routiq.frontdesk.booking import book as book_time
from routiq.frontdesk.cancelling import cancel as cancel_appointment
from routiq.frontdesk.cancelling import lateness
from routiq.frontdesk.changes import CancelRequest, ChangeAnswer, MoveRequest
from routiq.frontdesk.models import DeskRules, Write
from routiq.frontdesk.moving import reschedule
from routiq.frontdesk.standing import cannot_be_changed
from routiq.frontdesk.wishes import BookingAnswer, BookingRequest, OfferedTime, Outcome
from routiq.mirror import queries
from routiq.mirror.models import Appointment, Location, Patient
from routiq.mirror.sight import Sight, sight_of
from routiq.pms import registry
from routiq.pms.records import CancellationReason

CHANNEL = "calendar"
FOUND_SHOWN = 20
#: Letters of a reason that is typed.
MOST_WORDS = 200
REASONS = (
    (CancellationReason.SICK, "Sick"),
    (CancellationReason.FEELING_BETTER, "Feeling better"),
    (CancellationReason.CONDITION_WORSE, "Condition worse"),
    (CancellationReason.AWAY, "Away"),
    (CancellationReason.WORK, "Work"),
    (CancellationReason.OTHER, "Something else"),
)
_STATUS = {Outcome.SLOT_TAKEN: 409, Outcome.NOT_ALLOWED: 422, Outcome.ASK_FIRST: 422, Outcome.VENDOR_DOWN: 503}
_HEADLINES = {
    Outcome.SLOT_TAKEN: "This time has just been taken. Nothing was {done}: choose another one.",
    Outcome.NOT_ALLOWED: "This cannot be {done}.",
    Outcome.ASK_FIRST: "This has not been {done} yet.",
    Outcome.VENDOR_DOWN: "Nothing was {done}.",
}
Answer = BookingAnswer | ChangeAnswer


@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """Whom, what, when; then the time that was chosen is booked."""
    attention.watch()
    asked = request.POST if request.method == "POST" else request.GET
    patient = patient_of(asked.get("patient", ""), sight_of(membership_of(request)))
    if request.method != "POST" or patient is None:
        return _book_page(request, patient)
    offer, problem = _sent(request)
    if offer is None:
        return _book_page(request, patient, {"problem": problem}, 422)
    answer = book_time(
        BookingRequest(
            patient_id=patient.remote_id,
            offer=offer,
            intent_key=bookpage.intent_of(request),
            channel=CHANNEL,
            asked_by=str(actor(request)),
        )
    )
    return _told(request, answer, "booked") or _book_page(
        request, patient, _refusal(answer, "booked"), _STATUS[answer.outcome]
    )


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, appointment: str) -> HttpResponse:
    """One change of the same appointment; it keeps its time until the new one is certain."""
    attention.watch()
    row, patient = _appointment(request, appointment)
    if request.method != "POST":
        return _move_page(request, row, patient)
    offer, problem = _sent(request)
    if offer is None:
        return _move_page(request, row, patient, {"problem": problem}, 422)
    answer = reschedule(
        MoveRequest(
            patient_id=patient.remote_id,
            appointment_id=row.remote_id,
            offer=offer,
            intent_key=bookpage.intent_of(request),
            channel=CHANNEL,
            asked_by=str(actor(request)),
        )
    )
    row.refresh_from_db()
    return _told(request, answer, "moved") or _move_page(
        request, row, patient, _refusal(answer, "moved"), _STATUS[answer.outcome]
    )


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, appointment: str) -> HttpResponse:
    row, patient = _appointment(request, appointment)
    if request.method != "POST":
        return _cancel_page(request, row, patient)
    intent, reason = bookpage.intent_of(request), request.POST.get("reason", "")
    if not intent or reason not in dict(REASONS):
        return _cancel_page(request, row, patient, {"problem": "Choose why it is cancelled."}, 422)
    answer = cancel_appointment(
        CancelRequest(
            patient_id=patient.remote_id,
            appointment_id=row.remote_id,
            starts_at=row.starts_at,
            reason=CancellationReason(reason),
            warned=request.POST.get("warned") == "on",
            overruled=_line(request.POST.get("overruled", "")),
            intent_key=intent,
            channel=CHANNEL,
            asked_by=str(actor(request)),
        )
    )
    row.refresh_from_db()
    return _told(request, answer, "cancelled") or _cancel_page(
        request, row, patient, _refusal(answer, "cancelled"), _STATUS[answer.outcome]
    )


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:MOST_WORDS]


def patient_of(pk: str, sight: Sight) -> Patient | None:
    if not pk:
        return None
    found = Patient.objects.filter(pk=asked.number(pk), removed_at=None).first()
    if found is None or not sight.sees(found):
        raise Http404
    return found


def _appointment(request: HttpRequest, remote_id: str) -> tuple[Appointment, Patient]:
    connection = live_connection()
    if not remote_id.isprintable():  # The database takes no NUL even to look for it.
        raise Http404
    row = Appointment.objects.filter(connection=connection, remote_id=remote_id, removed_at=None).first()
    if row is None:
        raise Http404
    patient = Patient.objects.filter(connection=connection, remote_id=row.patient_remote_id).first()
    if patient is None or not sight_of(membership_of(request)).sees(patient):
        raise Http404
    return row, patient


def _sent(request: HttpRequest) -> tuple[OfferedTime | None, str]:
    """The time that the form names, or what is wrong with the form."""
    text = request.POST.get("time", "")
    if not text:
        return None, "Choose one of the times first."
    offer = bookpage.unseal(text) if bookpage.intent_of(request) else None
    return offer, "" if offer else "This page was open for too long. Choose the time again: these are read anew."


def _told(request: HttpRequest, answer: Answer, done: str) -> HttpResponse | None:
    """Where an answer leads to that is stored in the journal and is no plain refusal; ``None`` for a refusal."""
    write = bookpage.settled(bookpage.intent_of(request))
    if write is None:
        if answer.outcome is not Outcome.UNCERTAIN:
            return None
        messages.warning(request, f"It is being {done} at this moment. Look in the calendar in a minute.")
        return redirect("calendar")
    if write.is_open:
        return redirect("journal", write.pk)
    if write.state not in (Write.State.BOOKED, Write.State.DONE):
        return None
    journal = journal_of(write)
    place = Location.objects.filter(connection=write.connection_id, remote_id=write.location_remote_id).first()
    assert write.starts_at is not None
    zone = place.time_zone if place else write.connection.practice.time_zone
    who = journal.patient.full_name if journal.patient else "the patient"
    with_whom = f" with {journal.practitioner}" if journal.practitioner else ""
    said = f"{done.capitalize()}: {who}, {bookpage.spoken(write.starts_at, zone)}{with_whom}."
    messages.success(request, f"{said} {journal.text}".strip())
    day = journal.local_start.date().isoformat() if journal.local_start else ""
    where = f"&location={place.pk}" if place else ""
    return redirect(f"{reverse('calendar')}?day={day}{where}#e{write.appointment_remote_id}")


def _refusal(answer: Answer, done: str) -> dict[str, Any]:
    message = "" if answer.outcome is Outcome.SLOT_TAKEN else answer.message
    return {
        "problem": f"{_HEADLINES[answer.outcome].format(done=done)} {message}".strip(),
        "problem_advice": answer.advice or _once_more(answer),
    }


def _once_more(answer: Answer) -> str:
    """What helps where the system was only busy or away; with a key that is refused it is said already."""
    connection = live_connection()
    if answer.outcome is not Outcome.VENDOR_DOWN or connection is None or not connection.is_active:
        return ""
    label = registry.vendor(connection.vendor).label
    return f"Press the button again in a minute. If it stays like this, do it in {label} itself."


def _book_page(
    request: HttpRequest, patient: Patient | None, more: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    own = request.practice  # type: ignore[attr-defined]
    asked = request.POST if request.method == "POST" else request.GET
    wanted = bookpage.chosen(request, own, patient)
    context = {**bookpage.form_context(request, wanted), "patient": patient, "title": "Book an appointment"}
    if patient is None:
        search = asked.get("q", "").replace("\x00", "").strip()[:200]
        among = sight_of(membership_of(request)).patients()
        found = queries.patients(search=search, size=FOUND_SHOWN, among=among) if search else None
        kept = {name: asked.get(name, "") for name in ("type", "practitioner", "location", "day")}
        context |= {"search": search, "found": found, "kept_choice": {k: v for k, v in kept.items() if v}}
    elif wanted.type_id:
        context["free"] = bookpage.find(wanted)
    return render(request, "dashboard/calendar/book.html", {**context, **(more or {})}, status=status)


def _move_page(
    request: HttpRequest, row: Appointment, patient: Patient, more: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    own = request.practice  # type: ignore[attr-defined]
    stands = _where(row)
    values = request.GET.copy()
    values.setdefault("type", row.appointment_type_remote_id)
    values.setdefault("practitioner", row.practitioner_remote_id)
    values.setdefault("location", row.location_remote_id)
    values.setdefault("day", stands["local_start"].date().isoformat())
    values["type"] = row.appointment_type_remote_id
    request.GET = values  # type: ignore[assignment]
    refusal = cannot_be_changed(row)
    wanted = bookpage.chosen(request, own, None)
    context = {
        **bookpage.form_context(request, wanted),
        **stands,
        "patient": patient,
        "appointment": row,
        "refusal": refusal,
        "title": "Move an appointment",
    }
    if refusal is None and wanted.type_id:
        context["free"] = bookpage.find(wanted)
    return render(request, "dashboard/calendar/move.html", {**context, **(more or {})}, status=status)


def _cancel_page(
    request: HttpRequest, row: Appointment, patient: Patient, more: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    late, rule = lateness(row)
    context = {
        **_where(row),
        "patient": patient,
        "appointment": row,
        "refusal": cannot_be_changed(row),
        "lateness": late,
        "is_blocked": rule == DeskRules.LateCancellation.BLOCK,
        "overruled": _line(request.POST.get("overruled", "")),
        "reasons": REASONS,
        "reason": request.POST.get("reason", ""),
        "intent": bookpage.new_intent(),
    }
    return render(request, "dashboard/calendar/cancel.html", {**context, **(more or {})}, status=status)


def _where(row: Appointment) -> dict[str, Any]:
    connection = Connection.objects.get(pk=row.connection_id)
    visit = next(
        each
        for each in queries.history(Patient(connection=connection, remote_id=row.patient_remote_id))
        if each.remote_id == row.remote_id and not each.is_class
    )
    return {"visit": visit, "local_start": visit.local_start}
