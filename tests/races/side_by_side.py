"""Play interleavings in several processes at once, each with its own database and sandbox:
``python -m tests.races.side_by_side``.

``RACES``, ``RACES_SEED`` and ``RACES_SYSTEM`` are those of the test; ``RACES_PROCESSES`` is how many share them, by
default one for each processor. Ends with 1 when something went wrong; it is printed as soon as it is found, with the
line that plays it again.
"""

from __future__ import annotations

import itertools
import os
import random
import sys

from tests.chaos.side_by_side import play, processes

COMMAND = [sys.executable, "-m", "pytest", "-q", "--capture=sys", "--show-capture=no", "--tb=no", "tests/races"]

#: How many there are: each plays the same numbers.
SYSTEMS = 2


def main() -> int:
    wanted = int(os.environ.get("RACES") or 10_000)
    first = int(os.environ.get("RACES_SEED") or random.randrange(2**32))
    systems = 1 if os.environ.get("RACES_SYSTEM") else SYSTEMS
    parts = shares(-(-wanted // systems), first, processes("RACES_PROCESSES"))
    environments = [{"RACES": str(count * systems), "RACES_SEED": str(number)} for number, count in parts]
    return play(COMMAND, environments, f"{wanted} interleavings from {first} on")


def shares(numbers: int, first: int, among: int) -> list[tuple[int, int]]:
    """The first number of each process, and how many it plays from there on."""
    edges = [numbers * place // among for place in range(among + 1)]
    return [(first + begin, end - begin) for begin, end in itertools.pairwise(edges) if end > begin]


if __name__ == "__main__":
    sys.exit(main())
