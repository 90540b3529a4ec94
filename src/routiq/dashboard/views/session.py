"""Logging in and out, and choosing the practice to work for."""

from __future__ import annotations

import math

from django.contrib.auth import login, logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from routiq.dashboard.forms import LoginForm, PasswordForm
from routiq.dashboard.seats import PRACTICE_KEY
from routiq.practices.models import Membership
from routiq.practices.passwords import opened, set_password
from routiq.practices.people import TooManyAttempts, authenticate, memberships

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and request.method == "GET":
        return redirect(_next_page(request))
    form = LoginForm(request.POST or None)
    if form.is_valid():
        try:
            person = authenticate(form.cleaned_data["email"], form.cleaned_data["password"])
        except TooManyAttempts as error:
            minutes = max(1, math.ceil(error.retry_after / 60))
            form.add_error(
                None,
                f"Too many wrong passwords for this address. Wait {minutes} "
                f"{'minute' if minutes == 1 else 'minutes'}, then try again.",
            )
            return render(request, "dashboard/login.html", {"form": form}, status=429)
        if person is not None:
            login(request, person, backend=_BACKEND)
            return redirect(_next_page(request))
        form.add_error("password", "E-mail address or password is wrong. Check both and try again.")
    return render(request, "dashboard/login.html", {"form": form, "next": _next_page(request)})


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("login")


@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """For somebody who belongs to several practices: which one the session works for."""
    own = memberships(request.user)  # type: ignore[arg-type]
    if request.method == "POST":
        wanted = request.POST.get("practice", "")
        membership = next((each for each in own if str(each.practice_id) == wanted), None)
        if membership is not None:
            request.session[PRACTICE_KEY] = membership.practice_id
            # A form of the practice before, open in another tab, must not be sent to this one.
            rotate_token(request)
            return redirect("home")
    return render(
        request,
        "dashboard/choose.html",
        {"memberships": own, "unknown": request.method == "POST"},
        status=404 if request.method == "POST" else 200,
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a letter: sets a password, once, and logs in."""
    membership = opened(token)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if membership is not None and form.is_valid():
        try:
            membership = set_password(token, form.cleaned_data["password"])
        except ValidationError as weak:
            form.add_error("password", weak)
        else:
            if membership is not None:
                login(request, membership.person, backend=_BACKEND)
                request.session[PRACTICE_KEY] = membership.practice_id
                return redirect("home")
    context = {"membership": membership, "form": form}
    return render(request, "dashboard/join.html", context, status=_join_status(membership, form))


def _join_status(membership: Membership | None, form: PasswordForm) -> int:
    if membership is None:
        return 410
    return 422 if form.is_bound else 200


def _next_page(request: HttpRequest) -> str:
    """Where the person was going; only to a page of our own."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return "/"
