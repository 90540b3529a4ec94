"""The forms about Robyn: how she is, and when she hands over."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from routiq.robyn.escalation.hours import WEEKDAYS, from_plain
from routiq.robyn.escalation.triggers import NOTHING_UNDERSTOOD, SEVERAL_MEANINGS, Method, Trigger
from routiq.robyn.models import RobynSettings, TriggerRule

GREETED = (("call", "calls"), ("sms", "SMS"), ("web", "web chat"), ("email", "e-mail"))
MOST_RECIPIENTS = 10


def _line(label: str, most: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": f"Use at most {most} characters."},
    )


class RobynForm(forms.Form):
    her_name = _line("Her name", 40, required=True)
    clinic_called = _line("The practice, as patients call it", 120)
    greeting = _line("Greeting", 300)
    transcript_months = forms.IntegerField(
        label="Months that conversations are kept",
        min_value=1,
        max_value=120,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "Enter a number of months, such as 24.",
            "invalid": "Enter a whole number of months, such as 24.",
            "min_value": "Keep them at least 1 month.",
            "max_value": "Keep them at most 120 months.",
        },
    )

    asks_model = forms.BooleanField(label="Robyn may ask the model", required=False)

    def __init__(self, row: RobynSettings, data: Any = None) -> None:
        hours = from_plain(row.business_hours)
        initial: dict[str, Any] = {
            "her_name": row.her_name,
            "clinic_called": row.clinic_called,
            "greeting": row.greeting,
            "transcript_months": row.transcript_months,
            "asks_model": row.asks_model,
        }
        for channel, _ in GREETED:
            initial[f"greeting_{channel}"] = row.greetings.get(channel, "")
        for number, each in enumerate(hours.days):
            initial[f"opens_{number}"], initial[f"closes_{number}"] = each or (None, None)
        super().__init__(data, initial=initial)
        if not settings.MODEL.url:
            del self.fields["asks_model"]
        self.fields["her_name"].error_messages["required"] = "Give her a name, such as Robyn."
        for channel, words in GREETED:
            self.fields[f"greeting_{channel}"] = _line(f"Greeting on {words}", 300)
        for number, day in enumerate(WEEKDAYS):
            for what in ("opens", "closes"):
                self.fields[f"{what}_{number}"] = forms.TimeField(
                    label=f"{day}, {what}",
                    required=False,
                    widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                    error_messages={"invalid": "Enter a time, such as 08:00."},
                )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for number, day in enumerate(WEEKDAYS):
            opens, closes = values.get(f"opens_{number}"), values.get(f"closes_{number}")
            if (opens is None) != (closes is None) and f"opens_{number}" not in self.errors:
                self.add_error(f"opens_{number}", f"Enter both times for {day}, or none when you are closed.")
            elif opens and closes and opens >= closes:
                self.add_error(f"opens_{number}", f"On {day} you close before you open.")
        return values

    @property
    def days(self) -> list[tuple[str, Any, Any]]:
        return [(day, self[f"opens_{n}"], self[f"closes_{n}"]) for n, day in enumerate(WEEKDAYS)]

    @property
    def channel_greetings(self) -> list[Any]:
        return [self[f"greeting_{channel}"] for channel, _ in GREETED]

    def store(self, row: RobynSettings) -> list[str]:
        """Into the row, unsaved. Which settings changed."""
        values = self.cleaned_data
        before = {name: getattr(row, name) for name in _STORED}
        for name in ("her_name", "clinic_called", "greeting", "transcript_months"):
            setattr(row, name, values[name])
        row.asks_model = values.get("asks_model", row.asks_model)
        row.greetings = {channel: text for channel, _ in GREETED if (text := values[f"greeting_{channel}"])}
        row.business_hours = [_hours(values, number) for number in range(len(WEEKDAYS))]
        return [name for name in _STORED if before[name] != getattr(row, name)]


_STORED = ("her_name", "clinic_called", "greeting", "greetings", "business_hours", "transcript_months", "asks_model")


def _hours(values: dict[str, Any], number: int) -> list[str]:
    opens: time | None = values[f"opens_{number}"]
    closes: time | None = values[f"closes_{number}"]
    return [f"{opens:%H:%M}", f"{closes:%H:%M}"] if opens and closes else []


METHODS = (
    (Method.BOTH.value, "A task and an e-mail"),
    (Method.TASK.value, "A task"),
    (Method.EMAIL.value, "An e-mail"),
)


def addresses(text: str) -> list[str]:
    """E-mail addresses separated by commas, spaces or lines. ``ValidationError`` names the wrong one."""
    found = list(dict.fromkeys(part.lower() for part in text.replace(",", " ").replace(";", " ").split()))
    for each in found:
        try:
            validate_email(each)
        except ValidationError:
            raise ValidationError(f"“{each}” is no e-mail address. Write it like name@clinic.example.") from None
    if len(found) > MOST_RECIPIENTS:
        raise ValidationError(f"Use at most {MOST_RECIPIENTS} addresses.")
    return found


class TriggerForm(forms.Form):
    """One reason to hand over."""

    on = forms.BooleanField(label="Hand over by herself", required=False)
    method = forms.ChoiceField(label="In business hours", choices=METHODS)
    method_after_hours = forms.ChoiceField(label="Outside them", choices=METHODS)
    recipients = forms.CharField(
        label="E-mail to",
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "the owners"}),
    )
    to_practitioner = forms.BooleanField(label="To the practitioner’s own address instead", required=False)
    threshold = forms.TypedChoiceField(
        label="When",
        coerce=float,
        choices=(
            (str(NOTHING_UNDERSTOOD), "Twice in a row she understood nothing"),
            (str(SEVERAL_MEANINGS), "Twice in a row she was not sure: nothing, or several meanings"),
        ),
    )

    def __init__(self, row: TriggerRule, data: Any = None) -> None:
        initial = {
            "on": row.on,
            "method": row.method,
            "method_after_hours": row.method_after_hours,
            "recipients": ", ".join(row.recipients),
            "to_practitioner": row.to_practitioner,
            "threshold": str(row.threshold),
        }
        super().__init__(data, initial=initial, prefix=row.trigger)
        self.row = row
        if row.trigger != Trigger.UNSURE.value:
            del self.fields["threshold"]
        if row.trigger != Trigger.PRACTITIONER.value:
            del self.fields["to_practitioner"]

    def clean_recipients(self) -> list[str]:
        return addresses(self.cleaned_data["recipients"])

    def store(self) -> list[str]:
        """Into the row, unsaved. Which settings changed."""
        changed = [name for name, value in self.cleaned_data.items() if getattr(self.row, name) != value]
        for name in changed:
            setattr(self.row, name, self.cleaned_data[name])
        return changed
