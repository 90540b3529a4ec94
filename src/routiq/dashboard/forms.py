"""The forms staff fill in. A key or a password is never written back into a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from routiq.pms.gateway import Guide
from routiq.practices.models import Membership
from routiq.robyn.conversation import LONGEST

FROM_KEY = "from-key"
"""The form's value for the guide's choice with no code: the key itself says which region."""


def form_region(guide: Guide, region: str) -> str:
    """The choice in the form that stands for a stored region."""
    return region if any(each.code == region for each in guide.regions) and region else FROM_KEY


class LoginForm(forms.Form):
    email = forms.EmailField(
        label="E-mail",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        error_messages={
            "required": "Enter your e-mail address.",
            "invalid": "Enter an e-mail address, such as name@clinic.example.",
        },
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password."},
    )


class PasswordForm(forms.Form):
    password = forms.CharField(
        label="New password",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
        error_messages={"required": "Choose a password."},
    )


class UserForm(forms.Form):
    """Somebody new at the practice."""

    name = forms.CharField(
        label="Full name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the full name.", "max_length": "Use at most 200 characters."},
    )
    email = forms.EmailField(
        label="E-mail",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Enter the e-mail address. The letter with the link goes there.",
            "invalid": "Enter an e-mail address, such as name@clinic.example.",
        },
    )
    role = forms.ChoiceField(
        label="Role",
        error_messages={"required": "Choose a role.", "invalid_choice": "Choose one of the roles in the list."},
    )

    def __init__(self, roles: Sequence[Membership.Role], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [("", "Choose…"), *((each.value, each.label) for each in roles)]


class ConnectForm(forms.Form):
    """Region and key of the account at one vendor; the region only where the vendor has several."""

    region = forms.ChoiceField(
        required=False,
        error_messages={"invalid_choice": "Choose one of the regions in the list."},
    )
    key = forms.CharField(
        label="API key",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(
            render_value=False,
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off", "data-1p-ignore": ""},
        ),
        error_messages={
            "required": "Paste the API key.",
            "max_length": "This is much longer than an API key. Copy the key again and paste only that.",
        },
    )

    def __init__(self, guide: Guide, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region = self.fields["region"]
        assert isinstance(region, forms.ChoiceField)
        if not guide.regions:
            del self.fields["region"]
            return
        region.label = f"Your {guide.label} address"
        region.required = True
        region.error_messages["required"] = (
            f"Choose the address that you see when you are logged in to {guide.label}."
        )
        region.choices = [
            ("", "Choose…"),
            *(
                (each.code or FROM_KEY, f"{each.host} → {each.code}" if each.code else each.host)
                for each in guide.regions
            ),
        ]

    def clean_region(self) -> str:
        chosen: str = self.cleaned_data["region"]
        return "" if chosen == FROM_KEY else chosen


class TokenForm(forms.Form):
    name = forms.CharField(
        label="What is the token for?",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Reporting, website"}),
        error_messages={
            "required": "Give the token a name, so that you know later what uses it.",
            "max_length": "Use at most 100 characters.",
        },
    )


class CallForm(forms.Form):
    """Which number rings Robyn in a test."""

    number = forms.CharField(
        label="Which number is ringing?",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "placeholder": "0491 570 006"}),
        error_messages={"max_length": "This is too long for a phone number."},
    )


class SayForm(forms.Form):
    text = forms.CharField(
        label="What the patient says",
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "send"}),
        error_messages={
            "required": "Type what the patient says.",
            "max_length": f"Use at most {LONGEST} characters, or say it in several turns.",
        },
    )


class ReplyForm(forms.Form):
    """What a person answers in Robyn's place."""

    text = forms.CharField(
        label="Your answer",
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "send"}),
        error_messages={
            "required": "Write your answer, then send it.",
            "max_length": f"Use at most {LONGEST} characters, or send it in several answers.",
        },
    )


class DoneForm(forms.Form):
    note = forms.CharField(
        label="Note (if you like)",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": "Use at most 500 characters."},
    )


class DisconnectForm(forms.Form):
    understood = forms.BooleanField(
        label="I have read this and want to disconnect.",
        error_messages={"required": "Tick the box to say that you have read what happens."},
    )


class DeleteForm(forms.Form):
    name = forms.CharField(
        label="The practice’s name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Type the practice’s name."},
    )
