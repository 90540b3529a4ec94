from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from routiq import embedded
from routiq.environment import SettingError

COME_BACK = """
import sys, psycopg
from pathlib import Path
from routiq import embedded
server = embedded.start(Path(sys.argv[1]))
with psycopg.connect(server.owner_url) as connection:
    print(server.started_here, connection.execute("SELECT answer FROM kept").fetchone()[0])
server.stop()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def ask(url: str, question: str = "SELECT current_user") -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()  # type: ignore[call-overload]
        return row and row[0]


def test_it_starts_once_joins_what_runs_and_has_two_roles(folder: Path) -> None:
    first = embedded.start(folder)
    try:
        assert first.started_here
        assert not embedded.start(folder).started_here
        assert ask(first.app_url) == "routiq_app"
        assert ask(first.owner_url) == "routiq_owner"
        question = "SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname LIKE 'routiq%'"
        assert ask(first.app_url, question) is False
    finally:
        first.stop()


def test_it_comes_back_with_its_data_after_kill_9_and_a_stale_pid_file(folder: Path) -> None:
    server = embedded.start(folder)
    with psycopg.connect(server.owner_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    postmaster = psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]))
    family = [postmaster, *postmaster.children(recursive=True)]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(family, timeout=10)
    pid_file = folder / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    # Since then the number has gone to a stranger: this very process.
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    done = subprocess.run([sys.executable, "-c", COME_BACK, str(folder)], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "42"], done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(SettingError, match="ROUTIQ_DATA"):
        embedded.start(tmp_path / "data")


def test_a_path_that_cannot_be_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match=r"ROUTIQ_DATA: the folder .*cannot be written"):
        embedded.start(tmp_path / "file" / "data")
