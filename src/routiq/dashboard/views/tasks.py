"""What the team has to do: the list, and each task with who does it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from routiq.dashboard import fragments, taskpage
from routiq.dashboard.doors import membership_of
from routiq.dashboard.forms import DoneForm
from routiq.dashboard.seats import actor
from routiq.dashboard.who import names_of
from routiq.frontdesk import tasks
from routiq.frontdesk.models import SlotOffer, StaffTask
from routiq.mirror.sight import sight_of
from routiq.practices.audit import Actor
from routiq.practices.models import AuditEntry

DONE_WORDS = {"task.taken": "Taken", "task.handed_back": "Handed back", "task.done": "Done"}


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/tasks/list.html", fragments.context_of(fragments.PAGES["tasks"], request))


@require_safe
def task(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _find(pk), DoneForm())


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    return _changed(request, tasks.take, pk, "You have it now.")


@require_POST
def hand_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _changed(request, tasks.hand_back, pk, "It is back on the list for everybody.")


@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a task off the list, with a note or without; doing it twice is harmless."""
    form = DoneForm(request.POST)
    if not form.is_valid():
        return _page(request, _find(pk), form, status=422)
    try:
        tasks.finish(pk, actor(request), form.cleaned_data["note"])
    except StaffTask.DoesNotExist:
        raise Http404 from None
    if request.headers.get("HX-Request"):
        return HttpResponse(fragments.render("tasks", request))
    return redirect("tasks" if request.POST.get("from") == "tasks" else "home")


def _changed(request: HttpRequest, change: Callable[[int, Actor], StaffTask], pk: int, words: str) -> HttpResponse:
    try:
        change(pk, actor(request))
    except StaffTask.DoesNotExist:
        raise Http404 from None
    except tasks.TaskIsTaken as taken:
        name = names_of([taken.task.taken_by])[taken.task.taken_by]
        messages.warning(request, f"{name} was quicker and has it. Hand it back first to take it over.")
    except tasks.TaskIsDone as over:
        name = names_of([over.task.done_by]).get(over.task.done_by, "Somebody")
        messages.warning(request, f"{name} has done it already.")
    else:
        if request.headers.get("HX-Request"):
            return HttpResponse(fragments.render("task_list", request))
        messages.success(request, words)
    address = reverse("task", args=[pk])
    return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)


def _find(pk: int) -> StaffTask:
    found = StaffTask.objects.filter(pk=pk).select_related("write").first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, found: StaffTask, form: DoneForm, status: int = 200) -> HttpResponse:
    (line,) = taskpage.lines_of([found], str(actor(request)), sight_of(membership_of(request)))
    entries = list(AuditEntry.objects.filter(target=f"task:{found.pk}", action__in=DONE_WORDS).order_by("pk"))
    who = [f"{entry.actor_kind}:{entry.actor_id}" for entry in entries]
    names = names_of(who)
    history = [(entry.at, DONE_WORDS[entry.action], names[each]) for entry, each in zip(entries, who, strict=True)]
    offer = SlotOffer.objects.filter(task=found).first()
    context = {"offer": offer, "line": line, "task": found, "form": form, "history": history}
    return render(request, "dashboard/tasks/task.html", context, status=status)
