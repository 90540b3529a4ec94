from __future__ import annotations

import stat
import subprocess
import sys
import time
from pathlib import Path

from routiq.kept_files import exchange, make_once

MAKE = """
import sys, time
from pathlib import Path
from routiq.kept_files import make_once
while time.time() < float(sys.argv[2]):
    pass
make_once(Path(sys.argv[1]), sys.argv[3])
print(Path(sys.argv[1]).read_text())
"""


def test_processes_that_start_at_once_all_read_the_same_secret(tmp_path: Path) -> None:

    for number in range(5):
        path, moment = tmp_path / f"secret{number}", str(time.time() + 0.6)
        started = [
            subprocess.Popen(
                [sys.executable, "-c", MAKE, str(path), moment, f"made by {name}"], stdout=subprocess.PIPE, text=True
            )
            for name in range(4)
        ]
        told = {process.communicate(timeout=20)[0] for process in started}
        assert [process.returncode for process in started] == [0] * 4
        assert told == {path.read_text() + "\n"}
    assert len(list(tmp_path.iterdir())) == 5, "nothing is left beside"


def test_what_is_there_is_kept_until_it_is_exchanged_and_only_the_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "secret"
    make_once(path, "first")
    make_once(path, "second")
    assert path.read_text() == "first"
    exchange(path, "third")
    assert path.read_text() == "third"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
