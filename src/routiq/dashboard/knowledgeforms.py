"""The forms of the knowledge pages."""

from __future__ import annotations

from django import forms

from routiq.knowledge.models import KnowledgeRules
from routiq.knowledge.sources import LONGEST_NOTE

_TOO_LONG = f"Use at most {LONGEST_NOTE:,} characters, or write several notes."


class NoteForm(forms.Form):
    title = forms.CharField(
        label="Title",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give it a title, such as Parking.", "max_length": "Use at most 200 characters."},
    )
    text = forms.CharField(
        label="What Robyn may say",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Write what Robyn may say.", "max_length": _TOO_LONG},
    )
    topic = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)


class SiteForm(forms.Form):
    address = forms.CharField(
        label="Address of your website",
        max_length=500,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "url",
                "inputmode": "url",
                "placeholder": "www.clinic.example",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": "Paste the address of your website.", "max_length": "This address is too long."},
    )


class DocumentForm(forms.Form):
    file = forms.FileField(
        label="PDF",
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={"required": "Choose a PDF.", "invalid": "Choose a PDF, then upload it again."},
    )


class TryForm(forms.Form):
    question = forms.CharField(
        label="A patient asks",
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Is there parking?"}),
        error_messages={"required": "Type a question.", "max_length": "Ask in fewer words."},
    )


class AnswerForm(forms.Form):
    text = forms.CharField(
        label="Answer",
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Write the answer in one line.", "max_length": "Use at most 2,000 characters."},
    )


class DigestForm(forms.Form):
    digest = forms.ChoiceField(
        label="Letter about new questions",
        choices=KnowledgeRules.Digest.choices,
        error_messages={"invalid_choice": "Choose one of the list.", "required": "Choose one of the list."},
    )
