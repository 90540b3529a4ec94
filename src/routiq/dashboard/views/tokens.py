"""Settings > API tokens."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from routiq.dashboard.forms import TokenForm
from routiq.dashboard.seats import actor
from routiq.practices import tokens
from routiq.practices.models import ApiToken


@sensitive_variables("text")
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The tokens, and the form for a new one. A new token's text stands in this one answer and nowhere else."""
    form = TokenForm(request.POST or None)
    text = ""
    if form.is_valid():
        _, text = tokens.create(form.cleaned_data["name"], actor(request))
        form = TokenForm()
    return render(
        request,
        "dashboard/settings/tokens.html",
        {"tokens": tokens.listing(), "form": form, "new_token": text},
        status=422 if form.is_bound else 200,
    )


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        tokens.revoke(pk, actor(request))
    except ApiToken.DoesNotExist:
        raise Http404 from None
    messages.success(request, "Token revoked. What used it no longer has access.")
    return redirect("tokens")
