"""Conversations: the list, each one with what was understood and done, and answering in Robyn's place."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from routiq.dashboard import fragments, inboxpage, notespage
from routiq.dashboard.doors import membership_of
from routiq.dashboard.forms import ReplyForm
from routiq.dashboard.seats import actor
from routiq.dashboard.who import names_of
from routiq.practices.audit import Actor
from routiq.robyn import taking_over
from routiq.robyn.conversation import ConversationError, speak_for
from routiq.robyn.models import Conversation
from routiq.robyn.turns import Busy


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    context = fragments.context_of(fragments.PAGES["inbox"], request)
    return render(request, "dashboard/inbox/list.html", context)


@require_safe
def talk(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, inboxpage.talk_of(request, pk), ReplyForm())


@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    return _changed(request, pk, taking_over.take_over, "You answer now. Robyn is silent until you hand back.")


@require_POST
def hand_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _changed(request, pk, taking_over.hand_back, "Robyn answers again.")


@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's words, out through the conversation's own channel."""
    row = inboxpage.talk_of(request, pk)
    form = ReplyForm(request.POST)
    if form.is_valid():
        try:
            speak_for(row.pk, form.cleaned_data["text"], actor(request))
        except ConversationError as error:
            form.add_error("text", f"{error.message} {error.advice}")
        except taking_over.NotYours as other:
            form.add_error("text", _not_yours(other))
        else:
            return redirect("inbox_talk", pk=pk)
        row.refresh_from_db()
    return _page(request, row, form)


def _changed(request: HttpRequest, pk: int, change: Callable[[int, Actor], Conversation], words: str) -> HttpResponse:
    row = inboxpage.talk_of(request, pk)
    try:
        change(row.pk, actor(request))
    except taking_over.NotYours as other:
        messages.warning(request, _not_yours(other))
    except taking_over.HasEnded:
        messages.warning(request, "The conversation has ended, so there is nobody to answer.")
    except Busy:
        messages.warning(request, "Robyn is in the middle of an answer. Try again in a moment.")
    else:
        messages.success(request, words)
    address = reverse("inbox_talk", args=[pk])
    return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)


def _not_yours(other: taking_over.NotYours) -> str:
    if not other.taken_by:
        return "You do not have this conversation any more: Robyn answers. Take it over first."
    return f"{names_of([other.taken_by])[other.taken_by]} has this conversation. They have to hand it back first."


def _page(request: HttpRequest, row: Conversation, form: ReplyForm) -> HttpResponse:
    context = {
        **inboxpage.talk_context(request, row),
        "form": form,
        "notes": notespage.offer_of(row, membership_of(request), actor(request)),
    }
    return render(request, "dashboard/inbox/talk.html", context, status=422 if form.errors else 200)
