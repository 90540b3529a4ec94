"""How far a sync is, in numbers for pages and the API."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from routiq.connections.models import Connection
from routiq.pms.gateway import Stream
from routiq.sync.models import SyncPart, SyncRun
from routiq.sync.plan import LABELS

#: Too few seconds to measure a rate by.
_TOO_SHORT = 3.0


@dataclass(frozen=True)
class StreamProgress:
    stream: str
    label: str
    fetched: int
    total: int | None
    """``None`` while the vendor has not said how many there are."""
    state: str
    """``waiting``, ``running`` or ``done``."""


@dataclass(frozen=True)
class Progress:
    run: SyncRun
    streams: tuple[StreamProgress, ...]
    records: int
    total: int | None
    requests: int
    per_minute: float | None
    """Records a minute, measured over this run."""
    seconds_left: float | None
    is_active: bool


def progress_of(connection: Connection) -> Progress | None:
    """The run that is open or was last, or ``None`` when there was none."""
    runs = SyncRun.objects.filter(connection=connection)
    run = runs.filter(state__in=["running", "paused"]).first() or runs.order_by("-requested_at").first()
    return None if run is None else progress_of_run(run)


def progress_of_run(run: SyncRun) -> Progress:
    """How far this run is, or was when it ended."""
    parts = list(run.parts.all())
    streams = _by_stream(parts)
    records = sum(part.fetched for part in parts)
    pages = sum(part.pages for part in parts)
    totals = [stream.total for stream in streams]
    total = sum(number or 0 for number in totals) if streams and None not in totals else None
    per_minute = seconds_left = None
    if run.began_at is not None:
        ended = run.finished_at or timezone.now()
        seconds = (ended - run.began_at).total_seconds()
        if seconds > _TOO_SHORT and records:
            per_minute = records / seconds * 60
            if total is not None and run.state == SyncRun.State.RUNNING:
                seconds_left = max(total - records, 0) / (records / seconds)
    return Progress(
        run=run,
        streams=streams,
        records=records,
        total=total,
        requests=pages,
        per_minute=per_minute,
        seconds_left=seconds_left,
        is_active=run.state == SyncRun.State.RUNNING,
    )


def _by_stream(parts: list[SyncPart]) -> tuple[StreamProgress, ...]:
    """One line a stream; the walks that look for last changes add to a stream only what they found."""
    lines = []
    for stream in Stream:
        own = [part for part in parts if part.stream == stream]
        if not own:
            continue
        fetched = sum(part.fetched for part in own)
        unknown = any(part.remaining is None for part in own)
        total = None if unknown else fetched + sum(part.remaining or 0 for part in own)
        states = {part.state for part in own}
        state = "running" if SyncPart.State.RUNNING in states or len(states) > 1 else states.pop()
        lines.append(StreamProgress(stream, LABELS[stream], fetched, total, str(state)))
    return tuple(lines)


def size_estimates() -> tuple[tuple[str, str], ...]:
    """How long a first sync usually takes by the size of the practice (C40-C43)."""
    return (
        ("Under 500 patients", "1–2 minutes"),
        ("500–2,000 patients", "5–10 minutes"),
        ("2,000–5,000 patients", "10–20 minutes"),
        ("Over 5,000 patients", "20–30 minutes"),
    )
