"""The dashboard."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from routiq.dashboard import fragments


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/home.html", fragments.context_of(fragments.PAGES["home"], request))
