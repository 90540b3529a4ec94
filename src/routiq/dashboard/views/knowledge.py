"""Knowledge: what the practice tells Robyn, what is missing, and what she would answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from routiq.dashboard.knowledgeforms import AnswerForm, DigestForm, DocumentForm, NoteForm, SiteForm, TryForm
from routiq.dashboard.knowledgepage import found_in_words, line_of, lines
from routiq.dashboard.seats import actor
from routiq.knowledge import answering, digest, gaps, readiness, sources
from routiq.knowledge.models import Gap, KnowledgeRules, Source
from routiq.knowledge.topics import topic

SHOWN = 100
PASSAGES_SHOWN = 200


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The sources; and with ``?question=``, what Robyn would answer."""
    form = TryForm(request.GET if "question" in request.GET else None)
    found = None
    if form.is_valid():
        found = found_in_words(answering.find(form.cleaned_data["question"]))
    context = {"lines": lines(), "form": form, "found": found, "open_gaps": gaps.open_gaps().count()}
    return _page(request, "list", context, status=422 if form.is_bound and not form.is_valid() else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def add_note(request: HttpRequest) -> HttpResponse:
    asked = _topic_of(request)
    form = NoteForm(request.POST or None, initial={"topic": asked, "title": topic(asked).label if asked else ""})
    if form.is_valid():
        given = form.cleaned_data
        try:
            sources.add_note(given["title"], given["text"], actor(request), topic=_known_topic(given["topic"]))
        except sources.NotAdded as error:
            _tell(form, error)
        else:
            messages.success(request, "Robyn uses this from now on.")
            return redirect("readiness" if _known_topic(given["topic"]) else "knowledge")
    hint = topic(asked).ask if asked else "Whole sentences, as you would say them to a patient."
    return _page(request, "note", {"form": form, "hint": hint}, _status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def add_site(request: HttpRequest) -> HttpResponse:
    form = SiteForm(request.POST or None)
    if form.is_valid():
        try:
            added = sources.add_site(form.cleaned_data["address"], actor(request))
        except sources.NotAdded as error:
            _tell(form, error)
        else:
            messages.success(request, "Your website is being read. That takes a few minutes; you may leave the page.")
            return redirect("source", added.pk)
    return _page(request, "site", {"form": form}, _status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def add_document(request: HttpRequest) -> HttpResponse:
    form = DocumentForm(request.POST, request.FILES) if request.method == "POST" else DocumentForm()
    if getattr(request, "upload_too_large", False):
        most = sources.MOST_FILE_BYTES // 1024 // 1024
        form.errors["file"] = form.error_class([f"This file is larger than {most} MB. Upload a smaller one."])
    elif form.is_valid():
        file = form.cleaned_data["file"]
        try:
            added = sources.add_document(file.name, file.read(), actor(request))
        except sources.NotAdded as error:
            _tell(form, error)
        else:
            messages.success(request, "The document is being read. That takes a minute; you may leave the page.")
            return redirect("source", added.pk)
    return _page(request, "document", {"form": form}, _status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One source: how it stands, what was read from it; a note is changed here."""
    found = _find(pk)
    form = None
    if found.kind == Source.Kind.NOTE:
        form = NoteForm(request.POST or None, initial={"title": found.title, "text": found.text})
        if form.is_valid():
            try:
                sources.change_note(pk, form.cleaned_data["title"], form.cleaned_data["text"], actor(request))
            except sources.NotAdded as error:
                _tell(form, error)
            except Source.DoesNotExist:
                raise Http404 from None
            else:
                messages.success(request, "Saved. Robyn uses this from now on.")
                return redirect("knowledge")
    context = {
        "line": line_of(found),
        "form": form,
        "passages": list(found.passages.all()[:PASSAGES_SHOWN]),
        "passages_total": found.passages.count(),
    }
    return _page(request, "source", context, _status(form) if form else 200)


@require_POST
def read_again(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        sources.read_again(pk, actor(request))
    except Source.DoesNotExist:
        raise Http404 from None
    messages.success(request, "It is being read again.")
    return redirect("source", pk)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        sources.remove(pk, actor(request))
    except Source.DoesNotExist:
        raise Http404 from None
    messages.success(request, "Removed. Robyn says nothing of it any more.")
    return redirect("knowledge")


@require_safe
def gap_list(request: HttpRequest) -> HttpResponse:
    return _gaps(request)


@require_POST
def answer_gap(request: HttpRequest, pk: int) -> HttpResponse:
    """One line, and the next patient who asks is answered."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        _find_gap(pk)
        return _gaps(request, wrong={pk: form}, status=422)
    try:
        gaps.answer(pk, form.cleaned_data["text"], actor(request))
    except Gap.DoesNotExist:
        raise Http404 from None
    except gaps.NotOpen:
        messages.warning(request, "Somebody else was quicker and has answered it.")
    except sources.NotAdded as error:
        form.add_error("text", error.message)
        return _gaps(request, wrong={pk: form}, status=422)
    else:
        messages.success(request, "Added. Robyn answers this from now on.")
    return redirect("gaps")


@require_POST
def dismiss_gap(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        gaps.dismiss(pk, actor(request))
    except Gap.DoesNotExist:
        raise Http404 from None
    except gaps.NotOpen:
        messages.warning(request, "Somebody else was quicker: it is off the list.")
    else:
        messages.success(request, "Off the list. Robyn goes on passing it to your team.")
    return redirect("gaps")


@require_POST
def set_digest(request: HttpRequest) -> HttpResponse:
    form = DigestForm(request.POST)
    if not form.is_valid():
        return _gaps(request, status=422)
    digest.set_digest(KnowledgeRules.Digest(form.cleaned_data["digest"]), actor(request))
    messages.success(request, "Saved.")
    return redirect("gaps")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    return _page(request, "readiness", {"cards": readiness.cards()})


def _gaps(request: HttpRequest, wrong: dict[int, AnswerForm] | None = None, status: int = 200) -> HttpResponse:
    waiting = gaps.open_gaps()
    shown = list(waiting[:SHOWN])
    forms = wrong or {}
    rows = [
        (gap, gaps.wordings(gap), forms.get(gap.pk) or AnswerForm(auto_id=f"answer_{gap.pk}_%s")) for gap in shown
    ]
    closed = Gap.objects.exclude(state=Gap.State.OPEN).select_related("answer").order_by("-closed_at")[:10]
    context = {
        "rows": rows,
        "total": waiting.count(),
        "closed": list(closed),
        "digest_form": DigestForm(initial={"digest": digest.rules().digest}),
    }
    return _page(request, "gaps", context, status)


def _find(pk: int) -> Source:
    found = Source.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _find_gap(pk: int) -> Gap:
    found = Gap.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _topic_of(request: HttpRequest) -> str:
    return _known_topic(request.GET.get("topic", "") or request.POST.get("topic", ""))


def _known_topic(key: str) -> str:
    try:
        return topic(key).key if key else ""
    except KeyError:
        return ""


def _tell(form: Form, error: sources.NotAdded) -> None:
    form.add_error(error.field or None, error.message)


def _status(form: Form) -> int:
    return 422 if form.is_bound and form.errors else 200


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"dashboard/knowledge/{name}.html", context, status=status)
