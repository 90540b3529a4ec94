"""Play the sequences in several processes at once, each with its own database, sandbox and seeds:
``python -m tests.chaos.side_by_side``.

``CHAOS_SEQUENCES`` and ``CHAOS_SEED`` are those of the test and mean the same sequences, however many processes share
them; ``CHAOS_PROCESSES`` is how many, by default one for each processor. Ends with 1 when one of them failed; what it
found is printed when it is done, with the line that plays it again.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from typing import IO

from tests.chaos.seeds import shares

COMMAND = [sys.executable, "-m", "pytest", "-q", "--capture=sys", "--show-capture=no", "tests/chaos/test_chaos.py"]


def main() -> int:
    sequences = int(os.environ.get("CHAOS_SEQUENCES") or 5_000)
    first = int(os.environ.get("CHAOS_SEED") or random.randrange(2**32))
    parts = shares(sequences, first, processes("CHAOS_PROCESSES"))
    wanted = [{"CHAOS_SEQUENCES": str(share), "CHAOS_SEED": str(seed)} for seed, share in parts]
    return play(COMMAND, wanted, f"{sequences} sequences")


def processes(name: str) -> int:
    """How many at once: as the environment says, or one for each processor."""
    if "DATABASE_URL" in os.environ:
        return 1  # A database that somebody named is one; two would clear it under each other's feet.
    return int(os.environ.get(name) or os.cpu_count() or 1)


def play(command: list[str], wanted: list[dict[str, str]], what: str) -> int:
    """The command once for each of these environments, all at the same time; 1 when one of them fails."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # The children go with it.
    began = time.monotonic()
    children: list[tuple[subprocess.Popen[bytes], IO[bytes]]] = []
    try:
        for each in wanted:
            report = tempfile.TemporaryFile()  # noqa: SIM115
            children.append((subprocess.Popen(command, env=os.environ | each, stdout=report), report))
        for child, _ in children:
            child.wait()
    finally:
        for child, _ in children:
            if child.poll() is None:
                child.terminate()
                child.wait()
    for _, report in children:
        report.seek(0)
        sys.stdout.write(report.read().decode(errors="replace"))
        report.close()
    failed = sum(child.returncode != 0 for child, _ in children)
    took = time.monotonic() - began
    sys.stdout.write(f"{what} in {len(children)} processes: {took:.0f} s, {failed} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
