"""Which e-mails about hand-overs somebody gets: each sets it for their own login."""

from __future__ import annotations

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


class NotificationsForm(forms.Form):
    hand_over_mail = forms.ChoiceField(
        label="When Robyn hands something over",
        choices=Membership.HandOverMail.choices,
        error_messages={"required": "Choose one.", "invalid_choice": "Choose one of these."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    membership = membership_of(request)
    given = request.POST if request.method == "POST" else None
    form = NotificationsForm(given, initial={"hand_over_mail": membership.hand_over_mail})
    if sight_of(membership).is_limited:
        # Such an e-mail tells of any patient.
        kept = [each for each in Membership.HandOverMail.choices if each[0] != Membership.HandOverMail.ALL]
        form.fields["hand_over_mail"].choices = kept  # type: ignore[attr-defined]
    if form.is_valid():
        wish = form.cleaned_data["hand_over_mail"]
        with transaction.atomic():
            if Membership.objects.filter(pk=membership.pk).exclude(hand_over_mail=wish).update(hand_over_mail=wish):
                audit.record(actor(request), "membership.notifications", f"membership:{membership.pk}", mail=wish)
        messages.success(request, "Saved. It counts from the next hand-over.")
        return redirect("notifications")
    status = 422 if form.is_bound else 200
    return render(request, "dashboard/settings/notifications.html", {"form": form}, status=status)
