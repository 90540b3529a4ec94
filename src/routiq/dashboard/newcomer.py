"""The form for a new patient: the practice's own questions, each with its own problem."""

from __future__ import annotations

from typing import Any

from django import forms

from routiq.frontdesk.intake import Field, Question

LABELS = {
    Field.FIRST_NAME: "First name",
    Field.LAST_NAME: "Last name",
    Field.DATE_OF_BIRTH: "Date of birth",
    Field.MOBILE: "Mobile number",
    Field.PHONE: "Another phone number",
    Field.EMAIL: "E-mail",
    Field.ADDRESS: "Street address",
    Field.CITY: "Suburb",
    Field.STATE: "State",
    Field.POST_CODE: "Postcode",
    Field.NOTES: "Note",
}
HINTS = {Field.DATE_OF_BIRTH: "Day, month and year, such as 17/3/1991"}
_LONGEST, _LONGEST_NOTE = 255, 2000


class NewcomerForm(forms.Form):
    """What was typed is judged by :func:`routiq.frontdesk.intake.read` and by nothing here."""

    def __init__(self, questions: tuple[Question, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            label = LABELS[question.field] + ("" if question.needed else " (if you like)")
            most = _LONGEST_NOTE if question.field is Field.NOTES else _LONGEST
            self.fields[question.field.value] = forms.CharField(
                label=label,
                required=False,
                max_length=most,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
                error_messages={"max_length": f"Use at most {most} characters."},
            )

    def given(self) -> dict[str, str]:
        return {name: text for name, text in self.cleaned_data.items() if text}

    def rows(self) -> list[tuple[forms.BoundField, str]]:
        return [(self[question.field.value], HINTS.get(question.field, "")) for question in self.questions]
