"""What a process used: memory at its highest, processor time to the end of the work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass
class Usage:
    peak_mb: float = 0.0
    """Resident memory at its highest, in millions of bytes."""
    cpu_seconds: float = 0.0
    """User and system time, with that of ended children."""


@contextmanager
def watching(pid: int) -> Iterator[Usage]:
    """Look at the process all along; its processor time is read at the end of the block, while it still runs."""
    usage, ended, process = Usage(), threading.Event(), psutil.Process(pid)

    def look() -> None:
        while not ended.wait(0.05):
            with suppress(psutil.Error):
                usage.peak_mb = max(usage.peak_mb, process.memory_info().rss / 1e6)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield usage
        times = process.cpu_times()
        usage.cpu_seconds = times.user + times.system + times.children_user + times.children_system
        usage.peak_mb = max(usage.peak_mb, _highest(pid))
    finally:
        ended.set()
        thread.join()


def _highest(pid: int) -> float:
    """The kernel's own high-water mark, where it keeps one."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0
