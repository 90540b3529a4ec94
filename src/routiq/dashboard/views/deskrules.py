"""Settings > Front desk: the rules by which Robyn and the team book, cancel and register."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from routiq.connections.connecting import live_connection
from routiq.dashboard.newcomer import LABELS
from routiq.dashboard.seats import actor
from routiq.frontdesk import rules as desk
from routiq.frontdesk.intake import Field
from routiq.frontdesk.models import DeskRules
from routiq.messaging.carrier import carrier
from routiq.mirror.models import AppointmentType

ASKED = (("no", "Not asked"), ("asked", "Asked"), ("needed", "Needed"))
_OPTIONAL = [field for field in Field if field not in (Field.FIRST_NAME, Field.LAST_NAME)]


class RulesForm(forms.Form):
    late_cancellation = forms.ChoiceField(
        label="When somebody cancels late", choices=DeskRules.LateCancellation.choices
    )
    cancellation_window_hours = forms.IntegerField(
        label="Late is less than so many hours before the appointment",
        min_value=0,
        max_value=desk.LONGEST_WINDOW_HOURS,
        error_messages={"required": "Give a number of hours; 0 if nothing is ever late."},
    )
    cancellation_fee = forms.CharField(
        label="Fee for a late cancellation", required=False, max_length=desk.LONGEST_FEE
    )
    booking_instructions = forms.CharField(
        label="What to say before each booking",
        required=False,
        max_length=desk.LONGEST_INSTRUCTIONS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    offer_minutes = forms.IntegerField(
        label="Minutes in which a time that came free is one patient’s to take",
        min_value=desk.OFFER_MINUTES[0],
        max_value=desk.OFFER_MINUTES[-1],
        error_messages={"required": "Give a number of minutes; 30 is usual."},
    )
    offers_a_day = forms.IntegerField(
        label="Most offers to one patient in a day",
        min_value=desk.OFFERS_A_DAY[0],
        max_value=desk.OFFERS_A_DAY[-1],
        error_messages={"required": "Give a number; 2 is usual."},
    )
    text_confirmations = forms.BooleanField(
        label="Text a confirmation after each booking, change and cancellation", required=False
    )
    left_to_team = forms.MultipleChoiceField(
        label="Left to the team",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the types in this list."},
    )

    def __init__(self, *args: object, types: Sequence[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["left_to_team"].choices = types  # type: ignore[attr-defined]
        # A form ignores what is sent for a disabled field: it stays as it is.
        self.fields["text_confirmations"].disabled = carrier() is None
        for field in _OPTIONAL:
            self.fields[f"ask_{field}"] = forms.ChoiceField(label=LABELS[field], choices=ASKED)

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[f"ask_{field}"] for field in _OPTIONAL]

    def chosen(self) -> list[tuple[str, bool]]:
        answers = ((field.value, self.cleaned_data[f"ask_{field}"]) for field in _OPTIONAL)
        return [(name, answer == "needed") for name, answer in answers if answer != "no"]


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    types = _types()
    if request.method != "POST":
        return _page(request, RulesForm(initial=_stored(), types=types))
    form = RulesForm(request.POST, initial=_stored(), types=types)
    if not form.is_valid():
        return _page(request, form, 422)
    said = {name: form.cleaned_data[name] for name in _PLAIN}
    # What is not shown, since it is switched off at the moment, stays as it is.
    unseen = set(desk.desk_rules().left_to_team) - dict(types).keys()
    left = unseen.union(form.cleaned_data["left_to_team"])
    try:
        desk.change_rules(actor(request), **said, intake_fields=form.chosen(), left_to_team=left)
    except desk.CannotBe as wrong:
        for name, problem in wrong.problems.items():
            form.add_error(name if name in form.fields else None, problem)
        return _page(request, form, 422)
    messages.success(request, "Saved. Robyn and the pages go by it from now on.")
    return redirect("desk_rules")


_PLAIN = (
    "late_cancellation",
    "cancellation_window_hours",
    "cancellation_fee",
    "booking_instructions",
    "offer_minutes",
    "offers_a_day",
    "text_confirmations",
)


def _stored() -> dict[str, object]:
    stored = desk.desk_rules()
    asked = dict(desk.chosen_questions(stored))
    words = {
        f"ask_{field}": ("needed" if asked[field] else "asked") if field in asked else "no" for field in _OPTIONAL
    }
    return {**{name: getattr(stored, name) for name in (*_PLAIN, "left_to_team")}, **words}


def _types() -> list[tuple[str, str]]:
    """What can be left to the team: id and name of all that would be offered otherwise."""
    found = AppointmentType.objects.filter(
        connection=live_connection(), removed_at=None, active=True, online=True, max_attendees=1
    )
    return list(found.order_by("name", "remote_id").values_list("remote_id", "name"))


def _page(request: HttpRequest, form: RulesForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "sends_texts": carrier() is not None}
    return render(request, "dashboard/settings/front_desk.html", context, status=status)
