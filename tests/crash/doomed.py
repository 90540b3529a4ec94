"""A process whose children die at a named point: ``python -m tests.crash.doomed``.

It is ready once and forks for each death, so that a death costs no start. Each child is a process of its own, with
connections of its own, and is killed as by ``kill -9``.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Kill = Callable[[str, int, Callable[[Any], object], object], int]
"""The point, the practice, the command and its request; gives how the process ended, negative for a signal."""


@contextmanager
def doomed(environment: Mapping[str, str]) -> Iterator[Kill]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.doomed"],
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    into, out = process.stdin, process.stdout
    assert into is not None
    assert out is not None

    def kill(point: str, practice_id: int, command: Callable[[Any], object], request: object) -> int:
        pickle.dump((point, practice_id, command, request), into)
        into.flush()
        return int(pickle.load(out))

    try:
        yield kill
    finally:
        into.close()
        process.wait(20)
        out.close()


def main() -> None:
    import django

    django.setup()
    from routiq import faults
    from routiq.frontdesk import booking, cancelling, moving, registering  # noqa: F401
    from routiq.practices.tenancy import acting_for

    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    while True:
        try:
            point, practice_id, command, request = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        child = os.fork()
        if child == 0:
            faults._armed = point
            with acting_for(practice_id):
                command(request)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        pickle.dump(os.waitstatus_to_exitcode(status), answers)
        answers.flush()


if __name__ == "__main__":
    main()
