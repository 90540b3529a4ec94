"""What the health page of a connection shows: the request budget as a drawing, reconciliations as lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.pms.gateway import Stream
from routiq.sync.eventlog import KEPT
from routiq.sync.health import health_of
from routiq.sync.models import SyncRun

FOUND = ("checked", "missing", "stale", "returned", "extra", "removed", "held_back")
#: Measures of the drawing, in its own units.
BAR, GAP, HEIGHT = 8, 2, 100
_SHOWN = 90


@dataclass(frozen=True)
class Bar:
    """One minute: what somebody waited for stands on what ran in the background."""

    minute: datetime
    live: int
    background: int
    x: int
    background_y: float
    background_height: float
    live_y: float
    live_height: float


@dataclass(frozen=True)
class Chart:
    bars: tuple[Bar, ...]
    width: int
    limit_y: float | None
    """Where the line of what the vendor allows stands; empty without a limit."""
    live: int
    background: int
    busiest: int

    @property
    def total(self) -> int:
        return self.live + self.background

    @property
    def busy_minutes(self) -> tuple[Bar, ...]:
        """Those with requests, the latest first."""
        return tuple(bar for bar in reversed(self.bars) if bar.live or bar.background)


def chart_of(minutes: Sequence[tuple[datetime, int, int]], limit: int | None) -> Chart:
    busiest = max((live + background for _, live, background in minutes), default=0)
    top = max(busiest, round((limit or 0) * 1.08), 1)

    def height(number: int) -> float:
        return round(number * HEIGHT / top, 2)

    bars = []
    for number, (minute, live, background) in enumerate(minutes):
        under = height(background)
        bars.append(
            Bar(
                minute=minute,
                live=live,
                background=background,
                x=number * (BAR + GAP),
                background_y=round(HEIGHT - under, 2),
                background_height=under,
                live_y=round(HEIGHT - under - height(live), 2),
                live_height=height(live),
            )
        )
    return Chart(
        bars=tuple(bars),
        width=len(bars) * (BAR + GAP),
        limit_y=None if limit is None else round(HEIGHT - height(limit), 2),
        live=sum(bar.live for bar in bars),
        background=sum(bar.background for bar in bars),
        busiest=busiest,
    )


@dataclass(frozen=True)
class Night:
    """A reconciliation in a list: all its streams together."""

    run: SyncRun
    found: dict[str, int]

    @property
    def put_right(self) -> int:
        return self.found["missing"] + self.found["stale"] + self.found["returned"]


def nights(connection: Connection) -> tuple[Night, ...]:
    """The reconciliations whose reports are kept, the latest first."""
    runs = SyncRun.objects.filter(
        connection=connection, kind=SyncRun.Kind.RECONCILIATION, requested_at__gte=timezone.now() - KEPT
    ).order_by("-requested_at")[:_SHOWN]
    return tuple(Night(run, _summed(run)) for run in runs)


def _summed(run: SyncRun) -> dict[str, int]:
    streams = (run.report or {}).values()
    return {name: sum(counts.get(name, 0) for counts in streams) for name in FOUND}


def report_lines(run: SyncRun | None) -> tuple[tuple[str, dict[str, int]], ...]:
    """Stream -> what was found in it, with a number for everything."""
    if run is None:
        return ()
    report = run.report or {}
    return tuple(
        (stream, {name: report[stream].get(name, 0) for name in FOUND}) for stream in Stream if stream in report
    )


def health(request: HttpRequest) -> dict[str, Any]:
    connection = live_connection()
    if connection is None:
        return {"connection": None, "health": None}
    found = health_of(connection)
    last = found.last_reconciliation
    return {
        "connection": connection,
        "health": found,
        "chart": chart_of(found.budget, found.budget_limit),
        "report": report_lines(last),
        "held_back": _summed(last)["held_back"] if last else 0,
        "nights": nights(connection),
    }
