"""The players of the other process: ``python -m tests.races.elsewhere URL PLAYERS``, told what to do on its standard
input and telling what came of it on its standard output."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

from tests.races.scripts import Cast, Script


class Elsewhere:
    """As :class:`tests.races.players.Player`, for players who are in another process."""

    def __init__(self, url: str, players: int, environment: Mapping[str, str], report: Any) -> None:
        command = [sys.executable, "-m", "tests.races.elsewhere", url, str(players)]
        self._process = subprocess.Popen(
            command, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._report = report
        threading.Thread(target=self._listen, daemon=True).start()

    def begin(self, place: int, who: int, script: Script, cast: Cast) -> None:
        self._tell("begin", place, who, script, cast)

    def go(self, place: int) -> None:
        self._tell("go", place)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)

    def _tell(self, *message: object) -> None:
        assert self._process.stdin is not None
        pickle.dump(message, self._process.stdin)
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while True:
            try:
                told = pickle.load(self._process.stdout)
            except (EOFError, ValueError):
                return
            self._report(*told)


def main() -> None:
    import django

    django.setup()
    from pms_sandbox.testing import RunningSandbox
    from tests.races.players import Player, prepare

    prepare()
    out, one_at_a_time = sys.stdout.buffer, threading.Lock()
    sys.stdout = sys.stderr

    def report(*told: object) -> None:
        with one_at_a_time:
            pickle.dump(told, out)
            out.flush()

    players = [Player(RunningSandbox(sys.argv[1]), report) for _ in range(int(sys.argv[2]))]
    for player in players:
        player.start()
    while True:
        try:
            what, place, *given = pickle.load(sys.stdin.buffer)
        except EOFError:
            break
        if what == "begin":
            players[place].begin(*given)
        else:
            players[place].go()
    for player in players:
        player.leave()
    for player in players:
        player.join(5)


if __name__ == "__main__":
    main()
