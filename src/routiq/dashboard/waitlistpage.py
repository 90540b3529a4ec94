"""What the waiting-list pages show, and the form that puts somebody on it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from routiq.connections.connecting import live_connection
from routiq.dashboard.doors import membership_of
from routiq.frontdesk import waitlist_reading
from routiq.frontdesk.models import FreedTime, WaitlistEntry
from routiq.frontdesk.rules import desk_rules
from routiq.frontdesk.standing import cannot_be_changed
from routiq.frontdesk.waitlist_reading import OnOffer
from routiq.frontdesk.wanted import Days, PartOfDay, When
from routiq.frontdesk.wishes import Menu
from routiq.mirror.models import Appointment, Patient
from routiq.mirror.queries import history
from routiq.mirror.sight import Sight, sight_of
from routiq.mirror.waiting import waiting_list
from routiq.pms import registry
from routiq.pms.gateway import Stream
from routiq.practices.clocks import clock

SHOWN, REFILLED_SHOWN = 200, 10
_WEEKDAYS = (
    ("1", "Monday"),
    ("2", "Tuesday"),
    ("3", "Wednesday"),
    ("4", "Thursday"),
    ("5", "Friday"),
    ("6", "Saturday"),
    ("7", "Sunday"),
)


def waitlist(request: HttpRequest) -> dict[str, Any]:
    """The live part of the page; of patients whom the reader does not see there is nothing on it."""
    sight = sight_of(membership_of(request))
    waiting = waitlist_reading.who_waits()
    if sight.is_limited:
        seen = Patient.objects.filter(sight.patients()).values("remote_id")
        waiting = waiting.filter(patient_remote_id__in=seen)
    rules = desk_rules()
    return {
        "offer_minutes": rules.offer_minutes,
        "offers_a_day": rules.offers_a_day,
        "on_offer": _seen(sight, waitlist_reading.offers_under_way()),
        "open_times": FreedTime.objects.filter(state=FreedTime.State.OPEN).count(),
        "waiting_lines": waitlist_reading.with_names(list(waiting[:SHOWN])),
        "waiting_total": waiting.count(),
        "refilled": _seen(sight, waitlist_reading.refilled(REFILLED_SHOWN)),
    }


def _seen(sight: Sight, offers: list[OnOffer]) -> list[OnOffer]:
    if not sight.is_limited:
        return offers
    seen = sight.seen_among(each.patient for each in offers if each.patient)
    return [each for each in offers if each.patient and each.patient.pk in seen]


def of_the_system(sight: Sight) -> dict[str, Any]:
    """The list that the practice keeps in its own system, where that tells one: shown, and left as it is."""
    connection = live_connection()
    if connection is None or Stream.WAITING_LIST not in registry.vendor(connection.vendor).capabilities.streams:
        return {"waiting": None}
    waiting = waiting_list(connection, SHOWN)
    if sight.is_limited:
        seen = sight.seen_among(wish.patient for wish in waiting if wish.patient)
        waiting = [wish for wish in waiting if wish.patient and wish.patient.pk in seen]
    return {"waiting": waiting}


def to_come(patient: Patient) -> list[tuple[str, str]]:
    """The patient's own appointments that a sooner one could take the place of: id, and words."""
    found = []
    for visit in history(patient):
        row = (
            None
            if visit.is_class
            else Appointment.objects.filter(connection=patient.connection_id, remote_id=visit.remote_id).first()
        )
        if row is not None and cannot_be_changed(row) is None:
            local = visit.local_start
            found.append((row.remote_id, f"{local:%a} {local.day} {local:%b %Y}, {clock(local)}"))
    return found


class WaitForm(forms.Form):
    type = forms.ChoiceField(
        label="Appointment type",
        error_messages={"required": "Choose what they wait for.", "invalid_choice": "Choose one of the list."},
    )
    practitioner = forms.ChoiceField(label="Practitioner", required=False)
    location = forms.ChoiceField(label="Location", required=False)
    first = forms.DateField(
        label="From",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "This is no day."},
    )
    last = forms.DateField(
        label="Until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "This is no day."},
    )
    weekdays = forms.MultipleChoiceField(
        label="Weekdays", required=False, choices=_WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )
    parts = forms.MultipleChoiceField(
        label="Parts of the day",
        required=False,
        choices=[(part.value, part.value.capitalize()) for part in PartOfDay],
        widget=forms.CheckboxSelectMultiple,
    )
    not_before = forms.TimeField(
        label="Earliest start",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        error_messages={"invalid": "This is no time of day."},
    )
    not_after = forms.TimeField(
        label="Latest start",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        error_messages={"invalid": "This is no time of day."},
    )
    sooner_than = forms.ChoiceField(label="Only if it is sooner than", required=False)
    priority = forms.TypedChoiceField(
        label="Priority", coerce=int, choices=WaitlistEntry.Priority.choices, initial=WaitlistEntry.Priority.NORMAL
    )
    reach_by = forms.ChoiceField(label="They like to be told by", choices=WaitlistEntry.ReachBy.choices)
    note = forms.CharField(
        label="Note for the team",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": "Use at most 500 characters."},
    )

    def __init__(self, menu: Menu, appointments: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, first, choices in (
            ("type", "Choose…", menu.appointment_types),
            ("practitioner", "Anyone", menu.practitioners),
            ("location", "Anywhere", menu.locations),
        ):
            self._choices(name, [("", first), *((each.id, each.name) for each in choices)])
        self._choices("sooner_than", [("", "Any time that fits"), *appointments])
        if not appointments:
            del self.fields["sooner_than"]
        if len(menu.locations) < 2:
            del self.fields["location"]
        for name in self.errors if self.is_bound else ():
            if name in self.fields:
                self.fields[name].widget.attrs["aria-invalid"] = "true"

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def when(self) -> When:
        said = self.cleaned_data
        days = Days(said["first"], said["last"])
        return When(
            days=() if days == Days() else (days,),
            weekdays=tuple(int(number) for number in said["weekdays"]),
            parts=tuple(PartOfDay(part) for part in said["parts"]),
            not_before=said["not_before"],
            not_after=said["not_after"],
        )
