"""``python -m bench [sync_paced] [sync_unlimited] [live_wait] [--small]``: exit status 1 when a bound is missed."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from bench import freshness, frontdesk, nookal, paced, unlimited
from bench.figures import RESULTS, ROOT, Chapter, keep, machine, show
from bench.stage import Stage, stage

NAMES = (
    "sync_paced",
    "sync_unlimited",
    "live_wait",
    "inbox",
    "announced",
    "polled",
    "nightly",
    "recognition",
    "find_times",
    "book",
    "nookal_paced",
    "nookal_unlimited",
    "nookal_freshness",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description="Measure, print, and keep in bench/results.json.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; none: all")
    parser.add_argument(
        "--small", action="store_true", help="300 patients, a few minutes in all; few bounds are enforced"
    )
    parser.add_argument("--repeats", type=int, help="how often each is measured (3; 1 with --small)")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    wanted = arguments.names or NAMES
    patients = 300 if arguments.small else 5000
    repeats = arguments.repeats or (1 if arguments.small else 3)
    facts, started = machine(), time.monotonic()
    print(", ".join(f"{name} {value}" for name, value in facts.items() if value))
    chapters = _measure(wanted, patients, repeats, full=not arguments.small)
    print(f"\n{time.monotonic() - started:.0f} s in all")
    keep(chapters, facts)
    print(f"kept in {RESULTS.relative_to(ROOT)}")
    missed = [figure for chapter in chapters for figure in chapter.figures if figure.enforced and not figure.holds]
    for figure in missed:
        print(f"FAIL: {figure.name} is {figure.value:.4g}")
    raise SystemExit(1 if missed else 0)


def _measure(wanted: tuple[str, ...] | list[str], patients: int, repeats: int, *, full: bool) -> list[Chapter]:
    chapters: list[Chapter] = []
    with stage() as place:
        if "sync_paced" in wanted or "live_wait" in wanted:
            runs = [paced.paced_run(place, patients, live=True, compare=number == 0) for number in range(repeats)]
            if "sync_paced" in wanted:
                smaller = paced.paced_run(place, patients // 5, live=False, compare=False)
                chapters.append(paced.sync_chapter(runs, smaller, full=full))
                show(chapters[-1])
            if "live_wait" in wanted:
                chapters.append(paced.live_chapter(runs, full=full))
                show(chapters[-1])
        if "sync_unlimited" in wanted:
            chapters.append(unlimited.measure(place, patients, repeats=repeats, full=full))
            show(chapters[-1])
        others = {
            **_freshness(place, patients, full=full),
            **_frontdesk(place, patients, full=full),
            **_nookal(place, patients, repeats, full=full),
        }
        for name, measured in others.items():
            if name in wanted:
                chapters.append(measured())
                show(chapters[-1])
    return chapters


def _freshness(place: Stage, patients: int, *, full: bool) -> dict[str, Callable[[], Chapter]]:
    seconds = 60 if full else 5
    return {
        "inbox": lambda: freshness.inbox(place, seconds=seconds, rate=200, full=full),
        "announced": lambda: freshness.announced(place, seconds=30 if full else 5, rate=20, full=full),
        "polled": lambda: freshness.polled(place, seconds=seconds, full=full),
        "nightly": lambda: freshness.nightly(place, patients),
    }


def _frontdesk(place: Stage, patients: int, *, full: bool) -> dict[str, Callable[[], Chapter]]:
    return {
        "recognition": lambda: frontdesk.recognition(place, patients=100_000 if full else 2_000, full=full),
        "find_times": lambda: frontdesk.finding(place, asked=20 if full else 3, full=full),
        "book": lambda: frontdesk.booking(place, patients, full=full),
    }


def _nookal(place: Stage, patients: int, repeats: int, *, full: bool) -> dict[str, Callable[[], Chapter]]:
    return {
        "nookal_paced": lambda: nookal.paced(place, patients, full=full),
        "nookal_unlimited": lambda: nookal.unlimited(place, patients, repeats=repeats, full=full),
        "nookal_freshness": lambda: nookal.freshness(place, full=full),
    }


if __name__ == "__main__":
    main()
