"""The pieces of pages that are true for a moment: drawn with the page, and anew when their topic is announced."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from routiq.connections.connecting import kept_connection, live_connection
from routiq.connections.models import Connection
from routiq.dashboard import (
    asked,
    calendarpage,
    eventpage,
    healthpage,
    inboxpage,
    numbers,
    scenariopage,
    taskpage,
    waitlistpage,
)
from routiq.dashboard.doors import membership_of
from routiq.frontdesk.models import StaffTask
from routiq.knowledge import gaps
from routiq.mirror.queries import counts
from routiq.mirror.sight import sight_of
from routiq.pms import registry
from routiq.robyn.models import Conversation
from routiq.sync.health import freshness_of
from routiq.sync.models import StreamState, SyncRun
from routiq.sync.progress import Progress, progress_of, size_estimates

Fragment = Callable[[HttpRequest], dict[str, Any]]

TASKS_SHOWN = 20
GAPS_SHOWN = 5


def _connection(request: HttpRequest) -> dict[str, Any]:
    connection = live_connection()
    return {
        "connection": connection,
        "kept": kept_connection() if connection is None else None,
        "vendors": registry.vendors() if connection is None else (),
    }


def _sync(request: HttpRequest) -> dict[str, Any]:
    connection = live_connection()
    progress = progress_of(connection) if connection else None
    is_first = progress is not None and progress.run.kind == SyncRun.Kind.FIRST and progress.is_active
    return {
        "connection": connection,
        "progress": progress,
        "looked_at": _looked_at(connection),
        "percent": percent(progress),
        "estimates": size_estimates() if is_first else (),
    }


def _looked_at(connection: Connection | None) -> datetime | None:
    """When changes were last looked for, in the stream where that is longest ago."""
    age = freshness_of(connection) if connection else None
    return timezone.now() - age if age is not None else None


def _streams(request: HttpRequest) -> dict[str, Any]:
    connection = live_connection()
    states = StreamState.objects.filter(connection=connection).order_by("stream") if connection else ()
    return {"connection": connection, "stream_states": states}


def _numbers(request: HttpRequest) -> dict[str, Any]:
    days = numbers.coming_days(request.practice)  # type: ignore[attr-defined]
    return {"counts": counts(), "days": days, "today": days[0].total}


def _tasks(request: HttpRequest) -> dict[str, Any]:
    waiting = StaffTask.objects.filter(done_at=None).order_by("created_at")
    return {"tasks": list(waiting[:TASKS_SHOWN]), "tasks_total": waiting.count()}


def _robyn(request: HttpRequest) -> dict[str, Any]:
    sight = sight_of(membership_of(request))
    return {"talks": numbers.recent_talks(sight), "bookings": numbers.recent_bookings(sight)}


def _meanwhile(request: HttpRequest) -> dict[str, Any]:
    """What Robyn says just now in the talk that the page shows, while she is still looking."""
    here = Conversation.objects.filter(pk=asked.number(request.GET.get("talk", "")))
    return {"meanwhile": here.values_list("filler", flat=True).first() or ""}


def _gaps(request: HttpRequest) -> dict[str, Any]:
    waiting = gaps.open_gaps()
    return {"open_gaps": list(waiting[:GAPS_SHOWN]), "open_gaps_total": waiting.count()}


def _late(request: HttpRequest) -> dict[str, Any]:
    return {}  # Every page's frame knows.


def _alarm(request: HttpRequest) -> dict[str, Any]:
    return {"alarm_tasks": inboxpage.alarms()}


FRAGMENTS: dict[str, Fragment] = {
    "connection": _connection,
    "sync": _sync,
    "streams": _streams,
    "sync_note": _sync,
    "spoken": _sync,
    "numbers": _numbers,
    "days": _numbers,
    "tasks": _tasks,
    "robyn": _robyn,
    "gaps": _gaps,
    "recent_events": eventpage.latest,
    "events": eventpage.lines,
    "refused": eventpage.refused,
    "webhooks": eventpage.registration,
    "late": _late,
    "meanwhile": _meanwhile,
    "calendar": calendarpage.calendar,
    "task_list": taskpage.task_list,
    "task_count": taskpage.task_count,
    "waitlist": waitlistpage.waitlist,
    "alarm": _alarm,
    "inbox": inboxpage.inbox,
    "talk_state": inboxpage.talk,
    "talk_words": inboxpage.talk,
    "talk_trace": inboxpage.talk,
    "talk_tasks": inboxpage.talk,
    "from_team": inboxpage.from_team,
    "scenario_list": scenariopage.listed,
    "scenario_run": scenariopage.run_of,
    "health": healthpage.health,
    "budget": healthpage.health,
    "budget_table": healthpage.health,
    "reconciliation": healthpage.health,
}

PAGES: dict[str, tuple[str, ...]] = {
    "home": (
        "late",
        "alarm",
        "connection",
        "sync",
        "spoken",
        "numbers",
        "tasks",
        "task_count",
        "recent_events",
        "robyn",
        "gaps",
        "days",
    ),
    "integration": ("sync", "spoken", "streams"),
    "patients": ("sync_note",),
    "patient": ("late", "sync_note"),
    "robyn": ("late", "meanwhile"),
    "robyn-talk": ("late", "meanwhile", "from_team"),
    "scenarios": ("late", "scenario_list"),
    "scenario": ("late", "scenario_run"),
    "inbox": ("late", "alarm", "task_count", "inbox"),
    "inbox-talk": ("late", "alarm", "task_count", "talk_state", "talk_words", "talk_trace", "talk_tasks"),
    "calendar": ("late", "alarm", "task_count", "calendar"),
    "tasks": ("late", "alarm", "task_count", "task_list"),
    "waitlist": ("late", "waitlist"),
    "health": ("health", "budget", "budget_table", "reconciliation"),
    "events": ("webhooks", "refused", "events"),
}
"""Which fragments stand on which page."""

WATCHED = frozenset({"home", "calendar", "patient", "robyn", "robyn-talk", "inbox-talk"})
"""Pages whose reader waits for what changes: while one is open, changes are looked for more often."""

TICKS = {"health": 5.0}
"""Pages whose numbers grow older by the second, and how often they are drawn anew."""

TIME = "time"
"""The topic of what changes by itself as time passes."""

_HEALTH = ("late", "health", "budget", "budget_table", "reconciliation")
_TALK = ("talk_state", "talk_words", "talk_trace", "talk_tasks")
_EVENTS = ("recent_events", "events", "refused", "webhooks")

TOPICS: dict[str, tuple[str, ...]] = {
    "sync": (
        "connection",
        "sync",
        "spoken",
        "streams",
        "sync_note",
        "numbers",
        "days",
        "calendar",
        *_EVENTS,
        *_HEALTH,
    ),
    "connection": ("connection", "sync", "spoken", "streams", "sync_note", "webhooks", *_HEALTH),
    "events": _EVENTS,
    "patients": ("numbers", "days"),
    "booking": ("numbers", "robyn", "days", "calendar"),
    "conversation": ("robyn", "meanwhile", "inbox", *_TALK, "from_team"),
    "knowledge": ("gaps",),
    "tasks": ("tasks", "task_count", "task_list", "alarm", "inbox", "talk_tasks"),
    "waitlist": ("waitlist",),
    "scenarios": ("scenario_list", "scenario_run"),
    TIME: ("connection", "sync", "calendar", "task_list", "alarm", "inbox", "talk_state", *_EVENTS, *_HEALTH),
}
"""Which fragments an announced topic touches."""


def touched(page: str, topics: Iterable[str]) -> list[str]:
    """The fragments of this page that these topics may have changed, in the page's order."""
    names = {name for topic in topics for name in TOPICS.get(topic, ())}
    return [name for name in PAGES[page] if name in names]


def context_of(names: Iterable[str], request: HttpRequest) -> dict[str, Any]:
    context: dict[str, Any] = {}
    for builder in dict.fromkeys(FRAGMENTS[name] for name in names):
        context |= builder(request)
    return context


def render(name: str, request: HttpRequest) -> str:
    """One fragment as HTML, for the practice of the request.

    Without a token against forged posts: htmx sends the page's own, and an unchanged fragment is the same text.
    """
    context = {**context_of([name], request), "csrf_token": "", "is_fragment": True}
    return render_to_string(f"dashboard/live/{name}.html", context, request=request)


def percent(progress: Progress | None) -> int | None:
    """How much of a sync's known records are here; ``None`` before enough is known. 100 only at the end.

    A stream that runs and cannot say how many it has counts as what it has brought so far; while one that has not
    begun may still bring any number, nothing is claimed.
    """
    if progress is None or not progress.streams:
        return None
    if not progress.is_active:
        return 100
    if any(
        stream.total is None and not (stream.state == "running" and stream.fetched) for stream in progress.streams
    ):
        return None
    total = sum(stream.fetched if stream.total is None else stream.total for stream in progress.streams)
    return min(99, progress.records * 100 // total) if total else None


def is_syncing() -> bool:
    """Is a sync of the practice in force running? Then its time left changes even when nothing is announced."""
    return SyncRun.objects.filter(state=SyncRun.State.RUNNING).exists()
