"""Which e-mails about hand-overs somebody gets: each sets it for their own login."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from routiq.dashboard.doors import membership_of
from routiq.dashboard.seats import actor
from routiq.mirror.sight import sight_of
from routiq.practices import audit
from routiq.practices.models import Membership

_SET = ("hand_over_mail", "hand_over_pace", "quiet_from", "quiet_until")


def _clock(label: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Give a time such as 18:00."},
    )


class NotificationsForm(forms.Form):
    hand_over_mail = forms.ChoiceField(
        label="When Robyn hands something over",
        choices=Membership.HandOverMail.choices,
        error_messages={"required": "Choose one.", "invalid_choice": "Choose one of these."},
    )
    hand_over_pace = forms.ChoiceField(
        label="How soon",
        choices=Membership.HandOverPace.choices,
        error_messages={"required": "Choose one.", "invalid_choice": "Choose one of these."},
    )
    quiet_from = _clock("From")
    quiet_until = _clock("Until")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, end = given.get("quiet_from"), given.get("quiet_until")
        if not self.errors and (start is None) != (end is None):
            self.add_error("quiet_from" if start is None else "quiet_until", "Give both times, or leave both empty.")
        elif start is not None and start == end:
            self.add_error("quiet_until", "Choose another time than the first, or leave both empty.")
        return given


@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    membership = membership_of(request)
    given = request.POST if request.method == "POST" else None
    form = NotificationsForm(given, initial={name: getattr(membership, name) for name in _SET})
    if sight_of(membership).is_limited:
        # Such an e-mail tells of any patient.
        kept = [each for each in Membership.HandOverMail.choices if each[0] != Membership.HandOverMail.ALL]
        form.fields["hand_over_mail"].choices = kept  # type: ignore[attr-defined]
    if form.is_valid():
        wish = {name: form.cleaned_data[name] for name in _SET}
        with transaction.atomic():
            if wish != {name: getattr(membership, name) for name in _SET}:
                Membership.objects.filter(pk=membership.pk).update(**wish)
                told = {name: str(value) for name, value in wish.items() if value is not None}
                audit.record(actor(request), "membership.notifications", f"membership:{membership.pk}", **told)
        messages.success(request, "Saved. It counts from the next hand-over.")
        return redirect("notifications")
    status = 422 if form.is_bound else 200
    return render(request, "dashboard/settings/notifications.html", {"form": form}, status=status)
