"""Settings > Escalations > Triggers: when Robyn hands over, how, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from routiq.dashboard import robynforms
from routiq.dashboard.robynforms import TriggerForm
from routiq.dashboard.seats import actor
from routiq.mirror.models import AssignedLogin, Practitioner
from routiq.practices import audit
from routiq.practices.tenancy import current_practice_id
from routiq.robyn.escalation.triggers import ALWAYS, Trigger
from routiq.robyn.models import PractitionerAddress, TriggerRule

WORDS: dict[Trigger, tuple[str, str]] = {
    Trigger.CLINICAL: (
        "Asks for clinical advice",
        "Medication, “is this normal”, symptoms. She never answers these, whatever is set here.",
    ),
    Trigger.EMERGENCY: (
        "Describes an emergency",
        "She always says whom to call, and it is always an urgent task. Switched off, nobody gets an e-mail.",
    ),
    Trigger.PRACTITIONER: ("Asks for a practitioner by name", "To speak to them, not to book with them."),
    Trigger.COMPLAINT: ("Is dissatisfied or complains", "Goes straight to a person; no booking is offered."),
    Trigger.UNKNOWN: ("Asks what she does not know", "A question that your knowledge does not answer."),
    Trigger.PERSON: (
        "Asks for a person",
        "A person can always be reached. Switched off, it is a task and nobody gets an e-mail.",
    ),
    Trigger.BILLING: ("Speaks of insurance, or disputes a bill", "Goes straight to a person."),
    Trigger.UNSURE: ("Is not understood well enough", "After one question back."),
}


@dataclass(frozen=True)
class TriggerCard:
    trigger: Trigger
    title: str
    about: str
    form: TriggerForm
    is_always: bool


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_http_methods(["GET", "POST"])
def trigger(request: HttpRequest, trigger: str) -> HttpResponse:
    """Save one of them."""
    if trigger not in set(Trigger):
        raise Http404
    if request.method == "GET":
        return redirect("escalations")
    form = TriggerForm(_row(Trigger(trigger)), request.POST)
    if not form.is_valid():
        return _page(request, wrong=form)
    changed = form.store()
    if changed:
        with transaction.atomic():
            form.row.save()
            audit.record(actor(request), "escalation.changed", f"trigger:{trigger}", changed=changed)
    messages.success(request, f"Saved: {WORDS[Trigger(trigger)][0]}.")
    return redirect("escalations")


@require_POST
def addresses(request: HttpRequest) -> HttpResponse:
    """Where practitioners without a login of their own are written to."""
    known = {each.remote_id for each in _practitioners()}
    wanted: dict[str, str] = {}
    errors: dict[str, str] = {}
    for remote_id in known:
        text = request.POST.get(f"address-{remote_id}", "").strip()
        try:
            found = robynforms.addresses(text)
            if len(found) > 1:
                raise ValidationError("One address each.")
        except ValidationError as error:
            errors[remote_id] = str(error.messages[0])
        else:
            wanted[remote_id] = found[0] if found else ""
    if errors:
        return _page(request, address_errors=errors)
    with transaction.atomic():
        for remote_id, email in wanted.items():
            if email:
                PractitionerAddress.objects.update_or_create(
                    practice_id=current_practice_id(), practitioner_remote_id=remote_id, defaults={"email": email}
                )
            else:
                PractitionerAddress.objects.filter(practitioner_remote_id=remote_id).delete()
        audit.record(
            actor(request), "escalation.addresses_changed", practitioners=sorted(k for k in wanted if wanted[k])
        )
    messages.success(request, "Saved: the practitioners’ addresses.")
    return redirect("escalations")


def _row(trigger: Trigger) -> TriggerRule:
    """The stored row, or one that is not stored yet."""
    practice_id = current_practice_id()
    found = TriggerRule.objects.filter(practice_id=practice_id, trigger=trigger.value).first()
    return found or TriggerRule(practice_id=practice_id, trigger=trigger.value)


def _practitioners() -> list[Practitioner]:
    return list(Practitioner.objects.filter(active=True, removed_at=None).order_by("name")[:200])


def _page(
    request: HttpRequest, wrong: TriggerForm | None = None, address_errors: dict[str, str] | None = None
) -> HttpResponse:
    cards = [
        TriggerCard(
            each,
            *WORDS[each],
            wrong if wrong is not None and wrong.row.trigger == each.value else TriggerForm(_row(each)),
            each in ALWAYS,
        )
        for each in Trigger
    ]
    stored = dict(PractitionerAddress.objects.values_list("practitioner_remote_id", "email"))
    logins = dict(
        AssignedLogin.objects.filter(membership__person__is_active=True)
        .order_by("-pk")
        .values_list("practitioner_remote_id", "membership__person__email")
    )
    errors = address_errors or {}
    people = [
        (
            each,
            request.POST.get(f"address-{each.remote_id}", stored.get(each.remote_id, ""))
            if errors
            else stored.get(each.remote_id, ""),
            logins.get(each.remote_id, ""),
            errors.get(each.remote_id, ""),
        )
        for each in _practitioners()
    ]
    context = {"cards": cards, "people": people}
    status = 422 if wrong is not None or errors else 200
    return render(request, "dashboard/settings/escalations.html", context, status=status)
