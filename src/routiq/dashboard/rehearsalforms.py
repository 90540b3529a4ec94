"""The forms of a rehearsal: who rings and when, and the name of the scenario that is made of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from routiq.robyn.conversation import FURTHEST
from routiq.robyn.rehearsing.scenarios import LONGEST_NAME

#: A form that was open for a while may still say "now".
A_WHILE = timedelta(hours=1)


class RehearsalForm(forms.Form):
    """``cleaned_data["moment"]`` is aware; ``None`` for now."""

    caller = forms.CharField(
        label="Which number rings?",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "placeholder": "0491 570 006"}),
        error_messages={"max_length": "This is too long for a phone number."},
    )
    day = forms.DateField(
        label="On which day?",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Give the day as a date."},
    )
    clock = forms.TimeField(
        label="At what time?",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        error_messages={"invalid": "Give the time as hours and minutes, such as 18:30."},
    )

    def __init__(self, *args: Any, zone: ZoneInfo, now: datetime, **values: Any) -> None:
        super().__init__(*args, **values)
        self._zone = zone
        self._now = now.astimezone(zone)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        day, clock = given.get("day"), given.get("clock")
        given["moment"] = None
        if self.errors or (day is None and clock is None):
            return given
        moment = datetime.combine(day or self._now.date(), clock or self._now.time(), self._zone)
        if moment < self._now - A_WHILE:
            self.add_error("day", "Choose a moment from now on: the diary tells no free times of days that are gone.")
        elif moment > self._now + FURTHEST:
            self.add_error("day", f"Choose a day within the next {FURTHEST.days} days.")
        given["moment"] = max(moment, self._now)
        return given


class ScenarioForm(forms.Form):
    name = forms.CharField(
        label="Name of the scenario",
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Name it by what happens in it.",
            "max_length": f"Use at most {LONGEST_NAME} characters.",
        },
    )
