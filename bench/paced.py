"""A first sync under the vendor's limit, with somebody on the line all the while."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from bench.figures import Chapter, Figure, median_of, percentile
from bench.least import COLLECTIONS, least_requests, window_start
from bench.stage import BACKGROUND, LIMIT, Stage, install, sandbox_with, wait_for_run
from bench.watching import watching

#: The vendor's window is 60 s; a shorter one makes the same run quicker and every fixed cost weigh more.
WINDOW = 6.0
#: What the live caller asks for in each window; the reserve is LIMIT * (1 - BACKGROUND) = 40.
LIVE_PER_WINDOW = 24
_LIVE = re.compile(r"available_times$|/conflicts$|/archive$")


@dataclass
class PacedRun:
    """What one first sync cost."""

    requests: int
    """Of the sync alone: without those of the live caller, and without the two that check the key."""
    least: int
    seconds: float
    refused_at_first: int
    """429 within the first window."""
    refused_later: int
    peak_mb: float
    live_requests: int
    waits: list[float]
    outcomes: dict[str, int]
    journeys: list[float]
    differences: int | None = None
    by_list: dict[str, list[int]] = field(default_factory=dict)
    """List to [requests, least]."""

    @property
    def share_seconds(self) -> float:
        """How long these requests take at the background share of the budget."""
        return self.requests / (LIMIT * BACKGROUND / WINDOW)


def paced_run(place: Stage, patients: int, *, live: bool, compare: bool) -> PacedRun:
    with sandbox_with(patients, limit=LIMIT, window=WINDOW) as sandbox:
        installed = install(place, sandbox, limit=LIMIT, window=WINDOW)
        practice = installed.connect_practice()
        sandbox.clear_requests()
        seen: dict[str, Any] = {"waits": [], "outcomes": {}, "journeys": []}
        with installed.process("worker", "routiq.cli", "worker") as worker, watching(worker.pid) as usage:
            if live:
                per_request = str(WINDOW / LIVE_PER_WINDOW)
                installed.environment["ROUTIQ_WEB_POOL"] = "10"  # As `routiq web` sets it.
                arguments = ("--practice", str(practice.id), "--seconds-per-request", per_request)
                with installed.process("live", "bench.live", *arguments):
                    began, done = wait_for_run(installed, 300)
                seen = json.loads(installed.output("live"))
                del installed.environment["ROUTIQ_WEB_POOL"]
            else:
                began, done = wait_for_run(installed, 300)
        asked = sandbox.requests()
        of_sync = [entry for entry in asked if entry["method"] == "GET" and not _LIVE.search(entry["path"])]
        refused = [entry["monotonic"] - asked[0]["monotonic"] for entry in asked if entry["status"] == 429]
        least = least_requests(sandbox.world(*COLLECTIONS), window_start())
        counted = {name: sum(entry["path"] == name for entry in of_sync) for name in least}
        run = PacedRun(
            requests=len(of_sync),
            least=sum(least.values()),
            seconds=done - began,
            refused_at_first=sum(after <= WINDOW for after in refused),
            refused_later=sum(after > WINDOW for after in refused),
            peak_mb=usage.peak_mb,
            live_requests=len(asked) - len(of_sync),
            by_list={name: [counted[name], least[name]] for name in least},
            **seen,
        )
        if compare:
            told = installed.run("bench.comparing", "--practice", str(practice.id), "--sandbox", sandbox.base_url)
            run.differences = json.loads(told)["differences"]
    return run


def sync_chapter(runs: list[PacedRun], smaller: PacedRun, *, full: bool) -> Chapter:
    """``full``: the size the bounds were made for; at a smaller one fixed costs weigh more than they allow."""
    requests = median_of(
        "requests / the least possible", [run.requests / run.least for run in runs], at_most=1.05, enforced=full
    )
    wall = median_of(
        "wall time / (requests / background share)",
        [run.seconds / run.share_seconds for run in runs],
        at_most=1.15,
        enforced=full,
    )
    peak = max(run.peak_mb for run in runs)
    found = [run.differences for run in runs if run.differences is not None]
    return Chapter(
        "sync_paced",
        [
            median_of("requests of the sync", [run.requests for run in runs]),
            median_of("the least possible", [run.least for run in runs]),
            requests,
            # At a small size 1.05 is less than the walks' own ends; what they may cost is the same at any size.
            median_of("requests beyond the least", [run.requests - run.least for run in runs], at_most=35),
            median_of("wall time", [run.seconds for run in runs], "s"),
            wall,
            Figure("429 after the first window", sum(run.refused_later for run in runs), at_most=0),
            Figure("429 in the first window", sum(run.refused_at_first for run in runs)),
            Figure("memory of the worker, at its highest", peak, "MB", at_most=250, enforced=full),
            Figure("memory / at a fifth of the size", peak / smaller.peak_mb, at_most=1.25, enforced=full),
            Figure("differences of mirror and world", sum(found), at_most=0),
        ],
        [f"{LIMIT} requests in {WINDOW:g} s, the sync's share {LIMIT * BACKGROUND:.0f}; a live caller meanwhile"],
        {"runs": [vars(run) for run in runs], "smaller": vars(smaller)},
    )


def live_chapter(runs: list[PacedRun], *, full: bool) -> Chapter:
    waits = [wait * 1000 for run in runs for wait in run.waits]
    journeys = [seconds * 1000 for run in runs for seconds in run.journeys]
    outcomes = sum((run.outcomes.get("booked", 0) for run in runs), 0)
    return Chapter(
        "live_wait",
        [
            Figure("live requests", len(waits), at_least=100, enforced=full),
            Figure("wait for the budget, median", percentile(waits, 0.5), "ms"),
            Figure("wait for the budget, p99", percentile(waits, 0.99), "ms", at_most=300, enforced=full),
            Figure("wait for the budget, longest", max(waits), "ms"),
            Figure("find times and book, median", percentile(journeys, 0.5), "ms"),
            Figure("find times and book, p99", percentile(journeys, 0.99), "ms"),
            Figure("appointments booked", outcomes, at_least=1),
        ],
        [f"{LIVE_PER_WINDOW} live requests in {WINDOW:g} s, of {LIMIT * (1 - BACKGROUND):.0f} kept for them"],
        {"waits_ms": waits, "outcomes": [run.outcomes for run in runs]},
    )
