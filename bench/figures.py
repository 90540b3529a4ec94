"""One number with its bound, and how many of them are shown and kept."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results.json"


@dataclass(frozen=True)
class Figure:
    """``value`` is the median where ``repeats`` has several."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    repeats: tuple[float, ...] = ()
    enforced: bool = True
    """Whether missing the bound fails the command; otherwise it is only shown."""

    @property
    def holds(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    @property
    def has_bound(self) -> bool:
        return self.at_most is not None or self.at_least is not None


@dataclass
class Chapter:
    """What one command found out."""

    name: str
    figures: list[Figure]
    notes: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


def median_of(name: str, values: Sequence[float], unit: str = "", **bound: Any) -> Figure:
    return Figure(name, statistics.median(values), unit, repeats=tuple(values), **bound)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(-int(-share * len(ordered) // 1) - 1, 0)]


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_at_start": round(os.getloadavg()[0], 2),
        "commit": _commit(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def show(chapter: Chapter) -> None:
    print(f"\n{chapter.name}")
    for figure in chapter.figures:
        verdict = ""
        if figure.has_bound:
            bound = (
                f"at most {_short(figure.at_most)}"
                if figure.at_most is not None
                else f"at least {_short(figure.at_least)}"
            )
            missed = "FAIL" if figure.enforced else "missed, not enforced here"
            verdict = f"{bound:<18} {'ok' if figure.holds else missed}"
        spread = ""
        if len(figure.repeats) > 1:
            spread = f"  [{_short(min(figure.repeats))} – {_short(max(figure.repeats))}, {len(figure.repeats)} runs]"
        print(f"  {figure.name:<54} {_short(figure.value):>10} {figure.unit:<9} {verdict}{spread}".rstrip())
    for note in chapter.notes:
        print(f"  · {note}")


def _short(value: float | None) -> str:
    if value is None:
        return ""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def keep(chapters: list[Chapter], facts: dict[str, Any]) -> None:
    """Write ``bench/results.json``: every number, its bound, its repeats."""
    content = {
        "machine": facts,
        "chapters": {
            chapter.name: {
                "figures": [{**asdict(figure), "holds": figure.holds} for figure in chapter.figures],
                "notes": chapter.notes,
                "details": chapter.details,
            }
            for chapter in chapters
        },
    }
    RESULTS.write_text(json.dumps(content, indent=2) + "\n")
